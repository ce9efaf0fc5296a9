/** Faces beside and over each other at one scale: document, live, the failed selfie, the photographed face. All of it by key too. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AgentCaseView } from '../generated/api.ts';
import { apply, blinkAt, inset, onPicture, placement, type Matrix, type Point, type Size } from '../lib/compare.ts';
import { isAsked, type Talk } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import {
  BLINKS, chosen, closeCompare, cursor, draft, drawBox, firstEye, flip, frozen, hidden, keepBox, keyOf, leaveCompare, mode, moveDraft, nextPicture, nudge, onion, pan, pictureOf, picturesOf,
  pointAt, reset, settingOf, shownOf, size, SOURCES, takeUp, toggleShown, tool, turn, view, zoom, type Mode, type Source,
} from './compare.ts';
import { customer } from './desk.ts';
import { shownUrl } from './Images.tsx';
import { Sheet } from './Sheet.tsx';
import { Key, Sign } from './signs.tsx';
import { c, modeWords, sourceWords } from './text-compare.ts';
import { photograph } from './optics.ts';
import { lacks, markDone, stage } from './view.ts';

const STEP = 0.02;
const FINE = 0.004;

/** The picture itself at its own size, laid into the pane by one matrix. */
function Layer({ source, picture, pane, seen, onSize }: { source: Source; picture: string | null; pane: Size; seen: number; onSize: (s: Size) => void }) {
  const [own, setOwn] = useState<Size>({ width: 0, height: 0 });
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLDivElement>(null);
  const stream = customer.value;
  const stopped = source === 'live' ? frozen.value : null;
  const known = (s: Size): void => { if (s.width > 0) { setOwn(s); onSize(s); } };
  useEffect(() => {
    if (!video.current) return;
    video.current.srcObject = stream;
    video.current.play().catch(() => undefined);
  }, [stream, stopped]);
  useEffect(() => { if (stopped && still.current) { still.current.replaceChildren(stopped); known({ width: stopped.width, height: stopped.height }); } }, [stopped]);
  const marks = settingOf(keyOf(source, picture));
  const working = chosen.value === source ? tool.value : 'none';
  const setting = working === 'box' ? { ...marks, box: null, eyes: null } : working === 'eyes' ? { ...marks, eyes: null } : marks;
  const m = own.width > 0 && pane.width > 0 ? placement(own, setting, pane, view.value) : null;
  const style = { width: `${own.width}px`, height: `${own.height}px`, opacity: String(seen), visibility: m ? 'visible' as const : 'hidden' as const, transform: m ? `matrix(${m.join(',')})` : 'none', clipPath: inset(setting.box) };
  if (stopped) return <div class="layer" ref={still} style={style} />;
  if (source === 'live') {
    const measure = (v: HTMLVideoElement): void => known({ width: v.videoWidth, height: v.videoHeight });
    return <video class="layer" data-source="live" ref={video} muted playsInline autoPlay aria-label={sourceWords.live} style={style} onLoadedMetadata={e => measure(e.currentTarget)} onResize={e => measure(e.currentTarget)} />;
  }
  return <img class="layer" data-source={source} src={picture ? shownUrl(picture) : ''} alt={sourceWords[source]} draggable={false} style={style} onLoad={e => known({ width: e.currentTarget.naturalWidth, height: e.currentTarget.naturalHeight })} />;
}

/** Marks while they are made, in the pane's pixels. */
function Marks({ m, picture }: { m: Matrix; picture: Size }) {
  const at = (p: Point): Point => apply(m, { x: p.x * picture.width, y: p.y * picture.height });
  const b = draft.value;
  if (tool.value === 'box' && b) {
    const [p, q] = [at(b), at({ x: b.x + b.width, y: b.y + b.height })];
    return <svg class="marks" aria-hidden="true"><rect x={Math.min(p.x, q.x)} y={Math.min(p.y, q.y)} width={Math.abs(q.x - p.x)} height={Math.abs(q.y - p.y)} /></svg>;
  }
  const cross = at(cursor.value);
  const eye = firstEye.value ? at(firstEye.value) : null;
  return (
    <svg class="marks" aria-hidden="true">
      <path d={`M${cross.x - 14} ${cross.y}h28M${cross.x} ${cross.y - 14}v28`} />
      {eye && <circle cx={eye.x} cy={eye.y} r="6" />}
    </svg>
  );
}

