// The sheet over a picture on which people draw, and its tools; used by both sides of a call.
// Knows no socket: it is given what is drawn and whom to tell.
import "./annotate.css";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { DrawOp, DrawTool } from "../../generated/api.ts";
import { alight, MOST_IN_MESSAGE, MOST_POINTS, possible, type Sketch } from "../board.ts";
import { paint, shine } from "../paint.ts";
import { packed, toContent, toScreen, viewOf, type Place, type View } from "../surface.ts";
import { Glyph } from "./glyph.tsx";
import { draw_arrow, draw_ellipse, draw_highlighter, draw_laser, draw_pen, draw_rectangle, draw_redo, draw_text, draw_undo, eraser, trash } from "./paths.ts";

export type Tool = DrawTool | "laser";
export const TOOLS: readonly Tool[] = ["pen", "highlighter", "arrow", "rectangle", "ellipse", "text", "laser"];
const SIGNS: Readonly<Record<Tool, string>> = { pen: draw_pen, highlighter: draw_highlighter, arrow: draw_arrow, rectangle: draw_rectangle, ellipse: draw_ellipse, text: draw_text, laser: draw_laser };
/** Thousandths of the content's width. */
const WIDTHS: Readonly<Record<Tool, number>> = { pen: 9, highlighter: 40, arrow: 10, rectangle: 8, ellipse: 8, text: 40, laser: 10 };
/** Between two messages of a moving hand, milliseconds: thirty a second are a smooth line and no flood. */
const EVERY = 32;
/** Steps of the arrow keys, shares of the content. */
const STEP = 0.01;
const LEAP = 0.05;
export const MOST_LETTERS = 120;

export interface AnnotateWords {
  /** What the sheet is and how it is used by keyboard. */
  sheet: string;
  /** Label of the field for words. */
  write: string;
}

/** What is drawn, and the element it is drawn over. */
interface Painting {
  sketch: Sketch;
  picture: () => HTMLVideoElement | HTMLImageElement | null;
}

export interface AnnotateProps extends Painting {
  tool: Tool;
  draw: (op: DrawOp) => void;
  /** A number for a new stroke. */
  fresh: () => number;
  words: AnnotateWords;
  /** Keys of the tools; true = taken. */
  onKey?: (event: KeyboardEvent) => boolean;
}

const stillness = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** One stroke under way: what was not sent yet goes with the next picture of the screen. */
interface Hand {
  id: number;
  tool: Tool;
  unsent: number[];
  sent: number;
  last: Place;
  at: number;
}

/** A canvas as large as its place, in the pixels of the glass. */
function fitted(canvas: HTMLCanvasElement, rect: DOMRect): CanvasRenderingContext2D | null {
  const ratio = globalThis.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(rect.width * ratio));
  const height = Math.max(1, Math.round(rect.height * ratio));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const ctx = canvas.getContext("2d");
  ctx?.setTransform(1, 0, 0, 1, 0, 0);
  ctx?.clearRect(0, 0, width, height);
  ctx?.setTransform(width / rect.width, 0, 0, height / rect.height, 0, 0);
  return ctx;
}

function cross(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  for (const [width, colour] of [
    [5, "rgb(6 12 18 / 0.7)"],
    [2, "#fff"],
  ] as const) {
    ctx.lineWidth = width;
    ctx.strokeStyle = colour;
    ctx.beginPath();
    ctx.moveTo(x - 11, y);
    ctx.lineTo(x + 11, y);
    ctx.moveTo(x, y - 11);
    ctx.lineTo(x, y + 11);
    ctx.stroke();
  }
}

