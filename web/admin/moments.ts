// Everything that happened in a case as one list beside the recording: what it was, in words, where on the clock. Pure.

import type { CaseFile, TimelineEntry } from "../generated/api.ts";
import { clock } from "./format.ts";
import { isQuiet, placeOf, type Layout } from "./replay.ts";
import { answerWords, fact, promptOutcome, promptWords, questionWords, slotWords, telling } from "./words.ts";

export const GROUPS = ["step", "liveness", "question", "code", "image", "drawing", "chat", "device", "place", "line", "signal", "people", "decision", "other", "technical"] as const;
export type Group = (typeof GROUPS)[number];

export interface Moment {
  entry: TimelineEntry;
  group: Group;
  title: string;
  told: string;
  /** Words somebody wrote. */
  quote?: string;
  /** `evd_…` of a picture that belongs to it. */
  image?: string;
  /** Place on the common clock; undefined when nothing was recorded then. */
  at: number | undefined;
  epoch: number;
}

const OF: Readonly<Record<string, Group>> = {
  step_done: "step", step_failed: "step", step_reopened: "step", step_waived: "step", field_read: "step", notes_changed: "step",
  challenge_asked: "liveness", challenge_shown: "liveness", challenge_judged: "liveness", challenge_declined: "liveness", challenge_withdrawn: "liveness",
  question_answered: "question", questions_drawn: "question",
  code_sent: "code", code_tried: "code",
  still_taken: "image", image_reported: "image",
  surface_shown: "drawing", drawing_kept: "drawing",
  chat_sent: "chat",
  command_sent: "device", command_held: "device", command_done: "device", command_timed_out: "device", control_changed: "device", camera_changed: "device",
  location_asked: "place", location_refused: "place", located: "place",
  session_interrupted: "line", session_resumed: "line", recording_gap: "line", recording_failed: "line", media_up: "people", ticket_parked: "line", ticket_back: "line",
  foreign_claim: "signal", evidence_voided: "signal",
  session_started: "people", session_live: "people", session_ended: "people", supervisor_came: "people", supervisor_changed: "people", supervisor_left: "people", taken_over: "people", interpreter_invited: "people",
  interpreter_came: "people", interpreter_left: "people", hold_began: "people", hold_ended: "people", transferred: "people", continues_later: "people", agent_reserved: "people", reservation_ended: "people",
  decided: "decision", reviewed: "decision", decision_timed_out: "decision", case_closed: "decision", rated: "decision",
};

const fields = (body: unknown): Record<string, unknown> => (body !== null && typeof body === "object" ? (body as Record<string, unknown>) : {});
const word = (value: unknown): string => (typeof value === "string" ? value : "");

function groupOf(entry: TimelineEntry): Group {
  // What the device told of its place may contradict itself: that is a signal, not only a place.
  if (entry.kind === "located" && Array.isArray(fields(entry.body)["hints"]) && (fields(entry.body)["hints"] as unknown[]).length > 0) return "signal";
  if (/signal/.test(entry.kind)) return "signal";
  const known = OF[entry.kind];
  if (known && entry.kind !== "command_done") return known;
  return isQuiet(entry.kind) && entry.kind !== "command_done" ? "technical" : (known ?? "other");
}

/** What a prompt asked for, in words. */
function prompted(body: Record<string, unknown>): string {
  const prompt = promptWords[body["prompt"] as keyof typeof promptWords] ?? word(body["prompt"]).replaceAll("_", " ");
  const detail = fields(body["detail"]);
  const parts = Object.values(detail).flatMap((value) => (Array.isArray(value) ? [value.map((each) => (typeof each === "object" ? "" : String(each))).filter(Boolean).join(" ")] : typeof value === "string" || typeof value === "number" ? [String(value).replaceAll("_", " ")] : []));
  return [prompt, ...parts.filter(Boolean)].join(" ");
}

