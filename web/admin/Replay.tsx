// The recordings of a case: every side on one clock, everything that happened beside them, each entry with its proof.
// Must not know how files are kept in step, nor how a proof is checked.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CaseFile } from "../generated/api.ts";
import { Badge, Card, Dialog, Empty, Note } from "./bits.tsx";
import { Redraw, showings } from "./boards.ts";
import { Deck } from "./deck.ts";
import { short, span } from "./format.ts";
import { LightBox } from "./Images.tsx";
import { pair } from "./images.ts";
import { beside, chosen, momentsOf, type Group, type Moment } from "./moments.ts";
import { layOut, opening, type Layout } from "./replay.ts";
import { Controls, Files, Gaps, Track } from "./ReplayControls.tsx";
import { MomentList } from "./ReplayList.tsx";
import { Stage } from "./ReplayStage.tsx";
import { text } from "./text.ts";
import { custody } from "./text-custody.ts";
import { KEYS, said } from "./text-replay.ts";
import { useDrawings, useProofs } from "./evidence.ts";

const STEP_MS = 5_000;
const FINE_MS = 1_000;
/** One picture at 25 a second. */
const FRAME_MS = 40;

/** A wish to go to an entry of the log, or to a place of a session; `round` grows with each, so that the same can be asked for twice. */
export type Jump = { play: boolean; round: number } & ({ entry: string } | { session: string; at: number });

/** `brief`: the pictures and what steers them, for pages with a list of their own. */
export function Replay({ file, jump, brief = false }: { file: CaseFile; jump: Jump | undefined; brief?: boolean }) {
  const { recordings } = file;
  if (recordings.length === 0 && file.custody.erased?.recordings) return <Card title={text.player.title} id="recording"><Empty icon="video" title={custody.erasedRecordings}>{custody.erasedRecordingsLead}</Empty></Card>;
  if (recordings.length === 0) return <Card title={text.player.title} id="recording"><Empty icon="video" title={text.player.none}>{text.player.noneLead}</Empty></Card>;
  const sealed = recordings.every((each) => each.sealed);
  const playable = recordings.some((each) => each.files.length > 0);
  const seconds = recordings.reduce((sum, each) => sum + each.duration_ms, 0) / 1000;
  const aside = <><Badge tone={sealed ? "good" : "warn"}>{sealed ? text.player.sealed : text.player.open}</Badge><span class="quiet tabular">{span(seconds)}</span></>;
  return (
    <Card title={text.player.title} aside={aside} id="recording" flush>
      {recordings.map((each) => each.fault && <div key={each.session} class="pad"><Note tone="bad" icon="warning">{each.fault === "unreadable" ? said.unreadable : said.damaged}</Note></div>)}
      {playable ? <Theatre file={file} jump={jump} brief={brief} /> : <Empty icon="video" title={text.player.empty}>{text.player.emptyLead}</Empty>}
      <ul class="player-proof">
        {recordings.map((each, index) => <li key={each.session}>{recordings.length > 1 && <>{said.session(index + 1, recordings.length)}: </>}{text.player.segments(each.segments)} · {text.player.head} <code title={each.head}>{short(each.head)}</code> · {text.player.gaps(each.gaps.length)}</li>)}
      </ul>
    </Card>
  );
}

/** A deck for this layout; a reload that brings equal data in new objects does not start it again. */
function useDeck(layout: Layout): Deck | null {
  const [deck, setDeck] = useState<Deck | null>(null);
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
  return deck;
}

