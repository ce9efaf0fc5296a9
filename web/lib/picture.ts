// Where a picture lies in its box, and which point of it is under a point of the box. Pure; knows no element.

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  x: number;
  y: number;
}

export interface Fit {
  /** `object-fit`. */
  fit: "contain" | "cover";
  /** `object-position`, 0–1 both ways. */
  x?: number;
  y?: number;
}

/** Where the whole picture lies relative to its box; under `cover` it reaches over the box's edges. */
export function pictureBox(box: Size, picture: Size, { fit, x = 0.5, y = 0.5 }: Fit): Box {
  if (picture.width <= 0 || picture.height <= 0 || box.width <= 0 || box.height <= 0) return { x: 0, y: 0, width: 0, height: 0 };
  const across = box.width / picture.width;
  const down = box.height / picture.height;
  const scale = fit === "contain" ? Math.min(across, down) : Math.max(across, down);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (box.width - width) * x, y: (box.height - height) * y, width, height };
}

/** The point of the picture under a point of the box, each 0–1; null beside the picture. */
export function pointOf(point: { x: number; y: number }, box: Size, picture: Size, how: Fit, mirrored = false): { x: number; y: number } | null {
  const lies = pictureBox(box, picture, how);
  if (lies.width === 0) return null;
  const x = (point.x - lies.x) / lies.width;
  const y = (point.y - lies.y) / lies.height;
  if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return null;
  return { x: mirrored ? 1 - x : x, y };
}

/** A part of the box in pixels of the picture; it may reach beyond the picture. */
export function inPicture(part: Box, box: Size, picture: Size, how: Fit): Box {
  const lies = pictureBox(box, picture, how);
  const scale = lies.width === 0 ? 0 : picture.width / lies.width;
  return { x: (part.x - lies.x) * scale, y: (part.y - lies.y) * scale, width: part.width * scale, height: part.height * scale };
}