/** Keeps what is drawn over its picture, wherever that stands; `before` runs first with every picture of the screen. */
function usePainting(canvas: { current: HTMLCanvasElement | null }, newest: { current: Painting }, cursor?: { current: Place | null }, before?: () => void): void {
  useEffect(() => {
    let frame = 0;
    let seen = "";
    let drawn: unknown = null;
    const look = () => {
      frame = requestAnimationFrame(look);
      before?.();
      const sheet = canvas.current;
      const source = newest.current.picture();
      const view = source && viewOf(source);
      if (!sheet || !view) return;
      const rect = sheet.getBoundingClientRect();
      if (rect.width === 0) return;
      const { shown, beams } = newest.current.sketch;
      const now = Date.now();
      const place = cursor?.current ?? null;
      const where = JSON.stringify([rect, view, devicePixelRatio, place]);
      const moving = alight(beams, now);
      if (where === seen && shown === drawn && !moving) return;
      seen = moving ? "" : where;
      drawn = shown;
      const ctx = fitted(sheet, rect);
      if (!ctx) return;
      const from = { x: rect.left, y: rect.top };
      paint(ctx, shown, view, from);
      shine(ctx, beams, view, from, now, stillness());
      if (place) {
        const { x, y } = toScreen(view, place);
        cross(ctx, x - from.x, y - from.y);
      }
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, []);
}

/** The same sheet for who only looks on. */
export function Drawing({ sketch, picture, label }: Painting & { label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const newest = useRef({ sketch, picture });
  newest.current = { sketch, picture };
  usePainting(canvas, newest);
  return (
    <div class="annotate">
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  );
}

export function Annotate({ sketch, picture, tool, draw, fresh, words, onKey }: AnnotateProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const newest = useRef({ sketch, tool, draw, picture });
  newest.current = { sketch, tool, draw, picture };
  const hand = useRef<Hand | null>(null);
  const cursor = useRef<Place | null>(null);
  const [writing, setWriting] = useState<{ at: Place; left: number; top: number } | null>(null);

  const send = (held: Hand): void => {
    while (held.unsent.length > 0) {
      const xy = held.unsent.splice(0, MOST_IN_MESSAGE * 2);
      newest.current.draw({ op: "points", id: held.id, xy });
      held.sent += xy.length / 2;
    }
    held.at = performance.now();
  };

  usePainting(canvas, newest, cursor, () => {
    const held = hand.current;
    if (held && held.unsent.length > 0 && performance.now() - held.at >= EVERY) send(held);
  });

  const view = (): View | null => {
    const source = newest.current.picture();
    return source && viewOf(source);
  };

  const begin = (place: Place): void => {
    const using = newest.current.tool;
    if (using === "text") return ask(place);
    const id = fresh();
    hand.current = { id, tool: using, unsent: [], sent: 1, last: place, at: performance.now() };
    if (using === "laser") draw({ op: "laser", xy: packed(place) });
    else draw({ op: "begin", id, tool: using, width: WIDTHS[using], xy: packed(place) });
  };

  const go = (place: Place, shown: View): void => {
    const held = hand.current;
    if (!held) return;
    // Less than a pixel of the picture is no movement.
    if (Math.abs(place.x - held.last.x) * shown.natural.width < 1 && Math.abs(place.y - held.last.y) * shown.natural.height < 1) return;
    held.last = place;
    if (held.tool === "laser") {
      if (performance.now() - held.at < EVERY) return;
      held.at = performance.now();
      return draw({ op: "laser", xy: packed(place) });
    }
    const free = held.tool === "pen" || held.tool === "highlighter";
    if (free) held.unsent.push(...packed(place));
    else held.unsent = packed(place);
    // A hand that never rests draws one stroke after the other.
    if (free && held.sent + held.unsent.length / 2 >= MOST_POINTS) {
      finish();
      begin(place);
    }
  };

  const finish = (): void => {
    const held = hand.current;
    hand.current = null;
    if (!held || held.tool === "laser") return;
    send(held);
    draw({ op: "end", id: held.id });
  };

  const ask = (place: Place): void => {
    const shown = view();
    const rect = canvas.current?.getBoundingClientRect();
    if (!shown || !rect) return;
    const { x, y } = toScreen(shown, place);
    setWriting({ at: place, left: x - rect.left, top: y - rect.top });
  };

  const write = (text: string): void => {
    const at = writing?.at;
    setWriting(null);
    canvas.current?.focus();
    if (at && text.trim() !== "") draw({ op: "text", id: fresh(), width: WIDTHS.text, xy: packed(at), text: [...text.trim()].slice(0, MOST_LETTERS).join("") });
  };

  const onPointer = (event: PointerEvent): void => {
    if (event.button !== 0 || !event.isPrimary || writing) return;
    const shown = view();
    if (!shown) return;
    const place = toContent(shown, { x: event.clientX, y: event.clientY });
    if (place.x < 0 || place.x > 1 || place.y < 0 || place.y > 1) return;
    event.preventDefault();
    cursor.current = null;
    canvas.current?.setPointerCapture(event.pointerId);
    canvas.current?.focus({ preventScroll: true });
    begin(place);
  };

  const onMove = (event: PointerEvent): void => {
    if (!hand.current || !event.isPrimary) return;
    const shown = view();
    if (!shown) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length > 0 ? all : [event]) go(inside(toContent(shown, { x: each.clientX, y: each.clientY })), shown);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (typed(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  /** Drawing without a pointer: arrows move the cross, Space or Enter puts the pen down and lifts it. */
  const typed = (event: KeyboardEvent): boolean => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") draw({ op: event.shiftKey ? "redo" : "undo" });
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") draw({ op: "redo" });
    else if (event.ctrlKey || event.metaKey || event.altKey) return false;
    else if (event.key.startsWith("Arrow")) moveBy(event.key, event.shiftKey ? LEAP : STEP);
    else if (event.key === " " || event.key === "Enter") press();
    else if (event.key === "Escape" && hand.current) finish();
    else return onKey?.(event) ?? false;
    return true;
  };

  const moveBy = (key: string, step: number): void => {
    const shown = view();
    if (!shown) return;
    const from = toScreen(shown, cursor.current ?? { x: 0.5, y: 0.5 });
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
    // As it is seen, also in a mirror or turned.
    const size = Math.min(shown.box.width, shown.box.height) * step;
    cursor.current = inside(toContent(shown, { x: from.x + (x ?? 0) * size, y: from.y + (y ?? 0) * size }));
    if (hand.current) go(cursor.current, shown);
  };

  const press = (): void => {
    cursor.current ??= { x: 0.5, y: 0.5 };
    if (hand.current) finish();
    else begin(cursor.current);
  };

  return (
    <div class="annotate">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={words.sheet}
        data-tool={tool}
        onPointerDown={onPointer}
        onPointerMove={onMove}
        onPointerUp={finish}
        onPointerCancel={finish}
        onKeyDown={onKeyDown}
        onBlur={() => {
          cursor.current = null;
          finish();
        }}
      />
      {writing && <Field left={writing.left} top={writing.top} label={words.write} done={write} />}
    </div>
  );
}

const inside = (place: Place): Place => ({ x: Math.min(1, Math.max(0, place.x)), y: Math.min(1, Math.max(0, place.y)) });

function Field({ left, top, label, done }: { left: number; top: number; label: string; done: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  useLayoutEffect(() => {
    const field = input.current;
    if (!field) return;
    // Where it was tapped, but never outside the sheet.
    const room = field.parentElement?.getBoundingClientRect();
    field.style.left = `${Math.max(4, Math.min(left, (room?.width ?? left) - field.offsetWidth - 4))}px`;
    field.style.top = `${Math.max(4, Math.min(top - field.offsetHeight / 2, (room?.height ?? top) - field.offsetHeight - 4))}px`;
    field.focus();
  }, []);
  const end = (text: string) => {
    if (over.current) return;
    over.current = true;
    done(text);
  };
  return (
    <input
      ref={input}
      class="annotate-text"
      type="text"
      aria-label={label}
      placeholder={label}
      maxLength={MOST_LETTERS}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.isComposing) return;
        if (event.key === "Enter") end(event.currentTarget.value);
        if (event.key === "Escape") {
          event.preventDefault();
          end("");
        }
      }}
      onBlur={(event) => end(event.currentTarget.value)}
    />
  );
}

export interface ToolsProps {
  sketch: Sketch;
  tool: Tool;
  onTool: (tool: Tool) => void;
  draw: (op: DrawOp) => void;
  /** Names of tools and doings, by their word. */
  name: (word: Tool | "undo" | "redo" | "clear_mine" | "clear_all" | "tools") => string;
  /** A key printed in the hint of a tool. */
  keyOf?: (tool: Tool) => string;
  children?: ComponentChildren;
}

export function Tools({ sketch, tool, onTool, draw, name, keyOf, children }: ToolsProps) {
  const can = possible(sketch);
  const act = (word: "undo" | "redo" | "clear_mine" | "clear_all", path: string, on: boolean) => (
    <button type="button" class="draw-tool" aria-label={name(word)} title={name(word)} disabled={!on} onClick={() => draw({ op: word })}>
      <Glyph path={path} />
    </button>
  );
  return (
    <div class="draw-tools" role="toolbar" aria-label={name("tools")}>
      <div class="draw-set">
        {TOOLS.map((each) => {
          const key = keyOf?.(each);
          return (
            <button key={each} type="button" class="draw-tool" aria-pressed={tool === each} aria-label={name(each)} title={key ? `${name(each)} (${key})` : name(each)} aria-keyshortcuts={key} onClick={() => onTool(each)}>
              <Glyph path={SIGNS[each]} />
            </button>
          );
        })}
      </div>
      <div class="draw-set">
        {act("undo", draw_undo, can.undo)}
        {act("redo", draw_redo, can.redo)}
        {act("clear_mine", eraser, can.mine)}
        {act("clear_all", trash, can.all)}
      </div>
      {children}
    </div>
  );
}
