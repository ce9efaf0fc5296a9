// The recording of one session: both sides on one clock, its timeline, its moments. Must not know how files are kept in step.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RecordingView, Seat, TimelineEntry } from "../generated/api.ts";
import { Badge, Card, Empty, Time } from "./bits.tsx";
import { Deck, SPEEDS } from "./deck.ts";
import { clock, short, span, tenths } from "./format.ts";
import { Icon } from "./icons.tsx";
import { clipAt, holes, layOut, markAt, marks, type Layout, type Mark, opening } from "./replay.ts";
import { text } from "./text.ts";
import { fact, gapWords, seatWords, telling } from "./words.ts";

const said = text.player;
const STEP_MS = 5_000;
const FINE_MS = 1_000;

/** Lets the case's timeline make the player jump; undefined until a player is there. */
export interface Jump {
  session: string;
  at: number;
  /** Grows with each wish, so that the same place can be asked for twice. */
  round: number;
}

export function Player({ recording, timeline, place, of, jump }: { recording: RecordingView; timeline: ReadonlyArray<TimelineEntry>; place: number; of: number; jump: Jump | undefined }) {
  const title = of > 1 ? `${said.title} · ${said.session(place, of)}` : said.title;
  const aside = <><Badge tone={recording.sealed ? "good" : "warn"}>{recording.sealed ? said.sealed : said.open}</Badge><span class="quiet tabular">{span(recording.duration_ms / 1000)}</span></>;
  return (
    <Card title={title} aside={aside} id={place === 1 ? "recording" : `recording-${place}`} flush>
      {recording.files.length === 0 ? <Empty icon="video" title={said.empty}>{said.emptyLead}</Empty> : <Stage recording={recording} timeline={timeline} jump={jump} />}
      <p class="player-proof"><Time at={recording.started_at} /> · {said.segments(recording.segments)} · {said.head} <code title={recording.head}>{short(recording.head)}</code> · {said.gaps(recording.gaps.length)}</p>
    </Card>
  );
}

function Stage({ recording, timeline, jump }: { recording: RecordingView; timeline: ReadonlyArray<TimelineEntry>; jump: Jump | undefined }) {
  // A reload of the case brings equal data in new objects; the player must not start again for that.
  const key = JSON.stringify([recording.files, recording.gaps, recording.duration_ms]);
  const layout = useMemo(() => layOut(recording), [key]);
  const list = useMemo(() => marks(recording, timeline), [recording, timeline]);
  const [deck, setDeck] = useState<Deck | null>(null);
  const [large, setLarge] = useState<Seat | null>(null);
  // A running session grows with each reload; the viewer stays where they were.
  const before = useRef({ at: 0, playing: false, speed: 1 });
  useEffect(() => {
    const made = new Deck(layout);
    made.setSpeed(before.current.speed);
    made.seek(before.current.at || opening(layout));
    if (before.current.playing) made.play();
    setDeck(made);
    return () => {
      before.current = { at: made.at.value, playing: made.playing.value, speed: made.speed.value };
      made.dispose();
    };
  }, [layout]);
  useEffect(() => {
    if (!deck || jump?.session !== recording.session) return;
    deck.seek(jump.at);
    deck.play();
  }, [deck, jump?.round]);
  if (!deck) return <div class="stage" />;
  const onKey = (event: KeyboardEvent) => {
    if (handleKey(event, deck, layout.duration)) event.preventDefault();
  };
  return (
    <div class="player" onKeyDown={onKey}>
      <div class="player-main">
        <div class={large ? "stage one-large" : "stage"}>
          {layout.seats.map((seat) => <Side key={seat} seat={seat} deck={deck} layout={layout} large={large === seat} onLarge={() => setLarge(large === seat ? null : seat)} />)}
          <Hold deck={deck} />
        </div>
        <Track deck={deck} layout={layout} list={list} />
        <Controls deck={deck} layout={layout} />
        <Gaps layout={layout} deck={deck} />
      </div>
      <Moments deck={deck} list={list} />
    </div>
  );
}

