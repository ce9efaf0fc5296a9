/** Where the customer's device says it is: the question, the answer, a map without a network. Must not judge. */
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { FoundView, LocationView } from '../generated/api.ts';
import { callBlob } from '../lib/api.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { desk, sayOf } from './desk.ts';
import { firstWidth, project, readOutlines, scaleOf, seen, WIDTHS, type Land } from './map.ts';
import { d, hint, refusal } from './text-identity.ts';
import { stage } from './view.ts';

const lands = signal<readonly Land[] | 'failed' | null>(null);

/** The outlines come once a page, when the first place is looked at. */
async function loadLands(): Promise<void> {
  if (lands.peek() && lands.peek() !== 'failed') return;
  try {
    lands.value = readOutlines(await (await callBlob('/v1/agent/outlines')).text());
  } catch {
    lands.value = 'failed';
  }
}

const [WIDTH, HEIGHT] = [288, 168];

function Drawing({ found, km }: { found: FoundView; km: number }) {
  const known = lands.value;
  if (known === null || known === 'failed') return known ? <p class="map-empty small" role="status">{d.noMap}</p> : <div class="map-empty" aria-hidden="true" />;
  const view = { lat: found.lat, lon: found.lon, km };
  const [x, y] = project(view, WIDTH, HEIGHT, found.lon, found.lat);
  const scale = scaleOf(km);
  const radius = (found.accuracy / 1_000) * (WIDTH / km);
  const where = found.country?.name ?? d.noCountry;
  return (
    <svg class="map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="xMidYMid slice" role="img" aria-label={d.mapOf(found.lat.toFixed(4), found.lon.toFixed(4), where)}>
      {seen(known, view, WIDTH, HEIGHT).map(land => <path key={land.code + land.name} class={land.code === found.claimed?.code ? 'land claimed' : 'land'} d={land.path}><title>{land.name}</title></path>)}
      {radius > 2 && <circle class="circle" cx={x} cy={y} r={radius} />}
      <circle class="dot-edge" cx={x} cy={y} r="6" /><circle class="dot-here" cx={x} cy={y} r="4" />
      <path class="scale" d={`M10 ${HEIGHT - 42}v6h${scale.share * WIDTH}v-6`} /><text class="scale-words" x="10" y={HEIGHT - 46}>{d.metres(scale.km * 1_000)}</text>
    </svg>
  );
}

function Found({ found }: { found: FoundView }) {
  const [step, setStep] = useState(() => WIDTHS.indexOf(firstWidth(found.accuracy, found.distance_km ?? null)));
  useEffect(() => { void loadLands(); }, []);
  const km = WIDTHS[step] ?? 400;
  const rows: ReadonlyArray<readonly [string, string]> = [
    [d.country, found.country?.name ?? d.noCountry],
    [d.claimedCountry, found.claimed ? `${found.claimed.name} (${d.by(found.claimed_by)})` : ''],
    [d.distance, found.distance_km == null ? '' : found.distance_km === 0 ? d.inside : d.apart(found.distance_km)],
    [d.accuracy, d.radius(found.accuracy, found.fixes)],
    [d.age, d.aged(found.age_ms / 1_000)],
    [d.network, d.networkWords(found.network, found.network_country?.name ?? '')],
  ];
  return (
    <div class="found">
      <div class="map-frame">
        <Drawing found={found} km={km} />
        <div class="map-acts">
          <button class="btn icon-only tight" aria-label={d.nearer} title={d.nearer} disabled={step <= 0} onClick={() => setStep(step - 1)}><Icon name="plus" /></button>
          <button class="btn icon-only tight" aria-label={d.farther} title={d.farther} disabled={step >= WIDTHS.length - 1} onClick={() => setStep(step + 1)}><Icon name="minus" /></button>
        </div>
      </div>
      <dl class="facts">{rows.filter(([, value]) => value !== '').map(([label, value]) => <div key={label}><dt>{label}</dt><dd class="num">{value}</dd></div>)}</dl>
      <div class="hints"><p class="small dim">{d.hints}</p>
        {found.hints.length === 0 ? <p class="small">{d.noHints}</p> : <ul>{found.hints.map(h => <li class="small odd" key={h}><Icon name="info" size={14} />{hint[h]}</li>)}</ul>}
      </div>
    </div>
  );
}

export function Place({ view }: { view: LocationView }) {
  if (!view.wanted && !view.found) return <p class="small dim">{d.placeUnasked}</p>;
  const can = stage.value === 'call' && view.wanted && !view.open && view.asks_left > 0;
  return (
    <div class="place">
      {view.refused && !view.open && <p class="small odd" role="status"><Icon name="info" size={14} />{refusal[view.refused] ?? view.refused}</p>}
      {view.open ? <p class="small" role="status"><span class="busy-dot" aria-hidden="true" /> {d.waits}</p>
        : can ? <button disabled={desk.value.talk?.busy.includes('ask_location') ?? false} class={view.found || view.refused ? 'btn tight' : 'btn tight primary'} onClick={() => sayOf({ type: 'ask_location' })}><Icon name="globe" />{view.found || view.refused ? d.askAgain : d.ask}</button>
        : view.wanted && view.asks_left === 0 ? <p class="small dim">{d.asksOver}</p> : null}
      {view.found && <Found key={view.found.at} found={view.found} />}
    </div>
  );
}
