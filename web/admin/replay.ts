// The recordings of a case as lanes on one clock, sessions end to end, and how far a player is off that clock. Pure: no element, no timer.

import type { GapView, RecordingView, Seat } from "../generated/api.ts";

export type LaneKind = "video" | "audio";

export interface Clip {
  url: string;
  mime: string;
  from: number;
  to: number;
  width: number;
  height: number;
}

export interface Lane {
  seat: Seat;
  kind: LaneKind;
  clips: Clip[];
}

/** A session's place on the common clock. */
export interface Stretch {
  session: string;
  from: number;
  to: number;
  /** Its beginning, milliseconds since 1970. */
  started: number;
}

export interface Layout {
  duration: number;
  seats: Seat[];
  lanes: Lane[];
  gaps: GapView[];
  /** One for each session with something to play. */
  stretches: Stretch[];
}

export interface Span {
  from: number;
  to: number;
}

/** Below this the sides look and sound together; correcting more would only add noise. */
export const TOLERATED_MS = 20;
/** Above this a change of rate would take too long to hear as one conversation. */
export const SEEK_MS = 250;
/** Largest change of rate: audible beyond. */
const NUDGE = 0.2;
/** However fast it plays: two sides this far off either way are still within the 80 ms that are promised. */
const TOLERATED_MOST_MS = 40;
/** A drift is worked off in this time. */
const WORK_OFF_MS = 500;

const SEATS: ReadonlyArray<Seat> = ["customer", "agent", "supervisor", "interpreter"];

/** Where both sides can first be seen: a player that opens on black looks broken. */
export function opening(layout: Layout): number {
  const starts = layout.lanes.filter((lane) => lane.kind === "video").map((lane) => lane.clips[0]?.from ?? 0);
  const at = Math.max(0, ...starts);
  // Somebody who came late must not hide what happened before.
  return at <= 5_000 ? at : 0;
}

const isSound = (file: RecordingView["files"][number]): boolean => file.mime.startsWith("audio/") || file.width === 0;

/** Sorts the files into lanes: one per seat and kind, in time order. Customer and agent always have a place. */
export function layOut(recordings: ReadonlyArray<RecordingView>): Layout {
  const lanes: Lane[] = [];
  const stretches: Stretch[] = [];
  const gaps: GapView[] = [];
  let from = 0;
  for (const recording of [...recordings].filter((each) => each.files.length > 0).sort((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at))) {
    const to = from + Math.max(recording.duration_ms, ...recording.files.map((file) => file.starts_at_ms + file.duration_ms));
    stretches.push({ session: recording.session, from, to, started: Date.parse(recording.started_at) });
    for (const file of recording.files) {
      const kind = isSound(file) ? "audio" : "video";
      let lane = lanes.find((each) => each.seat === file.seat && each.kind === kind);
      if (!lane) lanes.push((lane = { seat: file.seat, kind, clips: [] }));
      const begins = from + file.starts_at_ms;
      lane.clips.push({ url: file.url, mime: file.mime, from: begins, to: begins + file.duration_ms, width: file.width, height: file.height });
    }
    const start = from;
    gaps.push(...recording.gaps.map((gap) => ({ ...gap, from_ms: start + gap.from_ms, to_ms: start + gap.to_ms })));
    from = to;
  }
  for (const lane of lanes) lane.clips.sort((a, b) => a.from - b.from);
  lanes.sort((a, b) => SEATS.indexOf(a.seat) - SEATS.indexOf(b.seat) || (a.kind === b.kind ? 0 : a.kind === "video" ? -1 : 1));
  const seats = SEATS.filter((seat) => seat === "customer" || seat === "agent" || lanes.some((lane) => lane.seat === seat));
  return { duration: from, seats, lanes, gaps, stretches };
}

/** An instant on the common clock; undefined when nothing was recorded then. */
export function placeOf(layout: Layout, epoch: number): number | undefined {
  const stretch = layout.stretches.find((each) => epoch >= each.started && epoch <= each.started + each.to - each.from);
  return stretch && stretch.from + epoch - stretch.started;
}

/** The session at a place of the common clock; the later one where two meet. */
export function stretchAt(layout: Layout, at: number): Stretch | undefined {
  return layout.stretches.findLast((each) => each.from <= at) ?? layout.stretches[0];
}

/** Milliseconds since 1970 at a place of the common clock. */
export function epochAt(layout: Layout, at: number): number | undefined {
  const stretch = stretchAt(layout, at);
  return stretch && stretch.started + Math.min(at, stretch.to) - stretch.from;
}

/** What a lane plays at this instant: the latest start wins where two overlap. */
export function clipAt(lane: Lane, at: number): Clip | undefined {
  return lane.clips.findLast((clip) => clip.from <= at && at < clip.to);
}

/** The clip to make ready after this instant. */
export function clipAfter(lane: Lane, at: number): Clip | undefined {
  return lane.clips.find((clip) => clip.from > at);
}

/** Where a seat has nothing at all to show or sound; for those who only visit, between their coming and their going. */
export function holes(layout: Layout, seat: Seat): Span[] {
  const clips = layout.lanes.filter((lane) => lane.seat === seat).flatMap((lane) => lane.clips).sort((a, b) => a.from - b.from);
  const found: Span[] = [];
  const visits = seat !== "customer" && seat !== "agent";
  let reached = visits ? (clips[0]?.from ?? 0) : 0;
  for (const clip of clips) {
    // Files of one run follow each other to the packet; less than a tenth of a second is no hole to a viewer.
    if (clip.from - reached > 100) found.push({ from: reached, to: clip.from });
    reached = Math.max(reached, clip.to);
  }
  if (!visits && layout.duration - reached > 100) found.push({ from: reached, to: layout.duration });
  return found;
}

/** What brings a player back to the clock; `drift` is its position minus the clock's, in milliseconds of the recording. */
export function correct(drift: number, speed: number): { seek: boolean; rate: number } {
  if (Math.abs(drift) > SEEK_MS * Math.max(1, speed)) return { seek: true, rate: speed };
  if (Math.abs(drift) <= Math.min(TOLERATED_MOST_MS, TOLERATED_MS * Math.max(1, speed / 2))) return { seek: false, rate: speed };
  const wanted = -drift / WORK_OFF_MS;
  const limit = NUDGE * speed;
  return { seek: false, rate: speed + Math.max(-limit, Math.min(limit, wanted)) };
}

/** The clock after `elapsed` milliseconds of real time; it stands while a side has nothing to play yet, and stops at the end. */
export function advance(at: number, elapsed: number, speed: number, held: boolean, duration: number): number {
  return held ? at : Math.min(duration, at + elapsed * speed);
}

/** Bookkeeping of the machine, too frequent to be moments of a conversation. */
const QUIET = /^(recording_head|evidence_viewed|recording_viewed|recording_downloaded|case_viewed|command_done)/;

/** Whether an entry is bookkeeping rather than something a person did or saw. */
export function isQuiet(kind: string): boolean {
  return QUIET.test(kind);
}
