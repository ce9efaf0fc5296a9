// Finds the four sides of a document that is held about where a frame is. Each side is a line with a strong edge along
// most of its length, looked for in a band around the frame's own side. Pure arithmetic; knows no screen.
import type { Box } from "./picture.ts";

export interface Point {
  x: number;
  y: number;
}

/** Corners from the upper left, clockwise, in pixels; they may lie outside the picture. */
export type Quad = readonly [Point, Point, Point, Point];

/** A side: its place where it crosses the frame's middle, and how far it moves for each pixel along. */
interface Side {
  place: number;
  slope: number;
  /** Share of its length with an edge. */
  seen: number;
}

/** An edge is a change of this much lightness over two pixels. */
const EDGE = 14;
/** A side is one when this share of it shows an edge. */
const ENOUGH = 0.5;
/** A band reaches this share of the frame's size out of it and into it. */
const OUT = 0.22;
const INTO = 0.27;
/** Lines are tried up to this slope, about 15 degrees, in these steps. */
const STEEPEST = 0.27;
const STEP = 0.03;

type Look = (along: number, place: number) => number;

/** The best line of a band. `outward` is -1 when outside means smaller places, 1 when larger. */
function sideIn(look: Look, along: [number, number], band: [number, number], limits: [number, number], outward: 1 | -1): Side | null {
  const [from, to] = along;
  const middle = (from + to) / 2;
  const least = Math.max(limits[0] + 2, Math.floor(band[0]));
  const most = Math.min(limits[1] - 3, Math.ceil(band[1]));
  if (most <= least || to - from < 8) return null;
  const rows = Math.floor((to - from) / 2);
  const span = most - least + 1;
  // Where there is an edge, once for all slopes: 1 at the edge's peak, none elsewhere.
  const edges = new Uint8Array(rows * span);
  for (let row = 0; row < rows; row += 1) {
    const at = from + row * 2;
    let before = 0;
    let here = Math.abs(look(at, least + 1) - look(at, least - 1));
    for (let place = least; place <= most; place += 1) {
      const after = Math.abs(look(at, place + 2) - look(at, place));
      if (here >= EDGE && here >= before && here >= after) edges[row * span + place - least] = 1;
      before = here;
      here = after;
    }
  }
  let best: Side | null = null;
  let worth = 0;
  for (let slope = -STEEPEST; slope <= STEEPEST + 1e-6; slope += STEP)
    for (let place = least; place <= most; place += 1) {
      let seen = 0;
      for (let row = 0; row < rows; row += 1) {
        const across = Math.round(place + slope * (from + row * 2 - middle)) - least;
        const start = row * span + across;
        if (across >= 1 && across < span - 1 && (edges[start] || edges[start - 1] || edges[start + 1])) seen += 1;
      }
      const share = seen / rows;
      if (share < ENOUGH) continue;
      // Print has long lines too; the document's own side lies outside of them.
      const out = (outward * (place - (least + most) / 2)) / span;
      const value = share + 0.35 * out - 0.25 * Math.abs(slope);
      if (value > worth) {
        worth = value;
        best = { place, slope, seen: share };
      }
    }
  return best;
}

/** Where an upright line (x for y) meets a level one (y for x). */
function meet(upright: Side, level: Side, middle: Point): Point {
  // x = u.place + u.slope (y - my), y = l.place + l.slope (x - mx)
  const y = (level.place + level.slope * (upright.place - upright.slope * middle.y - middle.x)) / (1 - level.slope * upright.slope);
  return { x: upright.place + upright.slope * (y - middle.y), y };
}

export interface Found {
  /** Null when not all sides are seen. */
  quad: Quad | null;
  /** How many are. */
  sides: number;
}

/** The document in a lightness picture. */
export function findQuad(picture: Uint8ClampedArray, width: number, height: number, frame: Box): Found {
  const upright: Look = (y, x) => picture[y * width + x] ?? 0;
  const level: Look = (x, y) => picture[y * width + x] ?? 0;
  const right = frame.x + frame.width;
  const foot = frame.y + frame.height;
  // The corners are round and fingers hold the middle: look along the inner part of each side.
  const rows: [number, number] = [Math.max(1, Math.round(frame.y + frame.height * 0.14)), Math.min(height - 2, Math.round(foot - frame.height * 0.14))];
  const columns: [number, number] = [Math.max(1, Math.round(frame.x + frame.width * 0.12)), Math.min(width - 2, Math.round(right - frame.width * 0.12))];
  const left = sideIn(upright, rows, [frame.x - frame.width * OUT, frame.x + frame.width * INTO], [0, width], -1);
  const other = sideIn(upright, rows, [right - frame.width * INTO, right + frame.width * OUT], [0, width], 1);
  const top = sideIn(level, columns, [frame.y - frame.height * OUT, frame.y + frame.height * INTO], [0, height], -1);
  const bottom = sideIn(level, columns, [foot - frame.height * INTO, foot + frame.height * OUT], [0, height], 1);
  const sides = [left, other, top, bottom].filter((side) => side !== null).length;
  if (!left || !other || !top || !bottom) return { quad: null, sides };
  const middle = { x: (columns[0] + columns[1]) / 2, y: (rows[0] + rows[1]) / 2 };
  return { quad: [meet(left, top, middle), meet(other, top, middle), meet(other, bottom, middle), meet(left, bottom, middle)], sides };
}

const length = (a: Point, b: Point) => Math.hypot(b.x - a.x, b.y - a.y);

/** Mean width and height. */
export function sizeOf([a, b, c, d]: Quad): { width: number; height: number } {
  return { width: (length(a, b) + length(d, c)) / 2, height: (length(a, d) + length(b, c)) / 2 };
}

/** Largest departure of a side from upright or level, or of a corner from a right angle, in degrees. */
export function tiltOf(quad: Quad): number {
  let most = 0;
  const directions = quad.map((from, at) => {
    const to = quad[(at + 1) % 4] as Point;
    return (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  });
  const turn = (degrees: number) => Math.abs(((((degrees + 45) % 90) + 90) % 90) - 45);
  for (const [at, direction] of directions.entries()) {
    most = Math.max(most, turn(direction), turn(direction - (directions[(at + 1) % 4] as number)));
  }
  return most;
}
