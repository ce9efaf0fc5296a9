// The audit log: its newest signed checkpoint, its newest entries, and how anyone can prove it. Must not know how it is kept.

import type { LogView, LogWitness, TimelineEntry } from "../generated/api.ts";
import { Badge, Card, CopyLine, DataTable, Empty, Facts, Loaded, Note, PageHead, type Column } from "./bits.tsx";
import { calls } from "./calls.ts";
import { download } from "./csv.ts";
import { count, exact, stamp } from "./format.ts";
import { Icon } from "./icons.tsx";
import { useResource } from "./state.ts";
import { text } from "./text.ts";
import { setup } from "./text-setup.ts";
import { actorName, Proof } from "./Timeline.tsx";
import { fact, telling } from "./words.ts";

const said = setup.log;

const COLUMNS: ReadonlyArray<Column<TimelineEntry>> = [
  { key: "proof", head: said.index, cell: (row) => <Proof entry={row} bare /> },
  { key: "at", head: said.at, cell: (row) => <time class="tabular" dateTime={row.at} title={exact(row.at)}>{stamp(row.at)}</time> },
  { key: "fact", head: said.fact, cell: (row) => <span title={row.kind}>{fact(row.kind)} <span class="quiet">{telling(row.kind, row.body)}</span></span> },
  { key: "by", head: said.by, cell: actorName },
  { key: "leaf", head: said.leaf, cell: (row) => <code class="leaf">{row.leaf}</code> },
];

export function LogPage() {
  const log = useResource(calls.log, "log");
  return (
    <>
      <PageHead title={said.title} lead={said.lead}><button class="button" onClick={log.reload}><Icon name="refresh" size={16} />{text.file.reload}</button></PageHead>
      <Loaded from={log} lines={12}>
        {(view) => (
          <>
            {view.halted && <Note tone="bad" icon="warning">{`${said.haltedTitle} ${said.halted[view.halted] ?? ""} ${said.haltedNext}`}</Note>}
            <div class="two">
              <Card title={said.checkpointName(view.size)} aside={<button class="button small" onClick={() => download("checkpoint.txt", "text/plain", view.checkpoint)}><Icon name="download" size={16} />{said.download}</button>}>
                <Facts of={[[said.size, <span class="tabular">{count(view.size)}</span>], [said.pending, <span class="tabular">{count(view.pending)}</span>]]} />
                <pre class="note-text" tabIndex={0} aria-label={said.checkpoint}>{view.checkpoint}</pre>
              </Card>
              <Card title={said.verifyTitle}>
                <p>{said.verifyLead}</p>
                <CopyLine value={said.verifyCommand} />
                <p class="quiet">{said.verifyPath}</p>
                <h3>{said.key}</h3>
                <CopyLine value={view.verifier_key} />
                <p class="quiet">{said.verifyKey}</p>
              </Card>
            </div>
            <WitnessCard view={view} />
            <Card title={said.entries} flush>
              {view.entries.length === 0 ? <Empty icon="scroll" title={said.empty}>{said.emptyLead}</Empty> : <DataTable name={said.table} columns={COLUMNS} rows={view.entries} id={(row) => row.id} />}
            </Card>
          </>
        )}
      </Loaded>
    </>
  );
}

function WitnessCard({ view }: { view: LogView }) {
  const witnesses = view.witnesses ?? [];
  const columns: ReadonlyArray<Column<LogWitness>> = [
    { key: "name", head: said.witnessName, cell: (row) => <code class="leaf" title={said.witnessKey(row.name) + ": " + row.key}>{row.name}</code> },
    { key: "size", head: said.witnessSize, cell: (row) => <span class="tabular">{row.size === 0 ? said.witnessNothing : count(row.size)}</span> },
    { key: "at", head: said.witnessAt, cell: (row) => (row.at ? <time class="tabular" dateTime={row.at} title={exact(row.at)}>{stamp(row.at)}</time> : text.common.none) },
    { key: "state", head: said.witnessState, cell: (row) => <WitnessState row={row} size={view.size} /> },
  ];
  return (
    <Card title={said.witnesses} flush={witnesses.length > 0}>
      {witnesses.length === 0 ? <Empty icon="eye" title={said.noWitness}>{said.noWitnessLead}</Empty> : <DataTable name={said.witnessTable} columns={columns} rows={witnesses} id={(row) => row.name} />}
      {(view.published ?? []).map((one) => (
        <p class={witnesses.length > 0 ? "log-laid quiet" : "quiet"} key={one.kind}>{`${said.published}: ${said.publishedWords[one.kind] ?? one.kind}, ${one.size === 0 ? said.publishedNothing : said.publishedUpTo(one.size)}${one.why ? ` · ${one.why}` : ""}`}</p>
      ))}
    </Card>
  );
}

function WitnessState({ row, size }: { row: LogWitness; size: number }) {
  if (row.why) return <span class="person"><Badge tone="bad">{said.witnessFails}</Badge><span class="quiet">{row.why}</span></span>;
  if (row.size < size) return <Badge tone="warn">{said.witnessBehind(size - row.size)}</Badge>;
  return <Badge tone="good">{said.witnessSigns}</Badge>;
}
