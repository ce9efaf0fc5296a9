// The sides of a replay: their pictures, what was drawn over them at that instant, and who is watching. Must not know the list beside it.

import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Seat, StrokeView } from "../generated/api.ts";
import { paint } from "../lib/paint.ts";
import { viewOf } from "../lib/surface.ts";
import type { Redraw } from "./boards.ts";
import { shown } from "./calls.ts";
import type { Deck } from "./deck.ts";
import { Icon } from "./icons.tsx";
import { clipAt, epochAt, type Layout } from "./replay.ts";
import { me } from "./state.ts";
import { text } from "./text.ts";
import { said as words } from "./text-replay.ts";
import { stampOn } from "./watermark.ts";
import { seatWords } from "./words.ts";

const said = text.player;
/** The mark over the pictures moves, and its time goes on, also while the recording stands. */
const MARK_MS = 1_000;

export function Stage({ deck, layout, redraw, downloads }: { deck: Deck; layout: Layout; redraw: Redraw; downloads: boolean }) {
  const [large, setLarge] = useState<Seat | null>(null);
  const epoch = epochAt(layout, deck.at.value);
  const together = epoch === undefined ? undefined : redraw.at(epoch);
  const image = together?.surface.on === "evidence" ? together.surface.evidence : undefined;
  return (
    <div class={large ? "stage one-large" : "stage"}>
      {layout.seats.map((seat) => <Side key={seat} seat={seat} deck={deck} layout={layout} redraw={redraw} downloads={downloads} large={large === seat} onLarge={() => setLarge(large === seat ? null : seat)} />)}
      {image && <Together key={image} image={image} deck={deck} layout={layout} redraw={redraw} />}
      <p class="stage-hold" role="status">{deck.refused.value ? said.refused : deck.waiting.value ? said.waiting : ""}</p>
    </div>
  );
}

/** Draws over a picture whenever the clock moves: strokes of this instant, then the viewer's mark. */
function Glass({ deck, picture, strokes }: { deck: Deck; picture: () => HTMLVideoElement | HTMLImageElement | null; strokes: () => readonly StrokeView[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = () => canvas.current && over(canvas.current, picture(), strokes());
    const stop = effect(() => {
      // Read, so that this runs again when they change.
      void [deck.at.value, deck.pictured.value];
      draw();
    });
    const timer = setInterval(draw, MARK_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [deck, strokes]);
  return <canvas ref={canvas} class="side-glass" aria-hidden="true" />;
}

function over(canvas: HTMLCanvasElement, picture: HTMLVideoElement | HTMLImageElement | null, strokes: readonly StrokeView[]): void {
  const box = canvas.getBoundingClientRect();
  const ctx = canvas.getContext("2d");
  if (!ctx || box.width === 0) return;
  const scale = Math.min(2, devicePixelRatio || 1);
  const [width, height] = [Math.round(box.width * scale), Math.round(box.height * scale)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  ctx.clearRect(0, 0, box.width, box.height);
  const view = picture && strokes.length > 0 ? viewOf(picture) : null;
  if (view) paint(ctx, strokes, view, { x: box.left, y: box.top });
  stampOn(ctx, box.width, box.height, me.value?.name ?? "", Date.now(), matchMedia("(prefers-reduced-motion: reduce)").matches);
}

interface SideProps {
  seat: Seat;
  deck: Deck;
  layout: Layout;
  redraw: Redraw;
  downloads: boolean;
  large: boolean;
  onLarge: () => void;
}

function Side({ seat, deck, layout, redraw, downloads, large, onLarge }: SideProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current) deck.mount(seat, host.current);
  }, [deck]);
  const at = deck.at.value;
  const clips = layout.lanes.filter((lane) => lane.seat === seat).map((lane) => clipAt(lane, at)).filter((clip) => clip !== undefined);
  const fault = clips.find((clip) => deck.broken.value.has(clip.url));
  const mute = deck.alone.value === null ? deck.muted.value.has(seat) : deck.alone.value !== seat;
  const word = seatWords[seat];
  // People draw on the customer's picture, nobody else's.
  const strokes = () => {
    const epoch = epochAt(layout, deck.at.value);
    const together = seat === "customer" && epoch !== undefined ? redraw.at(epoch) : undefined;
    return together?.surface.on === "live" ? together.strokes : [];
  };
  const drawn = useRef(strokes);
  drawn.current = strokes;
  const steady = useRef(() => drawn.current());
  return (
    <figure class={large ? "side large" : "side"} data-seat={seat}>
      <div class="side-picture" ref={host} onClick={() => deck.toggle()} />
      {fault ? (
        <div class="side-over"><Icon name="warning" /><p>{said.broken}</p>{downloads && <a class="button small" href={`${fault.url}&download=true`} download>{said.brokenSave}</a>}</div>
      ) : !deck.pictured.value.has(seat) && (
        <div class="side-over"><Icon name={clips.length > 0 ? "volume" : "camera_off"} /><p>{clips.length > 0 ? said.audioOnly : said.noPicture}</p></div>
      )}
      <Glass deck={deck} picture={() => deck.picture(seat)} strokes={steady.current} />
      <figcaption>
        <span>{word}</span><span class="sr-only">{words.mark(me.value?.name ?? "")}</span>
        <button class="side-button" aria-pressed={mute} disabled={deck.alone.value !== null} aria-label={mute ? said.unmute(word) : said.mute(word)} title={mute ? said.unmute(word) : said.mute(word)} onClick={() => deck.mute(seat, !mute)}><Icon name={mute ? "volume_off" : "volume"} size={18} /></button>
        <button class="side-button" aria-pressed={large} aria-label={large ? said.shrink : said.enlarge(word)} title={large ? said.shrink : said.enlarge(word)} onClick={onLarge}><Icon name={large ? "shrink" : "enlarge"} size={18} /></button>
      </figcaption>
    </figure>
  );
}

/** A picture that both looked at, with what was drawn on it. */
function Together({ image, deck, layout, redraw }: { image: string; deck: Deck; layout: Layout; redraw: Redraw }) {
  const picture = useRef<HTMLImageElement>(null);
  const drawn = useRef((): readonly StrokeView[] => []);
  drawn.current = () => {
    const epoch = epochAt(layout, deck.at.value);
    const now = epoch === undefined ? undefined : redraw.at(epoch);
    return now?.surface.on === "evidence" && now.surface.evidence === image ? now.strokes : [];
  };
  const steady = useRef(() => drawn.current());
  return (
    <figure class="side together" data-together={image}>
      <div class="side-picture"><img ref={picture} src={shown(image)} alt={words.togetherPicture} /></div>
      <Glass deck={deck} picture={() => picture.current} strokes={steady.current} />
      <figcaption><span>{words.together}</span></figcaption>
    </figure>
  );
}
