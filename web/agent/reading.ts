/** Tells the customer's page how far the chat is here and how far it was on this screen. Must not know how messages travel. */
import { effect, signal, untracked } from '@preact/signals';
import { desk, sayOf } from './desk.ts';

const inFront = signal(document.visibilityState === 'visible');
document.addEventListener('visibilitychange', () => { inFront.value = document.visibilityState === 'visible'; });

let told = { case: '', got: 0, seen: 0 };

effect(() => {
  const { talk, link } = desk.value;
  const front = inFront.value;
  if (link !== 'open') { told = { case: '', got: 0, seen: 0 }; return; }
  if (!talk) return;
  const got = talk.messages.length;
  const before = told.case === talk.case ? told : { case: talk.case, got: 0, seen: 0 };
  const seen = front ? got : before.seen;
  if (got === before.got && seen === before.seen) return;
  told = { case: talk.case, got, seen };
  untracked(() => sayOf({ type: 'chat_seen', got, seen }));
});
