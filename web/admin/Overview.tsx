// Today's figures and this moment's, live. Must not know how they are counted.

import { useEffect, useId, useState } from "preact/hooks";
import type { CopiesView, NumbersView, QueueRow, SessionRow } from "../generated/api.ts";
import { Badge, Broken, Card, DataTable, Empty, Note, PageHead, PhaseBadge, Skeleton, Time, type Column } from "./bits.tsx";
import { calls } from "./calls.ts";
import { clock, count, language, span, stamp } from "./format.ts";
import { Icon } from "./icons.tsx";
import { changed, line, now, numbers, numbersAt, useResource } from "./state.ts";
import { text } from "./text.ts";
import { custody as copies } from "./text-custody.ts";
import { queueTone, queueWords, reasonWords, sessionTone, sessionWords, stepWords } from "./words.ts";

const said = text.overview;
/** The line is given this long before the page speaks of a loss. */
const QUIET_MS = 3_000;

export function Overview() {
  // The first figures come by call, so that the page also works where sockets do not pass.
  const first = useResource(calls.numbers, "numbers");
  useEffect(() => {
    if (first.value && numbers.value === null) {
      numbers.value = first.value;
      numbersAt.value = first.at;
    }
  }, [first.value]);
  const lost = line.value === "lost";
  useEffect(() => {
    if (!lost) return;
    const timer = setInterval(first.reload, 10_000);
    return () => clearInterval(timer);
  }, [lost]);
  useEffect(() => {
    if (first.value && line.value !== "open") {
      numbers.value = first.value;
      numbersAt.value = first.at;
    }
  }, [first.at]);
  const view = numbers.value;
  const age = now.value - numbersAt.value;
  return (
    <>
      <PageHead title={said.title} lead={view ? said.asOf(stamp(view.at).slice(0, 8)) : text.common.loading} />
      {lost && view && age > QUIET_MS && <Note tone="warn" icon="wifi_off">{text.live.lostLong(span(age / 1000))}</Note>}
      {view ? <Figures view={view} stale={lost && age > QUIET_MS} /> : first.failure ? <Card><Broken failure={first.failure} retry={first.reload} /></Card> : <Skeleton lines={10} />}
    </>
  );
}

function Figures({ view, stale }: { view: NumbersView; stale: boolean }) {
  return (
    <div class={stale ? "overview stale" : "overview"}>
      <section class="strip" aria-label={said.now}>
        <Figure big word={said.waiting} hint={said.waitingHint} value={count(view.waiting)} tone={view.waiting > 0 ? "warn" : ""} />
        <Figure big word={said.longest} hint={said.longestHint} value={view.waiting === 0 ? text.common.none : clock(view.longest_wait)} tone={view.longest_wait > 20 ? "warn" : ""} />
        <Figure big word={said.live} hint={said.liveHint} value={count(view.live)} />
        <Figure big word={said.available} hint={said.agentsTitle(view.agents_available)} value={count(view.agents_available)} />
        <Figure big word={said.recovered} hint={said.recoveredHint} value={count(view.recovered)} tone={view.recovered > 0 ? "good" : ""} />
        <Figure big word={said.median} hint={said.medianHint} value={view.median_recovery_seconds == null ? text.common.none : span(view.median_recovery_seconds)} />
      </section>
      <div class="overview-grid">
        <div class="overview-main">
          <Queue view={view} />
          <Sessions rows={view.sessions ?? []} />
          <Recent />
        </div>
        <div class="overview-side">
          <Level view={view} />
          <Today view={view} />
          <Presence view={view} />
          {view.copies && <Copies view={view.copies} />}
        </div>
      </div>
    </div>
  );
}

function Figure({ word, hint, value, tone = "", big }: { word: string; hint: string; value: string; tone?: string; big?: boolean }) {
  return (
    <div class={`figure-tile ${tone} ${big ? "big" : ""}`}>
      <p class="figure-word">{word}</p>
      <p class="figure-value">{value}</p>
      <p class="figure-hint">{hint}</p>
    </div>
  );
}

function Queue({ view }: { view: NumbersView }) {
  const columns: ReadonlyArray<Column<QueueRow>> = [
    { key: "name", head: said.name, cell: (row) => <a href={`#/cases/${row.id}`}>{row.name}</a> },
    { key: "reason", head: said.reason, cell: (row) => reasonWords[row.reason] },
    { key: "locale", head: said.language, cell: (row) => language(row.locale) },
    { key: "state", head: said.state, cell: (row) => <Badge tone={queueTone[row.state] ?? "plain"}>{queueWords[row.state] ?? row.state}</Badge> },
    { key: "waited", head: said.waited, figure: true, cell: (row) => clock(row.waited + waitedSince()) },
  ];
  return (
    <Card title={said.queue(view.waiting, view.longest_wait)} flush>
      {view.queue.length === 0 ? <Empty icon="clock" title={said.queue(0, 0)}>{said.queueEmpty}</Empty> : <DataTable name={said.queueTable} columns={columns} rows={view.queue} id={(row) => row.id} />}
    </Card>
  );
}

