// Camera and microphone; the only file that names getUserMedia. Opens, flips, lights, zooms, photographs, notices
// when a track dies. Knows no room.
import type { CameraState } from "../generated/api.ts";

export type Facing = "user" | "environment";

export interface OpenOptions {
  facing?: Facing;
  /** A camera chosen by hand, by `deviceId`. */
  camera?: string;
  microphone?: string;
  video?: boolean;
  audio?: boolean;
}

/** Why there is no camera: the `CameraState` to tell; the message is the browser's own name of the error. */
export class NoCamera extends Error {
  constructor(
    readonly state: CameraState,
    cause: string,
  ) {
    super(cause);
    this.name = "NoCamera";
  }
}

const REASONS: Readonly<Record<string, CameraState>> = {
  NotAllowedError: "denied",
  PermissionDeniedError: "denied",
  SecurityError: "blocked",
  NotFoundError: "missing",
  DevicesNotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  TrackStartError: "busy",
  AbortError: "busy",
  NotSupportedError: "blocked",
  TypeError: "blocked",
};

/** What an error of the browser means for the person in front of it. */
export const cameraProblem = (name: string): CameraState => REASONS[name] ?? "blocked";

async function ask(constraints: MediaStreamConstraints): Promise<MediaStream> {
  // Missing on insecure origins and in web views whose app gives no camera.
  if (!navigator.mediaDevices?.getUserMedia) throw new NoCamera("blocked", "NotSupportedError");
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    const name = error instanceof Error ? error.name : "UnknownError";
    throw new NoCamera(cameraProblem(name), name);
  }
}

const picture = (options: OpenOptions): MediaTrackConstraints => ({
  ...(options.camera ? { deviceId: { exact: options.camera } } : { facingMode: options.facing ?? "user" }),
  width: { ideal: 1920 },
  height: { ideal: 1080 },
  frameRate: { ideal: 30, max: 30 },
});
const sound = (options: OpenOptions): MediaTrackConstraints => ({
  ...(options.microphone ? { deviceId: { exact: options.microphone } } : {}),
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
});

/** Opens both with one prompt. */
export async function openCamera(options: OpenOptions = {}): Promise<MediaStream> {
  const video = options.video === false ? false : picture(options);
  const audio = options.audio === false ? false : sound(options);
  try {
    return await ask({ video, audio });
  } catch (error) {
    // A camera without a microphone is still a face.
    if (error instanceof NoCamera && error.state === "missing" && audio && video) return ask({ video: true });
    throw error;
  }
}

/** Resolves `slow` after `ms` when the browser neither grants nor refuses: some apps never settle the promise. */
export function watchdog<T>(promise: Promise<T>, ms: number, slow: () => void): Promise<T> {
  const timer = setTimeout(slow, ms);
  return promise.finally(() => clearTimeout(timer));
}

/** The other camera: phones give one at a time, so the old track is stopped first. Throws when there is no other. */
export async function flipCamera(stream: MediaStream, to: Facing): Promise<MediaStreamTrack> {
  const old = stream.getVideoTracks()[0];
  const oldId = old?.getSettings().deviceId;
  const all = await cameras();
  if (all.length < 2) throw new NoCamera("missing", "NotFoundError");
  old?.stop();
  if (old) stream.removeTrack(old);
  // Webcams name no side: then the one after the one in use.
  const next = all[(all.findIndex((each) => each.id === oldId) + 1) % all.length];
  const named = await ask({ video: { ...picture({}), facingMode: { exact: to } } }).catch(() => null);
  const other = named ?? (await ask({ video: picture(next ? { camera: next.id } : { facing: to }) }).catch(() => null));
  const made = other ?? (await ask({ video: picture(oldId ? { camera: oldId } : {}) }));
  const track = made.getVideoTracks()[0];
  if (track) stream.addTrack(track);
  if (!track || !other) throw new NoCamera("missing", "NotFoundError");
  return track;
}

export interface Device {
  id: string;
  label: string;
}

const devices = async (kind: MediaDeviceKind): Promise<Device[]> =>
  ((await navigator.mediaDevices?.enumerateDevices()) ?? []).filter((each) => each.kind === kind && each.deviceId !== "").map((each) => ({ id: each.deviceId, label: each.label }));
export const cameras = (): Promise<Device[]> => devices("videoinput");
export const microphones = (): Promise<Device[]> => devices("audioinput");

interface WideCapabilities extends MediaTrackCapabilities {
  torch?: boolean;
  zoom?: { min: number; max: number; step: number };
}
const wide = (track: MediaStreamTrack): WideCapabilities => (track.getCapabilities?.() ?? {}) as WideCapabilities;

/** `torch`, `zoom`, `flip`, `take_photo`: only what this device really has. */
export async function abilities(track: MediaStreamTrack | null): Promise<string[]> {
  if (!track) return [];
  const can = wide(track);
  const found: string[] = [];
  if (can.torch) found.push("torch");
  if (can.zoom && can.zoom.max > can.zoom.min) found.push("zoom");
  if ((await cameras()).length > 1) found.push("flip");
  if ("ImageCapture" in globalThis) found.push("take_photo");
  return found;
}