/** How a prompt was answered: its outcome, and how long it took. */
function answered(entries: ReadonlyArray<TimelineEntry>, from: number, id: unknown, asked: number): string {
  for (const entry of entries.slice(from + 1)) {
    const body = fields(entry.body);
    if (body["id"] !== id) continue;
    const seconds = `${Math.max(0, (Date.parse(entry.at) - asked) / 1000).toFixed(1)} s`;
    if (entry.kind === "challenge_judged") return `${body["passed"] === true ? promptOutcome["passed"] : promptOutcome["failed"]} after ${seconds}`;
    if (entry.kind === "challenge_declined") return `declined after ${seconds}`;
    if (entry.kind === "challenge_withdrawn") return `${promptOutcome["withdrawn"]} after ${seconds}`;
    if (entry.kind === "challenge_asked") break;
  }
  return "no answer";
}

/** The entries of a case in the order of the log, each with its words and its place. */
export function momentsOf(file: Pick<CaseFile, "timeline" | "chat" | "steps">, layout: Layout): Moment[] {
  const said = new Map(file.chat.map((message) => [message.id, message]));
  const prompts = new Map<unknown, string>();
  return file.timeline.map((entry, index) => {
    const body = fields(entry.body);
    const epoch = Date.parse(entry.at);
    const moment: Moment = { entry, group: groupOf(entry), title: fact(entry.kind), told: telling(entry.kind, entry.body), at: placeOf(layout, epoch), epoch };
    if (entry.kind === "challenge_asked") {
      const prompt = prompted(body);
      prompts.set(body["id"], prompt);
      return { ...moment, told: `${prompt}: ${answered(file.timeline, index, body["id"], epoch)}` };
    }
    if (/^challenge_/.test(entry.kind)) {
      const prompt = prompts.get(body["id"]);
      return { ...moment, told: [prompt, moment.told].filter(Boolean).join(": ") };
    }
    if (entry.kind === "chat_sent") {
      const message = said.get(word(body["message"]));
      const image = word(body["image"]);
      return { ...moment, ...(message?.text ? { quote: message.text } : {}), ...(image ? { image } : {}), told: message ? `${message.name} (${moment.told})` : moment.told };
    }
    if (entry.kind === "still_taken" || entry.kind === "image_reported") return { ...moment, image: word(body["evidence"]), told: [slotWords[body["slot"] as keyof typeof slotWords] ?? "", word(body["source"])].filter(Boolean).join(", ") };
    if (entry.kind === "surface_shown") {
      const surface = fields(body["surface"]);
      const image = word(surface["evidence"]);
      return { ...moment, ...(image ? { image } : {}), told: surface["on"] === "live" ? "the customer’s picture" : image ? "a picture" : "closed" };
    }
    if (entry.kind === "drawing_kept") return { ...moment, told: `${String(body["ops"] ?? 0)} doings` };
    if (entry.kind === "question_answered") {
      const key = word(body["question"]);
      return { ...moment, told: `${questionWords[key] ?? key.replaceAll("_", " ")}: ${answerWords[word(body["answer"])] ?? word(body["answer"])}` };
    }
    return moment;
  });
}

/** How many of each group, in their order; groups without an entry are left out. */
export function counted(moments: ReadonlyArray<Moment>): Array<[Group, number]> {
  return GROUPS.map((group): [Group, number] => [group, moments.filter((moment) => moment.group === group).length]).filter(([, n]) => n > 0);
}

/** Those of the chosen groups; none chosen means all but the technical ones. */
export function chosen(moments: ReadonlyArray<Moment>, groups: ReadonlySet<Group>): Moment[] {
  return moments.filter((moment) => (groups.size === 0 ? moment.group !== "technical" : groups.has(moment.group)));
}

/** The moment that was passed last. */
export function momentAt(moments: ReadonlyArray<Moment>, at: number): Moment | undefined {
  return moments.findLast((moment) => moment.at !== undefined && moment.at <= at + 1);
}

/** The next moment with a place, after or before this instant. Going back skips what was only just passed. */
export function beside(moments: ReadonlyArray<Moment>, at: number, by: 1 | -1): Moment | undefined {
  const placed = moments.filter((moment) => moment.at !== undefined);
  return by === 1 ? placed.find((moment) => (moment.at ?? 0) > at + 1) : placed.findLast((moment) => (moment.at ?? 0) < at - 1);
}

/** On the recording's clock, or the time of day where nothing was recorded. */
export function when(moment: Moment): string {
  return moment.at === undefined ? new Date(moment.epoch).toISOString().slice(11, 19) : clock(moment.at / 1000);
}
