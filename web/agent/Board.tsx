/** The picture both look at, the sheet to draw on, and its tools. Must not know how strokes travel. */
import './board.css';
import { useEffect, useState } from 'preact/hooks';
import type { AgentCaseView } from '../generated/api.ts';
import { Annotate, TOOLS, Tools } from '../lib/ui/Annotate.tsx';
import { Icon } from '../lib/ui/icons.tsx';
import { easel, freeze, picture, saving, show, shownPicture, sketch, snapshot, surface, toggleBoard, tool, turn, zoom } from './board.ts';
import { shownUrl } from './Images.tsx';
import { Sign } from './signs.tsx';
import { plain } from './text.ts';
import { b, names } from './text-board.ts';

/** Number keys choose tools while the sheet has the keys. */
function toolKey(e: KeyboardEvent): boolean {
  const chosen = /^[1-7]$/.test(e.key) ? TOOLS[Number(e.key) - 1] : undefined;
  if (chosen) tool.value = chosen;
  return chosen !== undefined;
}

interface ShownProps {
  src: string;
  alt: string;
  /** Given the element that strokes are laid over. */
  element: { current: HTMLImageElement | null };
  quarter?: number;
  scale?: number;
  onWheel?: (e: WheelEvent) => void;
}

/** An image large enough to draw on; each screen turns and zooms its own. */
export function Shown({ src, alt, element, quarter = 0, scale = 1, onWheel }: ShownProps) {
  const [state, setState] = useState<'opening' | 'there' | 'lost'>('opening');
  return (
    <div class="board-image" data-turn={quarter % 2} {...(onWheel ? { onWheel } : {})}>
      <img ref={image => { element.current = image; }} src={src} alt={alt} draggable={false}
        style={{ transform: `translate(-50%, -50%) rotate(${quarter * 90}deg) scale(${scale})` }} onLoad={() => setState('there')} onError={() => setState('lost')} />
      {state !== 'there' && <p class="board-note" role="status">{state === 'lost' ? b.lost : b.opening}</p>}
    </div>
  );
}

function onWheel(e: WheelEvent): void {
  e.preventDefault();
  zoom.value = Math.min(6, Math.max(1, zoom.peek() * (e.deltaY < 0 ? 1.15 : 1 / 1.15)));
}

/** Over the customer's picture, as long as both look at something. */
export function BoardStage({ file }: { file: AgentCaseView }) {
  const on = surface.value;
  const { shown, refused } = sketch.value;
  const theirs = shown.filter(s => s.from === 'customer' && s.done && !s.undone).length;
  if (!on) return null;
  return (
    <div class="board" data-on={on.on}>
      {on.on === 'evidence' && <Shown key={on.evidence} src={shownUrl(on.evidence)} alt={b.shown} element={shownPicture} quarter={turn.value} scale={zoom.value} onWheel={onWheel} />}
      <Annotate sketch={sketch.value} picture={picture} tool={tool.value} draw={easel.draw} fresh={easel.fresh} words={{ sheet: b.sheet, write: b.write }} onKey={toolKey} />
      <p class="sr-only" role="status">{theirs > 0 ? `${b.theyDrew(file.name)} (${theirs})` : ''}</p>
      <span class="board-head pill" role="status">{saving.value === 'saved' ? <><Icon name="check" />{b.saved}</> : saving.value === 'saving' ? <><span class="busy-dot" aria-hidden="true" />{b.saving}</> : <><Icon name="users" />{on.on === 'live' ? b.togetherLive : b.together}</>}</span>
      {refused && <p class="board-refused pill" role="alert"><Icon name="warning" />{b.refusals[refused] ?? plain(refused)}</p>}
    </div>
  );
}

/** Between the picture and the camera's controls. */
export function BoardTools() {
  const on = surface.value;
  useEffect(() => () => { tool.value = 'pen'; }, []);
  if (!on) return null;
  const busy = saving.value === 'saving';
  return (
    <div class="board-bar">
      <Tools sketch={sketch.value} tool={tool.value} onTool={t => { tool.value = t; }} draw={easel.draw} name={word => names[word]} keyOf={t => String(TOOLS.indexOf(t) + 1)}>
        <div class="draw-set">
          {on.on === 'live'
            ? <button class="btn tight" disabled={busy} title={b.freezeHint} onClick={() => void freeze()}><Icon name="snowflake" size={16} />{b.freeze}</button>
            : <>
              <button class="draw-tool" aria-label={b.turn} title={b.turn} onClick={() => { turn.value = (turn.peek() + 1) % 4; }}><Sign name="rotate" /></button>
              <button class="draw-tool" aria-label={b.zoomOut} title={b.zoomOut} disabled={zoom.value <= 1} onClick={() => { zoom.value = Math.max(1, zoom.peek() / 1.4); }}><Icon name="minus" /></button>
              <button class="draw-tool" aria-label={b.zoomIn} title={b.zoomIn} disabled={zoom.value >= 6} onClick={() => { zoom.value = Math.min(6, zoom.peek() * 1.4); }}><Icon name="plus" /></button>
            </>}
        </div>
        <span class="grow" />
        <button class="btn tight" disabled={busy} title={b.saveHint} onClick={() => void snapshot()}><Icon name="snapshot" size={16} />{b.save}</button>
        <button class="btn tight icon-only" aria-label={b.close} title={b.close} onClick={() => show(null)}><Icon name="x" size={16} /></button>
      </Tools>
    </div>
  );
}

export function BoardControl({ live }: { live: boolean }) {
  const on = surface.value !== null;
  return (
    <button class="round" aria-disabled={!live && !on} aria-pressed={on} aria-keyshortcuts="." aria-label={on ? b.stop : b.draw} title={`${on ? b.stop : b.drawHint} (.)`} onClick={() => { if (live || on) toggleBoard(); }}>
      <Icon name="draw_pen" />
    </button>
  );
}
