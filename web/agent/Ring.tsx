/** A contact rings: everything worth knowing before the answer, and two ways to go. Must not answer by itself. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { answerDue, clock, secondsLeft } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { accept, answering, desk, now, reject } from './desk.ts';
import { Alerts, ClaimedFields, WhyFailed, Who } from './Facts.tsx';
import { SubmittedLarge } from './Images.tsx';
import { Key } from './signs.tsx';
import { customerCamera, t } from './text.ts';

/** The circle that empties: 2πr for r = 20. */
const ROUND = 125.66;

function Countdown({ due, whole, auto }: { due: number; whole: number; auto: boolean }) {
  const left = secondsLeft(due, now.value);
  const share = Math.max(0, Math.min(1, (due - now.value) / Math.max(1, whole)));
  return (
    <div class="countdown" role="timer" aria-label={auto ? t.ringAuto(left) : t.ringManual(left)}>
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <circle class="track" cx="24" cy="24" r="20" />
        <circle class="left" cx="24" cy="24" r="20" stroke-dasharray={ROUND} stroke-dashoffset={ROUND * (1 - share)} />
      </svg>
      <span class="num">{left}</span>
    </div>
  );
}

export function Ring() {
  const answer = useRef<HTMLButtonElement>(null);
  const whole = useRef(0);
  const { desk: view } = desk.value;
  const due = answerDue(desk.value);
  const ring = view?.ring;
  useLayoutEffect(() => {
    whole.current = due - Date.now();
    answer.current?.focus();
  }, [ring?.reservation]);
  if (!ring || !view) return null;
  const file = ring.case;
  const busy = answering.value === ring.reservation;
  const left = secondsLeft(due, now.value);
  return (
    <main class="ring" id="main" aria-labelledby="ring-title">
      <div class="ring-card">
        <header class="ring-head">
          <Countdown due={due} whole={whole.current || due - now.value} auto={view.auto_accept} />
          <div class="grow">
            <p class="ring-state" id="ring-title"><span class="ring-dot" aria-hidden="true" />{busy ? t.answering : view.auto_accept ? t.ringAuto(left) : t.ringManual(left)}</p>
            <Who file={file} big />
          </div>
          <div class="ring-acts">
            <button class="btn big" aria-keyshortcuts="Escape" disabled={busy} onClick={reject}>{t.passOn}<Key k="Esc" /></button>
            <button class="btn go big" ref={answer} aria-keyshortcuts="Enter" disabled={busy} onClick={accept}><Icon name="video" />{t.accept}<Key k="↵" /></button>
          </div>
        </header>
        <div class="ring-body">
          <div class="ring-facts">
            <Alerts file={file} />
            <WhyFailed file={file} />
            <ClaimedFields file={file} />
            <p class="dim small ring-foot">{file.device} · {customerCamera[file.customer.camera]} · {t.waited(clock(file.waited))}{file.drops > 0 ? ` · ${t.drops(file.drops)}` : ''}</p>
          </div>
          <section class="ring-shots" aria-label={t.submitted}><SubmittedLarge file={file} /></section>
        </div>
      </div>
    </main>
  );
}
