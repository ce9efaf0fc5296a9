// What one person did and what is about them, newest first, by group, and as a file. Must not know how the log is kept.

import { useEffect, useState } from "preact/hooks";
import type { PersonEntry, PersonLog } from "../generated/api.ts";
import { Badge, Broken, Card, DataTable, Empty, Note, PageHead, Skeleton, type Column } from "./bits.tsx";
import { calls, personCsv } from "./calls.ts";
import { exact, stamp } from "./format.ts";
import { Icon } from "./icons.tsx";
import { asRefused } from "./state.ts";
import { groupWords, personLog as said } from "./text-review.ts";
import { actorName, Proof } from "./Timeline.tsx";
import { fact, roleWords, telling } from "./words.ts";
import type { Refused } from "../lib/api.ts";

const GROUPS = ["sign_in", "presence", "training", "contact", "view", "work", "decision", "review", "setting"] as const;

const COLUMNS: ReadonlyArray<Column<PersonEntry>> = [
  { key: "when", head: said.when, cell: (row) => <time dateTime={row.entry.at} title={exact(row.entry.at)}>{exact(row.entry.at).split(",")[0]} {stamp(row.entry.at).slice(0, 8)}</time> },
  { key: "what", head: said.what, cell: (row) => <span class="person"><span>{fact(row.entry.kind)}</span><span class="quiet">{telling(row.entry.kind, row.entry.body)}{row.reason && <> {said.why}: {row.reason}</>}</span></span> },
  { key: "group", head: said.group, cell: (row) => <Badge tone="plain">{groupWords[row.group] ?? row.group}</Badge> },
  { key: "who", head: said.who, cell: (row) => actorName(row.entry) },
  { key: "case", head: said.about, cell: (row) => (row.case ? <a class="mono" href={`#/cases/${row.case}`}>{row.case.slice(0, 12)}…</a> : "–") },
  { key: "entry", head: said.entry, cell: (row) => <Proof entry={row.entry} bare /> },
];

interface Shown {
  log: PersonLog | undefined;
  failure: Refused | undefined;
  loading: boolean;
}

export function PersonLogPage({ id }: { id: string }) {
  const [group, setGroup] = useState("");
  const [shown, setShown] = useState<Shown>({ log: undefined, failure: undefined, loading: true });
  const load = (before: PersonLog | undefined) => {
    setShown((old) => ({ ...old, loading: true, failure: undefined }));
    calls.personLog(id, group, before?.next_cursor ?? undefined).then(
      (next) => setShown({ log: before ? { ...next, entries: [...before.entries, ...next.entries] } : next, failure: undefined, loading: false }),
      (error: unknown) => setShown((old) => ({ ...old, failure: asRefused(error), loading: false })),
    );
  };
  useEffect(() => load(undefined), [id, group]);
  const { log } = shown;
  return (
    <>
      <a class="back" href="#/agents"><Icon name="arrow_left" size={16} />{said.back}</a>
      <PageHead title={log ? said.title(log.name) : said.title("")} lead={<>{log && <Badge tone="plain">{roleWords[log.role]}</Badge>}{said.lead}</>}>
        <a class="button" href={personCsv(id, group)} download title={said.exportHint}><Icon name="download" size={16} />{said.exportCsv}</a>
      </PageHead>
      <nav class="log-groups" aria-label={said.filter}>
        {["", ...GROUPS].map((each) => <button key={each} class="button small" aria-pressed={each === group} onClick={() => setGroup(each)}>{each === "" ? said.all : groupWords[each]}</button>)}
      </nav>
      <Card flush>
        {!log ? (shown.failure ? <Broken failure={shown.failure} retry={() => load(undefined)} /> : <Skeleton lines={12} />) : log.entries.length === 0 ? <Empty icon="scroll" title={said.empty}>{said.emptyLead}</Empty> : <DataTable name={said.table} columns={COLUMNS} rows={log.entries} id={(row) => row.entry.id} />}
      </Card>
      {log && shown.failure && <Note tone="warn" icon="wifi_off">{shown.failure.message}</Note>}
      {log?.next_cursor && <button class="button more" disabled={shown.loading} onClick={() => load(log)}>{said.more}</button>}
    </>
  );
}
