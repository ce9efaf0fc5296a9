// Boards of two pages and the server end up the same, whoever draws what when; own doings are seen at once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { DrawOp, Seat, StrokeView } from "../generated/api.ts";
import { alight, applied, blank, LASER_STAYS, possible, sketched, type Sketch } from "../lib/board.ts";
import { filled } from "../lib/canned.ts";
import { Easel } from "../lib/easel.ts";
import { split } from "../lib/links.ts";

interface Vector {
  name: string;
  ops: [Seat, Record<string, unknown>][];
  strokes: unknown[];
}

const full = (op: Record<string, unknown>): DrawOp => (op["op"] === "begin" ? { width: 5, ...op } : op["op"] === "text" ? { width: 30, ...op } : op) as unknown as DrawOp;

for (const { name, ops, strokes } of JSON.parse(readFileSync("../crates/domain/src/board/cases.json", "utf8")) as Vector[]) {
  test(`as the server has it: ${name}`, () => {
    const all = ops.reduce((board, [from, op]) => applied(board, from, full(op)), [] as readonly StrokeView[]);
    assert.deepEqual(
      all.map((s) => [s.from, s.id, s.tool, s.xy, s.text ?? null, s.done, s.undone]),
      strokes,
    );
  });
}

const LIVE = { seq: 0, part: 0, parts: 1, strokes: [], surface: { on: "live" as const } };
const begin = (id: number): DrawOp => ({ op: "begin", id, tool: "pen", width: 5, xy: [id, id] });
const opened = (me: Seat): Sketch => sketched(blank(me), { type: "board", board: LIVE });
const ids = (strokes: readonly StrokeView[]) => strokes.map((s) => `${s.from}${s.id}`);

test("an own stroke is seen before the server has said it, and once after", () => {
  let page = sketched(opened("agent"), { type: "mine", n: 1, op: begin(1), now: 0 });
  assert.deepEqual([ids(page.shown), ids(page.strokes)], [["agent1"], []]);
  page = sketched(page, { type: "drawn", seq: 1, from: "agent", n: 1, op: begin(1), now: 0 });
  assert.deepEqual([ids(page.shown), ids(page.strokes), page.pending.length], [["agent1"], ["agent1"], 0]);
});

test("pages that draw and clear at the same time agree with the server in the end", () => {
  // Every message takes its time on the way; the server decides the order.
  for (let seed = 1; seed <= 300; seed += 1) {
    let state = seed;
    const random = () => ((state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647) / 2_147_483_647);
    const pages: Record<string, Sketch> = { agent: opened("agent"), customer: opened("customer") };
    const up: Record<string, { n: number; op: DrawOp }[]> = { agent: [], customer: [] };
    const down: Record<string, { seq: number; from: Seat; n: number; op: DrawOp }[]> = { agent: [], customer: [] };
    let server: readonly StrokeView[] = [];
    let seq = 0;
    let count = 0;
    const who = (): Seat => (random() < 0.5 ? "agent" : "customer");
    const any = (): DrawOp => {
      const id = Math.floor(random() * 12);
      const roll = random();
      if (roll < 0.3) return begin((count += 1) + 100);
      if (roll < 0.6) return { op: "points", id: 100 + Math.max(1, count - id), xy: [id, id] };
      if (roll < 0.7) return { op: "end", id: 100 + Math.max(1, count - id) };
      if (roll < 0.8) return { op: "undo" };
      if (roll < 0.88) return { op: "redo" };
      return roll < 0.94 ? { op: "clear_mine" } : { op: "clear_all" };
    };
    const toServer = (seat: Seat) => {
      const next = up[seat]?.shift();
      if (!next) return;
      server = applied(server, seat, next.op);
      seq += 1;
      for (const each of Object.values(down)) each.push({ seq, from: seat, ...next });
    };
    const toPage = (seat: Seat) => {
      const next = down[seat]?.shift();
      if (next) pages[seat] = sketched(pages[seat] as Sketch, { type: "drawn", ...next, now: 0 });
    };
    for (let n = 0; n < 200; n += 1) {
      const seat = who();
      const roll = random();
      if (roll < 0.5) {
        const op = any();
        pages[seat] = sketched(pages[seat] as Sketch, { type: "mine", n, op, now: 0 });
        up[seat]?.push({ n, op });
      } else if (roll < 0.75) toServer(seat);
      else toPage(seat);
    }
    for (const seat of ["agent", "customer"] as const) while (up[seat]?.length) toServer(seat);
    for (const seat of ["agent", "customer"] as const) while (down[seat]?.length) toPage(seat);
    for (const page of Object.values(pages)) {
      assert.deepEqual(page.shown, server, `seed ${seed}`);
      assert.equal(page.pending.length, 0);
    }
  }
});

