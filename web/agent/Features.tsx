/** Security features drawn for the document in view: seen, or not on this one. Must not decide how many are enough: the server does. */
import type { StepView } from '../generated/api.ts';
import type { Talk } from '../lib/desk.ts';
import { replaceable } from '../lib/features.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { sayOf } from './desk.ts';
import { category as categoryWords, feature as featureWords, p } from './text-profile.ts';

export function Features({ step, talk }: { step: StepView; talk: Talk }) {
  const view = step.features;
  if (!view) return null;
  const open = step.state === 'pending' || step.state === 'failed';
  return (
    <div class="features">
      <p class="small dim">{p.drawn} {p.need(view.wanted, view.categories)}.</p>
      <ul class="questions">
        {view.drawn.map(f => (
          <li key={f.feature} class="question">
            <p>{featureWords[f.feature]} <span class="tag">{categoryWords[f.category]}</span></p>
            <div class="seg" role="group" aria-label={featureWords[f.feature]}>
              <button class="seg-item" data-value="match" aria-pressed={f.seen === true} disabled={!open} onClick={() => sayOf({ type: 'mark_feature', feature: f.feature, seen: true })}>{p.seen}</button>
              <button class="seg-item" data-value="not_asked" aria-pressed={f.seen === false} disabled={!open} onClick={() => sayOf({ type: 'mark_feature', feature: f.feature, seen: false })}>{p.notSeen}</button>
            </div>
          </li>
        ))}
      </ul>
      {replaceable(view) && open && <button class="btn tight" disabled={talk.busy.includes('draw_feature')} onClick={() => sayOf({ type: 'draw_feature' })}><Icon name="refresh" />{p.another}</button>}
      {view.left === 0 && <p class="small dim">{p.noneLeft}</p>}
    </div>
  );
}
