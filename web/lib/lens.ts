// What an open camera can do, told by its track, and how it is made to do it: each change is read back, because browsers
// accept what a camera then ignores. Knows no room and no screen.
import type { CameraAbilities, CameraControl, CameraLack, CameraSettings, Facing, FocusMode, FocusTo, Lens, Range } from "../generated/api.ts";
import { cameras } from "./camera.ts";

interface Extent {
  min?: number;
  max?: number;
  step?: number;
}
interface WideCapabilities extends MediaTrackCapabilities {
  torch?: boolean;
  zoom?: Extent;
  focusMode?: string[];
  focusDistance?: Extent;
}
interface WideSettings extends MediaTrackSettings {
  torch?: boolean;
  zoom?: number;
  focusMode?: string;
  focusDistance?: number;
}
interface WideConstraints extends MediaTrackConstraintSet {
  torch?: boolean;
  zoom?: number;
  focusMode?: string;
  focusDistance?: number;
  pointsOfInterest?: { x: number; y: number }[];
}

/** Heights that are offered, up to the camera's own. */
const HEIGHTS = [480, 720, 1080, 1440, 2160];

const can = (track: MediaStreamTrack): WideCapabilities => (track.getCapabilities?.() ?? {}) as WideCapabilities;
const now = (track: MediaStreamTrack): WideSettings => track.getSettings() as WideSettings;
const apply = (track: MediaStreamTrack, set: WideConstraints): Promise<void> => track.applyConstraints({ advanced: [set as MediaTrackConstraintSet] });

function range(extent: Extent | undefined): Range | null {
  const { min = 0, max = 0, step = 0 } = extent ?? {};
  return Number.isFinite(min) && Number.isFinite(max) && max > min ? { min, max, step: Number.isFinite(step) ? step : 0 } : null;
}

/** Labels are in the phone's language; these words are in the names browsers give. */
function facingOf(label: string, mode?: string): Facing {
  if (mode === "user" || mode === "environment") return mode;
  if (/back|rear|environment|trasera|belakang/i.test(label)) return "environment";
  return /front|user|face|depan/i.test(label) ? "user" : "unknown";
}

function focusModes(track: MediaStreamTrack): FocusMode[] {
  const modes = can(track).focusMode ?? [];
  const supported = (navigator.mediaDevices?.getSupportedConstraints?.() ?? {}) as Record<string, boolean>;
  const found: FocusMode[] = [];
  if (modes.includes("continuous")) found.push("continuous");
  if (supported.pointsOfInterest && (modes.includes("single-shot") || modes.includes("continuous"))) found.push("point");
  if (modes.includes("manual") && range(can(track).focusDistance)) found.push("manual");
  return found;
}

const NOTHING: CameraAbilities = { lenses: [], torch: false, focus: [], heights: [], take_photo: false, lacking: [] };
const ALL: readonly CameraControl[] = ["flip", "lens", "torch", "zoom", "focus", "resolution", "take_photo"];

/** What this camera has, and for everything else why not. */
export async function readAbilities(track: MediaStreamTrack | null): Promise<CameraAbilities> {
  if (!track) return { ...NOTHING, lacking: ALL.map((control) => ({ control, why: "no_track" as const })) };
  const all = await cameras();
  const lenses: Lens[] = all.slice(0, 8).map(({ id, label }) => ({ id, label, facing: facingOf(label, id === now(track).deviceId ? now(track).facingMode : undefined) }));
  const hidden = typeof track.getCapabilities !== "function";
  const front = now(track).facingMode === "user";
  const torch = can(track).torch === true;
  const zoom = range(can(track).zoom);
  const distance = range(can(track).focusDistance);
  const focus = focusModes(track);
  const most = can(track).height?.max ?? 0;
  const heights = HEIGHTS.filter((height) => height <= most);
  const take_photo = "ImageCapture" in globalThis;
  const missing = (frontOnly: boolean): CameraLack => (hidden ? "browser_hides" : frontOnly && front ? "front_camera" : "not_supported");
  const lacking: { control: CameraControl; why: CameraLack }[] = [];
  const lacks = (control: CameraControl, has: boolean, why: CameraLack) => void (has || lacking.push({ control, why }));
  lacks("flip", all.length > 1, "one_camera");
  lacks("lens", all.length > 1, "one_camera");
  lacks("torch", torch, missing(true));
  lacks("zoom", zoom !== null, missing(false));
  lacks("focus", focus.length > 0, missing(true));
  lacks("resolution", heights.length > 1, missing(false));
  lacks("take_photo", take_photo, "not_supported");
  return { lenses, torch, focus, heights, take_photo, lacking, ...(zoom ? { zoom } : {}), ...(distance ? { distance } : {}) };
}

