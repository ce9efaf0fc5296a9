// What a second look needs of a case: the moments that matter, the checklist in words, how old a decision is. Pure.

import type { CaseFile, Finding, RecordingView, ReviewKind, StepView, TimelineEntry, Verdict } from "../generated/api.ts";

export type StopKey = "document" | "liveness" | "compare" | "questions" | "decision";

/** A moment of a recording that a checker wants to see. */
export interface Stop {
  key: StopKey;
  session: string;
  /** Milliseconds into that session's recording. */
  at: number;
}

/** What led to the moment is seen too. */
const BEFORE_MS = 3_000;

const slotOf = (entry: TimelineEntry): string => String((entry.body as Record<string, unknown>)["slot"] ?? "");
const stepOf = (entry: TimelineEntry): string => String((entry.body as Record<string, unknown>)["step"] ?? "");

const RULES: ReadonlyArray<readonly [StopKey, (entry: TimelineEntry) => boolean]> = [
  ["document", (entry) => (entry.kind === "still_taken" && slotOf(entry).startsWith("document")) || (entry.kind === "step_done" && stepOf(entry).startsWith("document"))],
  ["liveness", (entry) => entry.kind === "challenge_asked"],
  ["compare", (entry) => (entry.kind === "still_taken" && slotOf(entry) === "portrait") || (entry.kind === "step_done" && stepOf(entry) === "portrait_match")],
  ["questions", (entry) => entry.kind === "question_answered"],
  ["decision", (entry) => entry.kind === "decided"],
];

/** Where in which recording an instant lies. */
export function momentOf(recordings: ReadonlyArray<RecordingView>, at: string): { session: string; at: number } | undefined {
  const time = Date.parse(at);
  // A decision comes a moment after the last picture: the end of that recording is as near as one can get.
  for (const recording of [...recordings].reverse()) {
    const start = Date.parse(recording.started_at);
    if (recording.files.length === 0 || time < start) continue;
    return { session: recording.session, at: Math.max(0, Math.min(recording.duration_ms, time - start) - BEFORE_MS) };
  }
  return undefined;
}

/** The moments that matter, each the newest of its kind, in the order of the recording. */
export function stops(file: Pick<CaseFile, "timeline" | "recordings">): Stop[] {
  const found: Stop[] = [];
  for (const [key, is] of RULES) {
    const entry = key === "liveness" || key === "questions" ? file.timeline.find(is) : file.timeline.findLast(is);
    const moment = entry && momentOf(file.recordings, entry.at);
    if (moment) found.push({ key, ...moment });
  }
  return found.sort((a, b) => (a.session === b.session ? a.at - b.at : 0));
}

/** The moment in which a step was done, if a recording shows it. */
export function stepMoment(file: Pick<CaseFile, "timeline" | "recordings">, step: StepView): { session: string; at: number } | undefined {
  const entry = file.timeline.findLast((each) => (each.kind === "step_done" || each.kind === "step_waived") && stepOf(each) === step.key);
  return entry && momentOf(file.recordings, entry.at);
}

export type Age = "fresh" | "soon" | "late";

/** How a decision stands against its target. */
export function ageOf(seconds: number, target: number): Age {
  if (seconds > target) return "late";
  return seconds > target * 0.75 ? "soon" : "fresh";
}

/** The findings that are open to a checker. */
export function offered(kind: ReviewKind, verdict: Verdict | undefined, finding: Finding): boolean {
  return kind === "sample" || finding !== "approve" || verdict === undefined || verdict === "verified";
}

/** The finding a key stands for. */
export function findingOf(key: string): Finding | undefined {
  const found: Record<string, Finding> = { a: "approve", c: "recapture", r: "reject", e: "escalate" };
  return found[key.toLowerCase()];
}
