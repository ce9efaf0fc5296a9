// The audit log: its newest signed checkpoint, its newest entries, and how anyone can prove it. Must not know how it is kept.

import type { TimelineEntry } from "../generated/api.ts";
import { Card, CopyLine, DataTable, Empty, Facts, Loaded, PageHead, type Column } from "./bits.tsx";
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
            <Card title={said.entries} flush>
              {view.entries.length === 0 ? <Empty icon="scroll" title={said.empty}>{said.emptyLead}</Empty> : <DataTable name={said.table} columns={COLUMNS} rows={view.entries} id={(row) => row.id} />}
            </Card>
          </>
        )}
      </Loaded>
    </>
  );
}
