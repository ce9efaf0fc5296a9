// What can be read from a picture of a document in its frame: where it is, and how well it is lit and sharp. Classical
// image measures with stated thresholds; pure arithmetic on pixels, no DOM, no clock. Knows no screen.
import type { Hint, MeterReading } from "../generated/api.ts";
import type { Box } from "./picture.ts";
import { findQuad, sizeOf, tiltOf, type Quad } from "./quad.ts";

export interface Pixels {
  /** RGBA. */
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

/** `flat`: a document to be held square; `tilted`: one held aslant on purpose; `face`: no document. */
export type Shown = "flat" | "tilted" | "face";

export type Measures = Omit<MeterReading, "hint" | "good_ms">;

/**
 * Thresholds. Each has a limit at which it is told and one at which it is taken back, so that a hint does not flicker.
 * Numbers are for the frame at 480 pixels across; they were read off generated captures and the clips of our tests, and
 * say nothing yet of the world outside.
 */
export const LIMITS = {
  /** Paper is the lightest thing about a document: its lightest tenth below this is too dark to read. */
  dark: { tell: 105, back: 120 },
  /** Below this nothing can be made out at all. */
  night: { tell: 60, back: 70 },
  /** Share of the document above which white is burnt out everywhere: too much light rather than a reflection. */
  bright: { tell: 0.35, back: 0.28 },
  /** Share of the document under its largest reflection. A blown-out area without texture: min(R,G,B) > 243, deviation < 5. */
  glare: { tell: 0.012, back: 0.008 },
  /** Re-blur ratio (Crete et al., "The blur effect", SPIE 6492, 2007) over both axes after a median of 3 x 3. */
  blur: { tell: 0.33, back: 0.31 },
  /** Width of the document as a share of the frame's. */
  far: { tell: 0.72, back: 0.76 },
  near: { tell: 1.14, back: 1.1 },
  /**
   * Distance of the nearest corner to the picture's edge, as a share of the frame's width. Below 0 because corners of
   * cards are round: with the 3.18 mm of ISO/IEC 7810 nothing is printed within 1 % of where the sides would meet.
   */
  cropped: { tell: -0.01, back: -0.006 },
  /** Degrees from upright or from a right angle: beyond this characters lose a tenth of their width. */
  tilt: { tell: 9, back: 7 },
} as const;

const BURNT = 243;
const PLAIN = 5;
/** Sides whose proportions are further from the frame's are not those of the document: a line of print was taken for one. */
const PROPORTION = 0.12;

/** Lightness, 0–255 (ITU-R BT.601 weights). */
export function grey({ data, width, height }: Pixels): Uint8ClampedArray {
  const out = new Uint8ClampedArray(width * height);
  for (let at = 0, from = 0; at < out.length; at += 1, from += 4) out[at] = (77 * data[from]! + 150 * data[from + 1]! + 29 * data[from + 2]!) >> 8;
  return out;
}

/** The median of each 3 x 3: takes noise off that would count as sharpness. */
export function median3(from: Uint8ClampedArray, width: number, height: number): Uint8ClampedArray {
  const out = from.slice();
  const nine = new Uint8ClampedArray(9);
  for (let y = 1; y < height - 1; y += 1)
    for (let x = 1; x < width - 1; x += 1) {
      let filled = 0;
      for (let dy = -width; dy <= width; dy += width)
        for (let dx = -1; dx <= 1; dx += 1) {
          const value = from[y * width + x + dy + dx]!;
          // Sorted as they come: nine values are too few for anything cleverer.
          let place = filled;
          while (place > 0 && nine[place - 1]! > value) {
            nine[place] = nine[place - 1]!;
            place -= 1;
          }
          nine[place] = value;
          filled += 1;
        }
      out[y * width + x] = nine[4]!;
    }
  return out;
}

/** Half the width of the averaging filter of the re-blur: 9 pixels across, as in the paper. */
const REACH = 4;

/** Re-blur ratio along one axis: how little a blur takes away from what is there. 0 sharp, 1 blurred. */
function reblurAlong(lines: number, length: number, at: (line: number, place: number) => number): number {
  let before = 0;
  let lost = 0;
  const sums = new Float64Array(length + 1);
  for (let line = 0; line < lines; line += 1) {
    for (let place = 0; place < length; place += 1) sums[place + 1] = sums[place]! + at(line, place);
    let was = 0;
    for (let place = REACH; place < length - REACH; place += 1) {
      const smooth = (sums[place + REACH + 1]! - sums[place - REACH]!) / (2 * REACH + 1);
      if (place > REACH) {
        const step = Math.abs(at(line, place) - at(line, place - 1));
        before += step;
        lost += Math.max(0, step - Math.abs(smooth - was));
      }
      was = smooth;
    }
  }
  return before === 0 ? 1 : 1 - lost / before;
}

/** The larger ratio of both axes within a part of a picture: motion blurs only one. */
export function reblur(picture: Uint8ClampedArray, width: number, part: Box): number {
  const { x, y } = part;
  const across = reblurAlong(part.height, part.width, (line, place) => picture[(y + line) * width + x + place]!);
  const down = reblurAlong(part.width, part.height, (line, place) => picture[(y + place) * width + x + line]!);
  return Math.max(across, down);
}

/** Variance of the Laplacian: of several pictures of the same thing the sharpest has the most. */
export function sharpness(picture: Uint8ClampedArray, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y += 1)
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const bend = 4 * picture[at]! - picture[at - 1]! - picture[at + 1]! - picture[at - width]! - picture[at + width]!;
      sum += bend;
      squares += bend * bend;
      count += 1;
    }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

