/**
 * What an agent's screen knows and what it has to say, as one pure function from input to state.
 * Must not know the DOM, the socket, or the clock: time arrives inside every input.
 */
import type {
  AgentCaseView, AgentMessage, AgentPush, CameraSettings, ChatMessage, DeskView, DeviceCommand, EvidenceView, FailureReason, FloorView, HeldFor, ImageSlot, ImageView, LadderStep, MeterReading, Phase, Seat, StepView, Verdict,
} from '../generated/api.ts';

/** The server tells of a silent device after 8 s; this is for when its word is lost with the line. */
export const COMMAND_PATIENCE = 12_000;
/** The same for a photograph that waits for the customer, which the server gives 3 minutes. */
export const HELD_PATIENCE = 190_000;
/** With auto-accept the chime is heard out first, so that nobody is on screen unprepared. */
export const AUTO_ACCEPT_AFTER = 1_500;
/** Answered this long before the ring ends at the latest, so that the way to the server does not make it a miss. */
const ANSWER_EARLY = 400;
/** Typing marks fade by themselves, because the "off" can be lost with a connection. */
export const TYPING_FADES = 6_000;
/** Notes are kept this long after the last key. */
export const NOTES_PAUSE = 700;
/** A notice stays long enough to be read twice. */
export const NOTICE_STAYS = 9_000;
/** Effects shown beside the camera controls; older ones are history. */
const EFFECTS_KEPT = 12;
/** Chat kept in the page; the server keeps all of it. */
const CHAT_KEPT = 500;

export interface Outgoing { nonce: string; text: string; at: number; refused?: string }
export interface Asked { id: number; command: DeviceCommand; at: number; held: HeldFor | null }
export interface Effect { id: number; command: DeviceCommand; at: number; ok: boolean; why: string; evidence: string | null; effect: CameraSettings | null }
export interface Meters { reading: MeterReading; at: number }
export interface Line { rtt: number; loss: number; kbps: number; word: string; at: number }
export interface Notice { id: number; code: string; detail: string; of: string; at: number }
export interface Notes { text: string; state: 'kept' | 'typed' | 'sent'; editedAt: number }

/** What belongs to one case and is forgotten with it. */
export interface Talk {
  case: string;
  messages: readonly ChatMessage[];
  outgoing: readonly Outgoing[];
  typingUntil: number;
  asked: readonly Asked[];
  effects: readonly Effect[];
  meters: Meters | null;
  /** Steps and verdicts said and not yet seen in a view. */
  busy: readonly string[];
  notes: Notes;
  /** How far the customer has the chat: received and shown. */
  read: { got: number; seen: number };
}

export interface DeskState {
  page: string;
  link: 'connecting' | 'open' | 'lost' | 'replaced';
  linkSince: number;
  desk: DeskView | null;
  /** Local instants between which the ring is answered. */
  ringFrom: number;
  ringDue: number;
  /** Local clock minus the server's, milliseconds: learnt whenever the presence changes under our eyes. */
  skew: number;
  wrapDue: number;
  file: AgentCaseView | null;
  talk: Talk | null;
  lines: Partial<Record<Seat, Line>>;
  ladder: LadderStep;
  notices: readonly Notice[];
  nextNotice: number;
  floor: FloorView | null;
  /** The session that is watched. */
  observed: AgentCaseView | null;
  /** What is written there. */
  observedChat: readonly ChatMessage[];
  /** The interpreter's link of the case in hand, told once. */
  interpreterLink: { case: string; url: string } | null;
}

export type DeskInput =
  | { is: 'opened'; now: number }
  | { is: 'lost'; now: number }
  | { is: 'heard'; push: AgentPush; now: number }
  | { is: 'said'; message: AgentMessage; now: number }
  | { is: 'written'; text: string; nonce: string; now: number }
  | { is: 'asked'; id: number; command: DeviceCommand; now: number }
  | { is: 'barred'; command: DeviceCommand; why: string; now: number }
  | { is: 'noted'; text: string; now: number }
  | { is: 'draft_found'; case: string; text: string; now: number }
  | { is: 'told'; code: string; detail: string; of: string; now: number }
  | { is: 'dismissed'; id: number }
  | { is: 'dropped'; nonce: string }
  | { is: 'ticked'; now: number };

export interface Advance { state: DeskState; say: readonly AgentMessage[] }