test("a doing that was missed is noticed, asked for once, and the whole board sets it right", () => {
  let asked = 0;
  const page = new Easel({ me: "customer", send: () => true, again: () => (asked += 1), changed: () => undefined });
  page.heard({ type: "board", board: LIVE });
  page.heard({ type: "drawn", seq: 1, from: "agent", n: 1, op: begin(1) });
  page.heard({ type: "drawn", seq: 3, from: "agent", n: 3, op: begin(3) });
  page.heard({ type: "drawn", seq: 4, from: "agent", n: 4, op: begin(4) });
  assert.equal(asked, 1);
  const strokes: StrokeView[] = [1, 2, 3, 4].map((id) => ({ from: "agent", id, tool: "pen", width: 5, xy: [id, id], done: true, undone: false }));
  page.heard({ type: "board", board: { ...LIVE, seq: 4, parts: 2, strokes: strokes.slice(0, 3) } });
  assert.deepEqual(ids(page.sketch.shown), ["agent1"], "half a board is not shown");
  page.heard({ type: "board", board: { ...LIVE, seq: 4, part: 1, parts: 2, strokes: strokes.slice(3) } });
  assert.deepEqual(ids(page.sketch.shown), ["agent1", "agent2", "agent3", "agent4"]);
  page.heard({ type: "drawn", seq: 4, from: "agent", n: 4, op: begin(4) });
  page.heard({ type: "drawn", seq: 5, from: "agent", n: 5, op: { op: "clear_all" } });
  assert.deepEqual(page.sketch.shown, []);
});

test("what is refused is gone again and says why; what follows is as before", () => {
  let page = sketched(opened("agent"), { type: "mine", n: 1, op: begin(1), now: 0 });
  page = sketched(page, { type: "mine", n: 2, op: begin(2), now: 0 });
  page = sketched(page, { type: "refused", n: 1, code: "limit_reached" });
  assert.deepEqual([ids(page.shown), page.refused], [["agent2"], "limit_reached"]);
  page = sketched(page, { type: "drawn", seq: 1, from: "agent", n: 2, op: begin(2), now: 0 });
  assert.deepEqual([ids(page.shown), page.refused], [["agent2"], null]);
});

test("another surface is an empty board; the same one told again keeps what is under way", () => {
  const page = sketched(opened("agent"), { type: "mine", n: 1, op: begin(1), now: 0 });
  assert.deepEqual(ids(sketched(page, { type: "board", board: LIVE }).shown), ["agent1"]);
  const other = sketched(page, { type: "board", board: { ...LIVE, surface: { on: "evidence", evidence: "evd_1" } } });
  assert.deepEqual([other.shown, other.pending], [[], []]);
  assert.equal(sketched(other, { type: "board", board: { seq: 9, part: 0, parts: 1, strokes: [] } }).surface, null);
});

test("nothing is drawn without a surface or without a line", () => {
  const sent: DrawOp[] = [];
  let line = true;
  const page = new Easel({ me: "agent", send: (_n, op) => line && sent.push(op) > 0, again: () => undefined, changed: () => undefined });
  page.draw(begin(1));
  assert.equal(sent.length, 0);
  page.heard({ type: "board", board: LIVE });
  page.draw(begin(2));
  line = false;
  page.draw(begin(3));
  assert.deepEqual([sent.length, ids(page.sketch.shown)], [1, ["agent2"]]);
  page.lost();
  assert.deepEqual(page.sketch.shown, [], "what may not have arrived comes back with the board or not at all");
});

test("a pointer of light is seen on both sides, fades, and leaves nothing", () => {
  const op: DrawOp = { op: "laser", xy: [5, 6] };
  const page = sketched(opened("customer"), { type: "drawn", seq: 1, from: "agent", n: 1, op, now: 1_000 });
  assert.deepEqual([page.shown, alight(page.beams, 1_100), alight(page.beams, 1_000 + LASER_STAYS)], [[], true, false]);
});

test("buttons tell what can be done", () => {
  let page = opened("agent");
  assert.deepEqual(possible(page), { undo: false, redo: false, mine: false, all: false });
  page = sketched(page, { type: "drawn", seq: 1, from: "customer", n: 1, op: begin(1), now: 0 });
  assert.deepEqual(possible(page), { undo: false, redo: false, mine: false, all: true });
  page = sketched(sketched(page, { type: "mine", n: 1, op: begin(2), now: 0 }), { type: "mine", n: 2, op: { op: "undo" }, now: 0 });
  assert.deepEqual(possible(page), { undo: false, redo: true, mine: false, all: true });
});

test("a link tells the host it leads to, whatever it looks like", () => {
  const card = (text: string) => split(text).find((part) => "host" in part);
  assert.deepEqual(split("see https://bank.test/help?a=1, ok"), [{ text: "see " }, { href: "https://bank.test/help?a=1", host: "bank.test", rest: "/help?a=1" }, { text: ", ok" }]);
  assert.deepEqual(card("https://bank.test@evil.test/x"), { href: "https://evil.test/x", host: "evil.test", rest: "/x" });
  assert.deepEqual(card("https://bаnk.test"), { href: "https://xn--bnk-6cd.test/", host: "xn--bnk-6cd.test", rest: "" });
  assert.deepEqual(split("javascript:alert(1) <b>data:text/html,x</b>"), [{ text: "javascript:alert(1) <b>data:text/html,x</b>" }]);
  assert.equal(split("http://[bad").every((part) => "text" in part), true);
});

test("blanks of canned replies are filled by any of their names, once, and unknown ones stay visible", () => {
  const blanks = { customer: "Nur {agent}", agent: "Ana", brand: "Harbour" };
  assert.equal(filled("Hello {name}, {customer_name}: {agent} {agent_name} of {brand}{bank} {code}", blanks), "Hello Nur {agent}, Nur {agent}: Ana Ana of HarbourHarbour {code}");
});
