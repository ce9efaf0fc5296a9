// The agent's map: outlines decode to places on Earth, the circle and the scale tell the truth.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { firstWidth, project, readOutlines, scaleOf, seen, WIDTHS } from "../agent/map.ts";

const lands = readOutlines(readFileSync(new URL("../../../crates/domain/data/countries.txt", import.meta.url), "utf8"));
const of = (code: string) => lands.find((land) => land.code === code);

test("every country of the file lies on Earth", () => {
  assert.ok(lands.length > 200);
  for (const { name, rings } of lands) {
    assert.ok(rings.length > 0, name);
    for (const { box } of rings) assert.ok(box[0] >= -180.1 && box[2] <= 180.1 && box[1] >= -90.1 && box[3] <= 90.1, name);
  }
});

test("Singapore is where it is", () => {
  const [west, south, east, north] = of("SG")?.rings[0]?.box ?? [0, 0, 0, 0];
  assert.ok(west > 103.5 && east < 104.2 && south > 1.1 && north < 1.6);
});

test("a place a hundred kilometres north stands that far above the middle", () => {
  const [x, y] = project({ lat: 50, lon: 10, km: 400 }, 400, 200, 10, 50 + 100 / 111.195);
  assert.ok(Math.abs(x - 200) < 1e-9 && Math.abs(y - 0) < 0.01);
});

test("what lies over the date line is drawn on the near side", () => {
  const [x] = project({ lat: -17, lon: 179.5, km: 400 }, 400, 200, -179.5, -17);
  assert.ok(x > 200 && x < 400, String(x));
  const near = seen(lands, { lat: -17, lon: 179.9, km: 400 }, 400, 200).map((land) => land.code);
  assert.ok(near.includes("FJ"));
});

test("only what can be seen is drawn", () => {
  const around = seen(lands, { lat: 1.29, lon: 103.85, km: 150 }, 288, 168).map((land) => land.code);
  assert.deepEqual(around.sort(), ["ID", "MY", "SG"]);
});

test("the map begins wide enough for the circle and for the claimed country", () => {
  assert.equal(firstWidth(30, 0), 150);
  assert.ok(firstWidth(200_000, 0) >= 1_000);
  assert.ok(firstWidth(30, 900) >= 900);
  assert.equal(firstWidth(30, 9_000), 150, "another continent does not fit anyway");
  assert.ok(WIDTHS.includes(firstWidth(30, null)));
});

test("the scale is a round length of at most a quarter", () => {
  for (const km of WIDTHS) {
    const scale = scaleOf(km);
    assert.ok(scale.share <= 0.25 && scale.share > 0.09, `${km}`);
    assert.match(String(scale.km), /^[125]0*$/);
  }
});
