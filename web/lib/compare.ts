/**
 * Faces of different pictures laid over each other at the same scale: placement, boxes, two points, blinking.
 * Pure geometry. Must not know the DOM; points on a picture are shares of its width and height.
 */
export interface Point { readonly x: number; readonly y: number }
export interface Size { readonly width: number; readonly height: number }
export interface Box extends Point, Size {}
/** The two eyes as they were pointed at, in either order. */
export interface Eyes { readonly one: Point; readonly two: Point }
/** What is remembered of one picture. */
export interface Setting { readonly box: Box | null; readonly eyes: Eyes | null; readonly flip: boolean; readonly scale: number; readonly dx: number; readonly dy: number }
/** What moves all pictures together: `x` and `y` in shares of the pane. */
export interface View { readonly zoom: number; readonly x: number; readonly y: number }
/** As CSS writes it: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const PLAIN: Setting = { box: null, eyes: null, flip: false, scale: 1, dx: 0, dy: 0 };
export const STILL: View = { zoom: 1, x: 0, y: 0 };
/** Where the middle between the eyes comes to lie, in shares of the pane. */
export const EYES_AT: Point = { x: 0.5, y: 0.42 };
/** How far apart the eyes come to lie, as a share of the pane's shorter side. */
export const EYE_DISTANCE = 0.24;
/** The smallest box that can be a face. */
export const LEAST = 0.04;
const MOST_ZOOM = 8;
const SCALES: readonly [number, number] = [0.25, 4];

const clamp = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n));

export function apply(m: Matrix, p: Point): Point {
  return { x: m[0] * p.x + m[2] * p.y + m[4], y: m[1] * p.x + m[3] * p.y + m[5] };
}

/** First `first`, then `then`. */
export function after(first: Matrix, then: Matrix): Matrix {
  const [a, b, c, d, e, f] = first;
  const at = apply(then, { x: e, y: f });
  return [then[0] * a + then[2] * b, then[1] * a + then[3] * b, then[0] * c + then[2] * d, then[1] * c + then[3] * d, at.x, at.y];
}

export function invert(m: Matrix): Matrix {
  const [a, b, c, d, e, f] = m;
  const det = a * d - b * c;
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det];
}

function scaled(by: number, about: Point): Matrix {
  return [by, 0, 0, by, about.x * (1 - by), about.y * (1 - by)];
}

/** The whole box in sight, in the middle. */
function fitted(picture: Size, box: Box, pane: Size): Matrix {
  const width = box.width * picture.width;
  const height = box.height * picture.height;
  const by = Math.min(pane.width / width, pane.height / height);
  return [by, 0, 0, by, pane.width / 2 - (box.x * picture.width + width / 2) * by, pane.height / 2 - (box.y * picture.height + height / 2) * by];
}

/** The eyes level, at the place and distance where every picture has them. */
function levelled(left: Point, right: Point, pane: Size): Matrix {
  const wide = EYE_DISTANCE * Math.min(pane.width, pane.height);
  const [vx, vy] = [right.x - left.x, right.y - left.y];
  const square = vx * vx + vy * vy;
  // The turn and growth that take the line between the eyes to a level one of that length.
  const [cos, sin] = [(wide * vx) / square, (-wide * vy) / square];
  const middle = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  return [cos, sin, -sin, cos, EYES_AT.x * pane.width - cos * middle.x + sin * middle.y, EYES_AT.y * pane.height - sin * middle.x - cos * middle.y];
}

/** Takes pixels of the picture to pixels of the pane. */
export function placement(picture: Size, setting: Setting, pane: Size, view: View): Matrix {
  const turned: Matrix = setting.flip ? [-1, 0, 0, 1, picture.width, 0] : [1, 0, 0, 1, 0, 0];
  const pixels = (p: Point): Point => apply(turned, { x: p.x * picture.width, y: p.y * picture.height });
  const box = setting.box ?? { x: 0, y: 0, width: 1, height: 1 };
  const seen: Box = setting.flip ? { ...box, x: 1 - box.x - box.width } : box;
  let base: Matrix;
  if (setting.eyes) {
    const [left, right] = [pixels(setting.eyes.one), pixels(setting.eyes.two)].sort((p, q) => p.x - q.x) as [Point, Point];
    base = levelled(left, right, pane);
  } else base = fitted(picture, seen, pane);
  const middle = { x: pane.width / 2, y: pane.height / 2 };
  const own = after(scaled(setting.scale, setting.eyes ? { x: EYES_AT.x * pane.width, y: EYES_AT.y * pane.height } : middle), [1, 0, 0, 1, setting.dx * pane.width, setting.dy * pane.height]);
  const all = after(scaled(view.zoom, middle), [1, 0, 0, 1, view.x * pane.width, view.y * pane.height]);
  return after(after(after(turned, base), own), all);
}

/** A place of the pane as a share of the picture, inside it. */
export function onPicture(m: Matrix, at: Point, picture: Size): Point {
  const p = apply(invert(m), at);
  return { x: clamp(p.x / picture.width, 0, 1), y: clamp(p.y / picture.height, 0, 1) };
}

/** Two points far enough apart to be eyes; nothing when they are the same place. */
export function eyesOf(one: Point, two: Point): Eyes | null {
  return Math.hypot(one.x - two.x, one.y - two.y) < 0.01 ? null : { one, two };
}

/** The box between two corners, in any order; nothing when it is too small to be a face. */
export function boxOf(one: Point, two: Point): Box | null {
  const box = { x: Math.min(one.x, two.x), y: Math.min(one.y, two.y), width: Math.abs(one.x - two.x), height: Math.abs(one.y - two.y) };
  return box.width < LEAST || box.height < LEAST ? null : box;
}

/** Moved and grown by the keys, always inside the picture. */
export function boxMoved(box: Box, by: Partial<Box>): Box {
  const width = clamp(box.width + (by.width ?? 0), LEAST, 1);
  const height = clamp(box.height + (by.height ?? 0), LEAST, 1);
  return { width, height, x: clamp(box.x + (by.x ?? 0), 0, 1 - width), y: clamp(box.y + (by.y ?? 0), 0, 1 - height) };
}

/** How much of each side lies outside the box, as CSS `inset()` counts it. */
export function inset(box: Box | null): string {
  if (!box) return 'none';
  const percent = (n: number): string => `${(n * 100).toFixed(2)}%`;
  return `inset(${percent(box.y)} ${percent(1 - box.x - box.width)} ${percent(1 - box.y - box.height)} ${percent(box.x)})`;
}

export function resized(setting: Setting, by: number): Setting {
  return { ...setting, scale: clamp(setting.scale * by, ...SCALES) };
}

/** Nearer or farther; at the start the pictures lie where they lay. */
export function zoomed(view: View, by: number): View {
  const zoom = clamp(view.zoom * by, 1, MOST_ZOOM);
  const k = zoom / view.zoom;
  return zoom === 1 ? STILL : { zoom, x: view.x * k, y: view.y * k };
}

export function panned(view: View, dx: number, dy: number): View {
  const far = view.zoom / 2;
  return { ...view, x: clamp(view.x + dx, -far, far), y: clamp(view.y + dy, -far, far) };
}

/** Which of `n` pictures is seen at that moment of blinking between them. */
export function blinkAt(ms: number, n: number, perSecond: number): number {
  return n <= 0 ? 0 : Math.floor((Math.max(0, ms) * perSecond) / 1_000) % n;
}