/** Lightness that a tenth of a part reaches. */
export function lightest(picture: Uint8ClampedArray, width: number, part: Box): number {
  const bins = new Uint32Array(256);
  for (let y = part.y; y < part.y + part.height; y += 1) for (let x = part.x; x < part.x + part.width; x += 1) bins[picture[y * width + x]!]! += 1;
  let left = (part.width * part.height) / 10;
  for (let value = 255; value > 0; value -= 1) {
    left -= bins[value]!;
    if (left <= 0) return value;
  }
  return 0;
}

/** Reflections in a part: all burnt-out pixels and those of the largest patch, as shares of it. */
export function reflections({ data, width }: Pixels, part: Box): { all: number; largest: number } {
  const step = 2;
  const across = Math.floor(part.width / step);
  const down = Math.floor(part.height / step);
  if (across < 3 || down < 3) return { all: 0, largest: 0 };
  const burnt = new Uint8Array(across * down);
  const lowest = (x: number, y: number) => {
    const at = ((part.y + y * step) * width + part.x + x * step) * 4;
    return Math.min(data[at]!, data[at + 1]!, data[at + 2]!);
  };
  let all = 0;
  for (let y = 1; y < down - 1; y += 1)
    for (let x = 1; x < across - 1; x += 1) {
      if (lowest(x, y) <= BURNT) continue;
      let sum = 0;
      let squares = 0;
      for (let dy = -1; dy <= 1; dy += 1)
        for (let dx = -1; dx <= 1; dx += 1) {
          const value = lowest(x + dx, y + dy);
          sum += value;
          squares += value * value;
        }
      if (squares / 9 - (sum / 9) ** 2 >= PLAIN * PLAIN) continue;
      burnt[y * across + x] = 1;
      all += 1;
    }
  return { all: all / burnt.length, largest: patch(burnt, across) / burnt.length };
}

/** Size of the largest connected patch. */
function patch(marks: Uint8Array, width: number): number {
  let largest = 0;
  const open: number[] = [];
  for (let start = 0; start < marks.length; start += 1) {
    if (!marks[start]) continue;
    marks[start] = 0;
    open.push(start);
    let size = 0;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      size += 1;
      for (const next of [at - 1, at + 1, at - width, at + width]) {
        if (!marks[next]) continue;
        marks[next] = 0;
        open.push(next);
      }
    }
    largest = Math.max(largest, size);
  }
  return largest;
}

const clip = (box: Box, width: number, height: number): Box => {
  const x = Math.max(0, Math.round(box.x));
  const y = Math.max(0, Math.round(box.y));
  return { x, y, width: Math.max(0, Math.min(width, Math.round(box.x + box.width)) - x), height: Math.max(0, Math.min(height, Math.round(box.y + box.height)) - y) };
};

/** Width of the frame in the pictures that are read; the thresholds are for this width. */
export const READ_WIDTH = 480;
/** How far around the frame a picture reaches, as a share of the frame's size. */
export const AROUND = 0.25;

const NONE: Measures = { found: false, light: 0, glare: 0, blur: 1, size: 0, margin: 0, tilt: 0 };

