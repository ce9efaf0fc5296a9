// A place of the content is the same place on every screen: fitted, cut, mirrored, turned, zoomed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { contentWidth, packed, toContent, toScreen, unpacked, type View } from "../lib/surface.ts";

/** Numbers that look random and are the same every time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SIZES = [
  [640, 480],
  [480, 640],
  [1280, 720],
  [720, 1280],
  [3000, 4000],
  [101, 997],
] as const;

function anyView(random: () => number, natural: View["natural"]): View {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  return {
    box: { left: random() * 500 - 250, top: random() * 300 - 150, width: 40 + random() * 1_300, height: 40 + random() * 900 },
    natural,
    fit: pick(["contain", "cover", "fill"]),
    at: { x: random(), y: random() },
    mirror: random() < 0.5,
    turn: Math.floor(random() * 4),
  };
}

test("what is drawn on one screen lands on the same place of the content on the other, for any pair of screens", () => {
  const random = seeded(20_261_123);
  for (let round = 0; round < 20_000; round += 1) {
    const [width, height] = SIZES[Math.floor(random() * SIZES.length)] ?? SIZES[0];
    // The other side may get the same picture smaller.
    const share = 0.25 + random() * 0.75;
    const mine = anyView(random, { width, height });
    const theirs = anyView(random, { width: Math.round(width * share), height: Math.round(height * share) });
    const place = { x: random(), y: random() };
    const drawn = toScreen(mine, place);
    const sent = packed(toContent(mine, drawn));
    const back = toContent(theirs, toScreen(theirs, unpacked(...sent)));
    assert.ok(Math.abs(back.x - place.x) < 0.0005 && Math.abs(back.y - place.y) < 0.0005, JSON.stringify({ round, mine, theirs, place, back }));
  }
});

test("a whole picture lies inside its element, a cut one covers it", () => {
  const random = seeded(7);
  for (let round = 0; round < 5_000; round += 1) {
    const [width, height] = SIZES[round % SIZES.length] ?? SIZES[0];
    const view = anyView(random, { width, height });
    const corners = [toScreen(view, { x: 0, y: 0 }), toScreen(view, { x: 1, y: 1 })];
    const xs = corners.map((corner) => corner.x);
    const ys = corners.map((corner) => corner.y);
    const edges = [Math.min(...xs) - view.box.left, Math.min(...ys) - view.box.top, view.box.left + view.box.width - Math.max(...xs), view.box.top + view.box.height - Math.max(...ys)];
    const slack = 1e-6;
    if (view.fit === "contain") assert.ok(edges.every((edge) => edge >= -slack), JSON.stringify(view));
    if (view.fit === "cover") assert.ok(edges.every((edge) => edge <= slack), JSON.stringify(view));
    if (view.fit === "fill") assert.ok(edges.every((edge) => Math.abs(edge) <= slack), JSON.stringify(view));
  }
});

const plain: View = { box: { left: 100, top: 50, width: 400, height: 400 }, natural: { width: 200, height: 100 }, fit: "contain", at: { x: 0.5, y: 0.5 }, mirror: false, turn: 0 };

test("known corners: letterboxed, cut, mirrored, turned", () => {
  assert.deepEqual(toScreen(plain, { x: 0, y: 0 }), { x: 100, y: 150 });
  assert.deepEqual(toScreen({ ...plain, fit: "cover" }, { x: 0.5, y: 0 }), { x: 300, y: 50 });
  assert.deepEqual(toScreen({ ...plain, fit: "cover", at: { x: 0, y: 0 } }, { x: 0, y: 0 }), { x: 100, y: 50 });
  assert.deepEqual(toScreen({ ...plain, mirror: true }, { x: 0, y: 0 }), { x: 500, y: 150 });
  // A quarter to the right: the left top corner goes to the right top.
  const right = toScreen({ ...plain, turn: 1 }, { x: 0, y: 0 });
  assert.deepEqual([Math.round(right.x), Math.round(right.y)], [400, 50]);
  assert.equal(contentWidth({ ...plain, turn: 1 }), 400);
});

test("numbers that cross the wire stay within it", () => {
  assert.deepEqual(packed({ x: -3, y: 7 }), [0, 65_535]);
  assert.deepEqual(unpacked(...packed({ x: 1, y: 0 })), { x: 1, y: 0 });
});
