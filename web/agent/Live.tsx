/** The customer's face, the agent's own, the recording, the line, and the customer's camera under the agent's hands. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AgentCaseView } from '../generated/api.ts';
import { clock, secondsLeft, type Line, type Talk } from '../lib/desk.ts';
import { lensOf } from '../lib/optics.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { VideoTile } from '../lib/ui/VideoTile.tsx';
import { Company } from './Company.tsx';
import { customer, customerFlows, desk, now, road, say, serverNow } from './desk.ts';
import { EffectWords, Lens } from './Lens.tsx';
import { Meters } from './Meters.tsx';
import { focuses, onPicture, onWheel, Pinch } from './optics.ts';
import { openSelf, self, toggleDark, toggleMute } from './self.ts';
import { Prompt } from './Prompt.tsx';
import { Key, Sign } from './signs.tsx';
import { customerCamera, ladder as ladderWords, lineWord, ownCamera, recording as recordingWords, t } from './text.ts';
import { c } from './text-camera.ts';
import { BoardControl, BoardStage, BoardTools } from './Board.tsx';
import { faceVideo } from './board.ts';
import { closer, ending, endVideo, openVerdict, peopleOpen, stage } from './view.ts';
import { people } from './text-people.ts';

function rate(kbps: number): string { return kbps >= 1_000 ? `${(kbps / 1_000).toFixed(1)} Mbit/s` : `${kbps} kbit/s`; }

function LineMark({ line, name, extra }: { line: Line | undefined; name: string; extra?: string }) {
  if (!line) return <span class="pill"><Sign name="signal" />{t.noQuality}</span>;
  const numbers = t.quality(line.rtt, line.loss.toFixed(1), rate(line.kbps));
  return (
    <span class="pill" data-line={line.word} title={`${name}: ${numbers}`}>
      <Sign name="signal" />{lineWord[line.word] ?? line.word}<span class="num dim-on-video">{numbers}{extra ? ` · ${extra}` : ''}</span>
    </span>
  );
}

function Recording({ file }: { file: AgentCaseView }) {
  const s = file.session;
  if (!s) return null;
  const on = s.recording === 'recording';
  const seconds = (serverNow.value - Date.parse(s.started_at)) / 1_000;
  return (
    <span class="pill" data-rec={s.recording} title={t.segments(s.segments)}>
      {on ? <span class="rec-dot" aria-hidden="true" /> : <Icon name={s.recording === 'failed' ? 'warning' : 'info'} size={16} />}
      {recordingWords[s.recording] ?? s.recording}<span class="num">{clock(seconds)}</span>
    </span>
  );
}

function Interrupted({ file }: { file: AgentCaseView }) {
  const until = file.session?.resume_until;
  const left = until ? secondsLeft(Date.parse(until), serverNow.value) : 0;
  return (
    <div class="overlay" role="alert">
      <Icon name="wifi_off" size={32} />
      <h2>{t.interrupted}</h2>
      <p class="num">{left > 0 ? t.waits(left) : t.waitsOver}</p>
      <p>{file.jurisdiction.restart_on_interruption ? people.fresh(file.jurisdiction.name) : people.resumes(file.jurisdiction.name)}</p>
      <button class="btn" onClick={() => openVerdict('incomplete')}>{t.sendLink}</button>
    </div>
  );
}

function SelfTile() {
  const stream = self.stream.value;
  const seen = (stream?.getVideoTracks().length ?? 0) > 0;
  return (
    <div class="self-tile">
      <VideoTile stream={stream} label={t.seesYou} mirror muted on={seen && !self.dark.value}>
        {self.opening.value ? <span class="small" role="status">{t.opening}</span>
          : <button class="btn tight" title={ownCamera[self.trouble.value] ?? ''} onClick={() => { if (seen) toggleDark(); else void openSelf(); }}><Icon name="camera_off" size={16} />{seen ? t.cameraOn : t.openCamera}</button>}
      </VideoTile>
      {self.muted.value && <span class="self-muted"><Icon name="mic_off" size={16} />{t.muted}</span>}
    </div>
  );
}

/** Why there is no picture, in words; the newest cause wins. */
function emptyWords(file: AgentCaseView): string {
  if (!file.customer.connected) return t.notConnected;
  if (file.mode === 'photos') return t.photosMode;
  if (file.customer.camera !== 'on') return customerCamera[file.customer.camera];
  return road.value === 'connected' ? t.waitingPicture : t.joining;
}

/** Look closer: 2.2 times, following the pointer; the same click goes back. */
function useCloser(): { onMove: (e: PointerEvent) => void; origin: string } {
  const [origin, setOrigin] = useState('50% 35%');
  const onMove = (e: PointerEvent): void => {
    if (!closer.peek()) return;
    const box = (e.currentTarget as HTMLElement).getBoundingClientRect();
    setOrigin(`${(((e.clientX - box.left) / box.width) * 100).toFixed(1)}% ${(((e.clientY - box.top) / box.height) * 100).toFixed(1)}%`);
  };
  return { onMove, origin };
}

