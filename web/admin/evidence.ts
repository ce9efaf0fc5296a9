// What the replay loads beside the case: proofs, checked here, and the trail of what was drawn. Must not know how either is shown.

import { useEffect, useState } from "preact/hooks";
import type { DrawingPiece, TimelineEntry } from "../generated/api.ts";
import { calls } from "./calls.ts";
import { canCheck, check, type Checked } from "./proof.ts";

/** An entry is signed within two seconds; asked this often, then left to the next load of the page. */
const AGAIN_MS = 2_500;
const TRIES = 4;
/** Answers of drawings that are read on; each holds some 4 MB. */
const MOST_ANSWERS = 40;

export interface Proofs {
  checked: Checked | undefined;
  state: "checking" | "done" | "failed" | "impossible";
  retry: () => void;
}

/** The proofs of a case's entries; asked again for those that wait for a checkpoint. */
export function useProofs(id: string, timeline: ReadonlyArray<TimelineEntry>, wanted: boolean): Proofs {
  const [state, setState] = useState<Omit<Proofs, "retry">>({ checked: undefined, state: canCheck() ? "checking" : "impossible" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!wanted || !canCheck()) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (left: number): Promise<void> => {
      const checked = await check(await calls.proofs(id)(stop.signal), timeline, id);
      if (stop.signal.aborted) return;
      setState({ checked, state: "done" });
      const waits = [...checked.marks.values()].some((mark) => mark.state === "pending");
      if (waits && left > 0) timer = setTimeout(() => begin(left - 1), AGAIN_MS);
    };
    const begin = (left: number): void => {
      ask(left).catch(() => stop.signal.aborted || setState((old) => ({ ...old, state: "failed" })));
    };
    begin(TRIES);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id, timeline, round]);
  return { ...state, retry: () => setRound((n) => n + 1) };
}

export interface Drawings {
  pieces: ReadonlyArray<DrawingPiece>;
  damaged: number;
  failed: boolean;
}

const NOTHING: Drawings = { pieces: [], damaged: 0, failed: false };

/** What was drawn; nothing is asked for when the log names no drawing. */
export function useDrawings(id: string, timeline: ReadonlyArray<TimelineEntry>): Drawings {
  const [drawings, setDrawings] = useState<Drawings>(NOTHING);
  const kept = timeline.filter((entry) => entry.kind === "drawing_kept").length;
  useEffect(() => {
    if (kept === 0) return;
    const stop = new AbortController();
    const load = async (): Promise<void> => {
      const pieces: DrawingPiece[] = [];
      let damaged = 0;
      let from: string | undefined;
      for (let n = 0; n < MOST_ANSWERS; n += 1) {
        const view = await calls.drawings(id, from)(stop.signal);
        pieces.push(...view.pieces);
        damaged += view.damaged.length;
        from = view.next ?? undefined;
        if (from === undefined) break;
      }
      if (!stop.signal.aborted) setDrawings({ pieces, damaged, failed: false });
    };
    load().catch(() => stop.signal.aborted || setDrawings((old) => ({ ...old, failed: true })));
    return () => stop.abort();
  }, [id, kept]);
  return drawings;
}
