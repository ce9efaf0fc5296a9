/** Presence, queue, today, and the few settings of a working day. Must not know a case. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AwayReason, Me, Presence } from '../generated/api.ts';
import { clock, secondsLeft } from '../lib/desk.ts';
import { Icon, Logo } from '../lib/ui/icons.tsx';
import { desk, goAvailable, now, say, serverNow } from './desk.ts';
import { away as awayWords, t } from './text.ts';
import { Key, Sign } from './signs.tsx';
import { help, setPresence } from './view.ts';

const PRESENCE: Record<Presence, string> = {
  offline: t.offline, away: t.awayWord, available: t.available, reserved: t.reserved, on_call: t.onCall, wrap_up: t.wrapUp,
};
const REASONS: readonly AwayReason[] = ['break', 'meeting', 'training', 'technical'];

function PresenceMenu() {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const view = desk.value.desk;
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event): void => { if (!box.current?.contains(event.target as Node)) setOpen(false); };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => { document.removeEventListener('pointerdown', outside); document.removeEventListener('focusin', outside); };
  }, [open]);
  if (!view) return <span class="presence" data-presence="offline"><span class="dot" />{t.connecting}</span>;
  const since = view.presence === 'wrap_up' ? secondsLeft(desk.value.wrapDue, now.value) : (serverNow.value - Date.parse(view.since)) / 1_000;
  const word = view.presence === 'away' && view.away ? awayWords[view.away] : PRESENCE[view.presence];
  const pick = (act: () => void) => () => { setOpen(false); act(); };
  return (
    <div class="menu" ref={box} onKeyDown={e => { if (e.key === 'Escape' && open) { e.preventDefault(); setOpen(false); } }}>
      <button class="presence" data-presence={view.presence} aria-haspopup="true" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="dot" /><span class="sr-only">{t.setState}</span>{word}<span class="num dim">{clock(since)}</span><Icon name="chevron_down" size={16} />
      </button>
      {open && (
        <div class="menu-list" role="group" aria-label={t.setState}>
          <button class="menu-item" disabled={view.presence === 'available' || view.presence === 'on_call' || view.presence === 'reserved'} onClick={pick(() => void goAvailable())}>
            <span class="dot good" />{t.available}
          </button>
          {REASONS.map(r => (
            <button class="menu-item" key={r} disabled={view.presence === 'on_call' || view.presence === 'reserved'} onClick={pick(() => setPresence(r))}>
              <span class="dot warn" />{awayWords[r]}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

export function TopBar({ me, onSignOut }: { me: Me; onSignOut: () => void }) {
  const { desk: view, link } = desk.value;
  return (
    <header class="topbar">
      <span class="brand"><Logo size={24} /><span class="brand-name">{me.tenant}</span></span>
      <PresenceMenu />
      {view && (
        <div class="stats">
          <span class={view.waiting > 0 ? 'stat strong' : 'stat'}><Icon name="users" size={16} /><span class="stat-words">{t.queue(view.waiting)}</span><span class="stat-figure num" aria-hidden="true">{view.waiting}</span>
            {view.waiting > 0 && <span class="num dim">{t.longest(clock(view.longest_wait))}</span>}</span>
          <span class="stat num">{t.today(view.answered_today)}</span>
          {view.aht_seconds != null && <span class="stat num" title={t.ahtHint}>{t.aht(clock(view.aht_seconds))}</span>}
          {view.rating != null && <span class="stat num" title={t.ratingHint}><Icon name="star" size={16} filled />{t.rating(view.rating.toFixed(1))}<span class="sr-only">{t.ratingHint}</span></span>}
        </div>
      )}
      <span class="grow" />
      {view && (
        <label class="switch" title={t.autoAcceptHint}>
          <input type="checkbox" role="switch" checked={view.auto_accept} onChange={e => say({ type: 'auto_accept', on: e.currentTarget.checked })} />
          <span class="switch-track" aria-hidden="true" /><span>{t.autoAccept}</span>
        </label>
      )}
      <span class={link === 'open' ? 'link ok' : 'link bad'} title={link === 'open' ? t.connected : t.connecting}>
        {link === 'open' ? <Sign name="signal" /> : <Icon name="wifi_off" />}<span class="sr-only">{link === 'open' ? t.connected : t.connecting}</span>
      </span>
      <span class="who">{me.name}</span>
      <button class="btn quiet" aria-keyshortcuts="?" onClick={() => { help.value = true; }}><Sign name="keyboard" />{t.help}<Key k="?" /></button>
      <button class="btn quiet icon-only" aria-label={t.signOut} title={t.signOut} onClick={onSignOut}><Sign name="log_out" /></button>
    </header>
  );
}