export function newDesk(page: string, now: number): DeskState {
  return {
    page, link: 'connecting', linkSince: now, desk: null, skew: 0, ringFrom: 0, ringDue: 0, wrapDue: 0, file: null, talk: null,
    lines: {}, ladder: 'full', notices: [], nextNotice: 1,
    floor: null, observed: null, observedChat: [], interpreterLink: null,
  };
}

export function advance(state: DeskState, input: DeskInput): Advance {
  switch (input.is) {
    case 'opened': return opened(state, input.now);
    case 'lost': return quiet(state.link === 'replaced' ? state : { ...state, link: 'lost', linkSince: input.now });
    case 'heard': return heard(state, input.push, input.now);
    case 'said': return said(state, input.message);
    case 'written': return written(state, input.text, input.nonce, input.now);
    case 'asked': return asked(state, input.id, input.command, input.now);
    case 'barred': return quiet(withTalk(state, t => withEffect(t, { id: 0, command: input.command, at: input.now, ok: false, why: input.why, evidence: null, effect: null })));
    case 'noted': return quiet(withTalk(state, t => ({ ...t, notes: { text: input.text, state: 'typed', editedAt: input.now } })));
    case 'draft_found': return quiet(withTalk(state, t => t.case !== input.case || t.notes.text === input.text ? t
      : { ...t, notes: { text: input.text, state: 'typed', editedAt: input.now } }));
    case 'told': return quiet(notice(state, input.code, input.detail, input.of, input.now));
    case 'dismissed': return quiet({ ...state, notices: state.notices.filter(n => n.id !== input.id) });
    case 'ticked': return ticked(state, input.now);
    case 'dropped': return quiet(withTalk(state, t => ({ ...t, outgoing: t.outgoing.filter(o => o.nonce !== input.nonce) })));
  }
}

function quiet(state: DeskState): Advance { return { state, say: [] }; }

function withTalk(state: DeskState, change: (t: Talk) => Talk): DeskState {
  return state.talk ? { ...state, talk: change(state.talk) } : state;
}

function newTalk(id: string, notes: string): Talk {
  return {
    case: id, messages: [], outgoing: [], typingUntil: 0, asked: [], effects: [], meters: null, busy: [],
    notes: { text: notes, state: 'kept', editedAt: 0 }, read: { got: 0, seen: 0 },
  };
}

/** The first message of every connection. */
export function helloOf(state: DeskState): AgentMessage {
  return { type: 'hello', chat_after: state.talk?.messages.length ?? 0, page: state.page };
}

/** After a reconnect, whatever the server may not have got is said again; nonces make a repeat harmless. */
function opened(state: DeskState, now: number): Advance {
  const next: DeskState = withTalk({ ...state, link: 'open', linkSince: now }, t => ({ ...t, busy: [] }));
  const talk = state.talk;
  const say: AgentMessage[] = [];
  if (!talk) return { state: next, say };
  for (const o of talk.outgoing) if (!o.refused) say.push({ type: 'chat', case: talk.case, nonce: o.nonce, text: o.text });
  if (talk.notes.state !== 'kept') say.push({ type: 'notes', case: talk.case, text: talk.notes.text });
  return { state: withTalk(next, t => t.notes.state === 'kept' ? t : { ...t, notes: { ...t.notes, state: 'sent' } }), say };
}

function heard(state: DeskState, push: AgentPush, now: number): Advance {
  switch (push.type) {
    case 'desk': return quiet(deskSeen(state, push.view, now));
    case 'case': return quiet(fileSeen(state, push.view));
    case 'chat': return quiet(chatSeen(state, push.case, push.from, push.messages));
    case 'typing': return quiet(withTalk(state, t => t.case === push.case ? { ...t, typingUntil: push.on ? now + TYPING_FADES : 0 } : t));
    case 'command_done': return quiet(withTalk(state, t => answeredBy(t, push.id, push.ok, push.why, now, push.evidence ?? null, push.effect ?? null)));
    case 'command_held': return quiet(withTalk(state, t => ({ ...t, asked: t.asked.map(a => a.id === push.id ? { ...a, held: push.held_for } : a) })));
    case 'meters': return quiet(withTalk(state, t => t.case === push.case ? { ...t, meters: { reading: push.reading, at: now } } : t));
    case 'quality': return quiet({
      ...state,
      lines: { ...state.lines, [push.seat]: { rtt: push.rtt_ms, loss: push.loss_percent, kbps: push.up_kbps, word: push.word, at: now } },
    });
    case 'ladder': return quiet({ ...state, ladder: push.step });
    case 'replaced': return quiet({ ...state, link: 'replaced', linkSince: now });
    case 'problem': return quiet(refused(state, push.code, push.detail, push.of, now));
    case 'floor': return quiet({ ...state, floor: push.view });
    case 'observed': return quiet(observedSeen(state, push.view ?? null));
    case 'interpreter_link': return quiet({ ...state, interpreterLink: { case: push.case, url: push.url } });
    case 'answer':
    case 'pong': return quiet(state);
    case 'chat_seen': return quiet(withTalk(state, t => t.case === push.case ? { ...t, read: { got: push.got, seen: push.seen } } : t));
    case 'chat_refused': return quiet(withTalk(state, t => ({ ...t, outgoing: t.outgoing.map(o => o.nonce === push.nonce ? { ...o, refused: push.code } : o) })));
    case 'board': case 'drawn': case 'draw_refused': return quiet(state);
  }
}

