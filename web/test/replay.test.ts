// The replay without a browser: sessions on one clock, the list of what happened, boards redrawn, proofs checked.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import type { CaseFile, DrawingPiece, ProofsView, RecordingView, TimelineEntry } from "../generated/api.ts";
import { Redraw, showings, strokesAt, showingAt } from "../admin/boards.ts";
import { beside, chosen, counted, momentAt, momentsOf, type Moment } from "../admin/moments.ts";
import { agrees, check, parseCheckpoint, rootFrom, signatureOf } from "../admin/proof.ts";
import { clipAt, epochAt, holes, layOut, placeOf, stretchAt } from "../admin/replay.ts";
import { markOf, placesOf } from "../admin/watermark.ts";

const T0 = Date.parse("2026-11-23T10:00:00Z");
const iso = (ms: number): string => new Date(T0 + ms).toISOString();
const entry = (id: string, kind: string, ms: number, body: unknown = {}): TimelineEntry => ({ id, index: 1, at: iso(ms), actor: "system", actor_name: "", kind, body, leaf: "00" }) as TimelineEntry;
const file = (seat: RecordingView["files"][number]["seat"], starts_at_ms: number, duration_ms: number) => ({ seat, url: `/${seat}/${starts_at_ms}`, mime: "video/webm", starts_at_ms, duration_ms, bytes: 1, width: 640, height: 480 });
const session = (name: string, ms: number, duration_ms: number, files: RecordingView["files"]): RecordingView => ({ session: name, started_at: iso(ms), duration_ms, sealed: true, head: "ab", segments: 3, files, gaps: [{ seat: "agent", kind: "video", from_ms: 1_000, to_ms: 2_000, why: "loss" }], may_download: false });
const two = [session("ses_2", 600_000, 30_000, [file("customer", 0, 30_000), file("agent", 500, 29_000), file("supervisor", 10_000, 5_000)]), session("ses_1", 0, 60_000, [file("customer", 0, 20_000), file("customer", 25_000, 35_000), file("agent", 0, 60_000)])];

test("the sessions of a case follow each other on one clock, whatever order they come in, and times of day lead to their place", () => {
  const layout = layOut(two);
  assert.equal(layout.duration, 90_000);
  assert.deepEqual(layout.stretches.map(({ session: name, from, to }) => [name, from, to]), [["ses_1", 0, 60_000], ["ses_2", 60_000, 90_000]]);
  assert.deepEqual(layout.gaps.map((gap) => gap.from_ms), [1_000, 61_000]);
  assert.equal(placeOf(layout, T0 + 30_000), 30_000);
  assert.equal(placeOf(layout, T0 + 610_000), 70_000);
  assert.equal(placeOf(layout, T0 + 300_000), undefined, "between the sessions nothing was recorded");
  for (const at of [0, 12_345, 59_999, 60_000, 89_000]) assert.equal(placeOf(layout, epochAt(layout, at) ?? 0), at);
  assert.equal(stretchAt(layout, 60_000)?.session, "ses_2");
  const customer = layout.lanes.find((lane) => lane.seat === "customer");
  assert.ok(customer);
  assert.deepEqual([clipAt(customer, 22_000), clipAt(customer, 60_500)?.url], [undefined, "/customer/0"]);
  assert.deepEqual(holes(layout, "customer"), [{ from: 20_000, to: 25_000 }]);
  assert.deepEqual(holes(layout, "supervisor"), [], "somebody who was not there yet is no hole");
});

