// How the customer's camera stands and what can be done with it, read from the case and what the device said. Pure; knows no
// screen.
import type { AgentCaseView, CameraControl, CameraLack, DeviceCommand, FocusMode, ImageSlot, MeterReading } from "../generated/api.ts";
import type { Talk } from "./desk.ts";

/** Meters older than this say nothing of now. */
export const METERS_FADE = 2_000;

export interface LensState { torch: boolean; zoom: number; guide: ImageSlot | null; auto: boolean; frozen: boolean; focus: FocusMode | null; camera: boolean; microphone: boolean }

/** How the customer's camera stands, by what the device read back from itself; where it cannot, by what it said it did. */
export function lensOf(file: AgentCaseView, talk: Talk): LensState {
  const { settings, guide, framing } = file.customer;
  const last = (kind: DeviceCommand['do']): DeviceCommand | null => [...talk.effects].reverse().find(e => e.ok && e.command.do === kind)?.command ?? null;
  const torch = last('torch');
  return {
    torch: settings.torch ?? (torch?.do === 'torch' && torch.on), zoom: settings.zoom ?? 1, guide: guide ?? null, auto: framing?.auto ?? false,
    frozen: settings.frozen ?? false, focus: settings.focus ?? null, camera: settings.camera ?? file.customer.camera === 'on', microphone: file.customer.microphone,
  };
}

/** Why a control cannot be used now; null when it can. */
export function lackOf(file: AgentCaseView, control: CameraControl | 'freeze' | 'camera' | 'microphone' | 'guide'): CameraLack | 'not_connected' | 'control_refused' | null {
  if (!file.customer.connected) return 'not_connected';
  if (control === 'guide') return null;
  if (!file.customer.controls_allowed) return 'control_refused';
  if (control === 'camera' || control === 'microphone') return null;
  if (file.customer.camera !== 'on') return 'no_track';
  return file.customer.abilities.lacking?.find(l => l.control === control)?.why ?? null;
}

/** What the meters say now; null when they are silent. */
export function metersOf(talk: Talk, now: number): MeterReading | null {
  return talk.meters && now - talk.meters.at < METERS_FADE ? talk.meters.reading : null;
}

/** A zoom factor the camera has, or as it is when it has none. */
export function zoomWithin(file: AgentCaseView, factor: number): number {
  const range = file.customer.abilities.zoom;
  if (!range) return 1;
  const least = range.min || 1;
  return Math.round(Math.min(range.max / least, Math.max(1, factor)) * 100) / 100;
}