/** What the pointer does on a pane: marks with a tool, else moves all pictures. */
function usePointer(source: Source, picture: string | null, pane: Size, own: Size): Record<'onPointerDown' | 'onPointerMove' | 'onPointerUp', (e: PointerEvent) => void> {
  const held = useRef<{ at: Point; from: Point } | null>(null);
  const key = keyOf(source, picture);
  const placed = (): Matrix | null => {
    if (own.width === 0) return null;
    const s = settingOf(key);
    return placement(own, tool.value === 'box' ? { ...s, box: null, eyes: null } : tool.value === 'eyes' ? { ...s, eyes: null } : s, pane, view.value);
  };
  const spot = (e: PointerEvent): Point => {
    const box = (e.currentTarget as HTMLElement).getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };
  return {
    onPointerDown: e => {
      const m = placed();
      if (chosen.peek() !== source) { chosen.value = source; if (tool.peek() !== 'none') tool.value = 'none'; }
      if (!m) return;
      const at = spot(e);
      if (tool.peek() === 'eyes') { cursor.value = onPicture(m, at, own); pointAt(key, cursor.peek()); return; }
      (e.currentTarget as HTMLElement).setPointerCapture(e.pointerId);
      held.current = { at, from: onPicture(m, at, own) };
    },
    onPointerMove: e => {
      const h = held.current;
      const m = placed();
      if (!h || !m) return;
      const at = spot(e);
      if (tool.peek() === 'box') { drawBox(h.from, onPicture(m, at, own)); return; }
      pan((at.x - h.at.x) / pane.width, (at.y - h.at.y) / pane.height);
      held.current = { at, from: h.from };
    },
    onPointerUp: () => {
      if (held.current && tool.peek() === 'box') keepBox(key);
      held.current = null;
    },
  };
}

/** A pane holds one picture, or several over each other with what is seen of each. */
function Pane({ file, sources, seen }: { file: AgentCaseView; sources: readonly Source[]; seen: readonly number[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [pane, setPane] = useState<Size>({ width: 0, height: 0 });
  const [sizes, setSizes] = useState<Partial<Record<Source, Size>>>({});
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const watch = new ResizeObserver(() => setPane({ width: el.clientWidth, height: el.clientHeight }));
    watch.observe(el);
    return () => watch.disconnect();
  }, []);
  const source = sources.includes(chosen.value) ? chosen.value : sources[0] as Source;
  const picture = pictureOf(file, source);
  const own = sizes[source] ?? { width: 0, height: 0 };
  const pointer = usePointer(source, picture, pane, own);
  const marks = settingOf(keyOf(source, picture));
  const empty = source !== 'live' && picture === null ? c.noPicture : source === 'live' && !customer.value && !frozen.value ? c.noLive : null;
  const working = tool.value !== 'none' && chosen.value === source;
  const hint = !working ? null : tool.value === 'box' ? c.boxHint : firstEye.value ? c.eyesTwo : c.eyesOne;
  const drawn = working && own.width > 0 ? placement(own, tool.value === 'box' ? { ...marks, box: null, eyes: null } : { ...marks, eyes: null }, pane, view.value) : null;
  return (
    <figure class="cmp-pane" data-source={sources.length === 1 ? source : 'stack'} data-chosen={chosen.value === source} data-tool={working ? tool.value : 'none'}>
      <div class="cmp-view" ref={box} tabIndex={0} role="group" aria-label={sources.map(s => sourceWords[s]).join(', ')} {...pointer}
        onFocus={() => { if (!sources.includes(chosen.peek())) { chosen.value = source; tool.value = 'none'; } }} onWheel={e => { e.preventDefault(); zoom(e.deltaY < 0 ? 1.15 : 1 / 1.15); }}>
        {sources.map((s, i) => <Layer key={`${s}${pictureOf(file, s) ?? ''}`} source={s} picture={pictureOf(file, s)} pane={pane} seen={seen[i] ?? 1} onSize={z => setSizes(old => ({ ...old, [s]: z }))} />)}
        {drawn && <Marks m={drawn} picture={own} />}
        {empty && <p class="cmp-empty">{empty}</p>}
        {hint && <p class="cmp-hint" role="status">{hint}</p>}
      </div>
      <figcaption><b>{sources.map(s => sourceWords[s]).join(' / ')}</b>
        {marks.eyes && <span class="tag brand"><Icon name="check" size={14} />{c.aligned}</span>}{source === 'live' && frozen.value && <span class="tag warn"><Icon name="pause" size={14} />{c.frozen}</span>}</figcaption>
    </figure>
  );
}

/** Which picture is on top while blinking; none moves where motion is reduced. */
function useBlink(n: number): { at: number; stands: boolean } {
  const [at, setAt] = useState(0);
  const stands = matchMedia('(prefers-reduced-motion: reduce)').matches;
  useEffect(() => {
    if (stands) return;
    const began = performance.now();
    const timer = setInterval(() => setAt(blinkAt(performance.now() - began, n, BLINKS)), 80);
    return () => clearInterval(timer);
  }, [n, stands]);
  return { at: (at + turn.value) % Math.max(1, n), stands };
}

