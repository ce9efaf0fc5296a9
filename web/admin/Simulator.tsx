// "What would this policy have done?": runs the rules on this page over recorded reports. Must not know how they are matched.

import { useState } from "preact/hooks";
import type { ChangedReport, PolicyBody, RecoveryMode, Simulation } from "../generated/api.ts";
import { Alert, Card, DataTable, ModeBadge, Note, Time, type Column } from "./bits.tsx";
import { calls } from "./calls.ts";
import { count } from "./format.ts";
import { Icon } from "./icons.tsx";
import { may } from "./roles.ts";
import { me, useAction } from "./state.ts";
import { setup } from "./text-setup.ts";
import { modeWords, reasonWords } from "./words.ts";

const said = setup.simulate;
/** The server cuts the list off here. */
const MOST_SHOWN = 50;
const DAYS = [1, 7, 14, 30, 60, 90] as const;

interface Run {
  answer: Simulation;
  days: number;
  of: string;
}

export function Simulator({ body, valid }: { body: PolicyBody; valid: boolean }) {
  const [days, setDays] = useState(30);
  const [run, setRun] = useState<Run | undefined>(undefined);
  const action = useAction();
  const allowed = me.value !== null && may(me.value.role, "simulate");
  const start = () => action.run(async () => setRun({ answer: await calls.simulate(body, days), days, of: JSON.stringify(body) }));
  return (
    <Card title={said.title}>
      <p>{said.question(days)}</p>
      {allowed ? (
        <div class="simulate-acts">
          <label class="inline-field"><span>{said.days}</span><select value={String(days)} onChange={(event) => setDays(Number(event.currentTarget.value))}>{DAYS.map((each) => <option key={each} value={String(each)}>{said.daysWord(each)}</option>)}</select></label>
          <button class="button primary" disabled={!valid || action.busy} onClick={start}><Icon name="play" size={16} />{action.busy ? said.running : run ? said.again : said.run}</button>
          <span class="quiet">{said.draft}</span>
        </div>
      ) : <p class="quiet">{said.denied}</p>}
      <Alert failure={action.failure} />
      <div aria-live="polite">
        {run && run.of !== JSON.stringify(body) && <Note tone="warn" icon="warning">{said.stale}</Note>}
        {run && <Answer answer={run.answer} />}
      </div>
    </Card>
  );
}

function Answer({ answer }: { answer: Simulation }) {
  const changed = Math.max(answer.changed.length, moved(answer));
  if (answer.reports === 0) return <p class="simulate-none"><b>{said.title2(0, 0)}.</b> {said.empty}</p>;
  return (
    <div class="simulation">
      <h3>{said.title2(changed, answer.reports)}</h3>
      <Offers answer={answer} />
      <h3>{said.perRule}</h3>
      <PerRule answer={answer} />
      {answer.changed.length > 0 && (
        <>
          <h3>{said.changed} {answer.changed.length >= MOST_SHOWN && <span class="quiet">{said.changedFirst(MOST_SHOWN)}</span>}</h3>
          <DataTable name={said.changed} columns={COLUMNS} rows={answer.changed} id={(row) => `${row.case}${row.at}`} />
        </>
      )}
    </div>
  );
}

/** At least so many answers differ, by the totals alone; the list is cut off at fifty. */
function moved(answer: Simulation): number {
  return (Math.abs(answer.automatic - answer.was_automatic) + Math.abs(answer.opt_in - answer.was_opt_in) + Math.abs(answer.none - answer.was_none)) / 2;
}

function Offers({ answer }: { answer: Simulation }) {
  const rows: ReadonlyArray<{ mode: RecoveryMode; was: number; now: number }> = [
    { mode: "automatic", was: answer.was_automatic, now: answer.automatic }, { mode: "opt_in", was: answer.was_opt_in, now: answer.opt_in }, { mode: "none", was: answer.was_none, now: answer.none },
  ];
  const bar = (n: number, kind: string) => <svg class="mini-bar" width="100%" height="8" aria-hidden="true"><rect class={kind} width={`${(n / answer.reports) * 100}%`} height="8" rx="2" /></svg>;
  return (
    <table class="offers">
      <caption class="sr-only">{said.table}</caption>
      <thead><tr><th scope="col">{said.outcome}</th><th scope="col" class="figure">{said.was}</th><th scope="col" class="figure">{said.would}</th><th scope="col"><span class="sr-only">±</span></th></tr></thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.mode}>
            <th scope="row">{modeWords[row.mode]}</th>
            <td class="figure">{count(row.was)}{bar(row.was, "bar-was")}</td>
            <td class="figure">{count(row.now)}{bar(row.now, "bar-now")}</td>
            <td class="figure delta">{row.now === row.was ? "±0" : row.now > row.was ? `+${count(row.now - row.was)}` : `−${count(row.was - row.now)}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PerRule({ answer }: { answer: Simulation }) {
  const most = Math.max(1, ...answer.per_rule.map((each) => each.count));
  return (
    <ul class="per-rule">
      {answer.per_rule.map((each, index) => (
        <li key={index}>
          <span>{index === answer.per_rule.length - 1 ? said.noRule : each.name}</span>
          <svg width="100%" height="10" aria-hidden="true"><rect class={index === answer.per_rule.length - 1 ? "bar-was" : "bar-now"} width={`${(each.count / most) * 100}%`} height="10" rx="2" /></svg>
          <span class="tabular">{count(each.count)}</span>
        </li>
      ))}
    </ul>
  );
}

const COLUMNS: ReadonlyArray<Column<ChangedReport>> = [
  { key: "reference", head: said.reference, cell: (row) => <a class="mono" href={`#/cases/${row.case}`}>{row.reference}</a> },
  { key: "at", head: said.at, cell: (row) => <Time at={row.at} /> },
  { key: "reasons", head: said.reasons, cell: (row) => row.reasons.map((reason) => reasonWords[reason]).join(", ") },
  { key: "was", head: said.was, cell: (row) => <ModeBadge mode={row.was} /> },
  { key: "now", head: said.would, cell: (row) => <ModeBadge mode={row.now} /> },
  { key: "because", head: said.because, cell: (row) => row.because },
];