function Theatre({ file, jump, brief }: { file: CaseFile; jump: Jump | undefined; brief: boolean }) {
  const key = JSON.stringify(file.recordings.map((each) => [each.files, each.gaps, each.duration_ms]));
  const layout = useMemo(() => layOut(file.recordings), [key]);
  const moments = useMemo(() => momentsOf(file, layout), [file, layout]);
  const [groups, setGroups] = useState<ReadonlySet<Group>>(new Set());
  const listed = useMemo(() => chosen(moments, groups), [moments, groups]);
  const proofs = useProofs(file.row.id, file.timeline, !brief);
  const drawings = useDrawings(file.row.id, file.timeline);
  const redraw = useMemo(() => new Redraw(showings(file.timeline, drawings.pieces)), [file.timeline, drawings.pieces]);
  const [help, setHelp] = useState(false);
  const [picture, setPicture] = useState<string | undefined>(undefined);
  const pictures = useMemo(() => pair(file).all, [file]);
  const deck = useDeck(layout);
  useEffect(() => {
    if (!deck || !jump) return;
    const stretch = "session" in jump ? layout.stretches.find((each) => each.session === jump.session) : undefined;
    const at = "session" in jump ? stretch && stretch.from + jump.at : moments.find((moment) => moment.entry.id === jump.entry)?.at;
    if (at === undefined) return;
    deck.seek(at);
    if (jump.play) deck.play();
  }, [deck, jump?.round]);
  if (!deck) return <div class="player"><div class="stage" /></div>;
  const go = (moment: Moment | undefined) => moment?.at !== undefined && deck.seek(moment.at);
  const onKey = (event: KeyboardEvent) => {
    if (handleKey(event, { deck, layout, go: (by) => go(beside(listed, deck.at.value, by)), help: () => setHelp(true) })) event.preventDefault();
  };
  const shownAt = picture === undefined ? -1 : pictures.findIndex((each) => each.id === picture);
  return (
    <div class={brief ? "player brief" : "player"} role="group" aria-label={said.name} onKeyDown={onKey}>
      <div class="player-main">
        {drawings.failed && <Note tone="warn" icon="warning">{said.drawingsFailed}</Note>}
        {drawings.damaged > 0 && <Note tone="bad" icon="warning">{said.noDrawing}</Note>}
        <Stage deck={deck} layout={layout} redraw={redraw} downloads={file.recordings.some((each) => each.may_download)} />
        <Track deck={deck} layout={layout} moments={listed} proofs={proofs.checked} />
        <Controls deck={deck} layout={layout} onBeside={(by) => go(beside(listed, deck.at.value, by))} onHelp={() => setHelp(true)} />
        <Gaps layout={layout} deck={deck} />
        {!brief && <Files recordings={file.recordings} />}
      </div>
      {!brief && <MomentList deck={deck} moments={moments} listed={listed} groups={groups} onGroups={setGroups} proofs={proofs} onGo={go} onPicture={setPicture} known={(id) => pictures.some((each) => each.id === id)} />}
      {help && <Help onClose={() => setHelp(false)} />}
      {shownAt >= 0 && <LightBox pictures={pictures} at={shownAt} onMove={(at) => setPicture(pictures[at]?.id)} onClose={() => setPicture(undefined)} />}
    </div>
  );
}

interface Ways {
  deck: Deck;
  layout: Layout;
  go: (by: 1 | -1) => void;
  help: () => void;
}

/** The keys of the replay; true when one was used. */
function handleKey(event: KeyboardEvent, { deck, layout, go, help }: Ways): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const target = event.target as HTMLElement;
  // A chosen button or menu keeps the keys that work it, and a dialog all of them.
  if (target.closest("select, input, a, summary, dialog") || (event.key === " " && target.closest("button"))) return false;
  const step = event.shiftKey ? FINE_MS : STEP_MS;
  switch (event.key) {
    case " ": case "k": case "K": deck.toggle(); return true;
    case "ArrowLeft": deck.seek(deck.at.value - step); return true;
    case "ArrowRight": deck.seek(deck.at.value + step); return true;
    case ",": deck.pause(); deck.seek(deck.at.value - FRAME_MS); return true;
    case ".": deck.pause(); deck.seek(deck.at.value + FRAME_MS); return true;
    case "Home": deck.seek(0); return true;
    case "End": deck.seek(layout.duration); return true;
    case "n": case "N": go(1); return true;
    case "p": case "P": go(-1); return true;
    case "s": case "S": deck.hear(nextSound(deck, layout)); return true;
    case "<": deck.faster(-1); return true;
    case ">": deck.faster(1); return true;
    case "?": help(); return true;
    default: return false;
  }
}

function nextSound(deck: Deck, layout: Layout) {
  const all = [null, ...layout.seats];
  return all[(all.indexOf(deck.alone.value) + 1) % all.length] ?? null;
}

function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={said.helpTitle} onClose={onClose}>
      <p class="quiet">{said.helpLead}</p>
      <dl class="key-list">{KEYS.map(([keys, does]) => <div key={does}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{does}</dd></div>)}</dl>
    </Dialog>
  );
}

