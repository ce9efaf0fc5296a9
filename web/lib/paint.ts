// Strokes as pixels: on the overlay of a picture and in a snapshot. Knows where content stands, not who sent a stroke.
import type { Seat, StrokeView } from "../generated/api.ts";
import { LASER_STAYS, type Sketch } from "./board.ts";
import { contentWidth, toScreen, unpacked, type Place, type View } from "./surface.ts";

/** One colour per person, told apart also by people who see few: bright on a dark edge, over any picture. */
export const COLOURS: Readonly<Record<Seat, string>> = { agent: "#2fd6ff", customer: "#ffd633", supervisor: "#ff8ad4", interpreter: "#a9f27c" };
const EDGE = "rgb(6 12 18 / 0.62)";

/** Points of a stroke on the screen, measured from `from`. */
function placed(stroke: StrokeView, view: View, from: Place): Place[] {
  const all: Place[] = [];
  for (let at = 0; at + 1 < stroke.xy.length; at += 2) {
    const { x, y } = toScreen(view, unpacked(stroke.xy[at] ?? 0, stroke.xy[at + 1] ?? 0));
    all.push({ x: x - from.x, y: y - from.y });
  }
  return all;
}

/** Through the middles between points, so that a line drawn slowly and one drawn quickly look the same. */
function line(path: Path2D, points: readonly Place[]): void {
  const [first, ...rest] = points;
  if (!first) return;
  path.moveTo(first.x, first.y);
  if (rest.length === 0) path.lineTo(first.x + 0.01, first.y);
  rest.forEach((point, at) => {
    const next = rest[at + 1];
    if (next) path.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2);
    else path.lineTo(point.x, point.y);
  });
}

function arrow(path: Path2D, from: Place, to: Place, width: number): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const head = Math.min(length, Math.max(12, width * 4.5));
  path.moveTo(from.x, from.y);
  path.lineTo(to.x, to.y);
  for (const side of [-1, 1]) {
    path.moveTo(to.x, to.y);
    path.lineTo(to.x - head * Math.cos(angle + side * 0.5), to.y - head * Math.sin(angle + side * 0.5));
  }
}

function shape(stroke: StrokeView, points: readonly Place[], width: number): Path2D {
  const path = new Path2D();
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return path;
  switch (stroke.tool) {
    case "arrow":
      arrow(path, first, last, width);
      break;
    case "rectangle":
      path.rect(Math.min(first.x, last.x), Math.min(first.y, last.y), Math.abs(last.x - first.x), Math.abs(last.y - first.y));
      break;
    case "ellipse":
      path.ellipse((first.x + last.x) / 2, (first.y + last.y) / 2, Math.abs(last.x - first.x) / 2, Math.abs(last.y - first.y) / 2, 0, 0, Math.PI * 2);
      break;
    case "pen":
    case "highlighter":
    case "text":
      line(path, points);
  }
  return path;
}

/** Letters stand upright on every screen; on a mirrored one they run to the other side, over the same content. */
function words(ctx: CanvasRenderingContext2D, stroke: StrokeView, at: Place, size: number, mirror: boolean): void {
  ctx.font = `600 ${size}px system-ui, "Noto Sans", sans-serif`;
  ctx.textBaseline = "middle";
  ctx.textAlign = mirror ? "right" : "left";
  ctx.direction = "ltr";
  const text = stroke.text ?? "";
  const width = ctx.measureText(text).width;
  ctx.fillStyle = EDGE;
  ctx.beginPath();
  const box = [at.x - (mirror ? width : 0) - size * 0.35, at.y - size * 0.75, width + size * 0.7, size * 1.5] as const;
  // Older browsers have no rounded ones.
  if ("roundRect" in ctx) ctx.roundRect(...box, size * 0.3);
  else (ctx as CanvasRenderingContext2D).rect(...box);
  ctx.fill();
  ctx.fillStyle = COLOURS[stroke.from];
  ctx.fillText(text, at.x, at.y);
}

function one(ctx: CanvasRenderingContext2D, stroke: StrokeView, view: View, from: Place): void {
  const points = placed(stroke, view, from);
  const first = points[0];
  if (!first) return;
  const width = Math.max(3, (stroke.width / 1_000) * contentWidth(view));
  if (stroke.tool === "text") return words(ctx, stroke, first, Math.max(12, width), view.mirror);
  const path = shape(stroke, points, width);
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  if (stroke.tool === "highlighter") {
    ctx.globalAlpha = 0.42;
    ctx.lineWidth = width;
    ctx.strokeStyle = COLOURS[stroke.from];
    ctx.stroke(path);
    ctx.globalAlpha = 1;
    return;
  }
  ctx.lineWidth = width + Math.max(2, width * 0.5);
  ctx.strokeStyle = EDGE;
  ctx.stroke(path);
  ctx.lineWidth = width;
  ctx.strokeStyle = COLOURS[stroke.from];
  ctx.stroke(path);
}

/** All strokes that are not taken back, measured from `from` on the screen. */
export function paint(ctx: CanvasRenderingContext2D, strokes: readonly StrokeView[], view: View, from: Place): void {
  for (const stroke of strokes) if (!stroke.undone) one(ctx, stroke, view, from);
}

/** Pointers of light with their trail; without motion only where they are. */
export function shine(ctx: CanvasRenderingContext2D, beams: Sketch["beams"], view: View, from: Place, now: number, still: boolean): void {
  for (const [seat, all] of Object.entries(beams) as [Seat, NonNullable<Sketch["beams"][Seat]>][]) {
    const lit = all.filter((beam) => now - beam.at < LASER_STAYS);
    const seen = still ? lit.slice(-1) : lit;
    seen.forEach((beam, at) => {
      const { x, y } = toScreen(view, unpacked(beam.x, beam.y));
      const last = at === seen.length - 1;
      ctx.globalAlpha = still ? 1 : 1 - (now - beam.at) / LASER_STAYS;
      ctx.fillStyle = COLOURS[seat];
      ctx.strokeStyle = EDGE;
      ctx.lineWidth = 3;
      ctx.beginPath();
      ctx.arc(x - from.x, y - from.y, last ? 9 : 4, 0, Math.PI * 2);
      if (last) ctx.stroke();
      ctx.fill();
    });
  }
  ctx.globalAlpha = 1;
}

/** The picture as it is, in its own pixels. */
export function still(picture: HTMLVideoElement | HTMLImageElement): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const video = "videoWidth" in picture;
  canvas.width = video ? picture.videoWidth : picture.naturalWidth;
  canvas.height = video ? picture.videoHeight : picture.naturalHeight;
  const ctx = canvas.getContext("2d");
  if (!ctx || canvas.width === 0) throw new Error("no picture");
  ctx.drawImage(picture, 0, 0);
  return canvas;
}

/** The picture with what is drawn on it, in the picture's own pixels. */
export function composed(picture: HTMLCanvasElement, strokes: readonly StrokeView[]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const { width, height } = picture;
  Object.assign(canvas, { width, height });
  const ctx = canvas.getContext("2d");
  if (!ctx) throw new Error("no canvas");
  ctx.drawImage(picture, 0, 0);
  paint(ctx, strokes, { box: { left: 0, top: 0, width, height }, natural: { width, height }, fit: "fill", at: { x: 0, y: 0 }, mirror: false, turn: 0 }, { x: 0, y: 0 });
  return canvas;
}

export const bytesOf = (canvas: HTMLCanvasElement, type: "image/png" | "image/jpeg"): Promise<Blob> =>
  new Promise((kept, failed) => canvas.toBlob((blob) => (blob ? kept(blob) : failed(new Error("no picture"))), type, 0.92));
