// Where a place of the content (a camera's frame, an image) stands on the screen, and back: fitting, mirror, turn and zoom.
// Knows no stroke. Places are shares of the content, 0 to 1 from its left and top.

export interface Place {
  x: number;
  y: number;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** How an element shows its content now. */
export interface View {
  /** The element on the screen as it is seen: after every zoom and turn. */
  box: Box;
  /** Pixels of the content. */
  natural: { width: number; height: number };
  fit: "contain" | "cover" | "fill";
  /** Where the content stands in the room that is left, or which part is cut: 0 to 1. */
  at: Place;
  /** Seen as in a mirror. */
  mirror: boolean;
  /** Quarter turns to the right, 0 to 3. */
  turn: number;
}

/** The content within the element before it is turned. */
function laid(view: View): Box {
  const odd = view.turn % 2 === 1;
  const width = odd ? view.box.height : view.box.width;
  const height = odd ? view.box.width : view.box.height;
  const { natural, fit, at } = view;
  if (fit === "fill") return { left: 0, top: 0, width, height };
  const scale = (fit === "cover" ? Math.max : Math.min)(width / natural.width, height / natural.height);
  const inner = { width: natural.width * scale, height: natural.height * scale };
  return { left: (width - inner.width) * at.x, top: (height - inner.height) * at.y, ...inner };
}

const QUARTERS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** A place of the content on the screen. */
export function toScreen(view: View, place: Place): Place {
  const { box } = view;
  const odd = view.turn % 2 === 1;
  const inner = laid(view);
  const u = inner.left + place.x * inner.width - (odd ? box.height : box.width) / 2;
  const v = inner.top + place.y * inner.height - (odd ? box.width : box.height) / 2;
  const [cos, sin] = QUARTERS[view.turn % 4] ?? QUARTERS[0];
  const x = u * cos - v * sin;
  const y = u * sin + v * cos;
  return { x: box.left + box.width / 2 + (view.mirror ? -x : x), y: box.top + box.height / 2 + y };
}

/** The place of the content under a point of the screen; outside of it below 0 or above 1. */
export function toContent(view: View, point: Place): Place {
  const { box } = view;
  const odd = view.turn % 2 === 1;
  const inner = laid(view);
  const dx = point.x - box.left - box.width / 2;
  const x = view.mirror ? -dx : dx;
  const y = point.y - box.top - box.height / 2;
  const [cos, sin] = QUARTERS[view.turn % 4] ?? QUARTERS[0];
  const u = x * cos + y * sin + (odd ? box.height : box.width) / 2;
  const v = y * cos - x * sin + (odd ? box.width : box.height) / 2;
  return { x: (u - inner.left) / inner.width, y: (v - inner.top) / inner.height };
}

/** Width of the content on the screen, before it is turned: what line widths are shares of. */
export const contentWidth = (view: View): number => laid(view).width;

/** The size of a picture element's content; null before there is one. */
function naturalOf(element: HTMLVideoElement | HTMLImageElement): View["natural"] | null {
  const video = "videoWidth" in element;
  const width = video ? element.videoWidth : element.naturalWidth;
  const height = video ? element.videoHeight : element.naturalHeight;
  return width > 0 && height > 0 ? { width, height } : null;
}

/** Percentages of `object-position`; other units mean the middle. */
function positionOf(text: string): Place {
  const [x = 0.5, y = 0.5] = text.split(" ").map((part) => (part.endsWith("%") ? Number.parseFloat(part) / 100 : 0.5));
  return { x, y };
}

/** How an element shows its content now, read from the page. */
export function viewOf(element: HTMLVideoElement | HTMLImageElement): View | null {
  const natural = naturalOf(element);
  const box = element.getBoundingClientRect();
  if (!natural || box.width === 0 || box.height === 0) return null;
  const style = getComputedStyle(element);
  const { a, b, c, d } = new DOMMatrixReadOnly(style.transform === "none" ? "" : style.transform);
  const mirror = a * d - b * c < 0;
  const fit = style.objectFit === "cover" || style.objectFit === "contain" ? style.objectFit : "fill";
  const turn = (Math.round(Math.atan2(b, mirror ? -a : a) / (Math.PI / 2)) + 4) % 4;
  return { box: { left: box.left, top: box.top, width: box.width, height: box.height }, natural, fit, at: positionOf(style.objectPosition), mirror, turn };
}

const MOST = 65_535;
const clamped = (share: number): number => Math.min(1, Math.max(0, share));

/** As it crosses the sockets. */
export const packed = (place: Place): [number, number] => [Math.round(clamped(place.x) * MOST), Math.round(clamped(place.y) * MOST)];
export const unpacked = (x: number, y: number): Place => ({ x: x / MOST, y: y / MOST });