/** The keys of the player; true when one was used. */
function handleKey(event: KeyboardEvent, deck: Deck, duration: number): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target as HTMLElement;
  // A chosen button or menu keeps the keys that work it.
  if (target.closest("select, input, a") || (event.key === " " && target.closest("button"))) return false;
  const step = event.shiftKey ? FINE_MS : STEP_MS;
  switch (event.key) {
    case " ": deck.toggle(); return true;
    case "ArrowLeft": deck.seek(deck.at.value - step); return true;
    case "ArrowRight": deck.seek(deck.at.value + step); return true;
    case "Home": deck.seek(0); return true;
    case "End": deck.seek(duration); return true;
    case "<": deck.faster(-1); return true;
    case ">": deck.faster(1); return true;
    default: return false;
  }
}

function Side({ seat, deck, layout, large, onLarge }: { seat: Seat; deck: Deck; layout: Layout; large: boolean; onLarge: () => void }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current) deck.mount(seat, host.current);
  }, [deck]);
  const at = deck.at.value;
  const lanes = layout.lanes.filter((lane) => lane.seat === seat);
  const clips = lanes.map((lane) => clipAt(lane, at)).filter((clip) => clip !== undefined);
  const fault = clips.find((clip) => deck.broken.value.has(clip.url));
  const mute = deck.muted.value.has(seat);
  const word = seatWords[seat];
  return (
    <figure class={large ? "side large" : "side"}>
      <div class="side-picture" ref={host} onClick={() => deck.toggle()} />
      {fault ? (
        <div class="side-over"><Icon name="warning" /><p>{said.broken}</p><a class="button small" href={fault.url} download>{said.brokenSave}</a></div>
      ) : !deck.pictured.value.has(seat) && (
        <div class="side-over"><Icon name={clips.length > 0 ? "volume" : "camera_off"} /><p>{clips.length > 0 ? said.audioOnly : said.noPicture}</p></div>
      )}
      <figcaption>
        <span>{word}</span>
        <button class="side-button" aria-pressed={mute} aria-label={mute ? said.unmute(word) : said.mute(word)} title={mute ? said.unmute(word) : said.mute(word)} onClick={() => deck.mute(seat, !mute)}><Icon name={mute ? "volume_off" : "volume"} size={18} /></button>
        <button class="side-button" aria-pressed={large} aria-label={large ? said.shrink : said.enlarge(word)} title={large ? said.shrink : said.enlarge(word)} onClick={onLarge}><Icon name={large ? "shrink" : "enlarge"} size={18} /></button>
      </figcaption>
    </figure>
  );
}

function Hold({ deck }: { deck: Deck }) {
  return <p class="stage-hold" role="status">{deck.refused.value ? said.refused : deck.waiting.value ? said.waiting : ""}</p>;
}

/** The shared timeline: one row per side, gaps hatched, moments as ticks, one line for the clock. */
function Track({ deck, layout, list }: { deck: Deck; layout: Layout; list: ReadonlyArray<Mark> }) {
  const bar = useRef<HTMLDivElement>(null);
  const drag = useRef(false);
  const part = (ms: number) => `${(Math.max(0, Math.min(layout.duration, ms)) / Math.max(1, layout.duration)) * 100}%`;
  const seekTo = (event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (box) deck.seek(((event.clientX - box.left) / box.width) * layout.duration);
  };
  const at = deck.at.value;
  const row = 14;
  const height = layout.seats.length * (row + 4);
  return (
    <div class="track">
      <div class="track-names" aria-hidden="true">{layout.seats.map((seat) => <span key={seat}>{seatWords[seat]}</span>)}</div>
      <div
        ref={bar} class="track-bar" role="slider" tabIndex={0} aria-label={said.position} aria-valuemin={0} aria-valuemax={Math.round(layout.duration / 1000)} aria-valuenow={Math.round(at / 1000)}
        aria-valuetext={said.positionOf(clock(at / 1000), clock(layout.duration / 1000))}
        onPointerDown={(event) => { drag.current = true; event.currentTarget.setPointerCapture(event.pointerId); seekTo(event); }}
        onPointerMove={(event) => drag.current && seekTo(event)}
        onPointerUp={() => (drag.current = false)} onPointerCancel={() => (drag.current = false)}
      >
        <svg width="100%" height={height + 12} aria-hidden="true">
          <defs><pattern id="gap-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="6" class="hatch" /></pattern></defs>
          {layout.seats.map((seat, index) => (
            <g key={seat} transform={`translate(0 ${index * (row + 4)})`}>
              <rect class="lane" width="100%" height={row} rx="3" />
              {layout.lanes.filter((lane) => lane.seat === seat).flatMap((lane) => lane.clips.map((clip) => <rect key={clip.url} class={`clip ${lane.kind}`} x={part(clip.from)} width={part(clip.to - clip.from)} y={lane.kind === "audio" ? row - 4 : 0} height={lane.kind === "audio" ? 4 : row} rx="2" />))}
              {holes(layout, seat).map((hole) => <rect key={hole.from} class="gap" x={part(hole.from)} width={part(hole.to - hole.from)} height={row} fill="url(#gap-hatch)" />)}
              {layout.gaps.filter((gap) => gap.seat === seat).map((gap) => <rect key={`${gap.kind}${gap.from_ms}`} class="gap named" x={part(gap.from_ms)} width={part(gap.to_ms - gap.from_ms)} height={row} fill="url(#gap-hatch)" />)}
            </g>
          ))}
          {list.map((mark) => <rect key={mark.entry.id} class="mark" x={part(mark.at)} y={height} width="2" height="8" rx="1"><title>{`${clock(mark.at / 1000)} ${fact(mark.entry.kind)}`}</title></rect>)}
          <rect class="playhead" x={part(at)} width="2" height={height + 12} />
        </svg>
      </div>
    </div>
  );
}

