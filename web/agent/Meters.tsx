/** What the customer's phone measures in the frame, live, on the agent's picture of it. Must not judge anything itself. */
import type { Hint } from '../generated/api.ts';
import type { Talk } from '../lib/desk.ts';
import { LIMITS } from '../lib/measure.ts';
import { metersOf } from '../lib/optics.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { now } from './desk.ts';
import { c, hint as hintWords } from './text-camera.ts';

function Meter({ label, value, good, share }: { label: string; value: string; good: boolean; share: number }) {
  return (
    <div class="meter" data-good={good}>
      <span>{label}</span><span class="num">{value}<span class="sr-only"> {good ? c.good : c.bad}</span></span>
      <svg class="meter-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><path class="all" d="M0 2H100" /><path d={`M0 2H${Math.round(Math.min(1, Math.max(0, share)) * 100)}`} /></svg>
    </div>
  );
}

const PLACES: readonly Hint[] = ['missing', 'cropped', 'far', 'near'];

export function Meters({ talk }: { talk: Talk }) {
  const m = metersOf(talk, now.value);
  if (!m) return null;
  const good = m.hint === 'good';
  return (
    <section class="meters" aria-label={c.meters} data-hint={m.hint}>
      <p class="meters-head"><Icon name={good ? 'check' : 'warning'} size={16} />{hintWords[m.hint]}</p>
      <Meter label={c.light} value={Math.round(m.light).toString()} good={m.light >= LIMITS.dark.tell && m.glare <= LIMITS.bright.tell} share={m.light / 255} />
      <Meter label={c.glare} value={c.percent(m.glare)} good={m.glare <= LIMITS.glare.tell} share={m.glare * 5} />
      <Meter label={c.sharp} value={(1 - m.blur).toFixed(2)} good={m.blur <= LIMITS.blur.tell} share={1 - m.blur} />
      <Meter label={c.place} value={m.found ? c.percent(m.size) : '–'} good={m.found && !PLACES.includes(m.hint)} share={m.size} />
      <Meter label={c.straight} value={m.found ? c.degrees(m.tilt) : '–'} good={m.found && m.tilt <= LIMITS.tilt.tell} share={1 - m.tilt / 45} />
    </section>
  );
}
