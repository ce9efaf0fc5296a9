/** The one screen: top bar, what is in hand, sheets above it, and the keys. Must not know the socket. */
import { useEffect } from 'preact/hooks';
import type { Me } from '../generated/api.ts';
import { clock, roomWanted, stageOf } from '../lib/desk.ts';
import { Icon, Logo } from '../lib/ui/icons.tsx';
import { Case } from './Case.tsx';
import { comparing } from './compare.ts';
import { Compare } from './Compare.tsx';
import { holdToTalk } from './comfort.ts';
import { desk, dismiss, now } from './desk.ts';
import { Help } from './Help.tsx';
import { Idle } from './Idle.tsx';
import { Lightbox } from './Lightbox.tsx';
import { Observe } from './Observe.tsx';
import { People } from './People.tsx';
import { Ring } from './Ring.tsx';
import { openSelf, self } from './self.ts';
import { failure, language, plain, problem, t } from './text.ts';
import { TopBar } from './TopBar.tsx';
import { help, look, peopleOpen, pressed, singleKeys, stage } from './view.ts';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    || (target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type));
}

function listen(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (talkKey(event, target, true)) return event.preventDefault();
  const taken = pressed({
    key: event.key, ctrl: event.ctrlKey || event.metaKey || event.altKey, typing: isTyping(target), repeat: event.repeat,
    onButton: target !== null && target.closest('button, a, summary, [role=button]') !== null,
  });
  if (taken) event.preventDefault();
}

/** Space while muted is for talking, as long as it is held; in a field or on a button it is what it always is. */
function talkKey(event: KeyboardEvent, target: HTMLElement | null, down: boolean): boolean {
  if (event.key !== ' ' || !singleKeys.peek()) return false;
  if (down && (isTyping(target) || target?.closest('button, a, summary, dialog') || roomWanted(desk.peek()) === null)) return false;
  return holdToTalk(down);
}

function released(event: KeyboardEvent): void {
  if (talkKey(event, null, false)) event.preventDefault();
}

function left(): void { holdToTalk(false); }

/** After a click by mouse or finger the keys belong to the desk again; focus that came by keyboard stays. */
function letGo(event: MouseEvent): void {
  const button = event.detail > 0 && event.target instanceof Element ? event.target.closest('.case button') : null;
  if (button instanceof HTMLElement && document.activeElement === button) button.blur();
}

function useTitle(): void {
  const state = desk.value;
  const ring = state.desk?.ring;
  const beat = ring ? Math.floor(now.value / 1_000) % 2 === 0 : false;
  useEffect(() => {
    const name = ring ? `${beat ? '●' : '○'} ${t.ringTitle}: ${ring.case.name}` : state.file?.name ?? t.console;
    document.title = `${name} · ${t.product}`;
  }, [ring?.reservation, beat, state.file?.name]);
}

/** Spoken once per ring and per change of stage, for agents who do not look. */
function Spoken() {
  const ring = desk.value.desk?.ring;
  const reason = ring?.case.reports.at(-1)?.check.reasons[0];
  const words = ring ? `${t.ringTitle}: ${ring.case.name}, ${language(ring.case.locale)}${reason ? `, ${failure[reason]}` : ''}`
    : stage.value === 'interrupted' ? t.interrupted : '';
  return <p class="sr-only" role="status">{words}</p>;
}

function Notices() {
  const { notices, link, linkSince } = desk.value;
  return (
    <div class="notices" role="alert">
      {link === 'lost' && <p class="notice warn"><Icon name="wifi_off" /><span>{t.lost(clock((now.value - linkSince) / 1_000))}</span></p>}
      {notices.map(n => (
        <p class="notice" key={n.id}>
          <Icon name="warning" />
          <span>{problem(n.code, n.detail)} <small class="dim" title={plain(n.of)}>{n.code}</small></span>
          <button class="btn icon-only quiet" aria-label={t.dismiss} onClick={() => dismiss(n.id)}><Icon name="x" /></button>
        </p>
      ))}
    </div>
  );
}

export function Desk({ me, onSignOut, onTakeBack }: { me: Me; onSignOut: () => void; onTakeBack: () => void }) {
  useTitle();
  useEffect(() => {
    document.addEventListener('keydown', listen);
    document.addEventListener('click', letGo);
    document.addEventListener('keyup', released);
    addEventListener('blur', left);
    return () => { document.removeEventListener('keyup', released); removeEventListener('blur', left); document.removeEventListener('keydown', listen); document.removeEventListener('click', letGo); };
  }, []);
  const presence = desk.value.desk?.presence;
  // A reload in the middle of work opens the camera again by itself: the permission is still there.
  useEffect(() => {
    if (presence && presence !== 'away' && presence !== 'offline' && presence !== 'wrap_up' && !self.stream.peek() && self.wanted.peek()) void openSelf();
  }, [presence]);
  const at = stageOf(desk.value);
  const { file, talk } = desk.value;
  if (at === 'replaced') {
    return (
      <main class="gate">
        <Logo size={40} />
        <h1>{t.replacedTitle}</h1><p>{t.replaced}</p>
        <button class="btn primary" onClick={onTakeBack}>{t.takeBack}</button>
      </main>
    );
  }
  return (
    <div class="desk" data-stage={at}>
      <TopBar me={me} onSignOut={onSignOut} />
      {at === 'connecting' || at === 'opening' ? <main class="gate inner"><p role="status">{at === 'opening' ? t.openingCase : t.loading}</p></main>
        : at === 'ring' ? <Ring />
        : desk.value.observed && (at === 'away' || at === 'ready') ? <Observe file={desk.value.observed} />
        : at === 'away' || at === 'ready' ? <Idle />
        : <Case />}
      <Notices />
      <Spoken />
      {look.value && <Lightbox />}
      {comparing.value && file && talk && <Compare file={file} talk={talk} />}
      {help.value && <Help />}
      {peopleOpen.value && desk.value.file && <People file={desk.value.file} />}
    </div>
  );
}
