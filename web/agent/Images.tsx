/** Submitted images beside live ones, small; a click opens them large. Must not know where bytes are kept. */
import { useState } from 'preact/hooks';
import type { AgentCaseView, EvidenceView, ImageSlot, ImageView } from '../generated/api.ts';
import { failedSlot, pairs } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { desk } from './desk.ts';
import { Key, Sign } from './signs.tsx';
import { slot as slotWords, t } from './text.ts';
import { openLook } from './view.ts';

function inHand(): string {
  const now = desk.value;
  return now.talk?.case ?? now.desk?.ring?.case.id ?? now.file?.id ?? '';
}

/** Evidence is asked for by its case: the one in hand, or the one that rings, unless another is named. */
export function shownUrl(id: string, of = inHand()): string {
  return `/v1/evidence/${encodeURIComponent(id)}/shown?case=${encodeURIComponent(of)}`;
}

export function Still({ id, alt, onOpen, fresh }: { id: string; alt: string; onOpen: () => void; fresh?: boolean }) {
  const [broken, setBroken] = useState(false);
  return (
    <button class={fresh ? 'still fresh' : 'still'} aria-label={`${alt}. ${t.larger}`} onClick={onOpen}>
      {broken ? <span class="still-broken"><Icon name="image" />{t.broken}</span>
        : <img src={shownUrl(id)} alt="" loading="eager" decoding="async" onError={() => setBroken(true)} />}
    </button>
  );
}

function age(iso: string): string { return new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }); }

function LiveSide({ file, of, live, now }: { file: AgentCaseView; of: ImageSlot; live: readonly EvidenceView[]; now: string | null }) {
  const [first, ...more] = live;
  if (!first) return <div class="still empty">{t.noneYet}</div>;
  return (
    <div class="still-stack">
      <Still key={first.id} id={first.id} alt={`${t.fromLive}: ${slotWords[of]}`} fresh={first.id === now} onOpen={() => openLook(file, of, 'live', first.id, false)} />
      <span class="still-note num" title={`${t.sha} ${first.sha256}`}><span>{t.pixels(first.width, first.height)}</span>{first.source === 'upload' && <span>{t.fromUpload}</span>}<span>{age(first.at)}</span></span>
      {more.length > 0 && <div class="still-more">{more.slice(0, 4).map(e => <Still key={e.id} id={e.id} alt={`${t.fromLive}: ${slotWords[of]}, ${age(e.at)}`} onOpen={() => openLook(file, of, 'live', e.id, false)} />)}</div>}
    </div>
  );
}

function SubmittedSide({ file, of, submitted }: { file: AgentCaseView; of: ImageSlot; submitted: readonly ImageView[] }) {
  const [first, ...more] = submitted;
  if (!first) return <div class="still empty">{t.noneYet}</div>;
  return (
    <div class="still-stack">
      <Still key={first.id} id={first.id} alt={`${t.fromReport}: ${slotWords[first.slot]}`} onOpen={() => openLook(file, of, 'submitted', first.id, false)} />
      <span class="still-note num" title={`${t.sha} ${first.sha256}`}><span>{t.pixels(first.width, first.height)}</span></span>
      {more.length > 0 && <div class="still-more">{more.slice(0, 4).map(e => <Still key={e.id} id={e.id} alt={`${t.fromReport}: ${slotWords[e.slot]}`} onOpen={() => openLook(file, of, 'submitted', e.id, false)} />)}</div>}
    </div>
  );
}

export function Images({ file, fresh }: { file: AgentCaseView; fresh: string | null }) {
  const all = pairs(file);
  return (
    <section class="block images" aria-labelledby="images-title">
      <h2 id="images-title">{t.images}
        {all.length > 0 && <button class="btn quiet tight h-side" aria-keyshortcuts="L" onClick={() => openLook(file, null, 'submitted', null, true)}><Sign name="columns" />{t.compare}<Key k="L" /></button>}
      </h2>
      {all.length === 0 ? <p class="dim small">{t.noImages}</p> : (
        <div class="pair-list">
          <div class="pair-head" aria-hidden="true"><span>{t.fromReport}</span><span>{t.fromLive}</span></div>
          {all.map(p => (
            <div class="pair" key={p.slot} role="group" aria-label={slotWords[p.slot]}>
              <span class="pair-name">{slotWords[p.slot]}</span>
              <SubmittedSide file={file} of={p.slot} submitted={p.submitted} />
              <LiveSide file={file} of={p.slot} live={p.live} now={fresh} />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}

/** On the ring: everything that was submitted, large enough to judge at a glance; what failed comes first. */
export function SubmittedLarge({ file }: { file: AgentCaseView }) {
  const newest = file.reports.at(-1);
  const first = failedSlot(newest?.check.reasons ?? []);
  const images = [...file.reports].reverse().flatMap(r => r.images.map(i => ({ ...i, attempt: r.check.attempt })))
    .sort((a, b) => Number((b.slot === 'selfie' ? 'portrait' : b.slot) === first) - Number((a.slot === 'selfie' ? 'portrait' : a.slot) === first)).slice(0, 4);
  if (images.length === 0) return <p class="ring-none dim"><Icon name="image" size={28} />{t.noImages}</p>;
  return (
    <div class="ring-images" data-count={images.length}>
      {images.map(i => <figure key={i.id}><Still id={i.id} alt={`${t.fromReport}: ${slotWords[i.slot]}`} onOpen={() => openLook(file, i.slot === 'selfie' ? 'portrait' : i.slot, 'submitted', i.id, false)} /><figcaption>{slotWords[i.slot]}<span class="dim num"> {t.attempt(i.attempt).toLowerCase()}, {t.pixels(i.width, i.height)}</span></figcaption></figure>)}
    </div>
  );
}
