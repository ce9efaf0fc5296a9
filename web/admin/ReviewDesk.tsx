// The review desk: what waits, what was drawn for me, and one key to begin. Must not know how a checker is drawn.

import { useEffect, useState } from "preact/hooks";
import type { ReviewCard, ReviewDeskView, ReviewDone } from "../generated/api.ts";
import type { Refused } from "../lib/api.ts";
import { Alert, Badge, Card, DataTable, Empty, Loaded, Note, PageHead, type Column } from "./bits.tsx";
import { calls } from "./calls.ts";
import { clock, language } from "./format.ts";
import { Icon } from "./icons.tsx";
import { AgeMeter, KindBadge } from "./ReviewBits.tsx";
import { ReviewNumbersCard } from "./ReviewNumbers.tsx";
import { ReviewWork } from "./ReviewWork.tsx";
import { may } from "./roles.ts";
import { asRefused, me, now, useAction, useResource } from "./state.ts";
import { review as said } from "./text-review.ts";
import { reasonWords, verdictWords } from "./words.ts";

/** The server takes a checker for gone after four times this. */
const BEAT_MS = 2_000;

interface Desk {
  view: ReviewDeskView | undefined;
  /** When `view` came, so that ages go on between two of them. */
  at: number;
  failure: Refused | undefined;
  /** What was said when `view` came. */
  sent: boolean;
  wants: boolean;
  setWants: (wants: boolean) => void;
  /** Says that this checker is back after letting one pass. */
  back: () => void;
}

/** Says that this checker is there and hears what was drawn. A page nobody sees takes no new work. */
function useDesk(checks: boolean): Desk {
  const [wants, setWants] = useState(false);
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ view: ReviewDeskView | undefined; at: number; failure: Refused | undefined; sent: boolean }>({ view: undefined, at: 0, failure: undefined, sent: false });
  useEffect(() => {
    let over = false;
    const beat = () => {
      const sent = wants && document.visibilityState === "visible";
      const load = checks ? calls.reviewDesk(sent) : calls.reviews();
      load.then(
        (view) => over || setState({ view, at: Date.now(), failure: undefined, sent }),
        (error: unknown) => over || setState((old) => ({ ...old, failure: asRefused(error) })),
      );
    };
    beat();
    const timer = setInterval(beat, BEAT_MS);
    document.addEventListener("visibilitychange", beat);
    return () => {
      over = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", beat);
    };
  }, [wants, checks, round]);
  // The server forgets that one was let pass as soon as it hears that its checker was away.
  const back = () => void calls.reviewDesk(false).catch(() => undefined).finally(() => setRound((n) => n + 1));
  return { ...state, wants, setWants, back };
}

export function ReviewPage({ id }: { id: string | undefined }) {
  const checks = me.value?.reviews ?? false;
  const desk = useDesk(checks);
  const [done, setDone] = useState<ReviewDone | undefined>(undefined);
  const [given, setGiven] = useState(0);
  const age = (card: ReviewCard) => card.age + Math.max(0, Math.round((now.value - desk.at) / 1000));
  if (id && checks) return <ReviewWork key={id} id={id} target={desk.view?.target ?? 60} onDone={(result) => { setDone(result); setGiven(given + 1); location.hash = "#/review"; }} />;
  return (
    <>
      <PageHead title={said.title} lead={said.lead}>
        {checks && desk.wants && <button class="button" onClick={() => desk.setWants(false)}><Icon name="pause" size={16} />{said.stop}</button>}
      </PageHead>
      {!checks && <Note icon="lock">{said.readOnly}</Note>}
      {done && <Note tone={done.agreed ? "good" : "warn"} icon={done.agreed ? "circle_check" : "info"}>{done.agreed ? said.doneAgreed(done.maker) : said.doneDiffered(done.maker, verdictWords[done.verdict])}</Note>}
      {checks && <Mine desk={desk} age={age} onBegin={() => setDone(undefined)} />}
      <div class="review-grid">
        <Loaded from={{ value: desk.view, failure: desk.failure, loading: false, at: desk.at, reload: desk.back, set: () => undefined }} lines={5}>
          {(view) => (
            <Card title={said.queue(view.count)} flush>
              {view.waiting.length === 0 ? <Empty icon="circle_check" title={said.queue(0)}>{said.queueEmpty}</Empty> : <DataTable name={said.table} columns={columns(age, view.target)} rows={view.waiting} id={(row) => row.case} />}
            </Card>
          )}
        </Loaded>
        {me.value && may(me.value.role, "read") && <Numbers round={given} />}
      </div>
    </>
  );
}