/** False when the device has no light. */
export async function setTorch(track: MediaStreamTrack, on: boolean): Promise<boolean> {
  if (!wide(track).torch) return false;
  await track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  return true;
}

/** False when the device cannot zoom. */
export async function setZoom(track: MediaStreamTrack, factor: number): Promise<boolean> {
  const range = wide(track).zoom;
  if (!range) return false;
  const zoom = Math.min(range.max, Math.max(range.min, range.min * factor));
  await track.applyConstraints({ advanced: [{ zoom } as MediaTrackConstraintSet] });
  return true;
}

interface Capturer {
  takePhoto(): Promise<Blob>;
}
declare const ImageCapture: (new (track: MediaStreamTrack) => Capturer) | undefined;

/** A photograph at the camera's full size: the sensor's own when it gives more than the stream, else a raw frame. */
export async function takeStill(track: MediaStreamTrack): Promise<Blob> {
  const frame = await rawFrame(track);
  if (typeof ImageCapture !== "function") return frame.blob;
  try {
    const photo = await within(new ImageCapture(track).takePhoto(), 3_000);
    const size = await createImageBitmap(photo);
    const larger = size.width * size.height > frame.width * frame.height;
    size.close();
    return larger && photo.size <= 10 * 1024 * 1024 && photo.type === "image/jpeg" ? photo : frame.blob;
  } catch {
    return frame.blob;
  }
}

async function rawFrame(track: MediaStreamTrack): Promise<{ blob: Blob; width: number; height: number }> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  await video.play();
  if (video.videoWidth === 0) await new Promise((ready) => video.addEventListener("resize", ready, { once: true }));
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  video.srcObject = null;
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.95));
  if (!blob) throw new NoCamera("lost", "EncodingError");
  return { blob, width: canvas.width, height: canvas.height };
}

function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return Promise.race([promise, new Promise<never>((_, fail) => setTimeout(() => fail(new Error("timeout")), ms))]);
}

/** Calls when a track ends, or stays mute for 2 s: a phone call, another app, the page in the background. */
export function onTrackLost(track: MediaStreamTrack, lost: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const muted = () => {
    clearTimeout(timer);
    timer = setTimeout(() => track.muted && lost(), 2_000);
  };
  const back = () => clearTimeout(timer);
  track.addEventListener("ended", lost);
  track.addEventListener("mute", muted);
  track.addEventListener("unmute", back);
  return () => {
    clearTimeout(timer);
    track.removeEventListener("ended", lost);
    track.removeEventListener("mute", muted);
    track.removeEventListener("unmute", back);
  };
}

export type Light = "dark" | "dim" | "good" | "bright";

/** Mean brightness of a picture, 0–255, judged for a face. */
export const judgeLight = (mean: number): Light => (mean < 40 ? "dark" : mean < 75 ? "dim" : mean > 215 ? "bright" : "good");

const meter = { canvas: null as HTMLCanvasElement | null };

/** Light on a playing video, or null before its first frame. */
export function readLight(video: HTMLVideoElement): Light | null {
  if (video.videoWidth === 0) return null;
  meter.canvas ??= Object.assign(document.createElement("canvas"), { width: 32, height: 24 });
  const context = meter.canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(video, 0, 0, 32, 24);
  const { data } = context.getImageData(0, 0, 32, 24);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.3 * (data[at] ?? 0) + 0.59 * (data[at + 1] ?? 0) + 0.11 * (data[at + 2] ?? 0);
  return judgeLight(sum / (data.length / 4));
}

export interface Around {
  ios: boolean;
  android: boolean;
  /** The app whose built-in browser this is, as a short name; null in a real browser. */
  app: string | null;
}

/** Where the page runs. The user agent only chooses the way out that is shown; whether a camera exists is tried. */
export function around(agent: string = navigator.userAgent, touchPoints: number = navigator.maxTouchPoints ?? 0): Around {
  const ios = /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1);
  const android = /Android/.test(agent);
  const apps: [RegExp, string][] = [
    [/FBAN|FBAV|FB_IAB/, "Facebook"],
    [/Instagram/, "Instagram"],
    [/\bLine\//i, "LINE"],
    [/MicroMessenger/, "WeChat"],
    [/Zalo/, "Zalo"],
    [/TikTok|musical_ly|BytedanceWebview/i, "TikTok"],
    [/Grab\//, "Grab"],
    [/WhatsApp/, "WhatsApp"],
    [/Snapchat/, "Snapchat"],
    [/; wv\)/, "app"],
  ];
  const app = apps.find(([sign]) => sign.test(agent))?.[1] ?? (ios && !/Safari\//.test(agent) ? "app" : null);
  return { ios, android, app };
}