const chat = [{ id: "msg_1", nonce: "n", from: "customer", name: "Grace", at: iso(5_000), text: "Like this?" }] as unknown as CaseFile["chat"];
const timeline = [
  entry("e0", "case_reported", -5_000, { reasons: ["document_glare"] }), entry("e1", "session_started", 0), entry("e2", "chat_sent", 5_000, { message: "msg_1", from: "customer", image: null }),
  entry("e3", "challenge_asked", 10_000, { id: 7, prompt: "read_number", detail: { number: "4711" } }), entry("e4", "challenge_shown", 10_400, { id: 7 }), entry("e5", "challenge_judged", 14_200, { id: 7, passed: true }),
  entry("e6", "still_taken", 20_000, { evidence: "evd_1", slot: "document_front", source: "live" }), entry("e7", "recording_head", 21_000), entry("e8", "located", 22_000, { hints: ["far_from_network"] }),
  entry("e9", "located", 23_000, { hints: [] }), entry("e10", "decided", 300_000, { verdict: "verified", reasons: [] }),
];
const moments = (): Moment[] => momentsOf({ timeline, chat, steps: [] }, layOut(two));

test("each entry says what it was: the words of a chat, what a prompt asked and how it was answered, which picture", () => {
  const of = (id: string) => moments().find((moment) => moment.entry.id === id);
  assert.deepEqual([of("e2")?.quote, of("e2")?.group, of("e2")?.at], ["Like this?", "chat", 5_000]);
  assert.match(of("e3")?.told ?? "", /read a number 4711: passed after 4\.2 s/);
  assert.match(of("e5")?.told ?? "", /read a number 4711: passed/);
  assert.deepEqual([of("e6")?.image, of("e6")?.group], ["evd_1", "image"]);
  assert.deepEqual([of("e8")?.group, of("e9")?.group, of("e7")?.group], ["signal", "place", "technical"]);
  assert.equal(of("e10")?.at, undefined);
});

test("the list is filtered by kind, knows where it is, and steps to the entry before and after", () => {
  const all = moments();
  assert.deepEqual(counted(all).map(([group, n]) => `${group} ${n}`), ["liveness 3", "image 1", "chat 1", "place 1", "signal 1", "people 1", "decision 1", "other 1", "technical 1"]);
  assert.equal(chosen(all, new Set()).length, timeline.length - 1, "technical entries are shown when asked for");
  const prompts = chosen(all, new Set(["liveness"] as const));
  assert.deepEqual(prompts.map((moment) => moment.entry.id), ["e3", "e4", "e5"]);
  assert.equal(momentAt(prompts, 12_000)?.entry.id, "e4");
  assert.equal(beside(prompts, 10_400, 1)?.entry.id, "e5");
  assert.equal(beside(prompts, 10_400, -1)?.entry.id, "e3");
  assert.equal(beside(prompts, 14_200, 1), undefined);
});

const piece = (n: number, ops: DrawingPiece["ops"], shown = 1_003): DrawingPiece => ({ id: `evd_${n}`, session: "ses_1", surface: { on: "live" }, shown_at: iso(shown), piece: n, ops });
const shownFacts = [entry("s1", "surface_shown", 1_000, { surface: { on: "live" } }), entry("s2", "surface_shown", 20_000, { surface: { on: "evidence", evidence: "evd_9" } }), entry("s3", "surface_shown", 30_000, { surface: null })];
const pieces = [
  piece(1, [{ at_ms: 9_000, from: "customer", op: { op: "begin", id: 1, tool: "pen", width: 5, xy: [9, 9] } }, { at_ms: 11_000, from: "agent", op: { op: "undo" } }]),
  piece(0, [{ at_ms: 4_000, from: "agent", op: { op: "begin", id: 1, tool: "pen", width: 5, xy: [1, 2] } }, { at_ms: 5_000, from: "agent", op: { op: "points", id: 1, xy: [3, 4] } }, { at_ms: 6_000, from: "agent", op: { op: "end", id: 1 } }]),
];

