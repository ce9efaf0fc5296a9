/** Every control of the customer's camera on one panel; what the device lacks is there too, with its reason. */
import type { AgentCaseView } from '../generated/api.ts';
import { currentStep, isAsked, type Talk } from '../lib/desk.ts';
import { lackOf, lensOf, type LensState } from '../lib/optics.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { auto, burst, frame, hand, review, zoomTo } from './optics.ts';
import { Key } from './signs.tsx';
import { t } from './text.ts';
import { c, focusMode, lack } from './text-camera.ts';
import { chosenStep, optics } from './view.ts';

interface Row { file: AgentCaseView; talk: Talk; lens: LensState }

function Line({ label, k, barred, children }: { label: string; k?: string; barred?: string | null; children: preact.ComponentChildren }) {
  return (
    <div class="optic" role="group" aria-label={label}>
      <span class="optic-name">{label}{k && <Key k={k} />}</span>
      {barred ? <span class="dim small optic-why"><Icon name="info" size={14} />{barred}</span> : children}
    </div>
  );
}

const barredBy = (file: AgentCaseView, control: Parameters<typeof lackOf>[1]): string | null => {
  const lacking = lackOf(file, control);
  return lacking && lack[lacking];
};

function Lenses({ file, talk }: Row) {
  const { lenses = [] } = file.customer.abilities;
  const side = { user: c.front, environment: c.back, unknown: '' } as const;
  return (
    <Line label={c.lens} k="Q" barred={barredBy(file, 'lens')}>
      <select aria-label={c.lens} disabled={isAsked(talk, 'lens')} value={file.customer.settings.lens ?? ''} onChange={e => hand({ do: 'lens', id: e.currentTarget.value })}>
        {lenses.map((l, n) => <option key={l.id} value={l.id}>{l.label || c.lensNumber(n + 1)}{side[l.facing] && !l.label.toLowerCase().includes(side[l.facing]) ? ` (${side[l.facing]})` : ''}</option>)}
      </select>
    </Line>
  );
}

function Zoom({ file, lens }: Row) {
  const range = file.customer.abilities.zoom;
  const least = range?.min || 1;
  return (
    <Line label={c.zoom} barred={barredBy(file, 'zoom')}>
      <input type="range" aria-label={c.zoom} aria-valuetext={`${lens.zoom.toFixed(1)}×`} min={1} max={range ? range.max / least : 1} step={Math.max(0.05, (range?.step ?? 0) / least)} value={lens.zoom} onInput={e => zoomTo(e.currentTarget.valueAsNumber)} />
      <span class="num">{lens.zoom.toFixed(1)}×</span>
    </Line>
  );
}

function Focus({ file, talk, lens }: Row) {
  const { focus = [], distance } = file.customer.abilities;
  const busy = isAsked(talk, 'focus');
  return (
    <Line label={c.focus} k="J" barred={barredBy(file, 'focus')}>
      {focus.includes('continuous') && <button class="btn tight" aria-pressed={lens.focus === 'continuous'} disabled={busy} onClick={() => hand({ do: 'focus', to: { mode: 'continuous' } })}>{focusMode.continuous}</button>}
      {focus.includes('manual') && distance && <input type="range" aria-label={c.focusDistance} min={distance.min} max={distance.max} step={distance.step || 0.01} value={file.customer.settings.distance ?? distance.min} onChange={e => hand({ do: 'focus', to: { mode: 'manual', distance: e.currentTarget.valueAsNumber } })} />}
      {focus.includes('point') && <span class="dim small">{c.focusPoint}</span>}
    </Line>
  );
}

function Size({ file, talk }: Row) {
  const { heights = [] } = file.customer.abilities;
  const { width = 0, height = 0 } = file.customer.settings;
  const lines = Math.min(width, height);
  return (
    <Line label={c.size} k="Y" barred={barredBy(file, 'resolution')}>
      <select aria-label={c.size} disabled={isAsked(talk, 'resolution')} value={heights.includes(lines) ? lines : ''} onChange={e => hand({ do: 'resolution', height: Number(e.currentTarget.value) })}>
        {!heights.includes(lines) && <option value="">{lines}p</option>}
        {heights.map(h => <option key={h} value={h}>{h}p</option>)}
      </select>
      <span class="dim small num">{c.now(width, height)}</span>
    </Line>
  );
}

function Theirs({ file, talk, lens }: Row) {
  const toggle = (control: 'camera' | 'microphone' | 'freeze', label: string, k: string, on: boolean) => (
    <button class="btn tight" aria-pressed={on} aria-keyshortcuts={k} disabled={isAsked(talk, control)} onClick={() => hand({ do: control, on: !on })}>{label}<Key k={k} /></button>
  );
  return (
    <Line label={c.their} barred={barredBy(file, 'camera')}>
      {toggle('freeze', c.hold, 'H', lens.frozen)}{toggle('microphone', c.microphone, '[', lens.microphone)}{toggle('camera', c.camera, ']', lens.camera)}
    </Line>
  );
}

function Switch({ label, k, on, set, hint }: { label: string; k?: string; on: boolean; set: (on: boolean) => void; hint?: string }) {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={on} onChange={e => set(e.currentTarget.checked)} /><span class="switch-track" aria-hidden="true" />
      <span>{label}</span>{k && <Key k={k} />}{hint && <small class="dim">{hint}</small>}
    </label>
  );
}

function Photo({ file, lens }: Row) {
  const step = currentStep(file, chosenStep.value);
  return (
    <div class="optic-photo" role="group" aria-label={c.photo}>
      <Switch label={c.burst} on={burst.value} set={on => { burst.value = on; }} />
      <Switch label={c.review} on={review.value || step?.review === true} set={on => { review.value = on; }} {...(step?.review ? { hint: c.reviewStep } : {})} />
      <Switch label={c.auto} k="U" on={auto.value} set={on => { auto.value = on; if (lens.guide) frame(lens.guide, step); }} />
    </div>
  );
}

export function Optics({ file, talk }: { file: AgentCaseView; talk: Talk }) {
  const row: Row = { file, talk, lens: lensOf(file, talk) };
  return (
    <section class="optics" aria-label={c.controls}>
      <header class="optics-head"><h2>{c.controls}</h2><button class="btn quiet icon-only" aria-label={t.close} onClick={() => { optics.value = false; }}><Icon name="x" size={16} /></button></header>
      {!file.customer.controls_allowed && <p class="callout warn"><Icon name="lock" /><span><b>{c.refusedTitle}</b> <span class="small">{c.refusedLead}</span></span></p>}
      <Lenses {...row} /><Zoom {...row} /><Focus {...row} /><Size {...row} /><Theirs {...row} /><Photo {...row} />
    </section>
  );
}