function Blinking({ file, sources }: { file: AgentCaseView; sources: readonly Source[] }) {
  const { at, stands } = useBlink(sources.length);
  return <>
    <Pane file={file} sources={sources} seen={sources.map((_, i) => i === at ? 1 : 0)} />
    <p class="small dim cmp-note" data-on-top={sources[at]}><b>{sourceWords[sources[at] ?? 'live']}</b> {stands ? c.stillness : ''}</p>
  </>;
}

function Panes({ file }: { file: AgentCaseView }) {
  const all = shownOf(file);
  if (mode.value === 'side' || all.length < 2) return <div class="cmp-panes" data-count={all.length}>{all.map(s => <Pane key={s} file={file} sources={[s]} seen={[1]} />)}</div>;
  if (mode.value === 'blink') return <div class="cmp-panes stack"><Blinking file={file} sources={all} /></div>;
  const below = all[0] as Source;
  const above = chosen.value !== below && all.includes(chosen.value) ? chosen.value : all[1] as Source;
  return (
    <div class="cmp-panes stack">
      <Pane file={file} sources={[below, above]} seen={[1, onion.value]} />
      <label class="cmp-note cmp-slider"><span>{sourceWords[below]}</span><input type="range" min="0" max="1" step="0.05" aria-label={c.opacity} value={onion.value} onInput={e => { onion.value = Number(e.currentTarget.value); }} /><span>{sourceWords[above]}</span></label>
    </div>
  );
}

/** The live face of this moment as a picture of its own. */
function freeze(): void {
  if (frozen.peek()) { frozen.value = null; return; }
  const video = document.querySelector<HTMLVideoElement>('.cmp-panes video');
  if (!video) return;
  // The picture of a view that has just changed is not there yet: it is frozen as soon as it is.
  if (video.videoWidth === 0) return video.addEventListener('loadeddata', freeze, { once: true });
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  frozen.value = canvas;
}

const ARROWS: Readonly<Record<string, Point>> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };
const MODES: Readonly<Record<string, Mode>> = { s: 'side', b: 'blink', o: 'onion' };

function arrow(key: string, by: Point, shift: boolean): void {
  const far = (n: number): Point => ({ x: by.x * n, y: by.y * n });
  const grown = far(STEP);
  if (tool.peek() === 'box') return moveDraft(shift ? { width: grown.x, height: grown.y } : grown);
  if (tool.peek() === 'eyes') {
    const step = far(shift ? FINE : STEP);
    cursor.value = { x: Math.min(1, Math.max(0, cursor.peek().x + step.x)), y: Math.min(1, Math.max(0, cursor.peek().y + step.y)) };
    return;
  }
  if (shift) nudge(key, far(FINE).x, far(FINE).y);
  else pan(grown.x, grown.y);
}

/** True when the key was one of ours. */
function onKey(e: KeyboardEvent, file: AgentCaseView, finish: () => void): boolean {
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
  const of = keyOf(chosen.peek(), pictureOf(file, chosen.peek()));
  const by = ARROWS[key];
  if (by) { arrow(of, by, e.shiftKey); return true; }
  const way = MODES[key];
  if (way) { mode.value = way; return true; }
  const source = /^[1-4]$/.test(key) ? SOURCES[Number(key) - 1] : undefined;
  if (source) { toggleShown(source); return true; }
  const acts: Record<string, () => void> = {
    e: () => takeUp('eyes', of), x: () => takeUp('box', of), f: () => flip(of), h: freeze, n: () => { if (mode.peek() === 'blink') turn.value += 1; else nextPicture(file, chosen.peek()); },
    '[': () => size(of, 1 / 1.04), ']': () => size(of, 1.04), '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(1 / 1.25), '0': () => reset(of), c: closeCompare,
    ',': () => { onion.value = Math.max(0, onion.peek() - 0.1); }, '.': () => { onion.value = Math.min(1, onion.peek() + 0.1); },
    Enter: () => { if (tool.peek() === 'eyes') pointAt(of, cursor.peek()); else if (tool.peek() === 'box') keepBox(of); else finish(); },
  };
  const act = acts[key];
  act?.();
  return act !== undefined;
}

