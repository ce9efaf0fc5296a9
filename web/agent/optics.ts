/** The agent's hand on the customer's camera: what each control does, and what a click or wheel on the picture means. */
import { effect, signal } from '@preact/signals';
import type { AgentCaseView, DeviceCommand, ImageSlot, StepView } from '../generated/api.ts';
import { currentStep, isAsked } from '../lib/desk.ts';
import { lackOf, lensOf, zoomWithin } from '../lib/optics.ts';
import { pointOf } from '../lib/picture.ts';
import { ask, bar, desk } from './desk.ts';
import type { Action } from './keys.ts';
import { chosenStep, closer, optics } from './view.ts';

/** Three pictures, of which the sharpest is proposed. */
export const burst = signal(true);
/** The customer looks at a photograph before it is sent. */
export const review = signal(false);
/** The phone photographs by itself when all is good in the frame. */
export const auto = signal(false);
/** Where a slider or a wheel wants the zoom; sent as fast as the device answers, the newest only. */
const zoomWish = signal<number | null>(null);

effect(() => {
  const wish = zoomWish.value;
  const { talk, file } = desk.value;
  if (wish === null || !talk || !file || isAsked(talk, 'zoom')) return;
  zoomWish.value = null;
  if (Math.abs(wish - lensOf(file, talk).zoom) > 0.01) ask({ do: 'zoom', factor: wish });
});

type Needs = Parameters<typeof lackOf>[1];
const NEEDS: Readonly<Record<DeviceCommand['do'], Needs>> = {
  photograph: 'guide', guide: 'guide', flip: 'flip', lens: 'lens', torch: 'torch', zoom: 'zoom', focus: 'focus', resolution: 'resolution', freeze: 'freeze', camera: 'camera', microphone: 'microphone',
};

/** Asks the device, or says at once why it cannot be asked. */
export function hand(command: DeviceCommand): void {
  const { file, talk } = desk.peek();
  if (!file || !talk || isAsked(talk, command.do)) return;
  const why = lackOf(file, NEEDS[command.do]);
  if (why) bar(command, why);
  else ask(command);
}

export function photograph(step: StepView | null, slot?: ImageSlot): void {
  const what = slot ?? step?.slot ?? 'other_page';
  hand({ do: 'photograph', slot: what, step: step && step.slot === what ? step.key : null, burst: burst.peek() ? 3 : 1, review: review.peek() });
}

export function frame(slot: ImageSlot | null, step: StepView | null): void {
  hand({ do: 'guide', slot, auto: slot !== null && auto.peek(), step: step && step.slot === slot ? step.key : null, review: review.peek() });
}

export function zoomTo(factor: number): void {
  const { file } = desk.peek();
  if (!file) return;
  const why = lackOf(file, 'zoom');
  if (why) bar({ do: 'zoom', factor }, why);
  else zoomWish.value = zoomWithin(file, factor);
}

export function zoomBy(by: number): void {
  const { file, talk } = desk.peek();
  if (file && talk) zoomTo((zoomWish.peek() ?? lensOf(file, talk).zoom) * by);
}

export function nextLens(file: AgentCaseView): void {
  const { lenses = [] } = file.customer.abilities;
  const next = lenses[(lenses.findIndex(l => l.id === file.customer.settings.lens) + 1) % Math.max(1, lenses.length)];
  hand(next ? { do: 'lens', id: next.id } : { do: 'flip' });
}

export function nextSize(file: AgentCaseView): void {
  const { heights = [] } = file.customer.abilities;
  const now = Math.min(file.customer.settings.width ?? 0, file.customer.settings.height ?? 0);
  hand({ do: 'resolution', height: heights.find(h => h > now) ?? heights[0] ?? 720 });
}

/** True when the action was one of the camera's. */
export function onOptics(action: Action): boolean {
  const { file, talk } = desk.peek();
  if (!file || !talk) return false;
  const lens = lensOf(file, talk);
  const step = currentStep(file, chosenStep.peek());
  switch (action.do) {
    case 'optics': optics.value = !optics.peek(); return true;
    case 'photograph': photograph(step, step?.slot ?? 'document_front'); return true;
    case 'flip': hand({ do: 'flip' }); return true;
    case 'torch': hand({ do: 'torch', on: !lens.torch }); return true;
    case 'zoom_in': zoomBy(1.25); return true;
    case 'zoom_out': zoomBy(0.8); return true;
    case 'guide': frame(lens.guide ? null : step?.slot ?? 'document_front', step); return true;
    case 'auto': auto.value = !auto.peek(); if (lens.guide) frame(lens.guide, step); return true;
    case 'lens': nextLens(file); return true;
    case 'focus': hand({ do: 'focus', to: { mode: 'continuous' } }); return true;
    case 'size': nextSize(file); return true;
    case 'freeze': hand({ do: 'freeze', on: !lens.frozen }); return true;
    case 'their_camera': hand({ do: 'camera', on: !lens.camera }); return true;
    case 'their_microphone': hand({ do: 'microphone', on: !lens.microphone }); return true;
    default: return false;
  }
}

/** Whether a click on the picture focuses there. */
export function focuses(file: AgentCaseView): boolean {
  return lackOf(file, 'focus') === null && (file.customer.abilities.focus ?? []).includes('point');
}

/** A click on the picture: focus there where the camera can, else look closer. By keyboard there is no place. */
export function onPicture(event: MouseEvent, file: AgentCaseView, video: HTMLVideoElement | null): void {
  if (event.detail > 0 && video && focuses(file)) {
    const box = video.getBoundingClientRect();
    const at = pointOf({ x: event.clientX - box.x, y: event.clientY - box.y }, box, { width: video.videoWidth, height: video.videoHeight }, { fit: 'contain' });
    if (at) return hand({ do: 'focus', to: { mode: 'point', ...at } });
  }
  closer.value = !closer.peek();
}

/** Wheel, and pinch on a track pad, which browsers tell as a wheel with Ctrl. */
export function onWheel(event: WheelEvent, file: AgentCaseView): void {
  if (lackOf(file, 'zoom') !== null) return;
  event.preventDefault();
  zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)));
}

/** Two fingers on a touch screen. */
export class Pinch {
  readonly #at = new Map<number, { x: number; y: number }>();
  #from: { apart: number; zoom: number } | null = null;

  down(event: PointerEvent, zoom: number): void {
    if (event.pointerType !== 'touch') return;
    this.#at.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#from = this.#at.size === 2 ? { apart: this.#apart(), zoom } : null;
  }

  move(event: PointerEvent): void {
    if (!this.#at.has(event.pointerId)) return;
    this.#at.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#from && this.#from.apart > 0) zoomTo((this.#from.zoom * this.#apart()) / this.#from.apart);
  }

  up(event: PointerEvent): void {
    this.#at.delete(event.pointerId);
    this.#from = null;
  }

  #apart(): number {
    const [a, b] = [...this.#at.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }
}
