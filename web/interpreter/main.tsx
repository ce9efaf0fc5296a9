/** The interpreter's page: what is asked, the notice, the conversation, the end. */
import '../lib/ui/tokens.css';
import '../lib/ui/base.css';
import './interpreter.css';
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon, Logo } from '../lib/ui/icons.tsx';
import { begin, heard, join, leave, lost, media, muted, stage, toggleMute, trouble, view } from './call.ts';
import { t } from './text.ts';

function Sound({ stream, name }: { stream: MediaStream; name: string }) {
  const box = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (!box.current) return;
    box.current.srcObject = stream;
    void box.current.play().catch(() => undefined);
  }, [stream]);
  return <audio ref={box} autoplay data-seat={name} />;
}

const spoken = (tag: string): string => new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag;

function Asked() {
  const [name, setName] = useState('');
  const v = view.value;
  if (!v) return null;
  return (
    <form class="box" onSubmit={e => { e.preventDefault(); void join(name); }}>
      <h1>{t.title}</h1>
      <p>{t.lead(v.agent_name, v.brand.name, spoken(v.language))}</p>
      <section class="notice"><h2>{t.noticeTitle}</h2><p>{v.notice}</p></section>
      {trouble.value && <p role="alert"><Icon name="warning" />{t.noMicrophone}</p>}
      <label><span>{t.name}</span><input name="name" autocomplete="name" maxLength={80} required value={name} onInput={e => setName(e.currentTarget.value)} /></label>
      <button class="primary" disabled={name.trim() === '' || stage.value === 'joining'}>{stage.value === 'joining' ? t.joining : t.join}</button>
    </form>
  );
}

function Live() {
  const v = view.value;
  return (
    <div class="box">
      <h1>{t.live}</h1>
      <p role="status">{media.value === 'connected' ? v?.hold ? t.onHold : t.hears : t.connecting}</p>
      {heard.value.map((stream, i) => <Sound key={stream.id} stream={stream} name={['customer', 'agent', 'supervisor'][i] ?? ''} />)}
      <div class="acts">
        <button aria-pressed={muted.value} onClick={toggleMute}><Icon name={muted.value ? 'mic_off' : 'mic'} />{muted.value ? t.unmute : t.mute}</button>
        <button class="danger" onClick={leave}><Icon name="phone_off" />{t.leave}</button>
      </div>
    </div>
  );
}

function Page() {
  const at = stage.value;
  return (
    <main data-stage={at}>
      <Logo size={40} />
      {lost.value && <p class="lost" role="alert">{t.lost}</p>}
      {at === 'loading' && <p role="status">{t.loading}</p>}
      {(at === 'asked' || at === 'joining') && <Asked />}
      {at === 'live' && <Live />}
      {at === 'ended' && <div class="box"><h1>{t.ended}</h1><p>{t.endedLead}</p></div>}
      {at === 'invalid' && <div class="box"><h1>{t.invalid}</h1><p>{t.invalidLead}</p></div>}
    </main>
  );
}

begin();
const root = document.getElementById('app');
if (root) render(<Page />, root);
