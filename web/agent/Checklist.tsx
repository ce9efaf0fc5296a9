/** The procedure, step by step, with what each step needs. Must not decide when a step is done: the server does. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AgentCaseView, QuestionView, StepView } from '../generated/api.ts';
import { currentStep, isAsked, openSteps, type Talk } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { sayOf } from './desk.ts';
import { Features } from './Features.tsx';
import { Still } from './Images.tsx';
import { openCompare } from './compare.ts';
import { Liveness } from './Liveness.tsx';
import { Key, Sign } from './signs.tsx';
import { OneTimeCode } from './OneTimeCode.tsx';
import { photograph } from './optics.ts';
import { Place } from './Place.tsx';
import { plain, question as questionWords, step as stepWords, stepHint, stepState, t } from './text.ts';
import { c as compareWords } from './text-compare.ts';
import { d } from './text-identity.ts';
import { p as profileWords } from './text-profile.ts';
import { chosenStep, lacks, markDone, openLook, stage, waiving } from './view.ts';

function StateSign({ step }: { step: StepView }) {
  const label = stepState[step.state];
  if (step.state === 'done') return <span class="step-sign good"><Icon name="check" size={16} label={label} /></span>;
  if (step.state === 'failed') return <span class="step-sign bad"><Icon name="x" size={16} label={label} /></span>;
  if (step.state === 'waived') return <span class="step-sign warn"><Icon name="minus" size={16} label={label} /></span>;
  return <span class="step-sign" role="img" aria-label={label} />;
}

const ANSWERS = [['match', t.match], ['no_match', t.noMatch], ['not_asked', t.notAsked]] as const;

function Question({ step, q, talk }: { step: StepView; q: QuestionView; talk: Talk }) {
  const busy = talk.busy.includes(`answered:${step.key}:${q.key}`);
  const words = q.text ?? questionWords[q.key] ?? plain(q.key);
  return (
    <li class="question">
      <p>{words}</p>
      {q.spoken && <p class="spoken dim" dir="auto">{q.spoken}</p>}
      <p class="small dim" dir="auto">{q.expected ? <>{t.expected}: <b class="expected">{q.expected}</b></> : t.nothingOnFile}</p>
      <div class="seg" role="group" aria-label={words}>
        {ANSWERS.map(([value, word]) => <button key={value} class="seg-item" data-value={value} aria-pressed={q.answer === value} disabled={busy} onClick={() => sayOf({ type: 'answered', step: step.key, question: q.key, answer: value })}>{word}</button>)}
      </div>
    </li>
  );
}

function Waive({ step }: { step: StepView }) {
  const [why, setWhy] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const good = why.trim().length >= 3;
  const send = (): void => {
    if (!good) return;
    sayOf({ type: 'waive', step: step.key, reason: why.trim().slice(0, 500) });
    waiving.value = null;
    chosenStep.value = null;
  };
  return (
    <form class="waive" onSubmit={e => { e.preventDefault(); send(); }}>
      <label class="field"><span>{t.waiveWhy}</span><textarea ref={field} rows={2} maxLength={500} value={why} onInput={e => setWhy(e.currentTarget.value)}
        onKeyDown={e => { if (e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); send(); } }} /></label>
      <div class="row gap8"><button class="btn primary tight" disabled={!good}>{t.waiveConfirm}</button><button type="button" class="btn tight" onClick={() => { waiving.value = null; }}>{t.cancel}</button></div>
    </form>
  );
}

const LACKS = { photo: t.needsPhoto, prompts: t.needsPrompts, answers: t.needsAnswers, code: d.needsCode, place: d.needsPlace, features: profileWords.needsFeatures };

/** Brings a step into sight inside the list; on a phone the list does not scroll and the page stays where it is. */
function reveal(body: HTMLElement): void {
  const list = body.closest('.checklist');
  const step = body.parentElement;
  if (!list || !step || list.scrollHeight <= list.clientHeight) return;
  const seen = list.getBoundingClientRect();
  const wanted = step.getBoundingClientRect();
  if (wanted.bottom > seen.bottom) list.scrollTop += Math.min(wanted.bottom - seen.bottom, wanted.top - seen.top);
  else if (wanted.top < seen.top) list.scrollTop -= seen.top - wanted.top;
}

