import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordingView, StepView, TimelineEntry } from "../generated/api.ts";
import { ageOf, findingOf, momentOf, offered, stepMoment, stops } from "../admin/review.ts";
import { may } from "../admin/roles.ts";
import { fact, skillWord, telling } from "../admin/words.ts";

const at = (seconds: number): string => new Date(Date.parse("2026-11-23T10:00:00Z") + seconds * 1000).toISOString();
const entry = (kind: string, seconds: number, body: unknown = {}): TimelineEntry => ({ id: `ent_${kind}_${seconds}`, index: 1, at: at(seconds), actor: "system", actor_name: "", kind, body, leaf: "00" }) as TimelineEntry;
const recording = (session: string, from: number, seconds: number, files = 1): RecordingView =>
  ({ session, started_at: at(from), duration_ms: seconds * 1000, sealed: true, head: "ab", segments: 3, gaps: [], files: Array.from({ length: files }, () => ({ seat: "customer", url: "/x", mime: "video/webm", starts_at_ms: 0, duration_ms: seconds * 1000, bytes: 1, width: 640, height: 480 })), may_download: false }) as RecordingView;

test("the moments that matter are the newest of their kind, seen from a little before, in the order of the recording", () => {
  const file = {
    recordings: [recording("ses_1", 0, 120)],
    timeline: [
      entry("still_taken", 10, { slot: "document_front" }), entry("still_taken", 30, { slot: "document_front" }), entry("challenge_asked", 60), entry("challenge_asked", 80),
      entry("still_taken", 45, { slot: "portrait" }), entry("decided", 121, { verdict: "verified" }),
    ],
  };
  assert.deepEqual(stops(file), [
    { key: "document", session: "ses_1", at: 27_000 }, { key: "compare", session: "ses_1", at: 42_000 }, { key: "liveness", session: "ses_1", at: 57_000 },
    { key: "decision", session: "ses_1", at: 117_000 },
  ]);
});

test("a blind file has no moment of a decision, and a moment before any recording is none", () => {
  const file = { recordings: [recording("ses_1", 100, 60)], timeline: [entry("still_taken", 20, { slot: "portrait" })] };
  assert.deepEqual(stops(file), []);
  assert.equal(momentOf([recording("ses_1", 0, 60, 0)], at(10)), undefined, "a recording without files plays nothing");
  assert.deepEqual(momentOf([recording("ses_1", 0, 60), recording("ses_2", 100, 60)], at(110)), { session: "ses_2", at: 7_000 });
});

test("a step is played where it was done", () => {
  const file = { recordings: [recording("ses_1", 0, 60)], timeline: [entry("step_done", 9, { step: "liveness" }), entry("step_waived", 20, { step: "questions" })] };
  assert.equal(stepMoment(file, { key: "liveness" } as StepView)?.at, 6_000);
  assert.equal(stepMoment(file, { key: "questions" } as StepView)?.at, 17_000);
  assert.equal(stepMoment(file, { key: "greet" } as StepView), undefined);
});

test("a decision is late only past its target", () => {
  assert.deepEqual([0, 45, 46, 60, 61].map((seconds) => ageOf(seconds, 60)), ["fresh", "fresh", "soon", "soon", "late"]);
});

test("one person alone does not turn a no into a yes, and a blind look offers everything", () => {
  assert.equal(offered("required", "rejected", "approve"), false);
  assert.equal(offered("required", "verified", "approve"), true);
  assert.equal(offered("required", "rejected", "recapture"), true);
  assert.equal(offered("sample", undefined, "approve"), true);
});

test("a key stands for one finding", () => {
  assert.deepEqual(["a", "C", "r", "E", "x", "1"].map(findingOf), ["approve", "recapture", "reject", "escalate", undefined, undefined]);
});

test("supervisors and auditors look at decisions, and every entry of a second look has a sentence", () => {
  assert.deepEqual((["agent", "supervisor", "auditor", "admin"] as const).map((role) => may(role, "review")), [false, true, true, false]);
  for (const kind of ["review_asked", "review_assigned", "review_taken", "review_lapsed", "reviewed", "sample_drawn", "person_log_viewed"]) assert.ok(!fact(kind).includes(kind.replaceAll("_", " ")), kind);
  assert.equal(telling("reviewed", { finding: "approve", reasons: ["evidence_holds"], agreed: true }), "Approve, The evidence holds, agreed");
  assert.deepEqual([skillWord("can:review"), skillWord("team:north_1")], ["Checks others", "Team north 1"]);
});
