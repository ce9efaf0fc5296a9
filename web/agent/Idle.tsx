/** Between customers: the agent's own picture, devices, and the numbers of the day. Must not know a case. */
import { useEffect, useRef } from 'preact/hooks';
import { clock } from '../lib/desk.ts';
import type { Device } from '../lib/camera.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { VideoTile } from '../lib/ui/VideoTile.tsx';
import { BACKDROPS, canDress } from './backdrop.ts';
import { chime, meterOf } from './chime.ts';
import { desk, goAvailable, serverNow } from './desk.ts';
import { Floor } from './Observe.tsx';
import { choose, closeSelf, openSelf, self, setBackdrop, toggleMute } from './self.ts';
import { Sign } from './signs.tsx';
import { away as awayWords, ownCamera, t } from './text.ts';
import { backdrops, people as p } from './text-people.ts';
import { setPresence } from './view.ts';

export function Level({ stream }: { stream: MediaStream }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const meter = meterOf(stream);
    if (!meter) return;
    let frame = 0;
    let held = 0;
    const draw = (): void => {
      held = Math.max(meter.read(), held * 0.92);
      if (bar.current) bar.current.style.transform = `scaleX(${held.toFixed(3)})`;
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => { cancelAnimationFrame(frame); meter.stop(); };
  }, [stream]);
  return <div class="level" role="img" aria-label={t.level}><div class="level-bar" ref={bar} /></div>;
}

export function Picker({ kind, label, devices, value }: { kind: 'camera' | 'microphone'; label: string; devices: readonly Device[]; value: string }) {
  return (
    <label class="field"><span>{label}</span>
      <select value={value} disabled={devices.length === 0} onChange={e => choose(kind, e.currentTarget.value)}>
        {devices.map((d, i) => <option key={d.id} value={d.id}>{d.label || `${label} ${i + 1}`}</option>)}
      </select>
    </label>
  );
}

/** What is behind the agent. Kept, and true for every call from the next moment on. */
export function BackdropPicker() {
  const able = canDress();
  return (
    <label class="field"><span>{p.backdrop}</span>
      <select value={self.backdrop.value} disabled={self.opening.value} title={able ? '' : p.backdropNeeds} onChange={e => setBackdrop(BACKDROPS.find(each => each === e.currentTarget.value) ?? 'none')}>
        {BACKDROPS.map(each => <option key={each} value={each} disabled={each !== 'none' && !able}>{backdrops[each]}</option>)}
      </select>
    </label>
  );
}

function SelfView() {
  const stream = self.stream.value;
  const trouble = self.trouble.value;
  return (
    <section class="card self-card" aria-labelledby="self-title">
      <VideoTile class="self-view" stream={stream} label={t.selfTitle} mirror muted on={stream !== null && !self.dark.value}>
        {self.opening.value ? <span role="status">{t.opening}</span> : <><Icon name="camera_off" size={28} /><span>{t.noCamera}</span></>}
      </VideoTile>
      <div class="self-side">
        <h2 id="self-title">{t.selfTitle}</h2>
        {trouble && <p class="callout warn" role="alert"><Icon name="warning" />{ownCamera[trouble] ?? ownCamera.failed}</p>}
        {stream ? <>
          <Picker kind="camera" label={t.camera} devices={self.cameras.value} value={self.camera.value} />
          <Picker kind="microphone" label={t.microphone} devices={self.microphones.value} value={self.microphone.value} />
          <BackdropPicker />
          <div class="row gap8">
            <button class="btn icon-only" aria-label={self.muted.value ? t.unmute : t.mute} aria-pressed={self.muted.value} onClick={toggleMute}><Icon name={self.muted.value ? 'mic_off' : 'mic'} /></button>
            <Level stream={stream} />
          </div>
          <p class="dim small">{self.muted.value ? t.muted : t.quietMic}</p>
        </> : null}
        <div class="row gap8 wrap">
          {stream ? <button class="btn" onClick={closeSelf}>{t.closeCamera}</button>
            : <button class="btn" disabled={self.opening.value} onClick={() => void openSelf()}><Icon name="camera" />{trouble ? t.tryAgain : t.openCamera}</button>}
          <button class="btn quiet" onClick={() => chime()}><Sign name="bell" />{t.testChime}</button>
        </div>
      </div>
    </section>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return <div class="figure"><dt>{label}</dt><dd class="num">{value}</dd></div>;
}

export function Idle() {
  const view = desk.value.desk;
  if (!view) return null;
  const ready = view.presence === 'available' || view.presence === 'reserved';
  const reason = view.away ? awayWords[view.away] : '';
  return (
    <main class="idle" id="main">
      <div class="idle-head">
        <span class="pulse" data-on={ready} aria-hidden="true" />
        <div class="grow">
          <h1>{ready ? t.idleTitle : t.awayTitle(reason)} <span class="num dim">{clock((serverNow.value - Date.parse(view.since)) / 1_000)}</span></h1>
          <p class="dim">{ready ? t.idleLead : view.away === 'missed' ? t.missedLead : t.awayLead}</p>
        </div>
        {ready ? <button class="btn big" onClick={() => setPresence('break')}>{t.goAway}</button> : <>
          {self.trouble.value && <button class="btn big" onClick={() => void goAvailable(true)}>{t.goAvailableBlind}</button>}
          <button class="btn primary big" autofocus onClick={() => void goAvailable()}><Icon name="video" />{t.goAvailable}</button>
        </>}
      </div>
      <Floor />
      <SelfView />
      <dl class="figures">
        <Figure label={t.waitingNow} value={String(view.waiting)} />
        <Figure label={t.longestWait} value={view.waiting > 0 ? clock(view.longest_wait) : t.none} />
        <Figure label={t.answeredToday} value={String(view.answered_today)} />
        <Figure label={t.handleTime} value={view.aht_seconds != null ? clock(view.aht_seconds) : t.none} />
        <Figure label={t.yourRating} value={view.rating != null ? view.rating.toFixed(1) : t.none} />
      </dl>
    </main>
  );
}
