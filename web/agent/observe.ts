/** The room that a supervisor watches: what comes from there, and what of this person may go in. Must not know how it looks. */
import { computed, effect, signal, untracked } from '@preact/signals';
import type { SupervisorMode } from '../generated/api.ts';
import { blank, type Sketch } from '../lib/board.ts';
import { Easel } from '../lib/easel.ts';
import { Room } from '../lib/rtc.ts';
import { answers, desk, heardBeside, offer, returns, say } from './desk.ts';
import { openSelf, self } from './self.ts';

/** Customer, agent, interpreter. */
export const seen = signal<readonly MediaStream[]>([]);
export const flows = signal<readonly boolean[]>([false, false, false]);

const watched = computed(() => desk.value.observed?.id ?? null);
export const mode = computed<SupervisorMode | null>(() => desk.value.observed?.table?.people.find(p => p.seat === 'supervisor')?.mode ?? null);

/** What agent and customer draw there. */
export const drawn = signal<Sketch>(blank('supervisor'));

/** Who looks on has no hand on the board. */
const easel = new Easel({
  me: 'supervisor',
  send: () => false,
  again: () => { const id = watched.peek(); if (id) say({ type: 'board_again', case: id }); },
  changed: next => { drawn.value = next; },
});

heardBeside.add(push => {
  if ((push.type === 'board' || push.type === 'drawn') && push.case === watched.peek()) easel.heard(push);
});

let room: Room | null = null;

export function supervise(id: string, how: SupervisorMode | null): void {
  say({ type: 'supervise', case: id, mode: how });
}

export function takeOver(id: string): void {
  say({ type: 'take_over', case: id });
}

/** Who watches sends nothing at all: the server lets nothing through either, and nothing is better than something withheld. */
function put(): void {
  const how = mode.peek();
  const stream = self.stream.peek();
  const speaks = how === 'whisper' || how === 'join';
  if (speaks && !stream) void openSelf();
  void room?.setTracks(speaks ? stream?.getAudioTracks()[0] ?? null : null, how === 'join' ? stream?.getVideoTracks()[0] ?? null : null);
}

function open(id: string): void {
  const made = new Room({
    offer: (peer, sdp) => offer({ type: 'offer', case: id, peer, sdp }),
    onSlot: (slot, kind, on) => { if (room === made && kind === 'video') flows.value = flows.peek().map((was, at) => at === slot ? on : was); },
  });
  room = made;
  seen.value = made.slots;
  put();
  void made.prepare();
}

function close(): void {
  room?.close();
  room = null;
  seen.value = [];
  flows.value = [false, false, false];
}

effect(() => {
  const id = watched.value;
  untracked(() => {
    close();
    easel.heard({ type: 'board', board: { seq: 0, part: 0, parts: 1, strokes: [] } });
    if (id) open(id);
  });
});

effect(() => {
  void mode.value;
  void self.stream.value;
  untracked(put);
});

answers.add((peer, sdp) => void room?.answer(peer, sdp));
returns.add(() => void room?.resume());
