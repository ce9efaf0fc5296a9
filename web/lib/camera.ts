// Camera and microphone; the only file that names getUserMedia. Opens, flips, changes the lens, notices when a track
// dies. What a camera can do is in lens.ts. Knows no room.
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

/** One lens by its id. Phones give one camera at a time, so the old track is stopped first; when there is none it comes back. */
export async function openLens(stream: MediaStream, id: string): Promise<MediaStreamTrack> {
  const old = stream.getVideoTracks()[0];
  const oldId = old?.getSettings().deviceId;
  old?.stop();
  if (old) stream.removeTrack(old);
  const wanted = await ask({ video: picture({ camera: id }) }).catch(() => null);
  const made = wanted ?? (await ask({ video: picture(oldId ? { camera: oldId } : {}) }));
  const track = made.getVideoTracks()[0];
  if (track) stream.addTrack(track);
  if (!track || !wanted) throw new NoCamera("missing", "NotFoundError");
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