/** Who is face to face, with whom, how far and for how long; supervisors step in from the agent console. */
function Sessions({ rows }: { rows: ReadonlyArray<SessionRow> }) {
  const columns: ReadonlyArray<Column<SessionRow>> = [
    { key: "name", head: said.name, cell: (row) => <a href={`#/cases/${row.id}`}>{row.name || text.file.nameless}</a> },
    { key: "agent", head: said.agent, cell: (row) => row.agent || text.common.none },
    { key: "step", head: said.step, cell: (row) => (row.step ? stepWords[row.step] : said.stepsDone) },
    { key: "state", head: said.state, cell: (row) => <Badge tone={sessionTone[row.state] ?? "plain"}>{sessionWords[row.state] ?? row.state}</Badge> },
    { key: "for", head: said.lasts, figure: true, cell: (row) => clock((now.value - Date.parse(row.started_at)) / 1000) },
  ];
  return (
    <Card title={said.sessions(rows.length)} flush>
      {rows.length === 0 ? <Empty icon="video" title={said.sessions(0)}>{said.sessionsEmpty}</Empty> : <DataTable name={said.sessionsTable} columns={columns} rows={rows} id={(row) => row.id} />}
    </Card>
  );
}

/** Waits grow between two pushes; they stand still when the line is lost, because nobody knows then. */
function waitedSince(): number {
  return line.value === "open" ? Math.max(0, Math.floor((now.value - numbersAt.value) / 1000)) : 0;
}

function Level({ view }: { view: NumbersView }) {
  const level = view.service_level;
  return (
    <Card title={level == null ? said.levelNone : said.levelTitle(level)} aside={<Tip name={said.formulaName}>{said.formula}</Tip>}>
      <Bar share={level ?? 0} />
      <p class="quiet">{said.levelLead(view.answered, view.abandoned)}</p>
    </Card>
  );
}

/** Recordings that are not in the bank's own storage yet. */
function Copies({ view }: { view: CopiesView }) {
  return (
    <Card title={copies.lagTitle(view.waiting, view.lag_seconds)}>
      <p class="quiet">{copies.lagLead}</p>
      {view.dead > 0 && <Note tone="warn" icon="warning">{copies.lagDead(view.dead)}</Note>}
    </Card>
  );
}

function Bar({ share }: { share: number }) {
  return (
    <svg class="bar" width="100%" height="10" aria-hidden="true">
      <rect class="bar-ground" width="100%" height="10" rx="5" />
      {share > 0 && <rect class="bar-part" width={`${share * 100}%`} height="10" rx="5" />}
    </svg>
  );
}

/** A formula behind a button: by pointer, by focus and by touch; Escape closes it. */
function Tip({ name, children }: { name: string; children: string }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <span class="tip" onMouseEnter={() => setOpen(true)} onMouseLeave={() => setOpen(false)} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
      <button class="button quiet icon-only" aria-label={name} aria-expanded={open} aria-describedby={open ? id : undefined} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onClick={() => setOpen(true)}><Icon name="info" size={18} /></button>
      {open && <span class="tip-text" role="tooltip" id={id}>{children}</span>}
    </span>
  );
}

function Today({ view }: { view: NumbersView }) {
  const rows: ReadonlyArray<readonly [string, string, string]> = [
    [said.reported, count(view.reported), said.reportedHint], [said.offered, count(view.offered), said.offeredHint], [said.answered, count(view.answered), said.answeredHint],
    [said.abandoned, count(view.abandoned), said.abandonedHint], [said.medianWait, view.median_wait_seconds == null ? text.common.none : span(view.median_wait_seconds), said.medianWaitHint],
  ];
  return (
    <Card title={view.decided === 0 ? said.recoveryNone : said.recovery(view.recovered, view.decided)}>
      {view.decided > 0 && <Bar share={Math.min(1, view.recovered / view.decided)} />}
      <dl class="today">{rows.map(([word, value, hint]) => <div key={word}><dt>{word}<span>{hint}</span></dt><dd>{value}</dd></div>)}</dl>
    </Card>
  );
}

function Presence({ view }: { view: NumbersView }) {
  const parts: ReadonlyArray<readonly [string, number, string]> = [
    [said.available, view.agents_available, "good"], [said.onCall, view.agents_on_call, "brand"], [said.wrapUp, view.agents_wrap_up, "calm"], [said.away, view.agents_away, "warn"],
  ];
  const all = parts.reduce((sum, [, n]) => sum + n, 0);
  return (
    <Card title={all === 0 ? said.agentsNone : said.agentsTitle(view.agents_available)} aside={<a href="#/agents">{said.agentsLink}</a>}>
      {all === 0 ? <p class="quiet">{said.agentsNoneLead}</p> : (
        <ul class="presence">
          {parts.map(([word, n, tone]) => <li key={word}><span>{word}</span><svg width="100%" height="8" aria-hidden="true"><rect class={`presence-${tone}`} width={`${(n / all) * 100}%`} height="8" rx="4" /></svg><span class="tabular">{n}</span></li>)}
        </ul>
      )}
    </Card>
  );
}

function Recent() {
  const rows = changed.value;
  return (
    <Card title={said.recent}>
      {rows.length === 0 ? <p class="quiet">{said.recentEmpty}</p> : (
        <ul class="recent">
          {rows.slice(0, 8).map((row) => <li key={row.id}><a href={`#/cases/${row.id}`}>{row.name || text.file.nameless}</a><PhaseBadge phase={row.phase} /><span class="quiet">{row.reasons.map((reason) => reasonWords[reason]).join(", ")}</span><Time at={row.updated_at} /></li>)}
        </ul>
      )}
    </Card>
  );
}
