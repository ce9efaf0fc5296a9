/** Supervisor and interpreter in the agent's call: heard, named, seen where they show themselves. */
import { useEffect, useRef } from 'preact/hooks';
import type { AgentCaseView } from '../generated/api.ts';
import { clock } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { VideoTile } from '../lib/ui/VideoTile.tsx';
import { company, serverNow } from './desk.ts';
import { modeNow, people as p } from './text-people.ts';

/** Plays what comes from a seat; a browser that wants a click first has had many by now. */
export function Sound({ stream, name }: { stream: MediaStream | null; name: string }) {
  const box = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = box.current;
    if (!audio) return;
    audio.srcObject = stream;
    if (stream) void audio.play().catch(() => undefined);
  }, [stream]);
  return <audio ref={box} autoplay data-seat={name} />;
}

export function Company({ file }: { file: AgentCaseView }) {
  const table = file.table;
  const [supervisor, interpreter] = company.value;
  const boss = table?.people.find(x => x.seat === 'supervisor');
  const voice = table?.people.find(x => x.seat === 'interpreter');
  return (
    <div class="company">
      {boss?.mode && <span class="pill" data-supervisor={boss.mode} role="status"><Icon name="user" size={16} />{p.supervisor(boss.name, modeNow[boss.mode])}</span>}
      {voice && <span class="pill" data-interpreter role="status"><Icon name="volume" size={16} />{p.interprets(voice.name)}</span>}
      {!voice && table?.interpreter_until && <span class="pill"><Icon name="clock" size={16} />{p.invited}</span>}
      {table?.hold_since && <span class="pill" data-line="weak" role="status"><Icon name="clock" size={16} />{p.onHold(clock((serverNow.value - Date.parse(table.hold_since)) / 1_000))}</span>}
      {boss?.mode === 'join' ? <VideoTile class="company-face" stream={supervisor ?? null} label={p.supervisorPicture(boss.name)} on /> : <Sound stream={supervisor ?? null} name="supervisor" />}
      <Sound stream={interpreter ?? null} name="interpreter" />
    </div>
  );
}

/** Why this customer was handed on, in the words of the colleague. */
export function Handed({ file }: { file: AgentCaseView }) {
  const handed = file.table?.handed;
  if (!handed) return null;
  return (
    <section class="callout handed">
      <Icon name="info" />
      <div><b>{handed.senior ? p.seniorAsked : p.handedTitle}</b><p dir="auto">{handed.reason}</p></div>
    </section>
  );
}