/** How the track stands, by its own word. */
export function readSettings(track: MediaStreamTrack | null, rest: { frozen: boolean; camera: boolean; microphone: boolean }): CameraSettings {
  if (!track) return { ...rest, lens: "", facing: "unknown", width: 0, height: 0 };
  const s = now(track);
  const least = range(can(track).zoom)?.min;
  const mode = s.focusMode === "continuous" ? "continuous" : s.focusMode === "manual" ? "manual" : s.focusMode === "single-shot" ? "point" : undefined;
  return {
    ...rest,
    lens: s.deviceId ?? "",
    facing: facingOf(track.label, s.facingMode),
    width: s.width ?? 0,
    height: s.height ?? 0,
    ...(least !== undefined && s.zoom !== undefined ? { zoom: s.zoom / (least || 1) } : {}),
    ...(typeof s.torch === "boolean" ? { torch: s.torch } : {}),
    ...(mode ? { focus: mode } : {}),
    ...(s.focusDistance !== undefined && Number.isFinite(s.focusDistance) ? { distance: s.focusDistance } : {}),
  };
}

/** Why a change did not come about; null when it did. */
export type Failure = "not_supported" | "no_effect" | null;

/** A browser that cannot tell is believed. */
export async function setTorch(track: MediaStreamTrack, on: boolean): Promise<Failure> {
  if (!can(track).torch) return "not_supported";
  await apply(track, { torch: on });
  return (now(track).torch ?? on) === on ? null : "no_effect";
}

/** `factor` counts from the least zoom the camera has. */
export async function setZoom(track: MediaStreamTrack, factor: number): Promise<Failure> {
  const found = range(can(track).zoom);
  if (!found) return "not_supported";
  const zoom = Math.min(found.max, Math.max(found.min, (found.min || 1) * factor));
  await apply(track, { zoom });
  const got = now(track).zoom ?? zoom;
  return Math.abs(got - zoom) <= Math.max(found.step, zoom * 0.05) ? null : "no_effect";
}

export async function setFocus(track: MediaStreamTrack, to: FocusTo): Promise<Failure> {
  if (!focusModes(track).includes(to.mode)) return "not_supported";
  if (to.mode === "continuous") await apply(track, { focusMode: "continuous" });
  else if (to.mode === "point") {
    const modes = can(track).focusMode ?? [];
    await apply(track, { pointsOfInterest: [{ x: to.x, y: to.y }], focusMode: modes.includes("single-shot") ? "single-shot" : "continuous" });
  } else await apply(track, { focusMode: "manual", focusDistance: to.distance });
  const got = now(track).focusMode;
  const wanted = to.mode === "point" ? ["single-shot", "continuous", "manual"] : [to.mode as string];
  return got === undefined || wanted.includes(got) ? null : "no_effect";
}

export async function setHeight(track: MediaStreamTrack, height: number): Promise<Failure> {
  const most = can(track).height?.max;
  if (!most) return "not_supported";
  const before = now(track).height;
  await track.applyConstraints({ width: { ideal: Math.round((height * 16) / 9) }, height: { ideal: height } });
  const got = now(track).height;
  // A phone held upright swaps the sides.
  const fits = got === height || now(track).width === height;
  return fits || got !== before ? null : "no_effect";
}
