/** What the compare view's geometry promises: eyes on eyes, whatever the picture, its turn and its mirror. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  after, apply, blinkAt, boxMoved, boxOf, EYE_DISTANCE, EYES_AT, eyesOf, inset, invert, LEAST, onPicture, panned, placement, PLAIN, resized, STILL, zoomed,
  type Matrix, type Point, type Setting,
} from '../lib/compare.ts';

const PANE = { width: 400, height: 500 };
const near = (a: Point, b: Point, by = 1e-6): void => assert.ok(Math.hypot(a.x - b.x, a.y - b.y) < by, `${JSON.stringify(a)} is not ${JSON.stringify(b)}`);

test('a picture without marks is seen whole and in the middle', () => {
  for (const picture of [{ width: 4000, height: 3000 }, { width: 480, height: 640 }, { width: 100, height: 100 }]) {
    const m = placement(picture, PLAIN, PANE, STILL);
    near(apply(m, { x: picture.width / 2, y: picture.height / 2 }), { x: 200, y: 250 });
    const corners = [apply(m, { x: 0, y: 0 }), apply(m, { x: picture.width, y: picture.height })];
    for (const c of corners) assert.ok(c.x >= -1e-6 && c.y >= -1e-6 && c.x <= 400 + 1e-6 && c.y <= 500 + 1e-6);
  }
});

test('eyes of every picture come to lie on the same two places, level, mirrored or not', () => {
  const wide = EYE_DISTANCE * 400;
  const pictures = [{ width: 4000, height: 3000 }, { width: 480, height: 640 }, { width: 1280, height: 720 }];
  for (const picture of pictures) for (const flip of [false, true]) for (const swap of [false, true]) for (const tilt of [-0.1, 0, 0.07]) {
    const [p, q] = [{ x: 0.31, y: 0.4 }, { x: 0.47, y: 0.4 + tilt }];
    const setting: Setting = { ...PLAIN, flip, eyes: swap ? { one: q, two: p } : { one: p, two: q } };
    const m = placement(picture, setting, PANE, STILL);
    const seen = [p, q].map(e => apply(m, { x: e.x * picture.width, y: e.y * picture.height })).sort((a, b) => a.x - b.x);
    near(seen[0] as Point, { x: 400 * EYES_AT.x - wide / 2, y: 500 * EYES_AT.y });
    near(seen[1] as Point, { x: 400 * EYES_AT.x + wide / 2, y: 500 * EYES_AT.y });
  }
});

test('a mirrored picture is mirrored and an upright one is not', () => {
  const det = (m: Matrix): number => m[0] * m[3] - m[1] * m[2];
  const eyes = { one: { x: 0.3, y: 0.4 }, two: { x: 0.5, y: 0.45 } };
  assert.ok(det(placement({ width: 640, height: 480 }, { ...PLAIN, eyes }, PANE, STILL)) > 0);
  assert.ok(det(placement({ width: 640, height: 480 }, { ...PLAIN, eyes, flip: true }, PANE, STILL)) < 0);
});

test('a box is what is seen, also in the mirror', () => {
  const picture = { width: 1000, height: 600 };
  const box = { x: 0.1, y: 0.2, width: 0.2, height: 0.5 };
  for (const flip of [false, true]) {
    const m = placement(picture, { ...PLAIN, box, flip }, PANE, STILL);
    near(apply(m, { x: 200, y: 270 }), { x: 200, y: 250 });
  }
  assert.equal(inset(box), 'inset(20.00% 70.00% 30.00% 10.00%)');
  assert.equal(inset(null), 'none');
});

test('own scale keeps the eyes between where they are and changes their distance', () => {
  const picture = { width: 800, height: 600 };
  const eyes = { one: { x: 0.4, y: 0.4 }, two: { x: 0.6, y: 0.4 } };
  const at = (scale: number): Point[] => [eyes.one, eyes.two].map(e => apply(placement(picture, { ...PLAIN, eyes, scale }, PANE, STILL), { x: e.x * 800, y: e.y * 600 }));
  const [one, two] = [at(1), at(1.5)];
  const gap = (p: Point[]): number => (p[1] as Point).x - (p[0] as Point).x;
  assert.ok(Math.abs(gap(two) / gap(one) - 1.5) < 1e-9);
  near({ x: ((two[0] as Point).x + (two[1] as Point).x) / 2, y: (two[0] as Point).y }, { x: 200, y: 210 });
});

test('what is clicked on the pane is found on the picture, through every placement', () => {
  const picture = { width: 1600, height: 900 };
  const settings: Setting[] = [PLAIN, { ...PLAIN, flip: true, dx: 0.1 }, { ...PLAIN, eyes: { one: { x: 0.2, y: 0.3 }, two: { x: 0.3, y: 0.35 } }, scale: 1.3, dy: -0.05 }];
  for (const setting of settings) for (const view of [STILL, { zoom: 3, x: 0.2, y: -0.4 }]) {
    const m = placement(picture, setting, PANE, view);
    const p = { x: 0.37, y: 0.61 };
    near(onPicture(m, apply(m, { x: p.x * 1600, y: p.y * 900 }), picture), p, 1e-9);
  }
  near(onPicture(placement(picture, PLAIN, PANE, STILL), { x: -500, y: -500 }, picture), { x: 0, y: 0 });
});

test('a matrix and its inverse undo each other', () => {
  const m: Matrix = [1.2, 0.3, -0.4, 0.9, 17, -3];
  after(m, invert(m)).forEach((n, i) => assert.ok(Math.abs(n - ([1, 0, 0, 1, 0, 0][i] as number)) < 1e-9));
});

test('a drag too small to be a face is none, and its corners may come in any order', () => {
  assert.equal(boxOf({ x: 0.5, y: 0.5 }, { x: 0.52, y: 0.9 }), null);
  const box = boxOf({ x: 0.6, y: 0.7 }, { x: 0.2, y: 0.1 });
  near(box as Point, { x: 0.2, y: 0.1 });
  assert.equal(eyesOf({ x: 0.5, y: 0.5 }, { x: 0.505, y: 0.5 }), null);
});

test('a box moved by keys stays inside the picture and large enough', () => {
  let box = { x: 0.8, y: 0.8, width: 0.1, height: 0.1 };
  for (let i = 0; i < 40; i += 1) box = boxMoved(box, { x: 0.05, y: 0.05 });
  near(box, { x: 0.9, y: 0.9 });
  for (let i = 0; i < 40; i += 1) box = boxMoved(box, { width: -0.02, height: 0.08 });
  assert.equal(box.width, LEAST);
  assert.equal(box.height, 1);
  assert.equal(box.y, 0);
});

test('scale, zoom and pan have ends, and zoomed out all lies as at the start', () => {
  let setting = PLAIN;
  for (let i = 0; i < 99; i += 1) setting = resized(setting, 1.2);
  assert.equal(setting.scale, 4);
  let view = panned(zoomed(STILL, 3), 5, 5);
  assert.deepEqual([view.x, view.y], [1.5, 1.5]);
  for (let i = 0; i < 9; i += 1) view = zoomed(view, 0.5);
  assert.deepEqual(view, STILL);
  assert.equal(zoomed(STILL, 99).zoom, 8);
});

test('blinking shows each picture as long as the other and never more often than asked', () => {
  const seen = Array.from({ length: 40 }, (_, i) => blinkAt(i * 100, 2, 1.5));
  const changes = seen.filter((s, i) => i > 0 && s !== seen[i - 1]).length;
  assert.ok(changes <= 6 && changes >= 5, `${changes} changes in four seconds`);
  assert.equal(blinkAt(5_000, 0, 1), 0);
});