test("strokes appear at their moment, grow as they were drawn, and go with their surface", () => {
  const all = showings(shownFacts, pieces);
  assert.deepEqual(all.map((each) => [each.surface.on, each.from - T0, each.to - T0, each.ops.length]), [["live", 1_000, 20_000, 5], ["evidence", 20_000, 30_000, 0]]);
  const strokes = (ms: number) => {
    const showing = showingAt(all, T0 + ms);
    return showing ? strokesAt(showing, T0 + ms).filter((each) => !each.undone).map((each) => `${each.from} ${each.xy.join(",")}`) : null;
  };
  assert.deepEqual([strokes(500), strokes(5_002), strokes(5_003), strokes(6_100), strokes(10_100), strokes(12_100), strokes(20_000), strokes(31_000)],
    [null, [], ["agent 1,2"], ["agent 1,2,3,4"], ["agent 1,2,3,4", "customer 9,9"], ["customer 9,9"], [], null]);
});

test("going through the boards in any order shows what going through them from the beginning shows", () => {
  const all = showings(shownFacts, pieces);
  const redraw = new Redraw(all);
  for (const ms of [5_500, 12_000, 4_000, 10_500, 25_000, 10_500, 35_000, 9_999]) {
    const showing = showingAt(all, T0 + ms);
    assert.deepEqual(redraw.at(T0 + ms)?.strokes, showing && strokesAt(showing, T0 + ms), String(ms));
  }
});

const sha = (...parts: Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
const leafOf = (text: string): Buffer => sha(Uint8Array.of(0), Buffer.from(text));
const split = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));
const root = (leaves: Buffer[]): Buffer => (leaves.length === 1 ? (leaves[0] as Buffer) : sha(Uint8Array.of(1), root(leaves.slice(0, split(leaves.length))), root(leaves.slice(split(leaves.length)))));
const path = (leaves: Buffer[], index: number): Buffer[] => {
  if (leaves.length === 1) return [];
  const at = split(leaves.length);
  return index < at ? [...path(leaves.slice(0, at), index), root(leaves.slice(at))] : [...path(leaves.slice(at), index - at), root(leaves.slice(0, at))];
};

test("a path leads to the root from every leaf of every small tree, and from no other place", async () => {
  for (let size = 1; size <= 17; size += 1) {
    const leaves = Array.from({ length: size }, (_, n) => leafOf(`leaf ${n}`));
    for (let index = 0; index < size; index += 1) {
      const way = path(leaves, index);
      const found = await rootFrom(leaves[index] as Buffer, index, size, way);
      assert.ok(found && root(leaves).equals(found), `${index} of ${size}`);
      const elsewhere = await rootFrom(leaves[index] as Buffer, (index + 1) % size, size, way);
      if (size > 1) assert.ok(!elsewhere || !root(leaves).equals(elsewhere), `${index} is not at ${(index + 1) % size} of ${size}`);
    }
  }
});

const CASE = "case_1";
function log(): { view: ProofsView; shown: TimelineEntry[] } {
  const shown = [0, 1, 2, 3, 4].map((n) => ({ ...entry(`ent_${n}`, "chat_sent", n * 1_000, { z: n, a: [1, { y: null, b: "é" }] }), index: n }));
  const canonical = shown.map((each) => `{"actor":"system","at":${Date.parse(each.at) * 1_000 + 7},"body":{"a":[1,{"b":"é","y":null}],"z":${each.index}},"case":"${CASE}","case_version":1,"id":"${each.id}","kind":"chat_sent","state_hash":null,"tenant":"tnt_1","v":1}`);
  const leaves = canonical.map(leafOf);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const key = Buffer.concat([Uint8Array.of(1), raw]);
  const name = "bank.example/log";
  const id = sha(Buffer.from(`${name}\n`), key).subarray(0, 4);
  const text = `${name}\n${leaves.length}\n${root(leaves).toString("base64")}\n`;
  const checkpoint = `${text}\n\u2014 ${name} ${Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString("base64")}\n`;
  const proofs = shown.map((each, n) => ({ id: each.id, index: n, entry: canonical[n] as string, path: path(leaves, n).map((hash) => hash.toString("hex")) }));
  return { view: { checkpoint, verifier_key: `${name}+${id.toString("hex")}+${key.toString("base64")}`, size: leaves.length, proofs }, shown };
}
const states = async (view: ProofsView, shown: TimelineEntry[]): Promise<string[]> => [...(await check(view, shown, CASE)).marks.values()].map((mark) => (mark.state === "broken" ? mark.why : mark.state));

