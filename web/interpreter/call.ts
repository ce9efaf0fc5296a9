/** One interpreter with one link: notice, seat, sound, and the way back after a break. Must not know how it looks. */
import { signal } from '@preact/signals';
import type { InterpreterMessage, InterpreterPush, InterpreterView } from '../generated/api.ts';
import { openCamera } from '../lib/camera.ts';
import { Room, type RoomState } from '../lib/rtc.ts';
import { Line } from '../lib/socket.ts';

export type Stage = 'loading' | 'asked' | 'joining' | 'live' | 'ended' | 'invalid';

export const stage = signal<Stage>('loading');
export const view = signal<InterpreterView | null>(null);
export const lost = signal(false);
export const muted = signal(false);
export const trouble = signal(false);
export const media = signal<RoomState>('idle');
/** Customer, agent, supervisor. */
export const heard = signal<readonly MediaStream[]>([]);

const KEPT = 'recourse.interpreter';
let token = '';
let secret: string | null = null;
let stream: MediaStream | null = null;
let room: Room | null = null;
let line: Line<InterpreterMessage, InterpreterPush> | null = null;

interface Kept { token: string; secret: string | null }

function remember(): void {
  try { sessionStorage.setItem(KEPT, JSON.stringify({ token, secret } satisfies Kept)); } catch { /* A reload then needs a new link. */ }
}

function recall(): Kept | null {
  try { return JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Kept | null; } catch { return null; }
}

export function begin(): void {
  const given = location.hash.slice(1);
  const kept = recall();
  token = given || kept?.token || '';
  secret = kept?.token === token ? kept.secret : null;
  if (given) history.replaceState(null, '', location.pathname);
  if (!token) { stage.value = 'invalid'; return; }
  remember();
  line = new Line<InterpreterMessage, InterpreterPush>({
    path: '/v1/interpreter/socket',
    hello: () => ({ type: 'hello', token, client_secret: secret }),
    onMessage: hear,
    onState: state => {
      lost.value = state === 'lost' && stage.peek() !== 'ended' && stage.peek() !== 'invalid';
      if (state === 'open') void room?.resume();
    },
  });
}

export async function join(name: string): Promise<void> {
  const shown = view.peek();
  if (!shown || name.trim() === '' || stage.peek() === 'joining') return;
  stage.value = 'joining';
  trouble.value = false;
  if (!(await listen())) { stage.value = 'asked'; return; }
  line?.send({ type: 'join', name: name.trim().slice(0, 80), notice_sha256: shown.notice_sha256 });
}

/** The microphone alone: an interpreter is not seen. */
async function listen(): Promise<boolean> {
  try {
    stream ??= await openCamera({ video: false });
    return true;
  } catch {
    trouble.value = true;
    return false;
  }
}

function hear(push: InterpreterPush): void {
  switch (push.type) {
    case 'session': return show(push.view);
    case 'seated': secret = push.client_secret; return remember();
    case 'answer': void room?.answer(push.peer, push.sdp); return;
    case 'ended': return end('ended');
    case 'problem':
      if (push.code === 'link_not_valid') return end(stage.peek() === 'live' ? 'ended' : 'invalid');
      if (stage.peek() === 'joining') stage.value = 'asked';
      return;
    case 'pong': return;
  }
}

function show(next: InterpreterView): void {
  view.value = next;
  if (!next.seated) { if (stage.peek() === 'loading') stage.value = 'asked'; return; }
  stage.value = 'live';
  if (!room) void talk();
}

async function talk(): Promise<void> {
  const made = new Room({ offer: (peer, sdp) => line?.send({ type: 'offer', peer, sdp }) ?? false, onState: state => { if (room === made) media.value = state; } });
  room = made;
  heard.value = made.slots;
  await listen();
  await made.setTracks(stream?.getAudioTracks()[0] ?? null, null);
  await made.prepare();
}

function end(how: 'ended' | 'invalid'): void {
  stage.value = how;
  lost.value = false;
  line?.close();
  line = null;
  room?.close();
  room = null;
  heard.value = [];
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

export function toggleMute(): void {
  muted.value = !muted.peek();
  for (const track of stream?.getAudioTracks() ?? []) track.enabled = !muted.peek();
}

export function leave(): void {
  line?.send({ type: 'leave' });
}
