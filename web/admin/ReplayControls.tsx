// What steers a replay: the common timeline, play and speed, sound, gaps, files. Must not know pictures.

import { useRef } from "preact/hooks";
import type { RecordingView, Seat } from "../generated/api.ts";
import { Deck, SPEEDS } from "./deck.ts";
import { clock, tenths } from "./format.ts";
import { Icon } from "./icons.tsx";
import { when, type Moment } from "./moments.ts";
import type { Checked } from "./proof.ts";
import { epochAt, holes, stretchAt, type Layout } from "./replay.ts";
import { text } from "./text.ts";
import { said as words } from "./text-replay.ts";
import { gapWords, seatWords } from "./words.ts";

const said = text.player;
const STEP_MS = 5_000;
const ROW = 14;
const ROWS_APART = 4;

/** The shared timeline: one row per side, gaps hatched, entries as ticks, a line where sessions meet, one line for the clock. */
export function Track({ deck, layout, moments, proofs }: { deck: Deck; layout: Layout; moments: ReadonlyArray<Moment>; proofs: Checked | undefined }) {
  const bar = useRef<HTMLDivElement>(null);
  const drag = useRef(false);
  const part = (ms: number) => `${(Math.max(0, Math.min(layout.duration, ms)) / Math.max(1, layout.duration)) * 100}%`;
  const seekTo = (event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (box) deck.seek(((event.clientX - box.left) / box.width) * layout.duration);
  };
  const at = deck.at.value;
  const height = layout.seats.length * (ROW + ROWS_APART);
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
          {layout.seats.map((seat, index) => <Row key={seat} seat={seat} y={index * (ROW + ROWS_APART)} layout={layout} part={part} />)}
          {layout.stretches.slice(1).map((stretch) => <rect key={stretch.session} class="session-edge" x={part(stretch.from)} width="2" height={height} />)}
          {moments.map((moment) => moment.at !== undefined && (
            <rect key={moment.entry.id} class={proofs?.marks.get(moment.entry.id)?.state === "broken" ? "mark broken" : "mark"} x={part(moment.at)} y={height} width="2" height="8" rx="1"><title>{`${when(moment)} ${moment.title}`}</title></rect>
          ))}
          <rect class="playhead" x={part(at)} width="2" height={height + 12} />
        </svg>
      </div>
    </div>
  );
}

function Row({ seat, y, layout, part }: { seat: Seat; y: number; layout: Layout; part: (ms: number) => string }) {
  return (
    <g transform={`translate(0 ${y})`}>
      <rect class="lane" width="100%" height={ROW} rx="3" />
      {layout.lanes.filter((lane) => lane.seat === seat).flatMap((lane) => lane.clips.map((clip) => <rect key={clip.url} class={`clip ${lane.kind}`} x={part(clip.from)} width={part(clip.to - clip.from)} y={lane.kind === "audio" ? ROW - 4 : 0} height={lane.kind === "audio" ? 4 : ROW} rx="2" />))}
      {holes(layout, seat).map((hole) => <rect key={hole.from} class="gap" x={part(hole.from)} width={part(hole.to - hole.from)} height={ROW} fill="url(#gap-hatch)" />)}
      {layout.gaps.filter((gap) => gap.seat === seat).map((gap) => <rect key={`${gap.kind}${gap.from_ms}`} class="gap named" x={part(gap.from_ms)} width={part(gap.to_ms - gap.from_ms)} height={ROW} fill="url(#gap-hatch)" />)}
    </g>
  );
}

export function Controls({ deck, layout, onBeside, onHelp }: { deck: Deck; layout: Layout; onBeside: (by: 1 | -1) => void; onHelp: () => void }) {
  const playing = deck.playing.value;
  const alone = deck.alone.value;
  const icon = (label: string, name: "rewind" | "forward" | "chevron_left" | "chevron_right", act: () => void) => <button class="button icon-only" aria-label={label} title={label} onClick={act}><Icon name={name} size={18} /></button>;
  return (
    <div class="controls">
      {icon(words.previous, "chevron_left", () => onBeside(-1))}
      {icon(said.back, "rewind", () => deck.seek(deck.at.value - STEP_MS))}
      <button class="button primary play" onClick={() => deck.toggle()}><Icon name={playing ? "pause" : "play"} size={18} filled />{playing ? said.pause : said.play}</button>
      {icon(said.forward, "forward", () => deck.seek(deck.at.value + STEP_MS))}
      {icon(words.next, "chevron_right", () => onBeside(1))}
      <Clock deck={deck} layout={layout} />
      <label class="speed"><span>{words.sound}</span>
        <select value={alone ?? ""} onChange={(event) => deck.hear((event.currentTarget.value || null) as Seat | null)}>
          <option value="">{words.soundAll}</option>
          {layout.seats.map((seat) => <option key={seat} value={seat}>{words.soundOnly(seatWords[seat])}</option>)}
        </select>
      </label>
      <label class="speed"><span class="sr-only">{words.speed}</span><select value={String(deck.speed.value)} onChange={(event) => deck.setSpeed(Number(event.currentTarget.value))}>{SPEEDS.map((speed) => <option key={speed} value={String(speed)}>{speed}×</option>)}</select></label>
      <button class="button icon-only" aria-label={words.help} title={words.help} onClick={onHelp}><span class="strong" aria-hidden="true">?</span></button>
    </div>
  );
}

/** Where it stands: on the recording's clock, and by the clock of that day. */
function Clock({ deck, layout }: { deck: Deck; layout: Layout }) {
  const at = deck.at.value;
  const epoch = epochAt(layout, at);
  const stretch = stretchAt(layout, at);
  const number = layout.stretches.findIndex((each) => each === stretch) + 1;
  return (
    <div class="clock tabular">
      <p>{tenths(at)} <span class="quiet">/ {clock(layout.duration / 1000)}</span></p>
      <p class="clock-day">{epoch !== undefined && `${new Date(epoch).toISOString().slice(11, 19)} UTC`}{layout.stretches.length > 1 && ` · ${words.session(number, layout.stretches.length)}`}</p>
    </div>
  );
}

export function Gaps({ layout, deck }: { layout: Layout; deck: Deck }) {
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

/** The files of the recording, for those who may keep them. */
export function Files({ recordings }: { recordings: ReadonlyArray<RecordingView> }) {
  const mine = recordings.filter((each) => each.may_download && each.files.length > 0);
  if (mine.length === 0) return <p class="files-none">{words.watchOnly}</p>;
  return (
    <details class="files">
      <summary>{words.files}</summary>
      <p class="quiet">{words.filesLead}</p>
      {mine.map((recording, index) => (
        <ul key={recording.session} aria-label={words.session(index + 1, mine.length)}>
          {recording.files.map((file, at) => {
            const n = recording.files.slice(0, at).filter((each) => each.seat === file.seat).length + 1;
            return <li key={file.url}><a class="button small" href={`${file.url}&download=true`} download><Icon name="download" size={14} />{words.fileName(seatWords[file.seat], n)}</a><span class="quiet tabular">{clock(file.duration_ms / 1000)} · {words.size(file.bytes)}</span></li>;
          })}
        </ul>
      ))}
    </details>
  );
}
