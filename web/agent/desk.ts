/**
 * The desk at work: joins the pure reducer with socket, worker clock, own camera, room and chime.
 * Must not know how anything looks.
 */
import { batch, computed, effect, signal, untracked } from '@preact/signals';
import clockUrl from 'worker:./heartbeat.ts';
import type { AgentMessage, AgentPush, DeviceCommand, IceServer, PhotographKept } from '../generated/api.ts';
import { call, randomHex, Refused, upload } from '../lib/api.ts';
import { advance, answerDue, helloOf, newDesk, roomWanted, type DeskInput, type DeskState } from '../lib/desk.ts';
import { Room, type RoomState } from '../lib/rtc.ts';
import { Line } from '../lib/socket.ts';
import { startWorker } from '../lib/worker.ts';
import { chime, hush } from './chime.ts';
import { openSelf, releaseSelf, self } from './self.ts';

/** After a refused offer the server is asked again; the room may be a moment behind the ring. */
const OFFER_AGAIN = 1_500;
/** Between two chimes of a ring that waits for a key. */
const CHIME_EVERY = 2_200;
/** Pings, counted in ticks of the worker: every 5 s. */
const PING_TICKS = 20;
/** Relays are asked for again before their credentials run out, counted in ticks: the shortest live 10 minutes. */
const RELAY_TICKS = 1_200;

export const desk = signal<DeskState>(newDesk('', 0));
export const now = signal(Date.now());
/** The server's clock, as far as it is known. */
export const serverNow = computed(() => now.value - desk.value.skew);
export const road = signal<RoomState>('idle');
/** Down slot 0 is the customer. */
export const customer = signal<MediaStream | null>(null);
export const customerFlows = signal(false);
/** Accept was said for this reservation and nothing was heard yet. */
export const answering = signal('');
export const sendingPicture = signal(false);

/** Those who hear what the reducer of the desk has no use for. */
export const heardBeside = new Set<(push: AgentPush) => void>();
/** Down slots 1 and 2: supervisor and interpreter. */
export const company = signal<readonly MediaStream[]>([]);

let line: Line<AgentMessage, AgentPush> | null = null;
let room: Room | null = null;
let roomCase: string | null = null;
let clockWorker: Worker | null = null;
let relays: readonly IceServer[] = [];
// Begins anywhere, so that an answer to a command of this page before it was loaded again is nobody's.
let commandId = Number.parseInt(randomHex(3), 16);
let ticks = 0;
let chimed = 0;

function put(input: DeskInput): void {
  const { state, say } = advance(desk.peek(), input);
  if (state !== desk.peek()) desk.value = state;
  for (const message of say) line?.send(message);
}

export function say(message: AgentMessage): void { put({ is: 'said', message, now: Date.now() }); }
export function ask(command: DeviceCommand): void { put({ is: 'asked', id: ++commandId, command, now: Date.now() }); }
/** A command that cannot be sent is answered here, with the reason. */
export function bar(command: DeviceCommand, why: string): void { put({ is: 'barred', command, why, now: Date.now() }); }
export function write(text: string): void { put({ is: 'written', text, nonce: randomHex(10), now: Date.now() }); }
export function note(text: string): void { put({ is: 'noted', text, now: Date.now() }); }
export function tell(code: string, detail: string, of: string): void { put({ is: 'told', code, detail, of, now: Date.now() }); }
export function drop(nonce: string): void { put({ is: 'dropped', nonce }); }
export function dismiss(id: number): void { put({ is: 'dismissed', id }); }

type OfCase = Extract<AgentMessage, { case: string }>;
type Bare<M> = M extends unknown ? Omit<M, 'case'> : never;

/** Says something about the case in hand. */
export function sayOf(message: Bare<OfCase>): void {
  const held = desk.peek().talk?.case;
  if (held) say({ ...message, case: held } as AgentMessage);
}

export function accept(): void {
  const ring = desk.peek().desk?.ring;
  if (!ring || desk.peek().link !== 'open' || answering.peek() === ring.reservation) return;
  answering.value = ring.reservation;
  hush();
  say({ type: 'accept', reservation: ring.reservation });
}

export function reject(): void {
  const ring = desk.peek().desk?.ring;
  if (!ring) return;
  hush();
  say({ type: 'reject', reservation: ring.reservation });
}

/** Available only with a camera, unless the agent says otherwise: customers expect a face. */
export async function goAvailable(blind = false): Promise<void> {
  chime(0);
  if (!blind && !self.stream.peek() && !(await openSelf())) return;
  if (!blind && self.trouble.peek() === 'backdrop') return;
  say({ type: 'available' });
}

export async function sendPicture(file: File): Promise<void> {
  const held = desk.peek().talk?.case;
  if (!held) return;
  sendingPicture.value = true;
  try {
    await upload<PhotographKept>(`/v1/agent/chat-images?case=${encodeURIComponent(held)}`, file);
  } catch (error) {
    const code = error instanceof Refused ? error.code : 'failed';
    tell(code === 'offline' ? 'network' : code, error instanceof Error ? error.message : '', 'chat');
  } finally {
    sendingPicture.value = false;
  }
}

