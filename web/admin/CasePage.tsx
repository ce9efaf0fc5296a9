// Everything about one case on one page. Must not know how its parts are drawn.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { CaseFile, TimelineEntry } from "../generated/api.ts";
import { Card, Facts, Loaded, PageHead, PhaseBadge, Time } from "./bits.tsx";
import { CaseLines } from "./CaseLines.tsx";
import { calls } from "./calls.ts";
import { Chat, Claimed, Consents, Deliveries, Steps } from "./CaseParts.tsx";
import { language, span } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";
import { Images } from "./Images.tsx";
import { pair } from "./images.ts";
import { PackButton } from "./Pack.tsx";
import { Replay, type Jump } from "./Replay.tsx";
import { layOut, placeOf } from "./replay.ts";
import { ReviewResult } from "./ReviewBits.tsx";
import { changed, me, route, useResource } from "./state.ts";
import { text } from "./text.ts";
import { Timeline } from "./Timeline.tsx";
import { Custody, Erased } from "./Custody.tsx";
import { custody as keeping } from "./text-custody.ts";
import { codeWords, modeWords, reasonWords, verdictTone, verdictWords } from "./words.ts";

const said = text.file;

export function CasePage({ id }: { id: string }) {
  const file = useResource(calls.file(id), `case ${id}`);
  const pushed = changed.value.find((row) => row.id === id);
  const newer = pushed && file.value && pushed.updated_at > file.value.row.updated_at;
  // A push names the change; the whole file is read again, so that the page never shows halves of two states.
  useEffect(() => {
    if (newer && !file.loading) file.reload();
  }, [pushed]);
  return (
    <div class="case">
      <a class="back" href="#/cases"><Icon name="arrow_left" size={16} />{said.back}</a>
      {!file.value && <PageHead title={id} />}
      <Loaded from={file} lines={14}>{(value) => <File file={value} onReload={file.reload} />}</Loaded>
    </div>
  );
}

function File({ file, onReload }: { file: CaseFile; onReload: () => void }) {
  const [jump, setJump] = useState<Jump | undefined>(undefined);
  const images = pair(file);
  const agents = new Map(file.timeline.filter((entry) => entry.actor.startsWith("agent:")).map((entry) => [entry.actor.slice(6), entry.actor_name]));
  const layout = useMemo(() => layOut(file.recordings), [file]);
  const onPlay = (entry: TimelineEntry) => {
    if (placeOf(layout, Date.parse(entry.at)) === undefined) return undefined;
    return () => {
      setJump({ entry: entry.id, play: true, round: (jump?.round ?? 0) + 1 });
      document.getElementById("recording")?.scrollIntoView({ block: "nearest" });
    };
  };
  // `#/cases/ID?at=ENTRY` opens the recording where that entry happened.
  const wanted = route.value.query.get("at");
  useEffect(() => {
    if (wanted) setJump((old) => ({ entry: wanted, play: false, round: (old?.round ?? 0) + 1 }));
  }, [wanted]);
  return (
    <>
      <Head file={file} onReload={onReload} />
      <Erased custody={file.custody} />
      <Outcome file={file} nameOf={(agent) => agents.get(agent) || agent} />
      {file.review && <ReviewResult review={file.review} checks={me.value?.reviews ?? false} />}
      <Jumps file={file} />
      <Replay file={file} jump={jump} />
      <div class="case-grid">
        <div class="case-main">
          <Images {...images} erased={(file.custody.erased?.images ?? 0) > 0} />
          <CaseLines lines={file.lines} />
          <Steps steps={file.steps} notes={file.notes} />
          <Chat messages={file.chat} />
          <Claimed claimed={file.claimed} reports={file.reports} />
          <Consents consents={file.consents} />
          <Deliveries deliveries={file.deliveries} />
          <Custody file={file} onReload={onReload} />
        </div>
        <div class="case-side">
          <Card title={said.sections.timeline} aside={<span class="quiet">{text.timeline.title(file.timeline.length)}</span>} id="timeline" flush>
            <div class="timeline-box" tabIndex={0} role="region" aria-label={said.timelineBox}><Timeline entries={file.timeline} onPlay={onPlay} /></div>
          </Card>
        </div>
      </div>
    </>
  );
}

