// What the meters promise, on drawn pictures: a card on a table, and the same card made worse in one way each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { goodFor, grey, hintOf, LIMITS, measure, sharpness, STAYS, STEADY, steer, steering, type Measures, type Pixels } from "../lib/measure.ts";
import { sharpest } from "../lib/photo.ts";
import { inPicture, pictureBox, pointOf } from "../lib/picture.ts";

const WIDTH = 600;
const HEIGHT = 400;
/** The frame of a card (85.60 x 53.98 mm) in the middle of the picture. */
const FRAME = { x: 60, y: 49, width: 480, height: 302.7 };

/** A repeatable chance. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Card {
  /** Width as a share of the frame's. */
  size?: number;
  /** Degrees. */
  turn?: number;
  /** Moved, pixels. */
  x?: number;
  y?: number;
  /** Factor on all light. */
  light?: number;
  blur?: number;
  glare?: boolean;
  none?: boolean;
}

/** A card with a portrait and lines of print on a dull table. */
function picture({ size = 0.92, turn = 0, x = 0, y = 0, light = 1, blur = 0, glare = false, none = false }: Card = {}): Pixels {
  const random = chance(7);
  const lines = Array.from({ length: 40 }, () => Array.from({ length: 200 }, () => random() < 0.45));
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  const angle = (turn * Math.PI) / 180;
  const across = (FRAME.width * size) / 2;
  const down = (across * 53.98) / 85.6;
  for (let row = 0; row < HEIGHT; row += 1)
    for (let column = 0; column < WIDTH; column += 1) {
      const dx = column - (FRAME.x + FRAME.width / 2 + x);
      const dy = row - (FRAME.y + FRAME.height / 2 + y);
      const u = (dx * Math.cos(angle) + dy * Math.sin(angle)) / across;
      const v = (-dx * Math.sin(angle) + dy * Math.cos(angle)) / down;
      let value = 96 + random() * 6;
      if (!none && Math.abs(u) < 1 && Math.abs(v) < 1) {
        const print = Math.abs(u) < 0.9 && Math.abs(v) < 0.85 && Math.floor((v + 1) * 14) % 2 === 0 && lines[Math.floor((v + 1) * 14)]?.[Math.floor((u + 1) * 90)];
        const portrait = u < -0.4 && u > -0.85 && Math.abs(v) < 0.6;
        value = portrait ? 120 + 40 * Math.sin(u * 30) * Math.cos(v * 22) : print ? 60 : 215;
        value += random() * 6;
        if (glare && (u - 0.3) ** 2 + (v + 0.2) ** 2 < 0.06) value = 254;
      }
      const at = (row * WIDTH + column) * 4;
      data[at] = data[at + 1] = data[at + 2] = value * light;
      data[at + 3] = 255;
    }
  return blur > 0 ? blurred(data, blur) : { data, width: WIDTH, height: HEIGHT };
}

/** Three box blurs are nearly a Gaussian. */
function blurred(data: Uint8ClampedArray, reach: number): Pixels {
  let from = data;
  for (let round = 0; round < 3; round += 1)
    for (const step of [4, WIDTH * 4]) {
      const to = from.slice();
      for (let row = reach; row < HEIGHT - reach; row += 1)
        for (let column = reach; column < WIDTH - reach; column += 1) {
          const at = (row * WIDTH + column) * 4;
          let sum = 0;
          for (let off = -reach; off <= reach; off += 1) sum += from[at + off * step] ?? 0;
          to[at] = to[at + 1] = to[at + 2] = sum / (2 * reach + 1);
        }
      from = to;
    }
  return { data: from, width: WIDTH, height: HEIGHT };
}

const read = (card: Card = {}): Measures => measure(picture(card), FRAME, "flat");
const hint = (card: Card = {}) => hintOf(read(card), "missing");

test("a card held well is found where it is, and good", () => {
  const m = read();
  assert.equal(m.found, true);
  assert.ok(Math.abs(m.size - 0.92) < 0.015, `size ${m.size}`);
  assert.ok(m.tilt < 2.5, `tilt ${m.tilt}`);
  assert.equal(hint(), "good");
});

test("each fault is told by its own name", () => {
  const faults: [string, Card][] = [
    ["missing", { none: true }],
    ["far", { size: 0.62 }],
    ["near", { size: 1.2 }],
    ["cropped", { x: 90 }],
    ["tilted", { turn: 11, size: 0.85 }],
    ["dark", { light: 0.38 }],
    ["glare", { glare: true }],
    ["blur", { blur: 3 }],
  ];
  for (const [fault, card] of faults) assert.equal(hint(card), fault, `${fault}: ${JSON.stringify(read(card))}`);
  const white: Pixels = { width: WIDTH, height: HEIGHT, data: new Uint8ClampedArray(WIDTH * HEIGHT * 4).fill(255) };
  assert.equal(hintOf(measure(white, FRAME, "flat"), "missing"), "bright");
});

