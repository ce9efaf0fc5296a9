// Who watches and when, written over a picture. It deters and names; it cannot stop a camera before the screen, nor somebody who
// changes the page in their own browser. Must not know what is under it.

const SIZE = 13;
const LEAST_SIZE = 8;
/** How far the mark wanders, pixels, and in how many seconds it comes round. */
const WANDER = 18;
const ROUND_S = 47;
/** Under reduced motion it is set elsewhere this seldom. */
const STILL_S = 10;

/** The words of the mark. */
export function markOf(name: string, now: number): string {
  return `${name} · ${new Date(now).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Where the lines of the mark begin at a time: spread over the room they have, moving a little. */
export function placesOf(width: number, height: number, now: number, still: boolean): Array<{ x: number; y: number }> {
  const seconds = still ? Math.floor(now / 1000 / STILL_S) * STILL_S : now / 1000;
  const turn = ((seconds % ROUND_S) / ROUND_S) * Math.PI * 2;
  const [dx, dy] = [Math.cos(turn) * WANDER, Math.sin(turn) * WANDER];
  return [{ x: width * 0.06, y: height * 0.22 }, { x: width * 0.9, y: height * 0.52 }, { x: width * 0.25, y: height * 0.8 }].map(({ x, y }) => ({ x: x + WANDER + dx, y: y + dy }));
}

/** Writes the mark. */
export function stampOn(ctx: CanvasRenderingContext2D, width: number, height: number, name: string, now: number, still: boolean): void {
  const words = markOf(name, now);
  ctx.save();
  // Small pictures have small marks: squeezed letters cannot be read.
  ctx.font = `600 ${Math.max(LEAST_SIZE, Math.min(SIZE, width / 24))}px system-ui, "Noto Sans", sans-serif`;
  ctx.textBaseline = "middle";
  ctx.lineWidth = 2;
  ctx.strokeStyle = "rgb(0 0 0 / 0.22)";
  ctx.fillStyle = "rgb(255 255 255 / 0.34)";
  const room = Math.max(0, width - ctx.measureText(words).width - 2 * WANDER);
  for (const { x, y } of placesOf(room, height, now, still)) {
    ctx.strokeText(words, x, y);
    ctx.fillText(words, x, y);
  }
  ctx.restore();
}