function deskSeen(state: DeskState, view: DeskView, now: number): DeskState {
  if (state.desk && view.version < state.desk.version) return state;
  const ring = view.ring ?? null;
  const holds = view.case ?? ring?.case.id ?? null;
  const moved = state.desk !== null && state.desk.since !== view.since;
  const skew = moved ? now - Date.parse(view.since) : state.skew;
  const local = (until: string): number => Date.parse(until) + skew;
  const rings = ring !== null && state.desk?.ring?.reservation === ring.reservation;
  const ringFrom = !ring ? 0 : rings ? state.ringFrom : now;
  const ringDue = ring ? local(ring.until) : 0;
  const wrapDue = view.wrap_until ? local(view.wrap_until) : 0;
  const next: DeskState = { ...state, desk: view, ringFrom, ringDue, wrapDue, skew };
  if (!holds) return { ...next, file: null, talk: null, lines: {}, ladder: 'full' };
  if (ring && !view.case) return { ...fileSeen({ ...next, file: next.file?.id === ring.case.id ? next.file : null }, ring.case) };
  return next.file && next.file.id !== holds ? { ...next, file: null, talk: null, lines: {} } : next;
}

function fileSeen(state: DeskState, view: AgentCaseView): DeskState {
  const same = state.file?.id === view.id;
  if (same && state.file && view.version < state.file.version) return state;
  const before = state.talk?.case === view.id ? state.talk : newTalk(view.id, view.notes);
  const changed = !same || view.version > (state.file?.version ?? 0);
  const settled = before.notes.state === 'kept' || (before.notes.state === 'sent' && before.notes.text === view.notes);
  const notes: Notes = settled ? { text: view.notes, state: 'kept', editedAt: before.notes.editedAt } : before.notes;
  return {
    ...state, file: view, lines: same ? state.lines : {},
    talk: { ...before, notes, busy: changed ? [] : before.busy },
  };
}

/** A session that is left takes along what was written there; a view of the same one leaves it. */
function observedSeen(state: DeskState, view: AgentCaseView | null): DeskState {
  return { ...state, observed: view, observedChat: view && view.id === state.observed?.id ? state.observedChat : [] };
}

function joined(before: readonly ChatMessage[], from: number, messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const known = before.slice(0, from);
  const seen = new Set(known.map(m => m.id));
  return [...known, ...messages.filter(m => !seen.has(m.id))].slice(-CHAT_KEPT);
}

function chatSeen(before: DeskState, id: string, from: number, messages: readonly ChatMessage[]): DeskState {
  const watched = before.observed?.id === id;
  const state = watched ? { ...before, observedChat: joined(before.observedChat, from, messages) } : before;
  const held = state.desk?.case ?? state.file?.id;
  // What is watched is nobody's to answer, until it is taken over.
  if (held ? held !== id : watched) return state;
  const talk = state.talk?.case === id ? state.talk : newTalk(id, '');
  const all = joined(talk.messages, from, messages);
  const nonces = new Set(all.map(m => m.nonce));
  const byCustomer = messages.some(m => m.from === 'customer');
  return {
    ...state,
    talk: { ...talk, messages: all, outgoing: talk.outgoing.filter(o => !nonces.has(o.nonce)), typingUntil: byCustomer ? 0 : talk.typingUntil },
  };
}

function withEffect(talk: Talk, effect: Effect): Talk {
  return { ...talk, effects: [...talk.effects, effect].slice(-EFFECTS_KEPT) };
}

