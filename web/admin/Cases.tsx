// The list of cases: search, filters kept in the address, pages read on demand, export. Must not know a case's inside.

import { useEffect, useRef, useState } from "preact/hooks";
import type { CaseRow, CaseRows } from "../generated/api.ts";
import { routeTo } from "../lib/router.ts";
import { Alert, Card, DataTable, Empty, Field, Loaded, PageHead, PhaseBadge, Time, type Column } from "./bits.tsx";
import { calls, NO_FILTER, type CaseFilter } from "./calls.ts";
import { csv, download } from "./csv.ts";
import { language, span } from "./format.ts";
import { Icon } from "./icons.tsx";
import { changed, route, useAction, useResource } from "./state.ts";
import { text } from "./text.ts";
import { phaseWords, reasonWords } from "./words.ts";

const said = text.cases;
/** Typing rests this long before the list is asked again. */
const REST_MS = 300;

function fromAddress(query: URLSearchParams): CaseFilter {
  const get = (key: string) => query.get(key) ?? "";
  return { q: get("q"), phase: get("phase"), reason: get("reason"), from: get("from"), to: get("to") };
}

export function CasesPage() {
  const filter = fromAddress(route.value.query);
  const key = JSON.stringify(filter);
  const list = useResource<CaseRows>((signal) => calls.cases(filter, undefined, signal), key);
  const more = useAction();
  // What was pushed before this load is in it or does not fit it; only later pushes are news.
  const seen = useRef<ReadonlyArray<CaseRow>>([]);
  useEffect(() => {
    seen.current = changed.value;
  }, [list.at]);
  const fresh = changed.value.filter((row) => !seen.current.includes(row) && !sameInList(list.value, row)).length;
  const readOn = () => {
    const held = list.value;
    if (!held?.next_cursor) return;
    const cursor = held.next_cursor;
    more.run(async () => {
      const next = await calls.cases(filter, cursor);
      list.set({ ...next, rows: [...held.rows, ...next.rows] });
    });
  };
  const save = () => download("recourse-cases.csv", "text/csv;charset=utf-8", casesCsv(list.value?.rows ?? []));
  const rows = list.value?.rows ?? [];
  return (
    <>
      <PageHead title={said.title}>
        <button class="button" disabled={rows.length === 0} title={said.exportHint(rows.length)} onClick={save}><Icon name="download" size={16} />{said.exportLabel}</button>
      </PageHead>
      <Filters filter={filter} />
      <Card flush>
        {fresh > 0 && <button class="fresh" onClick={list.reload}><Icon name="refresh" size={16} />{said.fresh(fresh)}</button>}
        <Loaded from={list} lines={12}>
          {(value) => value.rows.length === 0 ? <Nothing filtered={key !== JSON.stringify(NO_FILTER)} /> : (
            <>
              <DataTable name={said.table} columns={COLUMNS} rows={value.rows} id={(row) => row.id} />
              <Alert failure={more.failure} />
              <footer class="table-foot"><span role="status">{said.shown(value.rows.length)}. {!value.next_cursor && said.end}</span>{value.next_cursor && <button class="button" disabled={more.busy} onClick={readOn}>{text.common.more}</button>}</footer>
            </>
          )}
        </Loaded>
      </Card>
    </>
  );
}

function sameInList(value: CaseRows | undefined, row: CaseRow): boolean {
  return value?.rows.some((each) => each.id === row.id && each.updated_at >= row.updated_at) ?? true;
}

const COLUMNS: ReadonlyArray<Column<CaseRow>> = [
  { key: "name", head: said.name, cell: (row) => <a class="strong" href={`#/cases/${row.id}`}>{row.name || text.file.nameless}</a> },
  { key: "reference", head: said.reference, cell: (row) => <span class="mono one-line">{row.reference}</span> },
  { key: "phase", head: said.phase, cell: (row) => <PhaseBadge phase={row.phase} /> },
  { key: "reason", head: said.reason, cell: (row) => row.reasons.map((reason) => reasonWords[reason]).join(", ") },
  { key: "language", head: text.overview.language, cell: (row) => language(row.locale) },
  { key: "agent", head: said.agent, cell: (row) => <span class="one-line">{row.agent ?? text.common.none}</span> },
  { key: "created", head: said.created, cell: (row) => <Time at={row.created_at} /> },
  { key: "recovered", head: said.recovered, figure: true, cell: (row) => row.recovered_in == null ? text.common.none : span(row.recovered_in) },
];

/** What is listed, as a file. */
export function casesCsv(rows: ReadonlyArray<CaseRow>): string {
  return csv(said.csvHead, rows.map((row) => [row.id, row.reference, row.name, row.phase, row.reasons.join(" "), row.locale, row.agent, row.created_at, row.updated_at, row.recovered_in]));
}

function Nothing({ filtered }: { filtered: boolean }) {
  if (!filtered) return <Empty icon="id_card" title={said.empty}>{said.emptyLead}</Empty>;
  return <Empty icon="search" title={said.nothing} act={<a class="button" href="#/cases">{text.common.clear}</a>}>{said.nothingLead}</Empty>;
}

function Filters({ filter }: { filter: CaseFilter }) {
  const [q, setQ] = useState(filter.q);
  const typed = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setQ(filter.q), [filter.q]);
  useEffect(() => () => clearTimeout(typed.current), []);
  // The address holds the filter, so that a list can be linked and the way back finds it.
  const put = (change: Partial<CaseFilter>) => {
    clearTimeout(typed.current);
    location.replace(routeTo(["cases"], { ...filter, q, ...change }));
  };
  const type = (value: string) => {
    setQ(value);
    clearTimeout(typed.current);
    typed.current = setTimeout(() => put({ q: value }), REST_MS);
  };
  const set = Object.values(filter).some((value) => value !== "");
  return (
    <form class="filters" role="search" onSubmit={(event) => { event.preventDefault(); put({}); }}>
      <div class="wide-field"><Field label={said.search}>{(ids) => <input {...ids} type="search" placeholder={said.searchHint} value={q} onInput={(event) => type(event.currentTarget.value)} />}</Field></div>
      <Field label={said.phase}>{(ids) => <select {...ids} value={filter.phase} onChange={(event) => put({ phase: event.currentTarget.value })}><option value="">{said.any}</option>{Object.entries(phaseWords).map(([value, word]) => <option key={value} value={value}>{word}</option>)}</select>}</Field>
      <Field label={said.reason}>{(ids) => <select {...ids} value={filter.reason} onChange={(event) => put({ reason: event.currentTarget.value })}><option value="">{said.any}</option>{Object.entries(reasonWords).map(([value, word]) => <option key={value} value={value}>{word}</option>)}</select>}</Field>
      <Field label={said.from}>{(ids) => <input {...ids} type="date" max={filter.to || undefined} value={filter.from} onChange={(event) => put({ from: event.currentTarget.value })} />}</Field>
      <Field label={said.to}>{(ids) => <input {...ids} type="date" min={filter.from || undefined} value={filter.to} onChange={(event) => put({ to: event.currentTarget.value })} />}</Field>
      {set && <a class="button quiet" href="#/cases"><Icon name="x" size={16} />{text.common.clear}</a>}
    </form>
  );
}