function Controls({ deck, layout }: { deck: Deck; layout: Layout }) {
  const playing = deck.playing.value;
  return (
    <div class="controls">
      <button class="button icon-only" aria-label={said.back} title={said.back} onClick={() => deck.seek(deck.at.value - STEP_MS)}><Icon name="rewind" size={18} /></button>
      <button class="button primary play" onClick={() => deck.toggle()}><Icon name={playing ? "pause" : "play"} size={18} filled />{playing ? said.pause : said.play}</button>
      <button class="button icon-only" aria-label={said.forward} title={said.forward} onClick={() => deck.seek(deck.at.value + STEP_MS)}><Icon name="forward" size={18} /></button>
      <span class="clock tabular">{tenths(deck.at.value)} <span class="quiet">/ {clock(layout.duration / 1000)}</span></span>
      <label class="speed"><span>{said.speed}</span><select value={String(deck.speed.value)} onChange={(event) => deck.setSpeed(Number(event.currentTarget.value))}>{SPEEDS.map((speed) => <option key={speed} value={String(speed)}>{speed}×</option>)}</select></label>
      <details class="keys"><summary>{said.keysName}</summary><p>{said.keys}</p></details>
    </div>
  );
}

function Gaps({ layout, deck }: { layout: Layout; deck: Deck }) {
  if (layout.gaps.length === 0) return null;
  return (
    <ul class="gaps" aria-label={said.gapList}>
      {layout.gaps.map((gap) => (
        <li key={`${gap.seat}${gap.kind}${gap.from_ms}`}>
          <button class="link-button" onClick={() => deck.seek(Math.max(0, gap.from_ms - 2_000))}><span class="tabular">{clock(gap.from_ms / 1000)}–{clock(gap.to_ms / 1000)}</span> {said.gap(seatWords[gap.seat], gap.kind, gapWords[gap.why] ?? gap.why)}</button>
        </li>
      ))}
    </ul>
  );
}

/** The log's entries of this session as places to jump to; the one passed last is marked. */
function Moments({ deck, list }: { deck: Deck; list: ReadonlyArray<Mark> }) {
  const current = markAt(list, deck.at.value);
  const box = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const holder = box.current;
    const item = holder?.querySelector<HTMLElement>("[aria-current]");
    // Scrolls the list alone; scrollIntoView would move the page under the reader.
    if (holder && item && deck.playing.value) holder.scrollTop = item.offsetTop - holder.clientHeight / 2;
  }, [current]);
  return (
    <div class="moments">
      <h3>{said.moments}</h3>
      {list.length === 0 ? <p class="quiet">{said.momentsEmpty}</p> : (
        <ol ref={box}>
          {list.map((mark) => (
            <li key={mark.entry.id}>
              <button aria-current={mark === current ? "true" : undefined} onClick={() => deck.seek(mark.at)}><span class="tabular">{clock(mark.at / 1000)}</span><span>{fact(mark.entry.kind)}<Told mark={mark} /></span></button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Told({ mark }: { mark: Mark }) {
  const told = telling(mark.entry.kind, mark.entry.body);
  return told === "" ? null : <span class="moment-told">{told}</span>;
}
