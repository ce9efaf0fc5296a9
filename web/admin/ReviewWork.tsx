// One second look: the recording at the moments that matter, claimed beside read, photographs, the checklist, and the finding.
// Must not know how the finding is kept.

import { useEffect, useState } from "preact/hooks";
import type { Finding, IdentityView, ReviewDone, ReviewFile, StepView } from "../generated/api.ts";
import { Badge, Empty, Loaded, Note, PageHead } from "./bits.tsx";
import { calls, shownIn } from "./calls.ts";
import { clock, language } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";
import { pair, type Picture } from "./images.ts";
import { Replay, type Jump } from "./Replay.tsx";
import { findingOf, offered, stepMoment, stops, type Stop } from "./review.ts";
import { AgeMeter, KindBadge } from "./ReviewBits.tsx";
import { ReviewFinding } from "./ReviewFinding.tsx";
import { now, useResource } from "./state.ts";
import { fieldWords, findingKeys, findingWords, readWords, review as said } from "./text-review.ts";
import { reasonWords, slotWords, stepStateWords, stepTone, stepWords, verdictWords } from "./words.ts";

const FINDINGS: ReadonlyArray<readonly [Finding, IconName, string]> = [
  ["approve", "check", "primary"], ["recapture", "camera", ""], ["reject", "x", ""], ["escalate", "users", ""],
];

export function ReviewWork({ id, target, onDone }: { id: string; target: number; onDone: (done: ReviewDone) => void }) {
  const file = useResource(calls.reviewFile(id), `review ${id}`);
  if (file.failure && (file.failure.status === 404 || file.failure.status === 409) && !file.value) {
    return (
      <>
        <PageHead title={said.title} />
        <section class="desk-card"><Empty icon="clock" title={said.fileGone} act={<a class="button primary" href="#/review">{said.toDesk}</a>}>{said.fileGoneLead}</Empty></section>
      </>
    );
  }
  return <Loaded from={file} lines={14}>{(value) => <Work review={value} at={file.at} target={target} onDone={onDone} />}</Loaded>;
}

function Work({ review, at, target, onDone }: { review: ReviewFile; at: number; target: number; onDone: (done: ReviewDone) => void }) {
  const { card, file } = review;
  const [jump, setJump] = useState<Jump | undefined>(undefined);
  const [finding, setFinding] = useState<Finding | undefined>(undefined);
  const age = card.age + Math.max(0, Math.round((now.value - at) / 1000));
  const moments = stops(file);
  const go = (moment: { session: string; at: number }) => setJump({ session: moment.session, at: moment.at, play: true, round: (jump?.round ?? 0) + 1 });
  const choose = (wanted: Finding) => offered(card.kind, file.decision?.verdict, wanted) && setFinding(wanted);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const on = event.target instanceof HTMLElement ? event.target : null;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || on?.closest("input, select, textarea, dialog")) return;
      const wanted = findingOf(event.key);
      const stop = moments[Number(event.key) - 1];
      if (wanted) choose(wanted);
      else if (stop) go(stop);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
  const recorded = file.recordings.some((each) => each.files.length > 0);
  return (
    <div class="review-work">
      <header class="review-head">
        <div>
          <h1 tabIndex={-1}>{file.row.name}</h1>
          <p class="mine-facts"><KindBadge card={card} /><span>{card.jurisdiction}</span><span>{reasonWords[card.reason]}</span><span>{language(card.locale)}</span><AgeMeter card={card} age={age} target={target} /></p>
        </div>
        <div class="review-findings" role="group" aria-label={said.findings}>
          {FINDINGS.map(([each, icon, tone]) => {
            const open = offered(card.kind, file.decision?.verdict, each);
            return <button key={each} class={`button ${tone}`} disabled={!open} title={open ? findingWords[each] : said.notOffered} onClick={() => choose(each)}><Icon name={icon} size={16} />{findingWords[each]}<kbd>{findingKeys[each]}</kbd></button>;
          })}
        </div>
      </header>
      <div class="review-body">
        <div class="review-left">
          <Stops moments={moments} onGo={go} />
          {recorded ? <Replay file={file} jump={jump} brief /> : <section class="card"><Empty icon="video" title={said.noRecording} /></section>}
          <Note icon={card.kind === "sample" ? "eye" : "gavel"}>{file.decision ? said.verdictNote(verdictWords[file.decision.verdict]) : said.blindNote}</Note>
        </div>
        <div class="review-right">
          <Fields identity={review.identity} />
          <Photographs review={review} />
          <Checks steps={file.steps} momentOf={(step) => stepMoment(file, step)} onGo={go} />
        </div>
      </div>
      {finding && <ReviewFinding review={review} finding={finding} onClose={() => setFinding(undefined)} onDone={onDone} />}
    </div>
  );
}