/** Opens the socket; the state of the desk comes from the server by itself. */
export function startDesk(signedOut: () => void): void {
  stopDesk();
  desk.value = newDesk(randomHex(16), Date.now());
  line = new Line<AgentMessage, AgentPush>({
    path: '/v1/agent/socket',
    hello: () => helloOf(desk.peek()),
    onMessage: hear,
    onState: state => {
      if (state === 'open') {
        answering.value = '';
        put({ is: 'opened', now: Date.now() });
        void room?.resume();
        for (const back of returns) back();
      } else if (state === 'lost') {
        put({ is: 'lost', now: Date.now() });
        // A socket that is refused again and again may mean that the sign-in has run out.
        if (line && line.failures % 4 === 3) signedOut();
      }
    },
  });
  clockWorker = startWorker(clockUrl);
  clockWorker.onmessage = tick;
  void askRelays();
  addEventListener('pagehide', flush);
}

export function stopDesk(): void {
  removeEventListener('pagehide', flush);
  clockWorker?.terminate();
  clockWorker = null;
  line?.close();
  line = null;
  closeRoom();
  hush();
}

/** Who else waits for answers to offers: the room that a supervisor watches. */
export const answers = new Set<(peer: string, sdp: string) => void>();
/** Called when the line is back. */
export const returns = new Set<() => void>();

/** Says it now, or not at all: false when the line is down. */
export function offer(message: AgentMessage): boolean { return line?.send(message) ?? false; }

function hear(push: AgentPush): void {
  if (push.type === 'answer') for (const hears of answers) hears(push.peer, push.sdp);
  if (push.type === 'answer') void room?.answer(push.peer, push.sdp);
  if (push.type === 'ladder') void room?.setLadder(push.step);
  batch(() => {
    const before = desk.peek().talk?.case;
    put({ is: 'heard', push, now: Date.now() });
    const held = desk.peek().talk?.case;
    if (held && held !== before) restoreDraft(held);
  });
  for (const listen of heardBeside) listen(push);
  if (push.type === 'problem' && push.of === 'accept') answering.value = '';
  if (push.type === 'problem' && push.of === 'offer') {
    const refused = room;
    setTimeout(() => { if (room === refused) void room?.resume(); }, OFFER_AGAIN);
  }
  if (push.type === 'replaced') {
    line?.close();
    closeRoom();
    hush();
    releaseSelf();
  }
}

function tick(): void {
  const t = Date.now();
  now.value = t;
  put({ is: 'ticked', now: t });
  ticks += 1;
  if (ticks % PING_TICKS === 0) line?.ping();
  if (ticks % RELAY_TICKS === 0) void askRelays();
  const { desk: view } = desk.peek();
  if (!view?.ring) {
    chimed = 0;
    if (answering.peek()) answering.value = '';
    return;
  }
  if (answering.peek() === view.ring.reservation) return;
  if (t - chimed > CHIME_EVERY) {
    chimed = t;
    chime();
  }
  if (view.auto_accept && t >= answerDue(desk.peek())) accept();
}

// ---- room ----

effect(() => {
  const wanted = roomWanted(desk.value);
  untracked(() => {
    if (wanted === roomCase) return;
    closeRoom();
    if (wanted) openRoom(wanted);
  });
});

effect(() => {
  const stream = self.stream.value;
  void room?.setTracks(stream?.getAudioTracks()[0] ?? null, stream?.getVideoTracks()[0] ?? null);
});

/** Without an answer the ones from before, or none, must do: most networks need no relay. */
async function askRelays(): Promise<void> {
  relays = await call<IceServer[]>('/v1/agent/relays').catch(() => relays);
}

function openRoom(id: string): void {
  roomCase = id;
  const made = new Room({
    iceServers: () => relays,
    offer: (peer, sdp) => line?.send({ type: 'offer', case: id, peer, sdp }) ?? false,
    onState: state => { if (room === made) road.value = state; },
    onSlot: (slot, kind, flowing) => { if (room === made && slot === 0 && kind === 'video') customerFlows.value = flowing; },
  });
  room = made;
  customer.value = made.slots[0] ?? null;
  company.value = made.slots.slice(1);
  const stream = self.stream.peek();
  void made.setTracks(stream?.getAudioTracks()[0] ?? null, stream?.getVideoTracks()[0] ?? null);
  void made.prepare();
  if (!stream && self.wanted.peek()) void openSelf();
}

function closeRoom(): void {
  room?.close();
  room = null;
  roomCase = null;
  customer.value = null;
  company.value = [];
  customerFlows.value = false;
  road.value = 'idle';
}

// ---- notes that survive a reload before they were kept ----

const DRAFT = 'recourse.agent.notes';

function restoreDraft(id: string): void {
  try {
    const kept = JSON.parse(sessionStorage.getItem(DRAFT) ?? 'null') as { case: string; text: string } | null;
    if (kept?.case === id) put({ is: 'draft_found', case: id, text: kept.text, now: Date.now() });
  } catch {
    // A browser without storage only loses what was typed in the last second before a reload.
  }
}

effect(() => {
  const talk = desk.value.talk;
  try {
    if (talk && talk.notes.state !== 'kept') sessionStorage.setItem(DRAFT, JSON.stringify({ case: talk.case, text: talk.notes.text }));
    else if (talk) sessionStorage.removeItem(DRAFT);
  } catch {
    // As above.
  }
});

function flush(): void {
  const talk = desk.peek().talk;
  if (talk && talk.notes.state === 'typed') line?.send({ type: 'notes', case: talk.case, text: talk.notes.text });
}
