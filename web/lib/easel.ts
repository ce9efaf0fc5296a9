// One page's end of a board: numbers its doings, keeps the sketch, asks again when something was missed.
// Knows no socket and no element.
import type { BoardView, DrawOp, Seat } from "../generated/api.ts";
import { blank, sketched, type Sketch, type SketchEvent } from "./board.ts";

export interface EaselOptions {
  me: Seat;
  /** False when the line is down: then nothing is drawn. */
  send: (n: number, op: DrawOp) => boolean;
  /** The board must be told again, whole. */
  again: () => void;
  changed: (sketch: Sketch) => void;
}

/** What a server says of a board. */
export type Heard = { type: "board"; board: BoardView } | { type: "drawn"; seq: number; from: Seat; n: number; op: DrawOp } | { type: "draw_refused"; n: number; code: string };

const somewhere = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! >>> 2;

export class Easel {
  sketch: Sketch;
  // A page that was loaded again must not use the numbers of the one before: its strokes still stand.
  #n = somewhere();
  #id = somewhere();
  readonly #options: EaselOptions;

  constructor(options: EaselOptions) {
    this.#options = options;
    this.sketch = blank(options.me);
  }

  fresh = (): number => (this.#id += 1);

  draw = (op: DrawOp): void => {
    if (!this.sketch.surface || !this.#options.send(this.#n + 1, op)) return;
    this.#n += 1;
    this.#become({ type: "mine", n: this.#n, op, now: Date.now() });
  };

  heard(said: Heard): void {
    const before = this.sketch.missed;
    if (said.type === "board") this.#become(said);
    else if (said.type === "drawn") this.#become({ ...said, now: Date.now() });
    else this.#become({ type: "refused", n: said.n, code: said.code });
    if (this.sketch.missed && !before) this.#options.again();
  }

  /** The line broke. */
  lost(): void {
    this.#become({ type: "lost" });
  }

  #become(event: SketchEvent): void {
    this.sketch = sketched(this.sketch, event);
    this.#options.changed(this.sketch);
  }
}
