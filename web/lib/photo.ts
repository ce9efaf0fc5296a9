// Photographs of an open camera: the sensor's own where there is one, else a raw frame; several, of which the sharpest is
// known. Knows no screen and no server.
import { NoCamera } from "./camera.ts";
import { grey, sharpness } from "./measure.ts";

interface Capturer {
  takePhoto(): Promise<Blob>;
}
declare const ImageCapture: (new (track: MediaStreamTrack) => Capturer) | undefined;

const LARGEST = 10 * 1024 * 1024;
/** A burst takes no longer, so that hands need not hold still for it. */
const BURST_MS = 4_000;
/** Sharpness is compared at this width: fine enough for print, quick enough for three pictures. */
const COMPARE = 1024;

export interface Shot {
  blob: Blob;
  width: number;
  height: number;
  /** Variance of the Laplacian. */
  sharp: number;
}

/** A photograph at the camera's full size: the sensor's own when it gives more than the stream, else a raw frame. */
export async function takeStill(track: MediaStreamTrack): Promise<Shot> {
  const frame = await rawFrame(track);
  if (typeof ImageCapture !== "function") return frame;
  try {
    const photo = await within(new ImageCapture(track).takePhoto(), 3_000);
    const size = await createImageBitmap(photo);
    const larger = size.width * size.height > frame.width * frame.height && photo.size <= LARGEST && photo.type === "image/jpeg";
    const shot = { blob: photo, width: size.width, height: size.height, sharp: larger ? sharpOf(size) : 0 };
    size.close();
    return larger ? shot : frame;
  } catch {
    return frame;
  }
}

/** Several in a row; the first always, the others as long as there is time. */
export async function takeBurst(track: MediaStreamTrack, count: number): Promise<Shot[]> {
  const shots = [await takeStill(track)];
  const until = performance.now() + BURST_MS;
  while (shots.length < count && performance.now() < until) {
    const more = await takeStill(track).catch(() => null);
    if (!more) break;
    shots.push(more);
  }
  return shots;
}

/** Which is the sharpest; of a different size than the first none counts, because sharpness depends on it. */
export function sharpest(shots: readonly Pick<Shot, "width" | "sharp">[]): number {
  let best = 0;
  for (const [at, shot] of shots.entries()) if (shot.width === shots[0]?.width && shot.sharp > (shots[best]?.sharp ?? 0)) best = at;
  return best;
}

function sharpOf(picture: ImageBitmap | HTMLCanvasElement): number {
  const width = Math.min(COMPARE, picture.width);
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return 0;
  context.drawImage(picture, 0, 0, width, height);
  return sharpness(grey(context.getImageData(0, 0, width, height)), width, height);
}

async function rawFrame(track: MediaStreamTrack): Promise<Shot> {
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
  return { blob, width: canvas.width, height: canvas.height, sharp: sharpOf(canvas) };
}

function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return Promise.race([promise, new Promise<never>((_, fail) => setTimeout(() => fail(new Error("timeout")), ms))]);
}
