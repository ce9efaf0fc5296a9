/** Which key means what, where: a pure table. Must not know the DOM beyond the names of keys. */
import type { Stage } from '../lib/desk.ts';

export interface Pressed { key: string; ctrl: boolean; typing: boolean; onButton: boolean; repeat: boolean }
export type Sheet = 'none' | 'verdict' | 'lightbox' | 'compare' | 'help' | 'waive' | 'end' | 'replies' | 'people';
export interface Where { stage: Stage; sheet: Sheet; single: boolean }

export type Action =
  | { do: 'accept' | 'reject' | 'photograph' | 'flip' | 'torch' | 'zoom_in' | 'zoom_out' | 'guide' | 'step_done' | 'draw' | 'pass' | 'fail' | 'alternative' | 'waive' }
  | { do: 'optics' | 'lens' | 'focus' | 'size' | 'freeze' | 'their_camera' | 'their_microphone' | 'auto' }
  | { do: 'mute' | 'dark' | 'chat' | 'replies' | 'notes' | 'images' | 'compare' | 'details' | 'closer' | 'help' | 'close' | 'confirm' | 'leave_field' }
  | { do: 'board' | 'people' }
  | { do: 'step' | 'reason'; index: number }
  | { do: 'verdict'; verdict: 'verified' | 'rejected' | 'escalated' | 'incomplete' };

const VERDICTS: Readonly<Record<string, Action>> = {
  a: { do: 'verdict', verdict: 'verified' }, r: { do: 'verdict', verdict: 'rejected' },
  e: { do: 'verdict', verdict: 'escalated' }, i: { do: 'verdict', verdict: 'incomplete' },
};

const LIVE: Readonly<Record<string, Action>> = {
  ' ': { do: 'photograph' }, f: { do: 'flip' }, t: { do: 'torch' }, '+': { do: 'zoom_in' }, '=': { do: 'zoom_in' }, '-': { do: 'zoom_out' },
  g: { do: 'guide' }, o: { do: 'optics' }, q: { do: 'lens' }, j: { do: 'focus' }, y: { do: 'size' }, h: { do: 'freeze' }, '[': { do: 'their_microphone' }, ']': { do: 'their_camera' }, u: { do: 'auto' },
  d: { do: 'draw' }, p: { do: 'pass' }, x: { do: 'fail' }, w: { do: 'waive' }, k: { do: 'alternative' }, m: { do: 'mute' }, v: { do: 'dark' }, z: { do: 'closer' },
  '.': { do: 'board' }, ',': { do: 'people' },
};

const CASE: Readonly<Record<string, Action>> = {
  ...VERDICTS, c: { do: 'compare' }, b: { do: 'chat' }, '/': { do: 'replies' }, n: { do: 'notes' }, l: { do: 'images' }, s: { do: 'details' }, w: { do: 'waive' },
};

export function actionFor(p: Pressed, where: Where): Action | null {
  if (p.ctrl) return null;
  const key = p.key.length === 1 ? p.key.toLowerCase() : p.key;
  if (key === 'Escape') return escape(p, where);
  if (p.typing || p.repeat) return null;
  if (key === 'Enter') return p.onButton ? null : enter(where);
  if (p.onButton && key === ' ') return null;
  if (!where.single) return null;
  if (key === '?') return { do: 'help' };
  if (where.sheet === 'verdict') return /^[1-9]$/.test(key) ? { do: 'reason', index: Number(key) - 1 } : VERDICTS[key] ?? null;
  if (where.sheet !== 'none') return null;
  return letter(key, where.stage);
}

function escape(p: Pressed, where: Where): Action | null {
  if (where.sheet !== 'none') return { do: 'close' };
  if (p.typing) return { do: 'leave_field' };
  return where.stage === 'ring' ? { do: 'reject' } : { do: 'close' };
}

function enter(where: Where): Action | null {
  if (where.sheet === 'verdict' || where.sheet === 'end') return { do: 'confirm' };
  if (where.sheet !== 'none') return null;
  if (where.stage === 'ring') return { do: 'accept' };
  return where.stage === 'call' ? { do: 'step_done' } : null;
}

function letter(key: string, stage: Stage): Action | null {
  const held = stage === 'call' || stage === 'interrupted' || stage === 'deciding' || stage === 'wrap';
  if (!held) return null;
  if (stage === 'wrap') return key === 'n' ? { do: 'notes' } : key === 'l' ? { do: 'images' } : null;
  if (/^[1-9]$/.test(key)) return { do: 'step', index: Number(key) - 1 };
  return (stage === 'call' ? LIVE[key] : undefined) ?? CASE[key] ?? null;
}
