import assert from "node:assert/strict";
import { test } from "node:test";
import type { PolicyBody, RecordingView, RuleBody, TimelineEntry } from "../generated/api.ts";
import { csv } from "../admin/csv.ts";
import { pair } from "../admin/images.ts";
import { clock, language, percent, span, tenths } from "../admin/format.ts";
import { alwaysOpen, changes, faults, move, parseSpans, spansText } from "../admin/policy.ts";
import { advance, clipAfter, clipAt, correct, holes, layOut, SEEK_MS, TOLERATED_MS } from "../admin/replay.ts";
import { listed, recipientFault } from "../admin/recipients.ts";
import { may } from "../admin/roles.ts";
import { actor, flat, fold } from "../admin/timeline.ts";
import { fact, skillWord, telling } from "../admin/words.ts";

const entry = (kind: string, at: string, body: unknown = {}): TimelineEntry => ({ id: `ent_${kind}_${at}`, index: 1, at, actor: "system", actor_name: "", kind, body, leaf: "00" }) as TimelineEntry;
const file = (seat: "customer" | "agent", mime: string, starts_at_ms: number, duration_ms: number, width = 640) => ({ seat, url: `/${seat}/${mime}/${starts_at_ms}`, mime, starts_at_ms, duration_ms, bytes: 1, width, height: width });
const recording = (files: RecordingView["files"], duration_ms = 60_000): RecordingView => ({ session: "ses_1", started_at: "2026-11-23T10:00:00Z", duration_ms, sealed: true, head: "ab", segments: 3, files, gaps: [], may_download: false });
const rule = (name: string, more: Partial<RuleBody> = {}): RuleBody => ({ name, reasons: [], jurisdictions: [], confidence_below: null, attempts_at_least: null, hours: "any", then: "opt_in", ...more });
const policy = (rules: RuleBody[], more: Partial<PolicyBody> = {}): PolicyBody => ({ rules, invitation_minutes: 15, jurisdiction: "default", hours: { zone: "Asia/Singapore", week: Array.from({ length: 7 }, () => [[480, 1320]]) }, ...more }) as PolicyBody;

test("files become lanes in time order, and both sides have a place even when one was never recorded", () => {
  const layout = layOut([recording([file("customer", "video/webm", 20_000, 40_000), file("customer", "video/webm", 0, 18_000), file("customer", "audio/webm", 0, 60_000, 0)])]);
  assert.deepEqual(layout.seats, ["customer", "agent"]);
  assert.deepEqual(layout.lanes.map((lane) => [lane.seat, lane.kind, lane.clips.map((clip) => clip.from)]), [["customer", "video", [0, 20_000]], ["customer", "audio", [0]]]);
  assert.deepEqual(holes(layout, "agent"), [{ from: 0, to: 60_000 }]);
  assert.deepEqual(holes(layout, "customer"), []);
});

test("a Matroska file without pictures is sound, and the clock reaches the end of the longest file", () => {
  const layout = layOut([recording([file("agent", "video/x-matroska", 0, 61_000, 0)], 60_000)]);
  assert.equal(layout.lanes[0]?.kind, "audio");
  assert.equal(layout.duration, 61_000);
});

test("a lane plays nothing in a gap, makes the next file ready, and the later start wins an overlap", () => {
  const lane = layOut([recording([file("customer", "video/webm", 0, 18_000), file("customer", "video/webm", 17_500, 1_000), file("customer", "video/webm", 22_000, 5_000)])]).lanes[0];
  assert.ok(lane);
  assert.equal(clipAt(lane, 17_600)?.from, 17_500);
  assert.equal(clipAt(lane, 19_000), undefined);
  assert.equal(clipAfter(lane, 19_000)?.from, 22_000);
  assert.equal(clipAt(lane, 27_000), undefined);
});

test("two players held to the clock are never far apart: every correction works against the drift", () => {
  for (const speed of [0.5, 1, 1.5, 2, 4, 8]) {
    for (let drift = -240; drift <= 240; drift += 10) {
      const { seek, rate } = correct(drift, speed);
      assert.equal(seek, false);
      assert.ok(rate > 0);
      if (Math.abs(drift) > Math.min(40, TOLERATED_MS * Math.max(1, speed / 2))) assert.equal(Math.sign(rate - speed), -Math.sign(drift), `drift ${drift} at ${speed}`);
    }
    assert.ok(correct((SEEK_MS + 1) * Math.max(1, speed), speed).seek);
  }
});