/** Reads a picture. `frame` is where the frame lies in it, in its pixels. */
export function measure(pixels: Pixels, frame: Box, shown: Shown): Measures {
  const { width, height } = pixels;
  const inside = clip(frame, width, height);
  if (inside.width < 60 || inside.height < 40) return NONE;
  const lightness = grey(pixels);
  const smooth = median3(lightness, width, height);
  const { quad: sides, sides: seen } = shown === "flat" ? findQuad(smooth, width, height, frame) : { quad: null, sides: 0 };
  const held = sides && clip(within(sides), width, height);
  // Sides that leave no room between them belong to different things.
  const quad = held && held.width >= inside.width / 4 && held.height >= inside.height / 4 ? sides : null;
  const part = quad && held ? held : inside;
  const burnt = reflections(pixels, part);
  const about = {
    light: lightest(lightness, width, part),
    glare: burnt.all > LIMITS.bright.tell ? burnt.all : burnt.largest,
    blur: reblur(smooth, width, part),
  };
  // A face is smooth by nature, and a document is tilted so that something of it shines: there only light counts.
  if (shown !== "flat") return { found: true, light: about.light, glare: burnt.all > LIMITS.bright.tell ? burnt.all : 0, blur: 0, size: 1, margin: 1, tilt: 0 };
  // Three sides and no fourth: it lies outside of the picture.
  if (!quad) return { ...about, found: false, size: 0, margin: seen === 3 ? -1 : 0, tilt: 0 };
  const size = sizeOf(quad);
  const found = Math.abs((size.width * frame.height) / (size.height * frame.width) - 1) < PROPORTION;
  const edge = Math.min(...quad.flatMap(({ x, y }) => [x, width - x, y, height - y]));
  return { ...about, found, size: size.width / frame.width, margin: edge / frame.width, tilt: tiltOf(quad) };
}

/** The upright box inside a document's corners, a little smaller, so that nothing around it is measured. */
function within([a, b, c, d]: Quad): Box {
  const x = Math.max(a.x, d.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(b.x, c.x) - x;
  const height = Math.min(c.y, d.y) - y;
  return { x: x + width * 0.03, y: y + height * 0.04, width: width * 0.94, height: height * 0.92 };
}

type Limit = { readonly tell: number; readonly back: number };
const above = (value: number, limit: Limit, told: boolean) => value > (told ? limit.back : limit.tell);
const below = (value: number, limit: Limit, told: boolean) => value < (told ? limit.back : limit.tell);

/** The one thing to tell, most hindering first; what is told already is taken back only when it is clearly over. */
export function hintOf(m: Measures, before: Hint): Hint {
  const told = (hint: Hint) => before === hint;
  if (above(m.glare, LIMITS.bright, told("bright"))) return "bright";
  // Without a document only its surroundings are seen, and a table may be dull.
  if (!m.found) return m.margin < 0 ? "cropped" : below(m.light, LIMITS.night, told("dark")) ? "dark" : "missing";
  if (below(m.light, LIMITS.dark, told("dark"))) return "dark";
  if (below(m.margin, LIMITS.cropped, told("cropped"))) return "cropped";
  if (above(m.size, LIMITS.near, told("near"))) return "near";
  if (below(m.size, LIMITS.far, told("far"))) return "far";
  if (above(m.tilt, LIMITS.tilt, told("tilted"))) return "tilted";
  if (above(m.glare, LIMITS.glare, told("glare"))) return "glare";
  return above(m.blur, LIMITS.blur, told("blur")) ? "blur" : "good";
}

/** All has been good for this long: then nobody is still moving the document into place. */
export const STEADY = 800;
/** A hint stays at least this long, so that it can be read and is not spoken over. */
export const STAYS = 900;

export interface Steering {
  /** What the customer is told. */
  shown: Hint;
  shownAt: number;
  /** What was read last, with its hysteresis. */
  read: Hint;
  goodSince: number | null;
}

export const steering = (now: number): Steering => ({ shown: "missing", shownAt: now - STAYS, read: "missing", goodSince: null });

/** The next reading: a hint that is new is shown once the one before had its time. */
export function steer(state: Steering, measures: Measures, now: number): Steering {
  const read = hintOf(measures, state.read);
  const goodSince = read === "good" ? (state.goodSince ?? now) : null;
  const change = read !== state.shown && now - state.shownAt >= STAYS;
  return { read, goodSince, shown: change ? read : state.shown, shownAt: change ? now : state.shownAt };
}

export const goodFor = (state: Steering, now: number): number => (state.goodSince === null ? 0 : now - state.goodSince);