function answeredBy(talk: Talk, id: number, ok: boolean, why: string, now: number, evidence: string | null = null, effect: CameraSettings | null = null): Talk {
  const question = talk.asked.find(a => a.id === id);
  if (!question) return talk;
  const rest = { ...talk, asked: talk.asked.filter(a => a.id !== id) };
  return withEffect(rest, { id, command: question.command, at: now, ok, why, evidence, effect });
}

/** Refusals nobody has to read: the race they tell of is already over. */
function harmless(code: string, of: string): boolean {
  const late = code === 'stale' || code === 'not_yours';
  return late && (of === 'accept' || of === 'reject' || of === 'offer') || of === 'typing' || of === 'ping';
}

function refused(state: DeskState, code: string, detail: string, of: string, now: number): DeskState {
  const freed = withTalk(state, t => ({ ...t, busy: [] }));
  // A command the server does not pass on is answered where its effect would have been shown.
  const last = of === 'command' ? state.talk?.asked.at(-1) : undefined;
  if (last) return withTalk(state, t => answeredBy(t, last.id, false, code, now));
  return harmless(code, of) ? freed : notice(freed, code, detail, of, now);
}

function notice(state: DeskState, code: string, detail: string, of: string, now: number): DeskState {
  const others = state.notices.filter(n => n.code !== code || n.of !== of).slice(-2);
  return { ...state, notices: [...others, { id: state.nextNotice, code, detail, of, at: now }], nextNotice: state.nextNotice + 1 };
}

/** Names what a message waits for, so that its button can say so. */
export function busyKey(message: AgentMessage): string | null {
  switch (message.type) {
    case 'step_done': case 'step_state': case 'waive': case 'challenge': return `step:${message.step}`;
    case 'judge': case 'challenge_alternative': return `judge:${message.id}`;
    case 'draw_feature': return 'draw_feature';
    case 'answered': return `answered:${message.step}:${message.question}`;
    case 'decide': return 'decide';
    case 'end': return 'end';

    case 'send_code': return 'send_code';
    case 'ask_location': return 'ask_location';
    default: return null;
  }
}

function said(state: DeskState, message: AgentMessage): Advance {
  if (state.link !== 'open') return quiet(state);
  const key = busyKey(message);
  const next = key ? withTalk(state, t => ({ ...t, busy: [...t.busy.filter(b => b !== key), key] })) : state;
  return { state: next, say: [message] };
}

function written(state: DeskState, raw: string, nonce: string, now: number): Advance {
  const text = raw.trim();
  const talk = state.talk;
  if (!talk || text === '') return quiet(state);
  const next = withTalk(state, t => ({ ...t, outgoing: [...t.outgoing, { nonce, text, at: now }].slice(-50) }));
  return { state: next, say: state.link === 'open' ? [{ type: 'chat', case: talk.case, nonce, text }] : [] };
}

function asked(state: DeskState, id: number, command: DeviceCommand, now: number): Advance {
  const talk = state.talk;
  if (!talk || state.link !== 'open') return quiet(state);
  const next = withTalk(state, t => ({ ...t, asked: [...t.asked, { id, command, at: now, held: null }].slice(-20) }));
  return { state: next, say: [{ type: 'command', case: talk.case, id, command }] };
}

function ticked(state: DeskState, now: number): Advance {
  const say: AgentMessage[] = [];
  let next = state;
  const talk = state.talk;
  if (talk) {
    let t = talk;
    for (const a of talk.asked) if (now - a.at > (a.held ? HELD_PATIENCE : COMMAND_PATIENCE)) t = answeredBy(t, a.id, false, 'no_answer', now);
    if (t.typingUntil && now > t.typingUntil) t = { ...t, typingUntil: 0 };
    if (t.notes.state === 'typed' && now - t.notes.editedAt >= NOTES_PAUSE && state.link === 'open') {
      say.push({ type: 'notes', case: t.case, text: t.notes.text });
      t = { ...t, notes: { ...t.notes, state: 'sent' } };
    }
    if (t !== talk) next = { ...next, talk: t };
  }
  if (state.notices.some(n => now - n.at > NOTICE_STAYS)) {
    next = { ...next, notices: next.notices.filter(n => now - n.at <= NOTICE_STAYS) };
  }
  return { state: next, say };
}

// ---- what the screen reads from it ----

export type Stage = 'connecting' | 'replaced' | 'away' | 'ready' | 'ring' | 'opening' | 'call' | 'interrupted' | 'deciding' | 'wrap';