function Body({ file, step, talk }: { file: AgentCaseView; step: StepView; talk: Talk }) {
  const box = useRef<HTMLDivElement>(null);
  const grown = `${step.evidence.length}.${step.challenges.length}`;
  useEffect(() => { if (box.current) reveal(box.current); }, [step.key, grown]);
  const missing = lacks(step);
  const busy = talk.busy.includes(`step:${step.key}`);
  const live = stage.value === 'call';
  if (waiving.value === step.key) return <Waive step={step} />;
  const failed = step.state === 'failed';
  return (
    <div class="step-body" ref={box}>
      <p class="dim small">{stepHint[step.kind]}</p>
      {step.evidence.length > 0 && <div class="step-stills">{[...step.evidence].reverse().slice(0, 4).map(id => <Still key={id} id={id} alt={`${t.fromLive}: ${stepWords[step.kind]}`} onOpen={() => openLook(file, step.slot ?? null, 'live', id, true)} />)}</div>}
      {step.kind === 'liveness' && <Liveness file={file} step={step} talk={talk} />}
      {step.questions.length > 0 && <ul class="questions">{step.questions.map(q => <Question key={q.key} step={step} q={q} talk={talk} />)}</ul>}
      {step.kind === 'one_time_code' && <OneTimeCode file={file} />}
      {step.features && <Features step={step} talk={talk} />}
      {step.kind === 'location' && <Place view={file.identity.location} />}
      {step.waiver && <p class="small">{t.waivedBecause(step.waiver)}</p>}
      <div class="row gap8 wrap">
        {step.slot && live && <button class={missing === 'photo' ? 'btn tight primary' : 'btn tight'} aria-keyshortcuts="Space" disabled={isAsked(talk, 'photograph')} onClick={() => photograph(step)}><Icon name="camera" />{step.evidence.length > 0 ? t.retake : t.photograph}<Key k="Space" /></button>}
        {step.kind === 'portrait_match' && <button class={step.state === 'pending' && !missing ? 'btn tight primary' : 'btn tight'} aria-keyshortcuts="C" onClick={openCompare}><Sign name="columns" />{compareWords.suggest}<Key k="C" /></button>}
        {step.state === 'pending' && <button class={missing ? 'btn tight' : 'btn tight primary'} aria-disabled={missing !== null} aria-keyshortcuts="Enter" title={missing ? LACKS[missing] : ''} disabled={busy} onClick={() => markDone(step)}><Icon name="check" />{t.markDone}<Key k="↵" /></button>}
        {step.state === 'pending' && <button class="btn tight" disabled={busy} onClick={() => sayOf({ type: 'step_state', step: step.key, failed: true })}>{t.fail}</button>}
        {(failed || step.state === 'done') && <button class="btn tight" disabled={busy} onClick={() => sayOf({ type: 'step_state', step: step.key, failed: false })}>{t.reopen}</button>}
        {step.waivable && (step.state === 'pending' || failed) && <button class="btn quiet tight" aria-keyshortcuts="W" onClick={() => { waiving.value = step.key; }}>{t.waive}<Key k="W" /></button>}
      </div>
      {missing && step.state === 'pending' && missing !== 'photo' && <p class="dim small">{LACKS[missing]}</p>}
    </div>
  );
}

export function Checklist({ file, talk }: { file: AgentCaseView; talk: Talk }) {
  const steps = openSteps(file);
  const current = stage.value === 'wrap' ? null : currentStep(file, chosenStep.value);
  const closed = steps.filter(s => s.state === 'done' || s.state === 'waived').length;
  return (
    <section class="checklist" aria-labelledby="checklist-title">
      <h2 id="checklist-title">{t.checklist}<span class="h-side num">{closed}/{steps.length}</span></h2>
      <div class="progress" aria-hidden="true">{steps.map(s => <span key={s.key} data-state={s.state} />)}</div>
      {steps.length === 0 && <p class="dim">{t.noSteps}</p>}
      <ol class="steps">
        {steps.map((s, i) => (
          <li key={s.key} class="step" data-state={s.state} data-current={s.key === current?.key}>
            <button class="step-head" aria-expanded={s.key === current?.key} aria-keyshortcuts={String(i + 1)} onClick={() => { chosenStep.value = s.key; waiving.value = null; }}>
              <StateSign step={s} /><span class="grow">{stepWords[s.kind]}</span>
              {!s.mandatory && <span class="tag">{t.optional}</span>}
              {s.kind === 'one_time_code' && file.identity.code_last && <span class="tag">{d.codeComesLast}</span>}
              {s.state === 'waived' && <span class="tag warn">{stepState.waived}</span>}
              {s.state === 'failed' && <span class="tag bad">{stepState.failed}</span>}
              {s.evidence.length > 0 && <span class="dim small num" title={t.photos(s.evidence.length)}><Icon name="image" size={14} />{s.evidence.length}</span>}
              <Key k={String(i + 1)} />
            </button>
            {s.key === current?.key && <Body file={file} step={s} talk={talk} />}
          </li>
        ))}
      </ol>
    </section>
  );
}
