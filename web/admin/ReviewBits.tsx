// Small pieces of second looks: the age of a decision, its kind, what was found. Must not know a page.

import type { ReviewCard, ReviewView } from "../generated/api.ts";
import { Badge, Card, Time } from "./bits.tsx";
import { Icon } from "./icons.tsx";
import { ageOf } from "./review.ts";
import { findingWords, kindWords, review as said, reviewReasonWords } from "./text-review.ts";
import { stepWords } from "./words.ts";

const TONE = { fresh: "good", soon: "warn", late: "bad" } as const;
const ICON = { fresh: "clock", soon: "clock", late: "warning" } as const;

export function KindBadge({ card }: { card: ReviewCard }) {
  return <Badge tone={card.kind === "required" ? "live" : "plain"} icon={card.kind === "required" ? "user" : "eye"}>{kindWords[card.kind]}</Badge>;
}

/** How old the decision is against the target; a blind look has none, because nobody waits for it. */
export function AgeMeter({ card, age, target }: { card: ReviewCard; age: number; target: number }) {
  if (card.kind === "sample") return <span class="age plain"><Icon name="eye" size={14} />{said.ageBlind}</span>;
  const state = ageOf(age, target);
  return (
    <span class={`age ${TONE[state]}`}>
      <Icon name={ICON[state]} size={14} />
      <progress max={target} value={Math.min(age, target)} aria-label={said.ageName} />
      <span class="tabular">{state === "late" ? said.ageLate(age - target) : said.ageOf(age, target)}</span>
    </span>
  );
}

/** The second look of a case, as its page shows it. */
export function ReviewResult({ review, checks }: { review: ReviewView; checks: boolean }) {
  const given = review.finding;
  return (
    <Card title={said.resultTitle} aside={given && <Badge tone={review.agreed ? "good" : "warn"}>{review.agreed ? said.resultAgreed : said.resultDiffered}</Badge>} id="second-look">
      {!given && <p>{review.checker ? said.resultAssigned(review.checker) : said.resultOpen}</p>}
      {given && (
        <div class="review-result">
          <p class="strong">{said.resultGiven(review.checker ?? "", findingWords[given])} {review.at && <Time at={review.at} />}</p>
          <p>{review.reasons.map((reason) => reviewReasonWords[reason]).join(", ")}</p>
          {review.again.length > 0 && <p>{said.again}: {review.again.map((step) => stepWords[step]).join(", ")}</p>}
          {review.note !== "" && <p class="prose">{review.note}</p>}
        </div>
      )}
      {!given && checks && <p class="review-acts"><a class="button" href="#/review"><Icon name="eye" size={16} />{said.toReview}</a></p>}
    </Card>
  );
}
