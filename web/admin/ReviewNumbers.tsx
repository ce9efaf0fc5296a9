// How makers and checkers agree, as figures and tables. Must not know how they are counted.

import type { CodeAgreement, PairAgreement, PersonAgreement, ReasonCount, ReviewNumbers } from "../generated/api.ts";
import { Card, DataTable, Empty, Facts, type Column } from "./bits.tsx";
import { count, percent, span } from "./format.ts";
import { review as said, reviewReasonWords } from "./text-review.ts";
import { codeWords } from "./words.ts";

const share = (agreement: { agreed: number; looks: number }) => (agreement.looks === 0 ? "–" : percent(agreement.agreed / agreement.looks));

const person = (head: string): ReadonlyArray<Column<PersonAgreement>> => [
  { key: "name", head, cell: (row) => <a href={`#/agents/${row.id}`}>{row.name}</a> },
  { key: "looks", head: said.looks, figure: true, cell: (row) => count(row.agreement.looks) },
  { key: "agreed", head: said.agreed, figure: true, cell: (row) => share(row.agreement) },
];
const CHECKERS: ReadonlyArray<Column<PersonAgreement>> = [...person(said.checker), { key: "median", head: said.median, figure: true, cell: (row) => (row.median_look == null ? "–" : span(row.median_look)) }];
const CODES: ReadonlyArray<Column<CodeAgreement>> = [
  { key: "code", head: said.reason, cell: (row) => codeWords[row.code] },
  { key: "looks", head: said.looks, figure: true, cell: (row) => count(row.agreement.looks) },
  { key: "agreed", head: said.agreed, figure: true, cell: (row) => share(row.agreement) },
];
const AGAINST: ReadonlyArray<Column<ReasonCount>> = [
  { key: "reason", head: said.reason, cell: (row) => reviewReasonWords[row.reason] },
  { key: "count", head: said.times, figure: true, cell: (row) => count(row.count) },
];
const PAIRS: ReadonlyArray<Column<PairAgreement>> = [
  { key: "maker", head: said.agent, cell: (row) => row.maker },
  { key: "checker", head: said.checker, cell: (row) => row.checker },
  { key: "looks", head: said.looks, figure: true, cell: (row) => count(row.agreement.looks) },
  { key: "agreed", head: said.agreed, figure: true, cell: (row) => share(row.agreement) },
  { key: "kappa", head: said.kappa, figure: true, cell: (row) => (row.kappa == null ? "–" : row.kappa.toFixed(2)) },
];

export function ReviewNumbersCard({ numbers }: { numbers: ReviewNumbers }) {
  const { required, samples } = numbers;
  const looks = required.looks + samples.looks;
  return (
    <Card title={required.looks === 0 ? said.withinNone : said.within(numbers.within_target / required.looks)} aside={<span class="quiet">{said.days(numbers.days)}</span>}>
      <Facts of={[
        [said.required, said.agreement(required.agreed, required.looks)], [said.samples, said.agreement(samples.agreed, samples.looks)],
        [said.medianWait, numbers.median_wait == null ? "–" : span(numbers.median_wait)], [said.medianLook, numbers.median_look == null ? "–" : span(numbers.median_look)],
      ]} />
      <p class="quiet">{said.sampleRate(numbers.sample_percent)}</p>
      {looks === 0 ? <Empty icon="eye" title={said.nothing}>{said.nothingLead}</Empty> : (
        <div class="review-tables">
          <Part title={said.makers} columns={person(said.agent)} rows={numbers.makers} id={(row) => row.id} />
          <Part title={said.checkers} columns={CHECKERS} rows={numbers.checkers} id={(row) => row.id} />
          <Part title={said.codes} columns={CODES} rows={numbers.codes} id={(row) => row.code} />
          <Part title={said.against} columns={AGAINST} rows={numbers.reasons} id={(row) => row.reason} />
          <Part title={said.pairs} hint={said.kappaHint} columns={PAIRS} rows={numbers.pairs} id={(row) => `${row.maker} ${row.checker}`} />
        </div>
      )}
    </Card>
  );
}

function Part<T>({ title, hint, columns, rows, id }: { title: string; hint?: string; columns: ReadonlyArray<Column<T>>; rows: ReadonlyArray<T>; id: (row: T) => string }) {
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>{title} <span class="quiet tabular">{count(rows.length)}</span></summary>
      {hint && <p class="hint">{hint}</p>}
      <DataTable name={title} columns={columns} rows={rows} id={id} />
    </details>
  );
}