function Tools({ file }: { file: AgentCaseView }) {
  const picture = pictureOf(file, chosen.value);
  const of = keyOf(chosen.value, picture);
  const all = picturesOf(file)[chosen.value];
  return (
    <div class="cmp-tools" role="toolbar" aria-label={sourceWords[chosen.value]}>
      <b class="cmp-who">{sourceWords[chosen.value]}</b>
      <button class="btn tight" aria-pressed={tool.value === 'eyes'} aria-keyshortcuts="E" onClick={() => takeUp('eyes', of)}><Icon name="eye" />{c.eyes}<Key k="E" /></button>
      {chosen.value === 'document' && <button class="btn tight" aria-pressed={tool.value === 'box'} aria-keyshortcuts="X" onClick={() => takeUp('box', of)}><Sign name="scan" />{c.box}<Key k="X" /></button>}
      <button class="btn tight" aria-pressed={settingOf(of).flip} aria-keyshortcuts="F" onClick={() => flip(of)}><Icon name="flip" />{c.flip}<Key k="F" /></button>
      <label class="cmp-slider"><span class="small">{c.size}</span><input type="range" min="0.25" max="4" step="0.01" value={settingOf(of).scale} onInput={e => size(of, Number(e.currentTarget.value) / settingOf(of).scale)} /></label>
      {chosen.value === 'live' && <button class="btn tight" aria-pressed={frozen.value !== null} aria-keyshortcuts="H" onClick={freeze}><Icon name={frozen.value ? 'play' : 'pause'} />{frozen.value ? c.thaw : c.freeze}<Key k="H" /></button>}
      {all.length > 1 && <button class="btn tight" onClick={() => nextPicture(file, chosen.value)}>{c.another(all.indexOf(picture ?? '') + 1, all.length)}</button>}
      <span class="grow" />
      <button class="btn tight icon-only" aria-label={c.zoomOut} title={c.zoomOut} onClick={() => zoom(1 / 1.25)}><Icon name="minus" /></button>
      <button class="btn tight icon-only" aria-label={c.zoomIn} title={c.zoomIn} onClick={() => zoom(1.25)}><Icon name="plus" /></button>
      <button class="btn tight" aria-keyshortcuts="0" onClick={() => reset(of)}>{c.reset}<Key k="0" /></button>
    </div>
  );
}

export function Compare({ file, talk }: { file: AgentCaseView; talk: Talk }) {
  // The keys speak of pictures, so the first picture has them, not the first button.
  useLayoutEffect(() => document.querySelector<HTMLElement>('.cmp-view')?.focus(), []);
  const step = file.steps.find(s => s.kind === 'portrait_match') ?? null;
  const ready = step !== null && step.state === 'pending' && !lacks(step);
  const finish = (): void => { if (step && ready) { markDone(step); closeCompare(); } };
  const keyed = (e: KeyboardEvent): void => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const target = e.target as HTMLElement;
    const sliding = target instanceof HTMLInputElement && e.key.startsWith('Arrow');
    const pressing = target instanceof HTMLButtonElement && (e.key === 'Enter' || e.key === ' ');
    if (sliding || pressing) return;
    if (e.key === ' ') { e.preventDefault(); if (step) photograph(step, 'portrait'); return; }
    if (onKey(e, file, finish)) e.preventDefault();
  };
  return (
    <Sheet label={c.title} kind="compare" onKey={keyed} onClose={leaveCompare}>
      <header class="sheet-head">
        <h2>{c.title}</h2>
        <div class="seg" role="group" aria-label={c.shown}>
          {SOURCES.map((s, i) => <button key={s} class="seg-item" aria-pressed={shownOf(file).includes(s) && !hidden.value.includes(s)} disabled={s !== 'live' && s !== 'document' && pictureOf(file, s) === null} aria-keyshortcuts={String(i + 1)} onClick={() => toggleShown(s)}>{sourceWords[s]}<Key k={String(i + 1)} /></button>)}
        </div>
        <div class="seg" role="group" aria-label={c.title}>
          {Object.entries(MODES).map(([k, m]) => <button key={m} class="seg-item" aria-pressed={mode.value === m} aria-keyshortcuts={k.toUpperCase()} onClick={() => { mode.value = m; }}>{modeWords[m]}<Key k={k.toUpperCase()} /></button>)}
        </div>
        {mode.value === 'blink' && <button class="btn tight" aria-keyshortcuts="N" onClick={() => { turn.value += 1; }}>{c.swap}<Key k="N" /></button>}
        <span class="grow" />
        <button class="btn icon-only" aria-label={c.close} title={c.close} onClick={closeCompare}><Icon name="x" /></button>
      </header>
      <Panes file={file} />
      <Tools file={file} />
      <footer class="cmp-foot">
        <p class="small dim grow">{c.lead} {c.keys}</p>
        {stage.value === 'call' && step && <button class="btn" aria-keyshortcuts="Space" disabled={isAsked(talk, 'photograph')} onClick={() => photograph(step, 'portrait')}><Icon name="camera" />{c.photograph}<Key k="Space" /></button>}
        {ready && <button class="btn good" aria-keyshortcuts="Enter" onClick={finish}><Icon name="check" />{c.done}<Key k="↵" /></button>}
      </footer>
    </Sheet>
  );
}