const BEFORE_THE_END: readonly Phase[] = ['reported', 'invited', 'claimed', 'waiting', 'callback', 'live'];

export function stageOf(state: DeskState): Stage {
  if (state.link === 'replaced') return 'replaced';
  const desk = state.desk;
  if (!desk) return 'connecting';
  if (desk.ring) return 'ring';
  // A video that ended before the decision leaves the decision to the wrap-up.
  if (desk.presence === 'wrap_up') return state.file?.phase === 'deciding' ? 'deciding' : 'wrap';
  if (desk.case) {
    if (!state.file) return 'opening';
    if (state.file.phase === 'interrupted') return 'interrupted';
    // Between the answer and the first view of the live session the file is still the one that rang.
    return BEFORE_THE_END.includes(state.file.phase) ? 'call' : 'deciding';
  }
  return desk.presence === 'available' || desk.presence === 'reserved' ? 'ready' : 'away';
}

/** When the console answers by itself, or else when the ring is missed. */
export function answerDue(state: DeskState): number {
  if (!state.desk?.auto_accept) return state.ringDue;
  return Math.min(state.ringFrom + AUTO_ACCEPT_AFTER, state.ringDue - ANSWER_EARLY);
}

/** The case for which a peer connection should stand: rung (prepared before the answer), live or interrupted. */
export function roomWanted(state: DeskState): string | null {
  const stage = stageOf(state);
  if (stage === 'ring') return state.desk?.ring?.case.id ?? null;
  return stage === 'call' || stage === 'interrupted' ? state.file?.id ?? null : null;
}

export function openSteps(file: AgentCaseView): StepView[] {
  return file.steps.filter(s => s.kind !== 'decision');
}

/** The step the keys act on: the chosen one, else the first that is open. */
export function currentStep(file: AgentCaseView, chosen: string | null): StepView | null {
  const steps = openSteps(file);
  return steps.find(s => s.key === chosen) ?? steps.find(s => s.state === 'pending') ?? steps.find(s => s.state === 'failed') ?? null;
}

export interface Pair { slot: ImageSlot; submitted: readonly ImageView[]; live: readonly EvidenceView[] }

const SLOT_ORDER: readonly ImageSlot[] = ['document_front', 'document_back', 'document_tilt', 'portrait', 'other_page'];

/** Submitted images beside live ones of the same thing; the selfie stands beside the portrait. Newest first. */
export function pairs(file: AgentCaseView): Pair[] {
  const same = (slot: ImageSlot): ImageSlot => slot === 'selfie' ? 'portrait' : slot;
  const submitted = [...file.reports].reverse().flatMap(r => r.images);
  const live = [...file.evidence].reverse().filter(e => e.source === 'live' || e.source === 'upload' || e.source === 'screen' || e.source === 'annotated');
  const first = failedSlot(file.reports.at(-1)?.check.reasons ?? []);
  return SLOT_ORDER
    .map(slot => ({ slot, submitted: submitted.filter(i => same(i.slot) === slot), live: live.filter(e => same(e.slot) === slot) }))
    .filter(p => p.submitted.length + p.live.length > 0)
    .sort((a, b) => Number(b.slot === first) - Number(a.slot === first));
}

/** What the failed check was about: its pictures open first. */
export function failedSlot(reasons: readonly FailureReason[]): ImageSlot | null {
  const first = reasons[0];
  if (!first) return null;
  if (first === 'face_mismatch' || first === 'liveness_failed' || first === 'suspected_impersonation') return 'portrait';
  return first === 'technical_failure' || first === 'confirmed_fraud' ? null : 'document_front';
}

/** Why a verdict cannot be given now; empty = it can. Only "verified" has conditions of its own. */
export function locksOf(file: AgentCaseView, verdict: Verdict): readonly string[] {
  return verdict === 'verified' ? file.locked_by : [];
}

export function lastEffect(talk: Talk, kind: DeviceCommand['do']): Effect | null {
  for (let i = talk.effects.length - 1; i >= 0; i--) {
    const e = talk.effects[i];
    if (e && e.command.do === kind) return e;
  }
  return null;
}

export function isAsked(talk: Talk, kind: DeviceCommand['do']): boolean {
  return talk.asked.some(a => a.command.do === kind);
}

/** Whole seconds left until a local instant, never below zero. */
export function secondsLeft(due: number, now: number): number { return Math.max(0, Math.ceil((due - now) / 1_000)); }

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  return s < 3_600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3_600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