function Stops({ moments, onGo }: { moments: ReadonlyArray<Stop>; onGo: (stop: Stop) => void }) {
  if (moments.length === 0) return null;
  return (
    <nav class="review-stops" aria-label={said.stops}>
      {moments.map((stop, index) => {
        const word = said[`stop_${stop.key}`];
        return <button key={stop.key} class="button small" title={said.stopAt(word, clock(stop.at / 1000))} onClick={() => onGo(stop)}><Icon name="play" size={14} />{word} <span class="quiet tabular">{clock(stop.at / 1000)}</span><kbd>{index + 1}</kbd></button>;
      })}
    </nav>
  );
}

/** Claimed beside read, what differs marked by a word and an icon. */
function Fields({ identity }: { identity: IdentityView }) {
  return (
    <section class="card" aria-label={said.fields}>
      <table class="review-fields">
        <thead><tr><th scope="col">{said.field}</th><th scope="col">{said.claimed}</th><th scope="col">{said.read}</th></tr></thead>
        <tbody>
          {identity.readings.filter((each) => each.claimed || each.read).map((each) => {
            const same = each.outcome?.startsWith("same");
            return (
              <tr key={each.field}>
                <th scope="row">{fieldWords[each.field]}</th>
                <td>{each.claimed ?? <span class="quiet">{said.notClaimed}</span>}</td>
                <td>{each.read ?? <span class="quiet">{said.notRead}</span>}{each.outcome && <Badge tone={same ? "good" : each.outcome === "unclaimed" ? "plain" : "warn"}>{readWords[each.outcome] ?? each.outcome}</Badge>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The newest of each, submitted beside live: enough to compare; the case has them all. */
function Photographs({ review }: { review: ReviewFile }) {
  const { pairs } = pair(review.file);
  return (
    <section class="card" aria-label={said.images}>
      {pairs.length === 0 ? <p class="quiet">{said.noImages}</p> : (
        <div class="review-images">
          {pairs.map((each) => (
            <div key={each.slot} class="review-pair">
              <h3>{slotWords[each.slot]}</h3>
              <Photograph of={review.card.case} word={said.submitted} picture={each.submitted[0]} />
              <Photograph of={review.card.case} word={said.live} picture={each.live.at(-1)} />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}

function Photograph({ of, word, picture }: { of: string; word: string; picture: Picture | undefined }) {
  if (!picture) return <p class="review-none quiet"><Icon name="image" size={16} />{word}: –</p>;
  return <figure><a href={shownIn(of, picture.id)} target="_blank" rel="noopener"><img src={shownIn(of, picture.id)} alt={`${slotWords[picture.slot]}, ${word}`} decoding="async" /></a><figcaption>{word}</figcaption></figure>;
}

function proofOf(step: StepView): string {
  const parts: string[] = [];
  if (step.challenges_wanted > 0) parts.push(said.promptsPassed(step.challenges.filter((each) => each.outcome === "passed").length, step.challenges_wanted));
  if (step.questions.length > 0) parts.push(said.answers(step.questions.filter((each) => each.answer === "match").length, step.questions.length));
  if (step.evidence.length > 0) parts.push(said.evidence(step.evidence.length));
  if (step.proven) parts.push(said.proven);
  if (step.waiver) parts.push(step.waiver);
  return parts.join(", ");
}

function Checks({ steps, momentOf, onGo }: { steps: ReadonlyArray<StepView>; momentOf: (step: StepView) => { session: string; at: number } | undefined; onGo: (moment: { session: string; at: number }) => void }) {
  return (
    <section class="card" aria-label={said.checks}>
      <ol class="review-checks">
        {steps.filter((step) => step.kind !== "decision").map((step) => {
          const moment = momentOf(step);
          return (
            <li key={step.key}>
              <Badge tone={stepTone[step.state]}>{stepStateWords[step.state]}</Badge>
              <span class="strong">{stepWords[step.kind]}</span>
              <span class="quiet">{proofOf(step)}</span>
              {moment && <button class="button quiet icon-only" aria-label={said.playStep(stepWords[step.kind])} title={said.playStep(stepWords[step.kind])} onClick={() => onGo(moment)}><Icon name="play" size={14} /></button>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