function Numbers({ round }: { round: number }) {
  const days = 30;
  const numbers = useResource(calls.reviewNumbers(days), `review numbers ${round}`);
  return <Loaded from={numbers} lines={8}>{(value) => <ReviewNumbersCard numbers={value} />}</Loaded>;
}

function columns(age: (card: ReviewCard) => number, target: number): ReadonlyArray<Column<ReviewCard>> {
  return [
    { key: "age", head: said.age, cell: (row) => <AgeMeter card={row} age={age(row)} target={target} /> },
    { key: "kind", head: said.kind, cell: (row) => <KindBadge card={row} /> },
    { key: "profile", head: said.profile, cell: (row) => <span class="person"><span>{row.jurisdiction}</span><span class="quiet">{reasonWords[row.reason]}</span></span> },
    { key: "state", head: said.state, cell: (row) => <Badge tone={row.taken ? "live" : "plain"}>{row.taken ? said.states.taken : row.assigned ? said.states.assigned : said.states.open}</Badge> },
  ];
}

/** What stands before this checker: nothing yet, one that was let pass, or one that was drawn. */
function Mine({ desk, age, onBegin }: { desk: Desk; age: (card: ReviewCard) => number; onBegin: () => void }) {
  const action = useAction();
  const card = desk.view?.mine ?? undefined;
  const begin = () => {
    if (!card || action.busy) return;
    onBegin();
    action.run(async () => {
      await calls.takeReview(card.case);
      location.hash = `#/review/${card.case}`;
    });
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (event.key !== "Enter" || event.defaultPrevented || target?.closest("button, a, input, select, textarea, dialog")) return;
      event.preventDefault();
      begin();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
  if (card) return <Drawn card={card} age={age(card)} target={desk.view?.target ?? 60} busy={action.busy} failure={action.failure} onBegin={begin} />;
  if (!desk.wants) {
    return <section class="desk-card" aria-label={said.offTitle}><Empty icon="eye" title={said.offTitle} act={<button class="button primary large" onClick={() => desk.setWants(true)}><Icon name="eye" size={18} />{said.start}</button>}>{said.offLead}</Empty></section>;
  }
  if (desk.view && desk.sent && !desk.view.ready) {
    return <section class="desk-card" aria-label={said.lapsedTitle}><Empty icon="clock" title={said.lapsedTitle} act={<button class="button primary large" onClick={desk.back}>{said.back}</button>}>{said.lapsedLead}</Empty></section>;
  }
  return <section class="desk-card" role="status"><Empty icon="clock" title={said.idleTitle}>{said.idleLead(desk.view?.here ?? 0)}</Empty></section>;
}

function Drawn({ card, age, target, busy, failure, onBegin }: { card: ReviewCard; age: number; target: number; busy: boolean; failure: Refused | undefined; onBegin: () => void }) {
  const left = card.until ? Math.max(0, Math.round((Date.parse(card.until) - now.value) / 1000)) : 0;
  return (
    <section class="desk-card mine" aria-label={said.mineTitle}>
      <div class="mine-main">
        <h2>{said.mineTitle}</h2>
        <p class="mine-facts"><KindBadge card={card} /><span>{card.jurisdiction}</span><span>{reasonWords[card.reason]}</span><span>{language(card.locale)}</span></p>
        <AgeMeter card={card} age={age} target={target} />
        <p class="quiet tabular" title={clock(left)}>{said.until(left)}</p>
        <Alert failure={failure} />
      </div>
      <button class="button primary large" disabled={busy} onClick={onBegin}><Icon name="play" size={18} filled />{card.taken ? said.resume : said.begin}<kbd>{said.beginKey}</kbd></button>
    </section>
  );
}
