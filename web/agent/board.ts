/** What agent and customer look at together and draw on. Must not know how anything looks. */
import { computed, effect, signal, untracked } from '@preact/signals';
import type { PhotographKept, Surface } from '../generated/api.ts';
import { Refused, upload } from '../lib/api.ts';
import { blank, sameSurface, type Sketch } from '../lib/board.ts';
import { Easel } from '../lib/easel.ts';
import { bytesOf, composed, still } from '../lib/paint.ts';
import type { Tool } from '../lib/ui/Annotate.tsx';
import { desk, heardBeside, say, sayOf, tell } from './desk.ts';

export const sketch = signal<Sketch>(blank('agent'));
export const tool = signal<Tool>('pen');
export const surface = computed(() => sketch.value.surface);
/** What is drawn on: the element that shows it. */
export const shownPicture: { current: HTMLImageElement | null } = { current: null };
export const faceVideo: { current: HTMLVideoElement | null } = { current: null };
/** A snapshot on its way, or what became of the last one. */
export const saving = signal<'' | 'saving' | 'saved'>('');
/** Quarter turns and zoom of this screen only. */
export const turn = signal(0);
export const zoom = signal(1);

const heldCase = computed(() => desk.value.talk?.case ?? null);

export const easel = new Easel({
  me: 'agent',
  send: (n, op) => {
    const held = desk.peek().talk?.case;
    if (!held || desk.peek().link !== 'open') return false;
    say({ type: 'draw', case: held, n, op });
    return true;
  },
  again: () => sayOf({ type: 'board_again' }),
  changed: next => {
    if (!sameSurface(next.surface, sketch.peek().surface)) { turn.value = 0; zoom.value = 1; saving.value = ''; }
    sketch.value = next;
  },
});

heardBeside.add(push => {
  if (push.type === 'board' || push.type === 'drawn') { if (push.case === heldCase.peek()) easel.heard(push); }
  else if (push.type === 'draw_refused') easel.heard(push);
});

effect(() => { if (desk.value.link === 'lost') untracked(() => easel.lost()); });
// A case that leaves takes its board along.
effect(() => { void heldCase.value; untracked(() => easel.heard({ type: 'board', board: { seq: 0, part: 0, parts: 1, strokes: [] } })); });

export function picture(): HTMLVideoElement | HTMLImageElement | null {
  const on = surface.peek();
  return !on ? null : on.on === 'live' ? faceVideo.current : shownPicture.current;
}

export function show(next: Surface | null): void { sayOf({ type: 'show', surface: next }); }
export function showEvidence(evidence: string): void { show({ on: 'evidence', evidence }); }
export function toggleBoard(): void { show(surface.peek() ? null : { on: 'live' }); }

async function keep(canvas: HTMLCanvasElement, of: string | null): Promise<string> {
  const held = heldCase.peek();
  if (!held) throw new Error('no case');
  const query = new URLSearchParams({ case: held, ...(of ? { of } : {}) });
  // What was seen is kept without loss; what was drawn on it is for people to look at.
  const blob = await bytesOf(canvas, of ? 'image/jpeg' : 'image/png');
  return (await upload<PhotographKept>(`/v1/agent/snapshots?${query}`, blob)).id;
}

async function saved(work: (from: HTMLVideoElement | HTMLImageElement) => Promise<void>): Promise<void> {
  const from = picture();
  if (!from || saving.peek() === 'saving') return;
  saving.value = 'saving';
  try {
    await work(from);
    saving.value = 'saved';
  } catch (error) {
    saving.value = '';
    const code = error instanceof Refused ? error.code : 'failed';
    tell(code === 'offline' ? 'network' : code, error instanceof Error ? error.message : '', 'snapshot');
  }
}

/** The untouched picture and the one with what is drawn, both as evidence. */
export function snapshot(): Promise<void> {
  return saved(async from => {
    const { shown, surface: on } = sketch.peek();
    const plain = still(from);
    const of = on?.on === 'evidence' ? on.evidence : await keep(plain, null);
    if (shown.some(stroke => !stroke.undone)) await keep(composed(plain, shown), of);
  });
}

/** The picture of this moment, kept and put on both screens to draw on. */
export function freeze(): Promise<void> {
  return saved(async from => showEvidence(await keep(still(from), null)));
}