test("a player that starts 200 ms late is within 40 ms after a second and stays there", () => {
  let master = 0;
  let player = -200;
  for (let step = 0; step < 100; step += 1) {
    const { seek, rate } = correct(player - master, 1);
    if (seek) player = master;
    master += 40;
    player += 40 * rate;
    if (step > 40) assert.ok(Math.abs(player - master) <= 40, `step ${step}: ${player - master}`);
  }
});

test("the clock stands while a side loads, runs with the speed, and stops at the end", () => {
  assert.equal(advance(1_000, 40, 2, true, 60_000), 1_000);
  assert.equal(advance(1_000, 40, 2, false, 60_000), 1_080);
  assert.equal(advance(59_990, 40, 4, false, 60_000), 60_000);
});

test("a name that looks like a formula stays text in a spreadsheet, and quotes survive", () => {
  assert.equal(csv(["a", "b"], [["=SUM(A1)", 'say "hi", you'], [null, -3]]), '\uFEFFa,b\r\n\'=SUM(A1),"say ""hi"", you"\r\n,-3\r\n');
});

test("opening hours are read as people write them and refused when they overlap or leave the day", () => {
  assert.deepEqual(parseSpans("8-12, 13:00–24:00"), [[480, 720], [780, 1440]]);
  assert.deepEqual(parseSpans(" "), []);
  for (const bad of ["8-12, 11-13", "12-8", "8-25", "08:75-09:00", "noon", "1-2,3-4,5-6,7-8,9-10"]) assert.equal(parseSpans(bad), undefined, bad);
  assert.deepEqual(parseSpans(spansText([[480, 720], [780, 1320]])), [[480, 720], [780, 1320]]);
  assert.ok(alwaysOpen({ zone: "UTC", week: Array.from({ length: 7 }, () => [[0, 1440]]) } as PolicyBody["hours"]));
});

test("a rule moves by one place and never out of the list", () => {
  assert.deepEqual(move(["a", "b", "c"], 1, -1), ["b", "a", "c"]);
  assert.deepEqual(move(["a", "b", "c"], 0, -1), ["a", "b", "c"]);
  assert.deepEqual(move(["a", "b", "c"], 2, 1), ["a", "b", "c"]);
});

test("the difference before saving names what was added, removed, moved and changed, and nothing else", () => {
  const was = policy([rule("one"), rule("two"), rule("three")]);
  assert.deepEqual(changes(was, structuredClone(was)), []);
  const now = policy([rule("two"), rule("one", { confidence_below: 0.6 }), rule("four")], { invitation_minutes: 30 });
  assert.deepEqual(changes(was, now).map((change) => `${change.what} ${"rule" in change ? change.rule : ""}`), ["moved two", "changed one", "moved one", "added four", "removed three", "minutes "]);
  const day = structuredClone(was);
  day.hours.week[6] = [];
  assert.deepEqual(changes(was, day), [{ what: "day", day: 6, was: "08:00–22:00", now: "" }]);
});

test("what the server would refuse is found before saving, by pointer", () => {
  const bad = policy([rule(" "), rule("a", { confidence_below: 1.5 }), rule("a", { attempts_at_least: 0 }), rule("fraud", { reasons: ["confirmed_fraud"], then: "automatic" })], { invitation_minutes: 0 });
  bad.hours.zone = "Mars/Olympus";
  assert.deepEqual(faults(bad).map((fault) => `${fault.pointer} ${fault.code}`), ["/rules/0/name no_name", "/rules/1/confidence_below threshold", "/rules/2/name same_name", "/rules/2/attempts_at_least attempts", "/rules/3/then fraud", "/invitation_minutes minutes", "/hours/zone zone"]);
  assert.deepEqual(faults(policy([rule("a")])), []);
});

test("an auditor reads, checks and sets nothing up, an agent has no place here", () => {
  assert.ok(may("auditor", "read"));
  for (const act of ["edit_agents", "edit_policy", "edit_webhooks", "edit_keys"] as const) {
    assert.equal(may("auditor", act), false);
    assert.equal(may("supervisor", act), false);
    assert.ok(may("admin", act));
  }
  assert.equal(may("agent", "read"), false);
  assert.deepEqual((["agent", "supervisor", "auditor", "admin"] as const).filter((role) => may(role, "review")), ["supervisor", "auditor"]);
});

