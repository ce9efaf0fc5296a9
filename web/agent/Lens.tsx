/** The customer's camera under the agent's hands: each command with what the device confirmed, or why it did not. */
import { useState } from 'preact/hooks';
import type { AgentCaseView, DeviceCommand, ImageSlot } from '../generated/api.ts';
import { currentStep, isAsked, lensOf, type Effect, type Talk } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { ask, now } from './desk.ts';
import { Key, Sign } from './signs.tsx';
import { slot as slotWords, t, why } from './text.ts';
import { able, chosenStep, photograph } from './view.ts';

const SLOTS: readonly ImageSlot[] = ['document_front', 'document_back', 'document_tilt', 'portrait', 'other_page'];

function commandName(c: DeviceCommand): string {
  switch (c.do) {
    case 'photograph': return t.photograph;
    case 'flip': return t.flip;
    case 'torch': return t.torch;
    case 'zoom': return t.zoom;
    case 'camera': return t.camera;
    case 'microphone': return t.microphone;
    case 'guide': return t.guide;
  }
}

function doneWords(c: DeviceCommand): string {
  switch (c.do) {
    case 'photograph': return `${t.photographed}: ${slotWords[c.slot].toLowerCase()}`;
    case 'flip': return t.flipped;
    case 'torch': return c.on ? t.torchOn : t.torchOff;
    case 'zoom': return t.zoomed(String(c.factor));
    case 'camera': return c.on ? t.camOn : t.camOff;
    case 'microphone': return c.on ? t.micOn : t.micOff;
    case 'guide': return c.slot ? t.framed(slotWords[c.slot]) : t.unframed;
  }
}

/** How long an answer of the device is news. */
const NEWS = 7_000;

/** What became of the newest command, shown on the picture where its effect is seen. */
export function EffectWords({ talk }: { talk: Talk }) {
  const last: Effect | undefined = talk.effects.at(-1);
  const open = talk.asked.at(-1);
  const news = last !== undefined && now.value - last.at < NEWS;
  return (
    <span class="effect" role="status">
      {open ? <span class="pill"><span class="busy-dot" aria-hidden="true" />{open.command.do === 'photograph' ? t.photographing : t.asking}</span>
        : !news ? null
        : last.ok ? <span class="pill" data-effect="good"><Icon name="check" size={16} />{doneWords(last.command)}</span>
        : <span class="pill" data-effect="bad"><Icon name="warning" size={16} />{t.cannot(commandName(last.command), why(last.why))}</span>}
    </span>
  );
}

interface ControlProps { label: string; k: string; can: boolean; busy: boolean; on?: boolean; children: preact.ComponentChildren; act: () => void }

/** A control the device lacks stays reachable, so that its reason can be read and heard. */
function Control({ label, k, can, busy, on, children, act }: ControlProps) {
  return (
    <button class="btn lens" aria-disabled={!can} aria-pressed={on} aria-keyshortcuts={k} data-busy={busy} title={can ? label : `${label}: ${t.unable}`} onClick={() => { if (can && !busy) act(); }}>
      {children}<span>{label}</span><Key k={k} />
    </button>
  );
}

export function Lens({ file, talk }: { file: AgentCaseView; talk: Talk }) {
  const [picked, setPicked] = useState<ImageSlot | ''>('');
  const step = currentStep(file, chosenStep.value);
  const lens = lensOf(talk);
  const live = file.customer.connected;
  const target = picked || step?.slot || 'document_front';
  return (
    <div class="lens-bar" role="toolbar" aria-label={t.camera}>
      <div class="split">
        <button class="btn primary" aria-keyshortcuts="Space" disabled={!live || isAsked(talk, 'photograph')} onClick={() => photograph(step, target)}><Icon name="camera" />{t.photographFor(slotWords[target])}<Key k="Space" /></button>
        <select aria-label={t.photoOf} value={target} onChange={e => { const v = e.currentTarget.value as ImageSlot; setPicked(v === step?.slot ? '' : v); }}>
          {SLOTS.map(s => <option key={s} value={s}>{slotWords[s]}</option>)}
        </select>
      </div>
      <Control label={t.flip} k="F" can={live && able(file, 'flip')} busy={isAsked(talk, 'flip')} act={() => ask({ do: 'flip' })}><Icon name="flip" /></Control>
      <Control label={t.torch} k="T" on={lens.torch} can={live && able(file, 'torch')} busy={isAsked(talk, 'torch')} act={() => ask({ do: 'torch', on: !lens.torch })}><Sign name="torch" /></Control>
      <div class="zoomer" role="group" aria-label={t.zoom}>
        <button class="btn icon-only" aria-label={t.zoomLess} aria-keyshortcuts="-" aria-disabled={!able(file, 'zoom') || lens.zoom <= 1} title={able(file, 'zoom') ? t.zoomLess : `${t.zoom}: ${t.unable}`} onClick={() => { if (able(file, 'zoom') && lens.zoom > 1) ask({ do: 'zoom', factor: lens.zoom - 0.5 }); }}><Icon name="minus" /></button>
        <span class="num">{lens.zoom.toFixed(1)}×</span>
        <button class="btn icon-only" aria-label={t.zoomMore} aria-keyshortcuts="+" aria-disabled={!able(file, 'zoom') || lens.zoom >= 4} title={able(file, 'zoom') ? t.zoomMore : `${t.zoom}: ${t.unable}`} onClick={() => { if (able(file, 'zoom') && lens.zoom < 4) ask({ do: 'zoom', factor: lens.zoom + 0.5 }); }}><Icon name="plus" /></button>
      </div>
      <Control label={t.guide} k="G" on={lens.guide !== null} can={live} busy={isAsked(talk, 'guide')} act={() => ask({ do: 'guide', slot: lens.guide ? null : target })}><Sign name="scan" /></Control>
    </div>
  );
}
