/** Images large: zoom, pan, turn, and submitted beside live with one movement for both. Must not fetch anything itself. */
import { useRef, useState } from 'preact/hooks';
import type { EvidenceView, ImageView } from '../generated/api.ts';
import type { Pair } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { showEvidence } from './board.ts';
import { shownUrl } from './Images.tsx';
import { Sheet } from './Sheet.tsx';
import { Sign } from './signs.tsx';
import { slot as slotWords, t } from './text.ts';
import { b } from './text-board.ts';
import { look, stage, type Look } from './view.ts';

interface Pose { zoom: number; x: number; y: number; turn: number }
type Side = 'submitted' | 'live';
const START: Pose = { zoom: 1, x: 0, y: 0, turn: 0 };
const MOST = 12;

function zoomed(p: Pose, by: number): Pose {
  const zoom = Math.min(MOST, Math.max(1, p.zoom * by));
  const k = zoom / p.zoom;
  return zoom === 1 ? { ...p, zoom, x: 0, y: 0 } : { ...p, zoom, x: p.x * k, y: p.y * k };
}

function Pane({ src, name, note, pose, move }: { src: string | null; name: string; note: string; pose: Pose; move: (change: (p: Pose) => Pose) => void }) {
  const held = useRef<{ x: number; y: number } | null>(null);
  return (
    <figure class="pane">
      <div class="pane-view" data-zoomed={pose.zoom > 1}
        onWheel={e => { e.preventDefault(); move(p => zoomed(p, e.deltaY < 0 ? 1.18 : 1 / 1.18)); }}
        onDblClick={() => move(p => p.zoom > 1 ? { ...p, zoom: 1, x: 0, y: 0 } : zoomed(p, 3))}
        onPointerDown={e => { held.current = { x: e.clientX, y: e.clientY }; (e.currentTarget as HTMLElement).setPointerCapture(e.pointerId); }}
        onPointerMove={e => {
          const from = held.current;
          if (!from) return;
          const dx = e.clientX - from.x;
          const dy = e.clientY - from.y;
          held.current = { x: e.clientX, y: e.clientY };
          move(p => p.zoom > 1 ? { ...p, x: p.x + dx, y: p.y + dy } : p);
        }}
        onPointerUp={() => { held.current = null; }}>
        {src ? <img src={src} alt={name} draggable={false} style={{ transform: `translate(${pose.x}px, ${pose.y}px) scale(${pose.zoom}) rotate(${pose.turn}deg)` }} /> : <p class="dim">{t.noneYet}</p>}
      </div>
      <figcaption><b>{name}</b><span class="num dim">{note}</span></figcaption>
    </figure>
  );
}

function noteOf(v: ImageView | EvidenceView | undefined): string {
  if (!v) return '';
  const size = t.pixels(v.width, v.height);
  const ratio = 'stream_width' in v && v.stream_width ? v.width / v.stream_width : 0;
  return ratio > 1.05 ? `${size} · ${t.sharper(ratio.toFixed(1))}` : size;
}

/** The next picture of a side, across its slot; used by the thumbnails and the arrows. */
function step(l: Look, by: number): Look {
  const at = l.pairs.findIndex(p => p.slot === l.slot);
  const next = l.pairs[(at + by + l.pairs.length) % l.pairs.length];
  if (!next) return l;
  const side: Side = next[l.side].length > 0 ? l.side : l.side === 'live' ? 'submitted' : 'live';
  return { ...l, side, slot: next.slot, submitted: next.submitted[0]?.id ?? null, live: next.live[0]?.id ?? null };
}

function Thumbs({ l, set }: { l: Look; set: (l: Look) => void }) {
  const one = (p: Pair, side: Side, id: string) => (
    <button key={id} class="thumb" aria-pressed={l.slot === p.slot && (l.both || l.side === side) && l[side] === id} aria-label={`${side === 'live' ? t.fromLive : t.fromReport}: ${slotWords[p.slot]}`}
      onClick={() => set({ ...l, slot: p.slot, side, submitted: side === 'submitted' ? id : l.slot === p.slot ? l.submitted : p.submitted[0]?.id ?? null, live: side === 'live' ? id : l.slot === p.slot ? l.live : p.live[0]?.id ?? null })}>
      <img src={shownUrl(id)} alt="" /><span>{side === 'live' ? t.fromLive : t.fromReport}</span>
    </button>
  );
  return (
    <nav class="thumbs" aria-label={t.images}>
      {l.pairs.map(p => <div class="thumb-set" key={p.slot}><span class="small dim">{slotWords[p.slot]}</span>
        <div class="row gap4">{p.submitted.map(i => one(p, 'submitted', i.id))}{p.live.map(i => one(p, 'live', i.id))}</div></div>)}
    </nav>
  );
}