test("technical entries fold by run and none is lost", () => {
  const entries = [entry("session_live", "1"), entry("recording_head", "2"), entry("recording_head", "3"), entry("decided", "4"), entry("recording_head", "5")];
  const items = fold(entries);
  assert.deepEqual(items.map((item) => item.type), ["entry", "folded", "entry", "folded"]);
  assert.equal(items.reduce((sum, item) => sum + (item.type === "entry" ? 1 : item.entries.length), 0), entries.length);
});

test("a body is shown whole, flat, whatever it holds", () => {
  assert.deepEqual(flat({ a: 1, b: { c: null }, d: ["x", "y"], e: [{ f: true }] }), [["a", "1"], ["b.c", "–"], ["d", "x, y"], ["e[0].f", "true"]]);
  assert.deepEqual(actor("agent:agt_1"), { kind: "agent", id: "agt_1" });
});

test("facts are said in words with what matters in them, and an unknown fact is still readable", () => {
  assert.equal(telling("decided", { verdict: "verified", reasons: ["identity_confirmed"] }), "Verified, Identity confirmed");
  assert.equal(telling("challenge_judged", { passed: false }), "failed");
  assert.equal(telling("decided", null), "");
  assert.equal(fact("something_new_happened"), "Something new happened");
});

test("a selfie of the failed attempt stands beside the live portrait, and no image is shown twice", () => {
  const report = { id: "rep_1", at: "2026-11-23T10:00:00Z", check: { attempt: 2, outcome: "failed", reasons: ["face_mismatch"] }, images: [{ id: "evd_a", slot: "selfie", width: 1, height: 1, sha256: "a" }] };
  const evidence = (id: string, slot: string, source: string) => ({ id, slot, source, at: "2026-11-23T10:01:00Z", width: 1, height: 1, bytes: 1, sha256: id });
  const { pairs, chat, all } = pair({ reports: [report], evidence: [evidence("evd_a", "selfie", "report"), evidence("evd_b", "portrait", "live"), evidence("evd_c", "other_page", "chat")] } as unknown as Parameters<typeof pair>[0]);
  assert.deepEqual(pairs.map((each) => [each.slot, each.submitted.map((one) => one.id), each.live.map((one) => one.id)]), [["portrait", ["evd_a"], ["evd_b"]]]);
  assert.deepEqual(chat.map((one) => one.id), ["evd_c"]);
  assert.equal(new Set(all.map((one) => one.id)).size, all.length);
});

test("times and shares read as people write them", () => {
  assert.deepEqual([span(42), span(192), span(7_500), clock(62), clock(3_723), tenths(61_250), percent(0.914)], ["42 s", "3 min 12 s", "2 h 05 min", "1:02", "1:02:03", "1:01.2", "91 %"]);
  assert.equal(language("not a tag"), "not a tag");
});

test("skills are shown in words", () => {
  const words = ["lang:id", "lang:zh-hans", "doc:passport", "doc:work_permit", "doc:seaman_book", "jur:SG", "jur:default"].map(skillWord);
  assert.deepEqual(words, ["Indonesian", "Simplified Chinese", "Passport", "Work permit", "Seaman book", "Singapore", "default"]);
});

test("a pack's entry tells whether it was encrypted", () => {
  assert.equal(telling("pack_exported", { layout: 1, encrypted: { format: "age", recipients: 2, recipients_sha256: "ab" } }), "encrypted");
  assert.equal(telling("pack_downloaded", { bytes: 7, encrypted: false }), "");
});

test("recipients of a pack are parted as they are pasted, and a refused one is told by its place", () => {
  assert.deepEqual(listed(" age1a\nage1b, age1c\r\n\n"), ["age1a", "age1b", "age1c"]);
  assert.deepEqual(listed(" \n"), []);
  const problem = (pointer: string, code: string) => ({ type: "", title: "", status: 422, code: "invalid_fields", detail: "", instance: "", errors: [{ pointer, code, detail: "as the server says it" }] });
  assert.match(recipientFault(problem("/recipients/1", "secret_key")) ?? "", /^Recipient 2 is a secret key/);
  assert.equal(recipientFault(problem("/recipients/0", "of_tomorrow")), "as the server says it");
  assert.equal(recipientFault(problem("/other", "length")), undefined);
  assert.equal(recipientFault(null), undefined);
});
