// What is drawn on what both look at: a pure reducer, no DOM, no clock, no network. The server's order counts; what this
// page did and the server has not said yet lies on top of it.
import type { BoardView, DrawOp, Seat, StrokeView, Surface } from "../generated/api.ts";

/** A page begins a new stroke before the server's limit of 2 000 points. */
export const MOST_POINTS = 900;
/** Points in one message at most. */
export const MOST_IN_MESSAGE = 200;
/** A pointer of light is seen this long, milliseconds. */
export const LASER_STAYS = 1_400;

export interface Beam {
  x: number;
  y: number;
  at: number;
}

export interface Sketch {
  me: Seat;
  /** What both look at; null: nothing. */
  surface: Surface | null;
  seq: number;
  /** As the server has it. */
  strokes: readonly StrokeView[];
  /** Done here, not yet said by the server. */
  pending: readonly { n: number; op: DrawOp }[];
  /** What is seen: both of the above. */
  shown: readonly StrokeView[];
  /** Parts of a board that is still arriving. */
  parts: readonly StrokeView[];
  beams: Partial<Record<Seat, readonly Beam[]>>;
  /** Something was missed: the board must be asked for again. */
  missed: boolean;
  /** Why the last own doing was not accepted; null after one that was. */
  refused: string | null;
}

export type SketchEvent =
  | { type: "board"; board: BoardView }
  | { type: "drawn"; seq: number; from: Seat; n: number; op: DrawOp; now: number }
  | { type: "mine"; n: number; op: DrawOp; now: number }
  | { type: "refused"; n: number; code: string }
  | { type: "lost" };

export const blank = (me: Seat): Sketch => ({ me, surface: null, seq: 0, strokes: [], pending: [], shown: [], parts: [], beams: {}, missed: false, refused: null });

export function sketched(state: Sketch, event: SketchEvent): Sketch {
  switch (event.type) {
    case "board":
      return boarded(state, event.board);
    case "drawn":
      return drawn(state, event);
    case "mine": {
      const beams = beamed(state.beams, state.me, event.op, event.now);
      return { ...state, beams, pending: [...state.pending, { n: event.n, op: event.op }], shown: applied(state.shown, state.me, event.op) };
    }
    case "refused": {
      const pending = state.pending.filter((each) => each.n !== event.n);
      return { ...state, pending, shown: replayed(state.strokes, state.me, pending), refused: event.code };
    }
    case "lost":
      // What was under way when the line broke may or may not have arrived: the server's board comes whole.
      return { ...state, pending: [], shown: state.strokes };
  }
}

function boarded(state: Sketch, board: BoardView): Sketch {
  const parts = board.part === 0 ? board.strokes : [...state.parts, ...board.strokes];
  if (board.part + 1 < board.parts) return { ...state, parts };
  const surface = board.surface ?? null;
  const same = sameSurface(surface, state.surface);
  const pending = same ? state.pending : [];
  return { ...state, surface: same ? state.surface : surface, seq: board.seq, strokes: parts, parts: [], pending, shown: replayed(parts, state.me, pending), beams: same ? state.beams : {}, missed: false, refused: same ? state.refused : null };
}

export const sameSurface = (a: Surface | null, b: Surface | null): boolean =>
  a === b || (a !== null && b !== null && a.on === b.on && (a.on === "live" || b.on === "live" || a.evidence === b.evidence));

function drawn(state: Sketch, { seq, from, n, op, now }: Extract<SketchEvent, { type: "drawn" }>): Sketch {
  if (seq <= state.seq) return state;
  if (seq !== state.seq + 1) return { ...state, missed: true };
  const strokes = applied(state.strokes, from, op);
  const mine = from === state.me && state.pending[0]?.n === n;
  const pending = mine ? state.pending.slice(1) : state.pending;
  const beams = mine ? state.beams : beamed(state.beams, from, op, now);
  // An own doing that comes back first in line was already on top: nothing changes on the screen.
  const shown = mine ? state.shown : replayed(strokes, state.me, pending);
  return { ...state, seq, strokes, pending, shown, beams, refused: mine ? null : state.refused };
}

const replayed = (strokes: readonly StrokeView[], me: Seat, pending: Sketch["pending"]): readonly StrokeView[] => pending.reduce((all, { op }) => applied(all, me, op), strokes);

function beamed(beams: Sketch["beams"], from: Seat, op: DrawOp, now: number): Sketch["beams"] {
  if (op.op !== "laser") return beams;
  const [x = 0, y = 0] = op.xy;
  return { ...beams, [from]: [...(beams[from] ?? []).filter((beam) => now - beam.at < LASER_STAYS), { x, y, at: now }].slice(-120) };
}

/** Beams that are still seen. */
export const alight = (beams: Sketch["beams"], now: number): boolean => Object.values(beams).some((all) => all.some((beam) => now - beam.at < LASER_STAYS));

const twoPoints = (tool: StrokeView["tool"]): boolean => tool === "arrow" || tool === "rectangle" || tool === "ellipse";

/** The strokes after a doing, as the server's law has it; limits are the server's. */
export function applied(strokes: readonly StrokeView[], from: Seat, op: DrawOp): readonly StrokeView[] {
  const change = (at: number, to: Partial<StrokeView>): readonly StrokeView[] => (at < 0 ? strokes : strokes.map((each, i) => (i === at ? { ...each, ...to } : each)));
  const open = (id: number): number => strokes.findIndex((each) => each.from === from && each.id === id && !each.done);
  switch (op.op) {
    case "begin":
      return [...kept(strokes, from), { from, id: op.id, tool: op.tool, width: op.width, xy: op.xy, done: false, undone: false }];
    case "text":
      return [...kept(strokes, from), { from, id: op.id, tool: "text", width: op.width, xy: op.xy, text: op.text, done: true, undone: false }];
    case "points": {
      const at = open(op.id);
      const stroke = strokes[at];
      if (!stroke) return strokes;
      return change(at, { xy: twoPoints(stroke.tool) ? [...stroke.xy.slice(0, 2), ...op.xy.slice(-2)] : [...stroke.xy, ...op.xy] });
    }
    case "end":
      return change(open(op.id), { done: true });
    case "undo":
      return change(newest(strokes, from), { undone: true, done: true });
    case "redo":
      return change(
        strokes.findIndex((each) => each.from === from && each.undone),
        { undone: false },
      );
    case "clear_mine":
      return strokes.filter((each) => each.from !== from);
    case "clear_all":
      return [];
    case "laser":
      return strokes;
  }
}

function newest(strokes: readonly StrokeView[], from: Seat): number {
  let at = strokes.length - 1;
  while (at >= 0 && (strokes[at]?.from !== from || strokes[at]?.undone)) at -= 1;
  return at;
}

/** What a person took back cannot come again after something new. */
const kept = (strokes: readonly StrokeView[], from: Seat): readonly StrokeView[] => strokes.filter((each) => each.from !== from || !each.undone);

/** What this person can do now, for the buttons. */
export function possible(state: Sketch): { undo: boolean; redo: boolean; mine: boolean; all: boolean } {
  const mine = state.shown.filter((each) => each.from === state.me);
  return { undo: mine.some((each) => !each.undone), redo: mine.some((each) => each.undone), mine: mine.some((each) => !each.undone), all: state.shown.some((each) => !each.undone) };
}