function Head({ file, onReload }: { file: CaseFile; onReload: () => void }) {
  const { row } = file;
  return (
    <>
      <PageHead title={row.name || text.file.nameless} lead={<><PhaseBadge phase={row.phase} /><span class="mono">{row.reference}</span><span class="mono quiet">{row.id}</span></>}>
        {!file.custody.erased && <PackButton id={row.id} />}
        <button class="button" onClick={onReload}><Icon name="refresh" size={16} />{said.reload}</button>
      </PageHead>
      <dl class="meta">
        {([
          [said.reportedAt, <Time at={row.created_at} />], [text.cases.reason, row.reasons.map((reason) => reasonWords[reason]).join(", ")], [said.attempts, file.reports.at(-1)?.check.attempt ?? text.common.none],
          [said.language, language(row.locale)], [said.jurisdiction, file.jurisdiction.name], [said.agent, row.agent ?? text.common.none], [said.recoveredIn, row.recovered_in == null ? text.common.none : span(row.recovered_in)],
        ] as const).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
    </>
  );
}

/** Closed, and nobody decided. */
const LEFT: ReadonlyArray<string> = ["abandoned", "expired"];

const OUTCOME_ICON: Record<string, IconName> = { good: "circle_check", bad: "circle_x", warn: "warning", plain: "clock", live: "activity" };

function Outcome({ file, nameOf }: { file: CaseFile; nameOf: (agent: string) => string }) {
  const { decision } = file;
  const tone = decision ? verdictTone[decision.verdict] : "plain";
  return (
    <section class={`outcome ${tone}`} aria-label={said.sections.outcome} id="outcome">
      <div class="outcome-mark"><Icon name={OUTCOME_ICON[tone] ?? "clock"} size={28} /></div>
      <div class="outcome-main">
        <p class="outcome-word">{decision ? verdictWords[decision.verdict] : LEFT.includes(file.row.phase) ? said.noDecisionLeft : said.noDecision}</p>
        {decision && <p>{decision.reasons.map((code) => codeWords[code]).join(", ")}</p>}
        {file.decision_note !== "" && <p class="outcome-note">{file.decision_note}</p>}
      </div>
      <Facts of={[
        ...(decision ? [[said.decidedBy, <>{nameOf(decision.by)}, <Time at={decision.at} /></>] as const, [said.reviewedBy, decision.reviewed_by ? nameOf(decision.reviewed_by) : said.notReviewed] as const] : []),
        [said.policy, <>{modeWords[file.recovery.mode]}: {file.recovery.because}</>],
        [said.rating, file.rating == null ? text.common.none : <Stars rating={file.rating} comment={file.rating_comment} />],
      ]} />
    </section>
  );
}

function Stars({ rating, comment }: { rating: number; comment: string }) {
  return <span class="stars"><span role="img" aria-label={said.stars(rating)}>{[1, 2, 3, 4, 5].map((n) => <Icon key={n} name="star" size={15} filled={n <= rating} />)}</span>{comment !== "" && <q>{comment}</q>}</span>;
}

/** Long page, short ways: buttons, because the address belongs to the router. */
function Jumps({ file }: { file: CaseFile }) {
  const places: ReadonlyArray<readonly [string, string, number | undefined]> = [
    ["recording", said.sections.recording, file.recordings.length], ["images", said.sections.images, undefined], ["steps", said.sections.steps, undefined], ["chat", said.sections.chat, file.chat.length],
    ["claimed", said.sections.claimed, undefined], ["consent", said.sections.consent, file.consents.length], ["webhooks", said.sections.webhooks, file.deliveries.length], ["custody", keeping.title, undefined], ["timeline", said.sections.timeline, file.timeline.length],
  ];
  const go = (place: string) => {
    const section = document.getElementById(place);
    section?.scrollIntoView();
    section?.querySelector<HTMLElement>("h2")?.setAttribute("tabindex", "-1");
    section?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  };
  return <nav class="jumps" aria-label={said.jump}>{places.map(([place, word, n]) => <button key={place} onClick={() => go(place)}>{word}{n !== undefined && <span class="tabular">{n}</span>}</button>)}</nav>;
}