function Picture({ file, talk }: { file: AgentCaseView; talk: Talk }) {
  const [play, setPlay] = useState<(() => void) | null>(null);
  const { onMove, origin } = useCloser();
  const video = useRef<HTMLVideoElement | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const pinch = useRef(new Pinch());
  const latest = useRef(file);
  latest.current = file;
  // Told by hand: a wheel that zooms must keep the page from scrolling, which a passive listener cannot.
  useEffect(() => {
    const on = (e: WheelEvent): void => onWheel(e, latest.current);
    box.current?.addEventListener('wheel', on, { passive: false });
    return () => box.current?.removeEventListener('wheel', on);
  }, []);
  const focus = focuses(file);
  const label = focus ? c.focusHere : closer.value ? t.zoomOut : t.zoomIn;
  const flows = customerFlows.value && file.customer.camera !== 'off';
  useEffect(() => { if (video.current) video.current.style.transformOrigin = origin; }, [origin]);
  return (
    <div ref={box} class={closer.value ? 'face closer' : 'face'} onPointerDown={e => pinch.current.down(e, lensOf(file, talk).zoom)} onPointerMove={e => { onMove(e); pinch.current.move(e); }} onPointerUp={e => pinch.current.up(e)} onPointerCancel={e => pinch.current.up(e)}>
      <VideoTile stream={customer.value} label={file.name} contain on={flows} element={v => { video.current = v; faceVideo.current = v; }} onBlocked={p => setPlay(() => p)}>
        <Icon name={file.customer.connected ? 'user' : 'wifi_off'} size={32} /><span role="status">{emptyWords(file)}</span>
      </VideoTile>
      <button class="face-zoom" aria-pressed={closer.value} aria-keyshortcuts="Z" data-focus={focus} aria-label={label} title={label} onClick={e => onPicture(e, file, video.current)} />
      {play && <button class="btn primary face-sound" onClick={() => { play(); setPlay(null); }}><Icon name="volume" />{t.playBlocked}</button>}
    </div>
  );
}

/** The video is over and the verdict is not given: the wrap-up's time runs for it. */
function Deciding() {
  const { desk: view, wrapDue } = desk.value;
  return (
    <div class="overlay solid">
      <Icon name="phone_off" size={32} />
      <h2>{t.decidingTitle}</h2>
      <p>{t.decidingLead}</p>
      {wrapDue > 0 && <p class="wrap-head"><Icon name="clock" /><span class="num" role="timer">{t.wrapLeft(clock(secondsLeft(wrapDue, now.value)))}</span></p>}
      {wrapDue > 0 && <button class="btn" disabled={view?.wrap_extended} onClick={() => say({ type: 'extend_wrap' })}>{view?.wrap_extended ? t.extended : t.moreTime}</button>}
    </div>
  );
}

function EndAsk() {
  const yes = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => yes.current?.focus(), []);
  return (
    <div class="overlay" role="alertdialog" aria-label={t.hangUpAsk}>
      <h2>{t.hangUpAsk}</h2>
      <div class="row gap8"><button class="btn" onClick={() => { ending.value = false; }}>{t.keep}<Key k="Esc" /></button><button class="btn danger" ref={yes} onClick={endVideo}>{t.yesEnd}<Key k="↵" /></button></div>
    </div>
  );
}

export function Live({ file, talk }: { file: AgentCaseView; talk: Talk }) {
  const { lines, ladder } = desk.value;
  const s = file.session;
  const at = stage.value;
  const size = s && s.width > 0 ? t.pixels(s.width, s.height) : '';
  return (
    <div class="live" data-stage={at}>
      <div class="stage">
        <Picture file={file} talk={talk} />
        {at === 'call' && <BoardStage file={file} />}
        <div class="stage-top">
          <Recording file={file} />
          {at === 'call' && road.value === 'interrupted' && <span class="pill" data-line="poor" role="status"><Icon name="refresh" size={16} />{t.rebuilding}</span>}
          {!file.customer.visible && file.customer.connected && <span class="pill" data-line="weak"><Icon name="warning" size={16} />{t.hidden}</span>}
          <span class="grow" />
          {file.mode === 'video' && <LineMark line={lines.customer} name={t.theirLine} extra={size} />}
        </div>
        <Company file={file} />
        <Prompt file={file} />
        {at === 'call' && <Meters talk={talk} />}
        <SelfTile />
        <EffectWords talk={talk} />
        <div class="stage-acts">
          <button class="round" aria-pressed={self.muted.value} aria-keyshortcuts="M" aria-label={self.muted.value ? t.unmute : t.mute} title={`${self.muted.value ? t.unmute : t.mute} (M)`} onClick={toggleMute}><Icon name={self.muted.value ? 'mic_off' : 'mic'} /></button>
          <button class="round" aria-pressed={self.dark.value} aria-keyshortcuts="V" aria-label={self.dark.value ? t.cameraOn : t.cameraOff} title={`${self.dark.value ? t.cameraOn : t.cameraOff} (V)`} onClick={toggleDark}><Icon name={self.dark.value ? 'camera_off' : 'video'} /></button>
          {at === 'call' && <BoardControl live={file.customer.connected} />}
          {at === 'call' && <button class="round end" aria-label={t.hangUp} title={t.hangUp} onClick={() => { ending.value = true; }}><Icon name="phone_off" /></button>}
          {at === 'call' && <button class="round" aria-keyshortcuts="," aria-label={people.open} title={`${people.open} (,)`} onClick={() => { peopleOpen.value = true; }}><Sign name="people" /></button>}
          {lines.agent && lines.agent.word !== 'good' && <span class="pill" data-line={lines.agent.word} title={t.quality(lines.agent.rtt, lines.agent.loss.toFixed(1), rate(lines.agent.kbps))}><Sign name="signal" />{t.yourLine}{ladderWords[ladder] ? ` · ${ladderWords[ladder]}` : ''}</span>}
        </div>
        {at === 'interrupted' && <Interrupted file={file} />}
        {at === 'deciding' && file.phase === 'deciding' && <Deciding />}
        {ending.value && <EndAsk />}
      </div>
      {at === 'call' && <BoardTools />}
      {at === 'call' && <Lens file={file} talk={talk} />}
    </div>
  );
}
