// Looks at the customer's own picture within the frame, five times a second, and says what the meters read.
// Knows the elements it is given, no state.
import meterUrl from "worker:./meter.ts";
import { AROUND, READ_WIDTH, type Measures, type Shown } from "../lib/measure.ts";
import { inPicture, type Box } from "../lib/picture.ts";
import { startWorker } from "../lib/worker.ts";
import type { Question } from "./meter.ts";

const EVERY_MS = 200;

/** What the browser was told of the picture's place, as shares. */
function positionOf(video: HTMLVideoElement): { fit: "contain" | "cover"; x: number; y: number } {
  const { objectFit, objectPosition } = getComputedStyle(video);
  const [x = 0.5, y = 0.5] = objectPosition.split(" ").map((part) => (part.endsWith("%") ? Number.parseFloat(part) / 100 : 0.5));
  return { fit: objectFit === "contain" ? "contain" : "cover", x, y };
}

/** Where the frame lies in the picture the camera gives. A mirrored picture needs nothing: the frame stands in its middle. */
function frameIn(video: HTMLVideoElement, frame: HTMLElement): Box {
  const around = video.getBoundingClientRect();
  const inner = frame.getBoundingClientRect();
  const part = { x: inner.x - around.x, y: inner.y - around.y, width: inner.width, height: inner.height };
  return inPicture(part, around, { width: video.videoWidth, height: video.videoHeight }, positionOf(video));
}

/** Begins to look; gives back how to end it. */
export function watch(video: HTMLVideoElement, frame: HTMLElement, shown: Shown, read: (measures: Measures) => void): () => void {
  const worker = startWorker(meterUrl);
  const canvas = document.createElement("canvas");
  let busy = false;
  worker.onmessage = ({ data }: MessageEvent<Measures>) => {
    busy = false;
    read(data);
  };
  // A picture that could not be measured is followed by the next.
  worker.onerror = () => (busy = false);
  const timer = setInterval(() => {
    if (busy || video.videoWidth === 0) return;
    const at = frameIn(video, frame);
    if (at.width < 1) return;
    const scale = Math.min(1, READ_WIDTH / at.width);
    const left = Math.max(0, at.x - at.width * AROUND);
    const top = Math.max(0, at.y - at.height * AROUND);
    const width = Math.min(video.videoWidth, at.x + at.width * (1 + AROUND)) - left;
    const height = Math.min(video.videoHeight, at.y + at.height * (1 + AROUND)) - top;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context || canvas.width < 2 || canvas.height < 2) return;
    context.imageSmoothingQuality = "medium";
    context.drawImage(video, left, top, width, height, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const question: Question = {
      data,
      width: canvas.width,
      height: canvas.height,
      frame: { x: (at.x - left) * scale, y: (at.y - top) * scale, width: at.width * scale, height: at.height * scale },
      shown,
    };
    busy = true;
    worker.postMessage(question, [data.buffer]);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    worker.terminate();
  };
}