test("a document that is tilted on purpose is not told to be straight, and a face needs no sides", () => {
  for (const shown of ["tilted", "face"] as const) {
    const shines = picture({ turn: 11, size: 0.85, glare: true, blur: 3 });
    assert.equal(hintOf(measure(shines, FRAME, shown), "missing"), "good");
    assert.equal(hintOf(measure(picture({ light: 0.3 }), FRAME, shown), "missing"), "dark");
  }
});

test("a part outside the picture is told also when its frame reaches out of it", () => {
  const wide = { x: -20, y: -10, width: 640, height: 403.6 };
  const m = measure(picture({ size: 1.3 }), wide, "flat");
  assert.equal(m.found && m.margin > LIMITS.cropped.tell, false);
});

test("nothing that comes makes a measure that is no number", () => {
  const pictures: Pixels[] = [picture(), { data: new Uint8ClampedArray(4), width: 1, height: 1 }, { data: new Uint8ClampedArray(WIDTH * HEIGHT * 4), width: WIDTH, height: HEIGHT }];
  const frames = [FRAME, { x: -900, y: -900, width: 10, height: 10 }, { x: 0, y: 0, width: 0, height: 0 }, { x: 590, y: 390, width: 4_000, height: 4_000 }];
  for (const each of pictures)
    for (const frame of frames)
      for (const shown of ["flat", "tilted", "face"] as const) {
        const { found, ...numbers } = measure(each, frame, shown);
        assert.equal(typeof found, "boolean");
        for (const [name, value] of Object.entries(numbers)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
      }
});

const GOOD: Measures = { found: true, light: 200, glare: 0, blur: 0.2, size: 0.9, margin: 0.05, tilt: 1 };

test("a hint is taken back only when its fault is clearly over", () => {
  const nearly = { ...GOOD, blur: (LIMITS.blur.tell + LIMITS.blur.back) / 2 };
  assert.equal(hintOf(nearly, "good"), "good");
  assert.equal(hintOf(nearly, "blur"), "blur");
  assert.equal(hintOf(GOOD, "blur"), "good");
});

test("a hint stays long enough to be read, and all must be good for a while before a photograph", () => {
  let state = steer(steering(0), { ...GOOD, light: 10 }, 0);
  assert.equal(state.shown, "dark");
  state = steer(state, GOOD, 200);
  assert.deepEqual([state.shown, state.read], ["dark", "good"]);
  state = steer(state, GOOD, STAYS + 1);
  assert.equal(state.shown, "good");
  assert.ok(goodFor(state, 200 + STEADY) >= STEADY && goodFor(state, 200 + STEADY - 1) < STEADY);
  state = steer(state, { ...GOOD, glare: 0.3 }, STAYS + 100);
  assert.equal(goodFor(state, STAYS + 100), 0, "one bad picture begins the time anew");
});

test("of a burst the sharpest is proposed, and of another size none", () => {
  const of = (card: Card) => sharpness(grey(picture(card)), WIDTH, HEIGHT);
  const [clean, soft, gone] = [of({}), of({ blur: 1 }), of({ blur: 3 })] as [number, number, number];
  assert.ok(clean > 2 * soft && soft > gone, `${clean} ${soft} ${gone}`);
  assert.equal(sharpest([{ width: 10, sharp: soft }, { width: 10, sharp: clean }, { width: 10, sharp: gone }]), 1);
  assert.equal(sharpest([{ width: 4_000, sharp: 5 }, { width: 640, sharp: 90 }]), 0);
  assert.equal(sharpest([]), 0);
});

test("a point of the screen is the same point of the picture, letterboxed, cut and mirrored", () => {
  const picture = { width: 1280, height: 720 };
  const box = { width: 390, height: 844 };
  const lies = pictureBox(box, picture, { fit: "contain", y: 0.44 });
  assert.ok(Math.abs(lies.height - 219.375) < 1e-6 && Math.abs(lies.y - 0.44 * (844 - 219.375)) < 1e-6);
  assert.deepEqual(pointOf({ x: 195, y: 422 }, box, picture, { fit: "contain" }), { x: 0.5, y: 0.5 });
  assert.equal(pointOf({ x: 195, y: 10 }, box, picture, { fit: "contain" }), null, "beside the picture");
  assert.equal(pointOf({ x: 39, y: 422 }, box, picture, { fit: "contain" }, true)?.x, 0.9);
  const cut = pointOf({ x: 0, y: 0 }, box, picture, { fit: "cover" });
  assert.ok(cut && cut.y === 0 && Math.abs(cut.x - (1 - 390 / ((844 * 1280) / 720)) / 2) < 1e-9);
  assert.equal(pointOf({ x: 1, y: 1 }, { width: 0, height: 0 }, picture, { fit: "cover" }), null);
  const part = inPicture({ x: 0, y: 422 - 50, width: 390, height: 100 }, box, picture, { fit: "contain" });
  assert.ok(Math.abs(part.width - 1280) < 1e-6 && Math.abs(part.y + part.height / 2 - 360) < 1e-6);
});
