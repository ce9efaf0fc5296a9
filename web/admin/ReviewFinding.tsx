// The finding of a second look: reasons, steps to be done again, a note, and one confirmation. Must not know the file it is about.

import { useState } from "preact/hooks";
import type { Finding, ReviewDone, ReviewFile, ReviewReason, StepKind } from "../generated/api.ts";
import { Alert, Dialog, Field, Note } from "./bits.tsx";
import { calls } from "./calls.ts";
import { useAction } from "./state.ts";
import { text } from "./text.ts";
import { findingMeaning, findingWords, review as said, reviewReasonWords } from "./text-review.ts";
import { stepWords } from "./words.ts";

function toggled<T>(list: ReadonlyArray<T>, each: T): T[] {
  return list.includes(each) ? list.filter((other) => other !== each) : [...list, each];
}

export function ReviewFinding({ review, finding, onClose, onDone }: { review: ReviewFile; finding: Finding; onClose: () => void; onDone: (done: ReviewDone) => void }) {
  const offered = review.findings.find((each) => each.finding === finding)?.reasons ?? [];
  // The one reason of an approval that nobody has to think about is chosen already.
  const [reasons, setReasons] = useState<ReadonlyArray<ReviewReason>>(finding === "approve" ? offered.slice(0, 1) : []);
  const [again, setAgain] = useState<ReadonlyArray<StepKind>>([]);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const action = useAction();
  const reasonFault = reasons.length === 0 ? said.needReason : undefined;
  const stepFault = finding === "recapture" && again.length === 0 ? said.needStep : undefined;
  const confirm = () => {
    setTried(true);
    if (reasonFault || stepFault || action.busy) return;
    action.run(async () => onDone(await calls.giveReview(review.card.case, { finding, reasons: [...reasons], note, again: [...again] })));
  };
  const onKey = (event: KeyboardEvent) => {
    const on = event.target instanceof HTMLElement ? event.target : null;
    const reason = offered[Number(event.key) - 1];
    if (on?.closest("textarea")) return;
    if (reason) setReasons(toggled(reasons, reason));
    else if (event.key === "Enter" && !on?.closest("button")) confirm();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog
      title={said.dialog(findingWords[finding])} onClose={onClose} onKey={onKey}
      actions={<><button class="button" onClick={onClose}>{text.common.cancel}</button><button class={finding === "reject" ? "button danger" : "button primary"} disabled={action.busy} onClick={confirm}>{action.busy ? said.saving : said.confirm(findingWords[finding])}</button></>}
    >
      <div class="form">
        <p>{findingMeaning[review.card.kind][finding]}</p>
        <fieldset class="choice" aria-describedby="review-reasons-hint">
          <legend>{said.reasons}</legend>
          {offered.map((reason, index) => (
            <label key={reason} class="check"><input type="checkbox" autofocus={index === 0} checked={reasons.includes(reason)} onChange={() => setReasons(toggled(reasons, reason))} />{reviewReasonWords[reason]}<kbd>{index + 1}</kbd></label>
          ))}
          <p class="hint" id="review-reasons-hint">{said.reasonsHint}</p>
          {tried && reasonFault && <p class="fault" role="alert">{reasonFault}</p>}
        </fieldset>
        {finding === "recapture" && (
          <fieldset class="choice">
            <legend>{said.again}</legend>
            {review.again.map((step) => <label key={step} class="check"><input type="checkbox" checked={again.includes(step)} onChange={() => setAgain(toggled(again, step))} />{stepWords[step]}</label>)}
            {tried && stepFault && <p class="fault" role="alert">{stepFault}</p>}
          </fieldset>
        )}
        <Field label={said.note} hint={said.noteHint}>{(ids) => <textarea {...ids} rows={2} maxLength={1000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}</Field>
        <Note tone="warn" icon="warning">{said.final}</Note>
        <Alert failure={action.failure} />
      </div>
    </Dialog>
  );
}