export function Lightbox() {
  const [together, setTogether] = useState(true);
  const [poses, setPoses] = useState<Record<Side, Pose>>({ submitted: START, live: START });
  const l = look.value;
  if (!l) return null;
  const pair = l.pairs.find(p => p.slot === l.slot);
  const submitted = pair?.submitted.find(i => i.id === l.submitted);
  const live = pair?.live.find(e => e.id === l.live);
  const shownId = l.both ? live?.id ?? submitted?.id : l.side === 'live' ? live?.id : submitted?.id;
  const set = (next: Look): void => { look.value = next; setPoses({ submitted: START, live: START }); };
  const move = (side: Side) => (change: (p: Pose) => Pose): void => setPoses(old => together
    ? { submitted: change(old.submitted), live: change(old.live) } : { ...old, [side]: change(old[side]) });
  const close = (): void => { look.value = null; };
  const both = (change: (p: Pose) => Pose): void => setPoses(old => l.both ? { submitted: change(old.submitted), live: change(old.live) } : { ...old, [l.side]: change(old[l.side]) });
  const turn = (p: Pose): Pose => ({ ...p, turn: (p.turn + 90) % 360 });
  const onKey = (e: KeyboardEvent): void => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const acts: Record<string, () => void> = {
      ArrowRight: () => set(step(l, 1)), ArrowLeft: () => set(step(l, -1)), '+': () => both(p => zoomed(p, 1.4)), '=': () => both(p => zoomed(p, 1.4)),
      '-': () => both(p => zoomed(p, 1 / 1.4)), '0': () => both(() => START), c: () => set({ ...l, both: !l.both }), C: () => set({ ...l, both: !l.both }),
    };
    const act = acts[e.key];
    if (act) { e.preventDefault(); act(); }
  };
  return (
    <Sheet label={t.images} kind="lightbox" onClose={close} onKey={onKey}>
      <header class="sheet-head">
        <h2>{slotWords[l.slot]}</h2>
        <p class="dim small grow">{t.lightboxHint}</p>
        <button class="btn" aria-pressed={l.both} onClick={() => set({ ...l, both: !l.both })}><Sign name="columns" />{t.compare}</button>
        {l.both && <label class="check"><input type="checkbox" checked={together} onChange={e => setTogether(e.currentTarget.checked)} />{t.together}</label>}
        <button class="btn icon-only" aria-label={t.smaller} title={t.smaller} onClick={() => both(p => zoomed(p, 1 / 1.4))}><Icon name="minus" /></button>
        <button class="btn icon-only" aria-label={t.larger} title={t.larger} onClick={() => both(p => zoomed(p, 1.4))}><Icon name="plus" /></button>
        <button class="btn" onClick={() => both(() => START)}>{t.fit}</button>
        <button class="btn icon-only" aria-label={t.rotate} title={t.rotate} onClick={() => both(turn)}><Sign name="rotate" /></button>
        {stage.value === 'call' && shownId && <button class="btn" onClick={() => { showEvidence(shownId); close(); }}><Icon name="users" />{b.showThis}</button>}
        <button class="btn icon-only" aria-label={t.close} title={t.close} onClick={close}><Icon name="x" /></button>
      </header>
      <div class="panes" data-both={l.both}>
        {(l.both || l.side === 'submitted') && <Pane src={submitted ? shownUrl(submitted.id) : null} name={t.fromReport} note={noteOf(submitted)} pose={poses.submitted} move={move('submitted')} />}
        {(l.both || l.side === 'live') && <Pane src={live ? shownUrl(live.id) : null} name={live?.source === 'upload' ? t.fromUpload : t.fromLive} note={noteOf(live)} pose={poses.live} move={move('live')} />}
      </div>
      <Thumbs l={l} set={set} />
    </Sheet>
  );
}
