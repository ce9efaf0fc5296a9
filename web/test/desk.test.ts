/** What the desk's reducer promises, without a browser: time arrives in the inputs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentCaseView, AgentPush, ChatMessage, DeskView, StepView } from '../generated/api.ts';
import {
  advance, answerDue, AUTO_ACCEPT_AFTER, clock, COMMAND_PATIENCE, currentStep, failedSlot, HELD_PATIENCE, helloOf, lastEffect, locksOf, newDesk, NOTES_PAUSE, NOTICE_STAYS,
  pairs, roomWanted, secondsLeft, stageOf, TYPING_FADES, type DeskInput, type DeskState,
} from '../lib/desk.ts';
import { lackOf, lensOf, metersOf, METERS_FADE, zoomWithin } from '../lib/optics.ts';
import { actionFor, type Pressed, type Where } from '../agent/keys.ts';
import { ending, toCustomer } from '../agent/text.ts';
import { more } from '../customer/text/en-more.ts';

const T = Date.parse('2026-03-01T10:00:00Z');
const at = (ms: number): string => new Date(T + ms).toISOString();

function step(key: string, extra: Partial<StepView> = {}): StepView {
  return { key, kind: 'greet', state: 'pending', mandatory: true, waivable: true, evidence: [], challenges: [], challenges_wanted: 0, questions: [], review: false, proven: false, ...extra };
}

function file(extra: Partial<AgentCaseView> = {}): AgentCaseView {
  return {
    id: 'case_1', version: 1, reference: 'r', phase: 'live', name: 'Nur A.', locale: 'ms', claimed: {}, reports: [], waited: 3, drops: 0, two_devices: false,
    jurisdiction: { code: 'SG', name: 'Singapore', restart_on_interruption: false, reviewed: false }, device: '', mode: 'video',
    customer: { connected: true, camera: 'on', microphone: true, visible: true, abilities: {}, settings: {}, controls_allowed: true, camera_label: '', typing: false },
    steps: [step('greet'), step('document_front', { kind: 'document_front', slot: 'document_front' }), step('decision', { kind: 'decision' })],
    identity: { readings: [], contacts: [], sends_left: 3, code_last: false, code_after: [], location: { wanted: false, open: false, asks_left: 5 } },
    evidence: [], notes: '', locked_by: ['step:greet', 'recording'], ...extra,
  };
}

function view(extra: Partial<DeskView> = {}): DeskView {
  return { version: 1, presence: 'available', since: at(0), wrap_extended: false, waiting: 0, longest_wait: 0, answered_today: 0, auto_accept: false, ...extra };
}

function run(inputs: DeskInput[], from = newDesk('page', T)): { state: DeskState; said: unknown[] } {
  let state = from;
  const said: unknown[] = [];
  for (const input of inputs) {
    const next = advance(state, input);
    state = next.state;
    said.push(...next.say);
  }
  return { state, said };
}

const heard = (push: AgentPush, ms = 0): DeskInput => ({ is: 'heard', push, now: T + ms });
const onCall: DeskInput[] = [
  { is: 'opened', now: T }, heard({ type: 'desk', view: view({ presence: 'on_call', case: 'case_1' }) }), heard({ type: 'case', view: file() }),
];
const message = (id: string, nonce: string, from: 'agent' | 'customer' = 'agent'): ChatMessage => ({ id, nonce, from, name: 'x', at: at(0), text: id });

test('an older view never replaces a newer one', () => {
  const { state } = run([...onCall, heard({ type: 'case', view: file({ version: 5, name: 'new' }) }), heard({ type: 'case', view: file({ version: 4, name: 'old' }) })]);
  assert.equal(state.file?.name, 'new');
  const desk = run([heard({ type: 'desk', view: view({ version: 3 }) }), heard({ type: 'desk', view: view({ version: 2, waiting: 9 }) })]).state;
  assert.equal(desk.desk?.waiting, 0);
});

test('a ring counts down from its arrival, whatever this machine believes the time is', () => {
  const ring = { reservation: 'rsv_1', case: file({ phase: 'waiting' }), until: at(8_000) };
  const late = 3_600_000;
  const { state } = run([
    heard({ type: 'desk', view: view({ since: at(-90_000) }) }, late - 60_000),
    heard({ type: 'desk', view: view({ version: 2, presence: 'reserved', since: at(0), ring }) }, late),
    heard({ type: 'desk', view: view({ version: 3, presence: 'reserved', since: at(0), ring, waiting: 2 }) }, late + 3_000),
  ]);
  assert.equal(stageOf(state), 'ring');
  assert.equal(secondsLeft(state.ringDue, T + late + 3_000), 5);
});

test('auto-accept hears the chime out and never comes too late', () => {
  const ring = { reservation: 'rsv_1', case: file({ phase: 'waiting' }), until: at(8_000) };
  const rung = (until: string, auto: boolean) => run([heard({ type: 'desk', view: view() }), heard({ type: 'desk', view: view({ version: 2, since: at(10), presence: 'reserved', ring: { ...ring, until }, auto_accept: auto }) }, 10)]).state;
  assert.equal(answerDue(rung(at(8_000), true)), T + 10 + AUTO_ACCEPT_AFTER);
  assert.ok(answerDue(rung(at(1_000), true)) < T + 1_000);
  assert.equal(answerDue(rung(at(8_000), false)), T + 8_000);
});

test('an extended wrap-up ends when the server says, and an undecided case can be decided in it', () => {
  const wrap = (version: number, until: number, extended: boolean): AgentPush => ({ type: 'desk', view: view({ version, presence: 'wrap_up', since: at(100), case: 'case_1', wrap_until: at(until), wrap_extended: extended }) });
  const { state } = run([...onCall, heard({ type: 'case', view: file({ version: 2, phase: 'deciding' }) }, 100), heard(wrap(2, 20_100, false), 100), heard(wrap(3, 80_100, true), 10_000)]);
  assert.equal(state.wrapDue, T + 80_100);
  assert.equal(stageOf(state), 'deciding');
  assert.equal(stageOf(run([heard({ type: 'case', view: file({ version: 3, phase: 'verified' }) })], state).state), 'wrap');
});

test('the room stands from the ring through the answer to the live session', () => {
  const ring = { reservation: 'rsv_1', case: file({ phase: 'waiting' }), until: at(8_000) };
  const rung = run([heard({ type: 'desk', view: view({ presence: 'reserved', ring }) })]).state;
  assert.equal(roomWanted(rung), 'case_1');
  const answered = run([heard({ type: 'desk', view: view({ version: 2, presence: 'on_call', case: 'case_1' }) })], rung).state;
  assert.equal(stageOf(answered), 'call');
  assert.equal(roomWanted(answered), 'case_1');
  const live = run([heard({ type: 'case', view: file({ version: 2 }) })], answered).state;
  assert.equal(roomWanted(live), 'case_1');
  assert.equal(roomWanted(run([heard({ type: 'case', view: file({ version: 3, phase: 'interrupted' }) })], live).state), 'case_1');
  assert.equal(roomWanted(run([heard({ type: 'case', view: file({ version: 3, phase: 'deciding' }) })], live).state), null);
});

test('a passed ring takes its case and its room along', () => {
  const ring = { reservation: 'rsv_1', case: file({ phase: 'waiting' }), until: at(8_000) };
  const { state } = run([heard({ type: 'desk', view: view({ presence: 'reserved', ring }) }), heard({ type: 'desk', view: view({ version: 2, presence: 'away', away: 'missed' }) })]);
  assert.equal(state.file, null);
  assert.equal(roomWanted(state), null);
  assert.equal(stageOf(state), 'away');
});

test('after a reconnect unsent chat and unsaved notes are said again, and the hello tells what was read', () => {
  const { state } = run([...onCall, heard({ type: 'chat', case: 'case_1', from: 0, messages: [message('msg_1', 'a', 'customer')] }), { is: 'lost', now: T + 1 },
    { is: 'written', text: ' hello ', nonce: 'n1', now: T + 2 }, { is: 'noted', text: 'thin', now: T + 3 }]);
  assert.deepEqual(helloOf(state), { type: 'hello', chat_after: 1, page: 'page' });
  const { said } = run([{ is: 'opened', now: T + 4 }], state);
  assert.deepEqual(said, [{ type: 'chat', case: 'case_1', nonce: 'n1', text: 'hello' }, { type: 'notes', case: 'case_1', text: 'thin' }]);
});

test('a chat message is delivered once it comes back, and is never shown twice', () => {
  const { state } = run([...onCall, { is: 'written', text: 'hi', nonce: 'n1', now: T },
    heard({ type: 'chat', case: 'case_1', from: 0, messages: [message('msg_1', 'n1')] }), heard({ type: 'chat', case: 'case_1', from: 0, messages: [message('msg_1', 'n1'), message('msg_2', 'x', 'customer')] }),
    heard({ type: 'chat', case: 'case_other', from: 0, messages: [message('msg_9', 'y', 'customer')] })]);
  assert.equal(state.talk?.outgoing.length, 0);
  assert.deepEqual(state.talk?.messages.map(m => m.id), ['msg_1', 'msg_2']);
});

test('notes are kept after a pause, and a view of the server never overwrites what is being typed', () => {
  const typed = run([...onCall, { is: 'noted', text: 'ab', now: T + 10 }, heard({ type: 'case', view: file({ version: 2, notes: 'old' }) }, 20)]).state;
  assert.equal(typed.talk?.notes.text, 'ab');
  const early = run([{ is: 'ticked', now: T + 10 + NOTES_PAUSE - 1 }], typed);
  assert.deepEqual(early.said, []);
  const kept = run([{ is: 'ticked', now: T + 10 + NOTES_PAUSE }], typed);
  assert.deepEqual(kept.said, [{ type: 'notes', case: 'case_1', text: 'ab' }]);
  assert.equal(run([heard({ type: 'case', view: file({ version: 3, notes: 'ab' }) })], kept.state).state.talk?.notes.state, 'kept');
});

test('a draft found after a reload counts as typed', () => {
  const { state } = run([...onCall, { is: 'draft_found', case: 'case_1', text: 'rescued', now: T + 5 }, { is: 'draft_found', case: 'case_2', text: 'alien', now: T + 5 }]);
  assert.equal(state.talk?.notes.text, 'rescued');
  assert.equal(state.talk?.notes.state, 'typed');
});

test('a command shows its confirmed effect, or why not, or that nobody answered', () => {
  const { state } = run([...onCall, { is: 'asked', id: 1, command: { do: 'torch', on: true }, now: T }, { is: 'asked', id: 2, command: { do: 'zoom', factor: 2 }, now: T },
    { is: 'asked', id: 3, command: { do: 'flip' }, now: T }, heard({ type: 'command_done', id: 1, ok: true, why: '' }), heard({ type: 'command_done', id: 2, ok: false, why: 'not_supported' }),
    heard({ type: 'command_done', id: 77, ok: true, why: '' }), { is: 'ticked', now: T + COMMAND_PATIENCE + 1 }]);
  assert.ok(state.talk);
  assert.ok(state.file && lensOf(state.file, state.talk).torch, 'a device that cannot read its light back is believed');
  assert.equal(lastEffect(state.talk, 'zoom')?.why, 'not_supported');
  assert.equal(lastEffect(state.talk, 'flip')?.why, 'no_answer');
  assert.equal(state.talk.effects.length, 3);
});

test('what the device reads back counts more than what was asked of it', () => {
  const effect = { zoom: 1.5, torch: false };
  const { state } = run([...onCall, { is: 'asked', id: 1, command: { do: 'torch', on: true }, now: T }, heard({ type: 'command_done', id: 1, ok: true, why: '', effect })]);
  const customer = { ...file().customer, settings: { ...effect, frozen: true } };
  assert.ok(state.talk);
  assert.deepEqual(lensOf(file({ customer }), state.talk), { torch: false, zoom: 1.5, guide: null, auto: false, frozen: true, focus: null, camera: true, microphone: true });
  assert.equal(lastEffect(state.talk, 'torch')?.effect?.zoom, 1.5);
});

test('a photograph that waits for the customer is not silent, and one that never comes is', () => {
  const { state } = run([...onCall, { is: 'asked', id: 5, command: { do: 'photograph', slot: 'portrait' }, now: T }, heard({ type: 'command_held', id: 5, held_for: 'review' }),
    { is: 'ticked', now: T + COMMAND_PATIENCE + 1 }]);
  assert.equal(state.talk?.asked[0]?.held, 'review');
  assert.equal(run([{ is: 'ticked', now: T + HELD_PATIENCE + 1 }], state).state.talk?.effects.at(-1)?.why, 'no_answer');
});

test('a command the server refuses is answered where its effect would be shown', () => {
  const { state } = run([...onCall, { is: 'asked', id: 5, command: { do: 'flip' }, now: T }, heard({ type: 'problem', code: 'control_refused', detail: '', of: 'command' })]);
  assert.deepEqual([state.talk?.asked.length, state.talk?.effects.at(-1)?.why, state.notices.length], [0, 'control_refused', 0]);
});

test('a control that cannot be used says why, and the nearest reason wins', () => {
  const of = (customer: Partial<AgentCaseView['customer']>): AgentCaseView => file({ customer: { ...file().customer, ...customer } });
  const abilities = { lacking: [{ control: 'torch' as const, why: 'front_camera' as const }], zoom: { min: 1, max: 4, step: 0.1 } };
  assert.equal(lackOf(of({ abilities }), 'torch'), 'front_camera');
  assert.equal(lackOf(of({ abilities }), 'zoom'), null);
  assert.equal(lackOf(of({ abilities, controls_allowed: false }), 'zoom'), 'control_refused');
  assert.equal(lackOf(of({ abilities, connected: false }), 'zoom'), 'not_connected');
  assert.equal(lackOf(of({ abilities, camera: 'lost' }), 'zoom'), 'no_track');
  assert.equal(lackOf(of({ controls_allowed: false }), 'guide'), null, 'a frame is only drawn');
  assert.deepEqual([0.2, 2.004, 99].map(factor => zoomWithin(of({ abilities }), factor)), [1, 2, 4]);
});

test('meters fade when their phone is silent', () => {
  const reading = { found: true, light: 180, glare: 0, blur: 0.2, size: 0.9, margin: 0.1, tilt: 1, hint: 'good' as const, good_ms: 900 };
  const { state } = run([...onCall, heard({ type: 'meters', case: 'case_1', reading }), heard({ type: 'meters', case: 'case_other', reading: { ...reading, hint: 'dark' } })]);
  assert.ok(state.talk);
  assert.equal(metersOf(state.talk, T + METERS_FADE - 1)?.hint, 'good');
  assert.equal(metersOf(state.talk, T + METERS_FADE), null);
});

test('what is said waits for a newer view or a refusal, and nothing is said on a lost line', () => {
  const done: DeskInput = { is: 'said', message: { type: 'step_done', case: 'case_1', step: 'greet' }, now: T };
  const { state, said } = run([...onCall, done]);
  assert.deepEqual(state.talk?.busy, ['step:greet']);
  assert.equal(said.length, 1);
  assert.deepEqual(run([heard({ type: 'case', view: file({ version: 2 }) })], state).state.talk?.busy, []);
  const refused = run([heard({ type: 'problem', code: 'evidence_mismatch', detail: '', of: 'step_done' })], state).state;
  assert.deepEqual(refused.talk?.busy, []);
  assert.equal(refused.notices.length, 1);
  assert.equal(run([{ is: 'ticked', now: T + NOTICE_STAYS + 1 }], refused).state.notices.length, 0);
  assert.deepEqual(run([{ is: 'lost', now: T }, done], state).said, []);
});

test('a lost race for a ring is no notice', () => {
  assert.equal(run([...onCall, heard({ type: 'problem', code: 'stale', detail: '', of: 'accept' })]).state.notices.length, 0);
});

test('typing fades by itself and ends with the message', () => {
  const typing = run([...onCall, heard({ type: 'typing', case: 'case_1', on: true })]).state;
  assert.ok((typing.talk?.typingUntil ?? 0) > 0);
  assert.equal(run([{ is: 'ticked', now: T + TYPING_FADES + 1 }], typing).state.talk?.typingUntil, 0);
  assert.equal(run([heard({ type: 'chat', case: 'case_1', from: 0, messages: [message('msg_1', 'a', 'customer')] })], typing).state.talk?.typingUntil, 0);
});

test('another page that takes over stays the stage even when this line drops', () => {
  assert.equal(stageOf(run([...onCall, heard({ type: 'replaced' }), { is: 'lost', now: T }]).state), 'replaced');
});

test('the clock of the server is learnt when the presence changes', () => {
  const { state } = run([heard({ type: 'desk', view: view({ since: at(-9e6) }) }, 5_000), heard({ type: 'desk', view: view({ version: 2, since: at(0) }) }, 5_000)]);
  assert.equal(state.skew, 5_000);
});

test('the keys act on the first open step unless one is chosen', () => {
  const f = file({ steps: [step('greet', { state: 'done' }), step('document_front'), step('liveness')] });
  assert.equal(currentStep(f, null)?.key, 'document_front');
  assert.equal(currentStep(f, 'liveness')?.key, 'liveness');
  assert.equal(currentStep(file({ steps: [step('greet', { state: 'failed' }), step('x', { state: 'done' })] }), null)?.key, 'greet');
});

test('submitted stand beside live, what failed comes first, newest first', () => {
  const image = (id: string, slot: 'selfie' | 'document_front') => ({ id, slot, width: 1, height: 1, sha256: '' });
  const check = (reason: 'face_mismatch') => ({ attempt: 1, outcome: 'failed' as const, reasons: [reason], scores: {} });
  const f = file({
    reports: [{ id: 'rep_1', at: at(0), check: check('face_mismatch'), images: [image('a', 'selfie'), image('b', 'document_front')] }],
    evidence: [{ id: 'l1', slot: 'portrait', source: 'live', at: at(0), width: 1, height: 1, bytes: 1, sha256: '' }, { id: 'l2', slot: 'portrait', source: 'live', at: at(1), width: 1, height: 1, bytes: 1, sha256: '' }, { id: 'c', slot: 'other_page', source: 'chat', at: at(1), width: 1, height: 1, bytes: 1, sha256: '' }],
  });
  assert.deepEqual(pairs(f).map(p => [p.slot, p.submitted.map(i => i.id), p.live.map(i => i.id)]), [['portrait', ['a'], ['l2', 'l1']], ['document_front', ['b'], []]]);
  assert.equal(failedSlot(['document_glare']), 'document_front');
});

test('only approval has locks', () => {
  assert.deepEqual(locksOf(file(), 'verified'), ['step:greet', 'recording']);
  assert.deepEqual(locksOf(file(), 'rejected'), []);
});

test('clocks read as people write them', () => {
  assert.deepEqual([clock(0), clock(72.9), clock(3_661)], ['0:00', '1:12', '1:01:01']);
});

const press = (key: string, extra: Partial<Pressed> = {}): Pressed => ({ key, ctrl: false, typing: false, onButton: false, repeat: false, ...extra });
const where = (extra: Partial<Where> = {}): Where => ({ stage: 'call', sheet: 'none', single: true, ...extra });

test('letters written into a field are never keys, and Escape leaves the field', () => {
  for (const key of ['a', ' ', 'f', '/', 'Enter', '1']) assert.equal(actionFor(press(key, { typing: true }), where()), null);
  assert.deepEqual(actionFor(press('Escape', { typing: true }), where()), { do: 'leave_field' });
});

test('single keys can be switched off; Enter and Escape stay', () => {
  assert.equal(actionFor(press('a'), where({ single: false })), null);
  assert.deepEqual(actionFor(press('Enter'), where({ stage: 'ring', single: false })), { do: 'accept' });
  assert.deepEqual(actionFor(press('Escape'), where({ stage: 'ring', single: false })), { do: 'reject' });
});

test('a verdict is opened by a letter, given its reasons by numbers and confirmed by Enter', () => {
  assert.deepEqual(actionFor(press('R'), where()), { do: 'verdict', verdict: 'rejected' });
  assert.deepEqual(actionFor(press('2'), where({ sheet: 'verdict' })), { do: 'reason', index: 1 });
  assert.deepEqual(actionFor(press('Enter'), where({ sheet: 'verdict' })), { do: 'confirm' });
  assert.equal(actionFor(press('Enter', { repeat: true }), where({ sheet: 'verdict' })), null);
  assert.equal(actionFor(press('a', { ctrl: true }), where()), null);
});

test('the camera of the customer answers to keys only while they are there', () => {
  assert.deepEqual(actionFor(press(' '), where()), { do: 'photograph' });
  assert.equal(actionFor(press(' '), where({ stage: 'interrupted' })), null);
  assert.equal(actionFor(press(' ', { onButton: true }), where()), null);
  assert.equal(actionFor(press('f'), where({ stage: 'ready' })), null);
});

test('the preview reads as the customer will read it', () => {
  const said = more as Readonly<Record<string, string>>;
  for (const [code, words] of Object.entries(toCustomer)) assert.equal(words, said[`reason.${code}`], code);
  for (const [way, words] of Object.entries(ending)) {
    const key = way === 'under_review' ? 'review' : way;
    assert.deepEqual([words.title, words.next], [said[`result.${key}`], said[`result.${key}_text`]], way);
  }
});

test('C compares faces, K exchanges a prompt only in a call, and neither reaches through an open sheet', () => {
  assert.deepEqual(actionFor(press('c'), where()), { do: 'compare' });
  assert.deepEqual(actionFor(press('b'), where()), { do: 'chat' });
  assert.deepEqual(actionFor(press('k'), where()), { do: 'alternative' });
  assert.equal(actionFor(press('k'), where({ stage: 'deciding' })), null);
  for (const key of ['c', 'k', ' ', 'a', '1']) assert.equal(actionFor(press(key), where({ sheet: 'compare' })), null);
  assert.deepEqual(actionFor(press('Escape'), where({ sheet: 'compare' })), { do: 'close' });
});

test('an exchanged prompt waits for the server like a judged one', () => {
  const { state, said } = run([...onCall, { is: 'said', message: { type: 'challenge_alternative', case: 'case_1', id: 4, needs_not: 'blink' }, now: T }]);
  assert.deepEqual(state.talk?.busy, ['judge:4']);
  assert.equal(said.length, 1);
});

test('a watched session is shown as long as the server shows it, beside a desk without a case of its own', () => {
  const observed = advance(newDesk('p', 0), { is: 'heard', push: { type: 'observed', view: file({ id: 'case_9' }) }, now: 1 }).state;
  assert.equal(observed.observed?.id, 'case_9');
  assert.equal(roomWanted(observed), null, 'the agent’s own room is not opened for it');
  assert.equal(advance(observed, { is: 'heard', push: { type: 'observed' }, now: 2 }).state.observed, null);
});

test('what is written in a watched session is whole after each connection and goes with the session, and is nobody’s to answer', () => {
  const watched = (id: string): DeskInput => heard({ type: 'observed', view: file({ id }) });
  const chat = (from: number, ...ids: string[]): DeskInput => heard({ type: 'chat', case: 'case_9', from, messages: ids.map(id => message(id, id, 'customer')) });
  const ids = (state: DeskState): string[] => state.observedChat.map(m => m.id);
  const { state } = run([watched('case_9'), chat(0, 'a', 'b'), watched('case_9'), chat(2, 'c')]);
  assert.deepEqual([ids(state), state.talk], [['a', 'b', 'c'], null]);
  assert.deepEqual(ids(run([{ is: 'lost', now: T }, { is: 'opened', now: T }, watched('case_9'), chat(0, 'a', 'b', 'c', 'd')], state).state), ['a', 'b', 'c', 'd']);
  assert.deepEqual(ids(run([watched('case_10')], state).state), []);
  assert.deepEqual(ids(run([heard({ type: 'observed' })], state).state), []);
  const own = run([...onCall, watched('case_9'), chat(0, 'a')]).state;
  assert.deepEqual([ids(own), own.talk?.messages.length], [['a'], 0], 'the case in hand keeps its own');
  const taken = run([heard({ type: 'desk', view: view({ version: 2, presence: 'on_call', case: 'case_9' }) }), chat(0, 'a', 'b', 'c')], state).state;
  assert.deepEqual(taken.talk?.messages.map(m => m.id), ['a', 'b', 'c'], 'a session that is taken over brings its chat along');
});
