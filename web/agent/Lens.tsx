/** The bar under the customer's picture: photograph, flip, light, zoom, frame; each with what the device confirmed, or why not. */
import { useState } from 'preact/hooks';
import type { AgentCaseView, DeviceCommand, ImageSlot } from '../generated/api.ts';
import { currentStep, isAsked, type Effect, type Talk } from '../lib/desk.ts';
import { lackOf, lensOf } from '../lib/optics.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { now } from './desk.ts';
import { frame, hand, photograph, zoomBy } from './optics.ts';
import { Optics } from './Optics.tsx';
import { Key, Sign } from './signs.tsx';
import { slot as slotWords, t, why } from './text.ts';
import { c, focusMode, held, lack } from './text-camera.ts';
import { chosenStep, optics } from './view.ts';

const SLOTS: readonly ImageSlot[] = ['document_front', 'document_back', 'document_tilt', 'portrait', 'other_page'];

function commandName(command: DeviceCommand): string {
  switch (command.do) {
    case 'photograph': return t.photograph;
    case 'flip': return t.flip;
    case 'torch': return t.torch;
    case 'zoom': return t.zoom;
    case 'camera': return t.camera;
    case 'microphone': return t.microphone;
    case 'guide': return t.guide;
    case 'lens': return c.lens;
    case 'focus': return c.focus;
    case 'resolution': return c.size;
    case 'freeze': return c.hold;
  }
}

/** What came of a command, by the device's own reading where it gives one. */
function doneWords({ command, effect }: Effect): string {
  switch (command.do) {
    case 'photograph': return `${t.photographed}: ${slotWords[command.slot].toLowerCase()}`;
    case 'flip': return t.flipped;
    case 'torch': return effect?.torch === command.on ? `${command.on ? t.torchOn : t.torchOff} ${c.confirmed}` : command.on ? t.torchOn : t.torchOff;
    case 'zoom': {
      const got = effect?.zoom;
      if (got == null) return c.zoomedTo(command.factor);
      const differs = Math.abs(got - command.factor) > 0.06 * command.factor;
      return `${c.zoomedTo(got)} ${c.confirmed}${differs ? `, ${c.asked(`${command.factor.toFixed(1)}×`)}` : ''}`;
    }
    case 'camera': return command.on ? t.camOn : t.camOff;
    case 'microphone': return command.on ? t.micOn : t.micOff;
    case 'guide': return command.slot ? t.framed(slotWords[command.slot]) : t.unframed;
    case 'lens': return c.lensUsed;
    case 'focus': return effect?.focus && command.to.mode !== 'point' ? `${c.focus}: ${focusMode[effect.focus].toLowerCase()}` : c.focusedOn;
    case 'resolution': return effect ? `${c.sized(effect.width ?? 0, effect.height ?? 0)} ${c.confirmed}` : c.size;
    case 'freeze': return command.on ? c.held : c.running;
  }
}

/** Why it did not work: a reason of the device, or one known before it was asked. */
function whyWords(code: string): string {
  return code in lack ? lack[code as keyof typeof lack] : why(code);
}

/** How long an answer of the device is news. */
const NEWS = 7_000;

/** What became of the newest command, shown on the picture where its effect is seen. */
export function EffectWords({ talk }: { talk: Talk }) {
  const last = talk.effects.at(-1);
  const open = talk.asked.at(-1);
  const news = last !== undefined && now.value - last.at < NEWS;
  const waits = open?.held ? held[open.held] : open?.command.do === 'photograph' ? t.photographing : t.asking;
  return (
    <span class="effect" role="status">
      {open ? <span class="pill"><span class="busy-dot" aria-hidden="true" />{waits}</span>
        : !news ? null
        : last.ok ? <span class="pill" data-effect="good"><Icon name="check" size={16} />{doneWords(last)}</span>
        : <span class="pill" data-effect="bad"><Icon name="warning" size={16} />{t.cannot(commandName(last.command), whyWords(last.why))}</span>}
    </span>
  );
}

interface ControlProps { label: string; k: string; barred: string | null; busy: boolean; on?: boolean | undefined; children: preact.ComponentChildren; act: () => void }

/** A control the device lacks stays reachable, so that its reason can be read and heard; pressed, it says the reason. */
export function Control({ label, k, barred, busy, on, children, act }: ControlProps) {
  const title = barred ? `${label}: ${barred}` : label;
  return (
    <button class="btn lens" aria-disabled={barred !== null} aria-pressed={on} aria-keyshortcuts={k} data-busy={busy} title={title} onClick={() => { if (!busy) act(); }}>
      {children}<span>{label}</span>{barred && <span class="sr-only">: {barred}</span>}<Key k={k} />
    </button>
  );
}

export function Lens({ file, talk }: { file: AgentCaseView; talk: Talk }) {
  const [picked, setPicked] = useState<ImageSlot | ''>('');
  const step = currentStep(file, chosenStep.value);
  const lens = lensOf(file, talk);
  const target = picked || step?.slot || 'document_front';
  const barred = (control: Parameters<typeof lackOf>[1]): string | null => { const lacking = lackOf(file, control); return lacking && lack[lacking]; };
  const zoomBarred = barred('zoom');
  return (
    <div class="lens-bar" role="toolbar" aria-label={t.camera}>
      {optics.value && <Optics file={file} talk={talk} />}
      <div class="split">
        <button class="btn primary" aria-keyshortcuts="Space" disabled={!file.customer.connected || isAsked(talk, 'photograph')} onClick={() => photograph(step, target)}><Icon name="camera" />{t.photographFor(slotWords[target])}<Key k="Space" /></button>
        <select aria-label={t.photoOf} value={target} onChange={e => { const v = e.currentTarget.value as ImageSlot; setPicked(v === step?.slot ? '' : v); }}>
          {SLOTS.map(s => <option key={s} value={s}>{slotWords[s]}</option>)}
        </select>
      </div>
      <Control label={t.flip} k="F" barred={barred('flip')} busy={isAsked(talk, 'flip')} act={() => hand({ do: 'flip' })}><Icon name="flip" /></Control>
      <Control label={t.torch} k="T" on={lens.torch} barred={barred('torch')} busy={isAsked(talk, 'torch')} act={() => hand({ do: 'torch', on: !lens.torch })}><Sign name="torch" /></Control>
      <div class="zoomer" role="group" aria-label={t.zoom}>
        <button class="btn icon-only" aria-label={t.zoomLess} aria-keyshortcuts="-" aria-disabled={zoomBarred !== null} title={zoomBarred ? `${t.zoom}: ${zoomBarred}` : t.zoomLess} onClick={() => zoomBy(0.8)}><Icon name="minus" /></button>
        <span class="num">{lens.zoom.toFixed(1)}×</span>
        <button class="btn icon-only" aria-label={t.zoomMore} aria-keyshortcuts="+" aria-disabled={zoomBarred !== null} title={zoomBarred ? `${t.zoom}: ${zoomBarred}` : t.zoomMore} onClick={() => zoomBy(1.25)}><Icon name="plus" /></button>
        <button class="btn icon-only optics-open" aria-expanded={optics.value} aria-keyshortcuts="O" aria-label={c.controls} title={`${c.controls} (O)`} onClick={() => { optics.value = !optics.peek(); }}><Icon name="settings" /></button>
      </div>
      <Control label={t.guide} k="G" on={lens.guide !== null} barred={barred('guide')} busy={isAsked(talk, 'guide')} act={() => frame(lens.guide ? null : target, step)}><Sign name="scan" /></Control>
    </div>
  );
}
