// What was drawn together, as it stood at any instant: from the sealed trail and the log's word on what was looked at. Pure.

import type { DrawingPiece, Drawn, StrokeView, Surface, TimelineEntry } from "../generated/api.ts";
import { applied } from "../lib/board.ts";

/** One surface from its showing to its end. */
export interface Showing {
  surface: Surface;
  from: number;
  /** Milliseconds since 1970; Infinity while nothing else was shown. */
  to: number;
  ops: ReadonlyArray<{ at: number; from: Drawn["from"]; op: Drawn["op"] }>;
}

function surfaceOf(entry: TimelineEntry): Surface | null {
  const body = entry.body as { surface?: Surface | null };
  return body.surface ?? null;
}

/** The showings of a case in the order of time. The log says what was shown when; the trail says what was drawn on it. */
export function showings(timeline: ReadonlyArray<TimelineEntry>, pieces: ReadonlyArray<DrawingPiece>): Showing[] {
  const ends = timeline.filter((entry) => entry.kind === "surface_shown" || entry.kind === "session_ended" || entry.kind === "case_closed");
  const boards = new Map<string, DrawingPiece[]>();
  for (const piece of pieces) boards.set(`${piece.session} ${piece.shown_at}`, [...(boards.get(`${piece.session} ${piece.shown_at}`) ?? []), piece]);
  const drawn = [...boards.values()].map((all) => {
    const sorted = [...all].sort((a, b) => a.piece - b.piece);
    const from = Date.parse(sorted[0]?.shown_at ?? "");
    return { surface: (sorted[0] as DrawingPiece).surface, from, ops: sorted.flatMap((piece) => piece.ops.map(({ at_ms, from: who, op }) => ({ at: from + at_ms, from: who, op }))) };
  });
  return ends.flatMap((entry, index): Showing[] => {
    const surface = entry.kind === "surface_shown" ? surfaceOf(entry) : null;
    if (!surface) return [];
    const from = Date.parse(entry.at);
    const to = ends[index + 1] ? Date.parse((ends[index + 1] as TimelineEntry).at) : Number.POSITIVE_INFINITY;
    // The board is made a moment after its showing is logged.
    const own = drawn.find((board) => board.from >= from - 5 && board.from < to + 5 && board.surface.on === surface.on && (surface.on === "live" || (board.surface.on === "evidence" && board.surface.evidence === surface.evidence)));
    return [{ surface, from, to, ops: own?.ops ?? [] }];
  });
}

/** What was looked at together at an instant. */
export function showingAt(all: ReadonlyArray<Showing>, epoch: number): Showing | undefined {
  return all.findLast((showing) => showing.from <= epoch && epoch < showing.to);
}

/** The strokes of a showing as they stood at an instant, by the same law that ran in the call. */
export function strokesAt(showing: Showing, epoch: number): readonly StrokeView[] {
  let strokes: readonly StrokeView[] = [];
  for (const { at, from, op } of showing.ops) {
    if (at > epoch) break;
    strokes = applied(strokes, from, op);
  }
  return strokes;
}

/** Goes through the showings with the recording's clock; going forward costs only what is new. */
export class Redraw {
  readonly #all: ReadonlyArray<Showing>;
  #showing: Showing | undefined;
  #next = 0;
  #strokes: readonly StrokeView[] = [];

  constructor(all: ReadonlyArray<Showing>) {
    this.#all = all;
  }

  at(epoch: number): { surface: Surface; strokes: readonly StrokeView[] } | undefined {
    const showing = showingAt(this.#all, epoch);
    const before = showing?.ops[this.#next - 1];
    if (showing !== this.#showing || (before && before.at > epoch)) {
      this.#showing = showing;
      this.#next = 0;
      this.#strokes = [];
    }
    if (!showing) return undefined;
    for (let op = showing.ops[this.#next]; op && op.at <= epoch; op = showing.ops[this.#next]) {
      this.#strokes = applied(this.#strokes, op.from, op.op);
      this.#next += 1;
    }
    return { surface: showing.surface, strokes: this.#strokes };
  }
}
