/** What is compared with what, and how each picture lies: remembered per picture for this sitting. Must not draw. */
import { signal } from '@preact/signals';
import type { AgentCaseView } from '../generated/api.ts';
import { boxMoved, boxOf, eyesOf, panned, PLAIN, resized, STILL, zoomed, type Box, type Point, type Setting, type View } from '../lib/compare.ts';

export type Source = 'document' | 'live' | 'selfie' | 'portrait';
export type Mode = 'side' | 'blink' | 'onion';
export type Tool = 'none' | 'eyes' | 'box';
export const SOURCES: readonly Source[] = ['document', 'live', 'selfie', 'portrait'];
/** Changes a second while blinking: in the range in which differences jump out, far below what can harm. */
export const BLINKS = 1.5;
/** Pictures whose marks are remembered; the oldest are forgotten first. */
const REMEMBERED = 40;
const KEPT = 'recourse.agent.compare';

export const comparing = signal(false);
export const mode = signal<Mode>('side');
export const hidden = signal<readonly Source[]>([]);
export const chosen = signal<Source>('document');
export const tool = signal<Tool>('none');
export const view = signal<View>(STILL);
/** How much of the upper picture is seen, 0 to 1. */
export const onion = signal(0.5);
/** Which picture is seen, where blinking goes by hand. */
export const turn = signal(0);
export const frozen = signal<HTMLCanvasElement | null>(null);
const picked = signal<Partial<Record<Source, string>>>({});
/** Marks being made: the first eye, the cursor of the keys, the box that is drawn. */
export const firstEye = signal<Point | null>(null);
export const cursor = signal<Point>({ x: 0.5, y: 0.4 });
export const draft = signal<Box | null>(null);
const settings = signal<Readonly<Record<string, Setting>>>(remembered());

function remembered(): Record<string, Setting> {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') as Record<string, Setting>;
  } catch {
    return {};
  }
}

function change(key: string, setting: Setting): void {
  const rest = Object.entries(settings.peek()).filter(([k]) => k !== key).slice(1 - REMEMBERED);
  settings.value = Object.fromEntries([...rest, [key, setting]]);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(settings.peek()));
  } catch {
    // A browser without storage forgets the marks with the page.
  }
}

/** Every picture of a face there is, by source, the best first. */
export function picturesOf(file: AgentCaseView): Readonly<Record<Source, readonly string[]>> {
  const live = [...file.evidence].reverse().filter(e => e.source === 'live' || e.source === 'upload');
  const sent = [...file.reports].reverse().flatMap(r => r.images);
  return {
    document: [...live.filter(e => e.slot === 'document_front'), ...sent.filter(i => i.slot === 'document_front')].map(e => e.id),
    live: [],
    selfie: sent.filter(i => i.slot === 'selfie').map(i => i.id),
    portrait: live.filter(e => e.slot === 'portrait').map(e => e.id),
  };
}

/** The picture that stands for a source: the one picked, else the best; none for the live face. */
export function pictureOf(file: AgentCaseView, source: Source): string | null {
  const all = picturesOf(file)[source];
  const wish = picked.value[source];
  return wish && all.includes(wish) ? wish : all[0] ?? null;
}

export function nextPicture(file: AgentCaseView, source: Source): void {
  const all = picturesOf(file)[source];
  const at = all.indexOf(pictureOf(file, source) ?? '');
  const next = all[(at + 1) % Math.max(1, all.length)];
  if (next) picked.value = { ...picked.peek(), [source]: next };
}

/** Those that are shown, in order: hidden ones are left out, and so is what this case does not have. */
export function shownOf(file: AgentCaseView): Source[] {
  return SOURCES.filter(s => !hidden.value.includes(s) && (s === 'live' || s === 'document' || pictureOf(file, s) !== null));
}

export const keyOf = (source: Source, picture: string | null): string => picture ?? source;
export const settingOf = (key: string): Setting => settings.value[key] ?? PLAIN;
export const adjust = (key: string, how: (s: Setting) => Setting): void => change(key, how(settings.peek()[key] ?? PLAIN));
export const flip = (key: string): void => adjust(key, s => ({ ...s, flip: !s.flip }));
export const size = (key: string, by: number): void => adjust(key, s => resized(s, by));
export const nudge = (key: string, dx: number, dy: number): void => adjust(key, s => ({ ...s, dx: s.dx + dx, dy: s.dy + dy }));
export const zoom = (by: number): void => { view.value = zoomed(view.peek(), by); };
export const pan = (dx: number, dy: number): void => { view.value = panned(view.peek(), dx, dy); };

export function toggleShown(source: Source): void {
  hidden.value = hidden.peek().includes(source) ? hidden.peek().filter(s => s !== source) : [...hidden.peek(), source];
}

export function takeUp(which: Tool, key: string): void {
  tool.value = tool.peek() === which ? 'none' : which;
  firstEye.value = null;
  cursor.value = { x: 0.5, y: 0.4 };
  draft.value = tool.peek() === 'box' ? settings.peek()[key]?.box ?? { x: 0.05, y: 0.2, width: 0.35, height: 0.6 } : null;
}

/** A point of the picture: the first eye, then the second. */
export function pointAt(key: string, at: Point): void {
  const one = firstEye.peek();
  if (!one) { firstEye.value = at; return; }
  const eyes = eyesOf(one, at);
  firstEye.value = null;
  if (!eyes) return;
  adjust(key, s => ({ ...s, eyes, scale: 1, dx: 0, dy: 0 }));
  tool.value = 'none';
}

export function drawBox(one: Point, two: Point): void { draft.value = boxOf(one, two); }
export function moveDraft(by: Partial<Box>): void { if (draft.peek()) draft.value = boxMoved(draft.peek() as Box, by); }

/** The box is the portrait from now on; marks made in another one no longer fit. */
export function keepBox(key: string): void {
  const box = draft.peek();
  if (box) adjust(key, s => ({ ...s, box, eyes: null, scale: 1, dx: 0, dy: 0 }));
  tool.value = 'none';
  draft.value = null;
}

/** Everything as at the start; the marks of this picture go too. */
export function reset(key: string): void {
  view.value = STILL;
  adjust(key, () => PLAIN);
}

export function openCompare(): void {
  comparing.value = true;
  mode.value = 'side';
  tool.value = 'none';
  view.value = STILL;
}

/** Esc: first the tool is laid down, then the view is left. */
export function leaveCompare(): void {
  if (tool.peek() === 'none') closeCompare();
  else tool.value = 'none';
}

export function closeCompare(): void {
  comparing.value = false;
  frozen.value = null;
  tool.value = 'none';
}
