// The recording as lanes on one clock, and how far a player is off that clock. Pure: no element, no timer.

import type { GapView, RecordingView, Seat, TimelineEntry } from "../generated/api.ts";

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

export interface Layout {
  duration: number;
  seats: Seat[];
  lanes: Lane[];
  gaps: GapView[];
}

export interface Span {
  from: number;
  to: number;
}

export interface Mark {
  at: number;
  entry: TimelineEntry;
}

/** Below this the sides look and sound together; correcting more would only add noise. */
export const TOLERATED_MS = 20;
/** Above this a change of rate would take too long to hear as one conversation. */
export const SEEK_MS = 250;
/** Largest change of rate: audible beyond. */
const NUDGE = 0.2;
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

/** Sorts the files into lanes: one per seat and kind, in time order. Customer and agent always have a place. */
export function layOut(recording: RecordingView): Layout {
  const lanes: Lane[] = [];
  for (const seat of SEATS) {
    for (const kind of ["video", "audio"] as const) {
      const clips = recording.files
        .filter((file) => file.seat === seat && (file.mime.startsWith("audio/") || file.width === 0) === (kind === "audio"))
        .map((file) => ({ url: file.url, mime: file.mime, from: file.starts_at_ms, to: file.starts_at_ms + file.duration_ms, width: file.width, height: file.height }))
        .sort((a, b) => a.from - b.from);
      if (clips.length > 0) lanes.push({ seat, kind, clips });
    }
  }
  const duration = Math.max(recording.duration_ms, ...lanes.flatMap((lane) => lane.clips.map((clip) => clip.to)));
  const seats = SEATS.filter((seat) => seat === "customer" || seat === "agent" || lanes.some((lane) => lane.seat === seat));
  return { duration, seats, lanes, gaps: recording.gaps };
}

/** What a lane plays at this instant: the latest start wins where two overlap. */
export function clipAt(lane: Lane, at: number): Clip | undefined {
  return lane.clips.findLast((clip) => clip.from <= at && at < clip.to);
}

/** The clip to make ready after this instant. */
export function clipAfter(lane: Lane, at: number): Clip | undefined {
  return lane.clips.find((clip) => clip.from > at);
}

/** Where a seat has nothing at all to show or sound. */
export function holes(layout: Layout, seat: Seat): Span[] {
  const clips = layout.lanes.filter((lane) => lane.seat === seat).flatMap((lane) => lane.clips).sort((a, b) => a.from - b.from);
  const found: Span[] = [];
  let reached = 0;
  for (const clip of clips) {
    // Files of one run follow each other to the packet; less than a tenth of a second is no hole to a viewer.
    if (clip.from - reached > 100) found.push({ from: reached, to: clip.from });
    reached = Math.max(reached, clip.to);
  }
  if (layout.duration - reached > 100) found.push({ from: reached, to: layout.duration });
  return found;
}

/** What brings a player back to the clock; `drift` is its position minus the clock's, in milliseconds of the recording. */
export function correct(drift: number, speed: number): { seek: boolean; rate: number } {
  if (Math.abs(drift) > SEEK_MS * Math.max(1, speed)) return { seek: true, rate: speed };
  if (Math.abs(drift) <= TOLERATED_MS * Math.max(1, speed / 2)) return { seek: false, rate: speed };
  const wanted = -drift / WORK_OFF_MS;
  const limit = NUDGE * speed;
  return { seek: false, rate: speed + Math.max(-limit, Math.min(limit, wanted)) };
}

/** The clock after `elapsed` milliseconds of real time; it stands while a side has nothing to play yet, and stops at the end. */
export function advance(at: number, elapsed: number, speed: number, held: boolean, duration: number): number {
  return held ? at : Math.min(duration, at + elapsed * speed);
}

/** Bookkeeping of the machine, too frequent to be moments of a conversation. */
const QUIET = /^(recording_head|evidence_viewed|recording_viewed|case_viewed|command_done)/;

/** Entries that happened while this session ran, as places on its clock. */
export function marks(recording: RecordingView, timeline: ReadonlyArray<TimelineEntry>): Mark[] {
  const start = Date.parse(recording.started_at);
  return timeline
    .map((entry) => ({ at: Date.parse(entry.at) - start, entry }))
    .filter((mark) => mark.at >= 0 && mark.at <= recording.duration_ms && !isQuiet(mark.entry.kind));
}

/** Whether an entry is bookkeeping rather than something a person did or saw. */
export function isQuiet(kind: string): boolean {
  return QUIET.test(kind);
}

/** The mark that was passed last. */
export function markAt(list: ReadonlyArray<Mark>, at: number): Mark | undefined {
  return list.findLast((mark) => mark.at <= at + 1);
}
