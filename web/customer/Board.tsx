// What agent and customer look at together, on the customer's screen; loaded when it is first shown.
import { useEffect, useState } from "preact/hooks";
import type { CustomerMessage, Surface } from "../generated/api.ts";
import { Easel } from "../lib/easel.ts";
import type { CustomerState } from "../lib/room.ts";
import { Annotate, Tools, type Tool } from "../lib/ui/Annotate.tsx";
import { Glyph } from "../lib/ui/glyph.tsx";
import { refresh, warning } from "../lib/ui/paths.ts";
import { addEnglish, agentName, t } from "./context.ts";
import { board } from "./text/en-board.ts";

addEnglish(board);

/** This page's end of the board. */
export function easel(send: (message: CustomerMessage) => boolean, surface: (surface: Surface | null) => void): Easel & { watch: (look: () => void) => () => void } {
  const watchers = new Set<() => void>();
  const made = new Easel({
    me: "customer",
    send: (n, op) => send({ type: "draw", n, op }),
    again: () => void send({ type: "board_again" }),
    changed: (sketch) => {
      surface(sketch.surface);
      for (const look of watchers) look();
    },
  });
  return Object.assign(made, {
    watch: (look: () => void) => {
      watchers.add(look);
      return () => void watchers.delete(look);
    },
  });
}

export interface BoardProps {
  s: CustomerState;
  easel: ReturnType<typeof easel>;
  own: () => HTMLVideoElement | null;
  load: (evidence: string) => Promise<string>;
}

function Shown({ evidence, load, image }: { evidence: string; load: BoardProps["load"]; image: (element: HTMLImageElement | null) => void }) {
  const [url, setUrl] = useState("");
  const [lost, setLost] = useState(false);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let here = true;
    load(evidence).then(
      (address) => here && setUrl(address),
      () => here && setLost(true),
    );
    return () => {
      here = false;
    };
  }, [evidence]);
  return (
    <>
      <div class="board-image" data-turn={turn % 2}>
        {url && <img ref={image} src={url} alt={t("chat.image")} draggable={false} style={{ transform: `translate(-50%, -50%) rotate(${turn * 90}deg)` }} onError={() => setLost(true)} />}
        {(lost || !url) && (
          <p class="board-note" role="status">
            {t(lost ? "board.lost" : "board.opening")}
          </p>
        )}
      </div>
      <button type="button" class="control board-turn" aria-label={t("board.turn")} title={t("board.turn")} onClick={() => setTurn((turn + 1) % 4)}>
        <Glyph path={refresh} size={24} />
      </button>
    </>
  );
}

export function Board({ s, easel: mine, own, load }: BoardProps) {
  const [, again] = useState(0);
  const [tool, setTool] = useState<Tool>("pen");
  const [image] = useState<{ current: HTMLImageElement | null }>({ current: null });
  useEffect(() => mine.watch(() => again((n) => n + 1)), [mine]);
  const { sketch } = mine;
  const on = sketch.surface;
  if (!on) return null;
  const agent = agentName(s);
  const theirs = sketch.shown.filter((stroke) => stroke.from !== "customer" && stroke.done && !stroke.undone).length;
  return (
    <section class="board" data-on={on.on} aria-label={t(on.on === "live" ? "board.live" : "board.picture", { agent })}>
      {on.on === "evidence" && <Shown key={on.evidence} evidence={on.evidence} load={load} image={(element) => (image.current = element)} />}
      <Annotate sketch={sketch} picture={() => (on.on === "live" ? own() : image.current)} tool={tool} draw={mine.draw} fresh={mine.fresh} words={{ sheet: t("board.sheet"), write: t("board.write") }} />
      <div class="board-bar">
        <p class="board-head" role="status">
          {t(on.on === "live" ? "board.live" : "board.picture", { agent })}
          {theirs > 0 && <span class="sr-only">{`. ${t("board.drew", { agent })} (${theirs})`}</span>}
        </p>
        {sketch.refused && (
          <p class="board-refused" role="alert">
            <Glyph path={warning} />
            {t(sketch.refused === "limit_reached" ? "board.full" : "board.again")}
          </p>
        )}
        <Tools sketch={sketch} tool={tool} onTool={setTool} draw={mine.draw} name={(word) => t(`board.${word}`)} />
      </div>
    </section>
  );
}