test("entries that were signed are proven, and the signature holds", async () => {
  const { view, shown } = log();
  const checked = await check(view, shown, CASE);
  assert.deepEqual([checked.signature, checked.size, checked.origin], ["valid", 5, "bank.example/log"]);
  assert.deepEqual(checked.marks.get("ent_3"), { state: "proven", index: 3, size: 5 });
  assert.deepEqual(await states(view, [...shown, { ...entry("ent_9", "rated", 9_000) }].map((each) => (each.id === "ent_9" ? { ...each, index: null } : each)) as TimelineEntry[]), ["proven", "proven", "proven", "proven", "proven", "pending"]);
});

test("whatever is changed in what is shown, in the bytes, the path or the checkpoint is noticed", async () => {
  const fresh = log();
  const change = (edit: (view: ProofsView, shown: TimelineEntry[]) => void) => {
    const copy = structuredClone(fresh);
    edit(copy.view, copy.shown);
    return states(copy.view, copy.shown);
  };
  const proof = (view: ProofsView, n: number) => view.proofs[n] as ProofsView["proofs"][number];
  const first = (n: string) => [n, "proven", "proven", "proven", "proven"];
  assert.deepEqual(await change((_, shown) => Object.assign(shown[0] as object, { kind: "rated" })), first("differs"));
  assert.deepEqual(await change((_, shown) => Object.assign(shown[0] as object, { body: { z: 1 } })), first("differs"));
  assert.deepEqual(await change((_, shown) => Object.assign(shown[0] as object, { at: iso(77) })), first("differs"));
  assert.deepEqual(await change((_, shown) => Object.assign(shown[0] as object, { actor: "customer" })), first("differs"));
  assert.deepEqual(await change((view) => Object.assign(proof(view, 0), { entry: proof(view, 0).entry.replace('"tnt_1"', '"tnt_2"') })), first("root"));
  assert.deepEqual(await change((view) => Object.assign(proof(view, 0), { path: proof(view, 1).path })), first("root"));
  assert.deepEqual(await change((view) => Object.assign(proof(view, 0), { index: 2 })), first("differs"));
  assert.deepEqual(await change((view) => Object.assign(proof(view, 0), { path: ["zz"] })), first("unreadable"));
  assert.deepEqual(await change((view) => view.proofs.shift()), first("missing"));
  assert.deepEqual(await change((view) => Object.assign(view, { checkpoint: "nonsense" })), Array(5).fill("unreadable"));
});

test("a checkpoint that another key signed, or that was changed, has no valid signature", async () => {
  const { view } = log();
  const other = log().view;
  const of = (note: string, key: string) => {
    const checkpoint = parseCheckpoint(note);
    return checkpoint ? signatureOf(checkpoint, key) : "none";
  };
  assert.equal(await of(view.checkpoint, view.verifier_key), "valid");
  assert.equal(await of(view.checkpoint, other.verifier_key), "invalid");
  assert.equal(await of(view.checkpoint.replace("\n5\n", "\n6\n"), view.verifier_key), "invalid");
  assert.equal(await of(view.checkpoint, view.verifier_key.replace("bank.", "bunk.")), "invalid");
  assert.equal(agrees(entry("ent_0", "x", 0), "not json", CASE), false);
});

test("the mark over the pictures names viewer and time, and moves; under reduced motion seldom", () => {
  assert.equal(markOf("Ana Reyes", T0), "Ana Reyes · 2026-11-23 10:00:00 UTC");
  const at = (ms: number, still: boolean) => JSON.stringify(placesOf(640, 480, T0 + ms, still));
  assert.notEqual(at(0, false), at(3_000, false));
  assert.equal(at(0, true), at(3_000, true));
  assert.notEqual(at(0, true), at(12_000, true));
});
