/** The floor of a supervisor: who is in a call, and the one that is watched. Must not decide who hears whom: the server does. */
import { useState } from 'preact/hooks';
import type { AgentCaseView, LiveRow, SupervisorMode } from '../generated/api.ts';
import { clock } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { VideoTile } from '../lib/ui/VideoTile.tsx';
import { Sound } from './Company.tsx';
import { desk, serverNow } from './desk.ts';
import { ClaimedFields, WhyFailed, Who } from './Facts.tsx';
import { flows, mode, seen, supervise, takeOver } from './observe.ts';
import { language, step as stepWords, stepState } from './text.ts';
import { liveState, modeLead, modes, people as p } from './text-people.ts';

const MODES: readonly SupervisorMode[] = ['watch', 'whisper', 'join'];

function since(at: string): string {
  return clock((serverNow.value - Date.parse(at)) / 1_000);
}

function Row({ row }: { row: LiveRow }) {
  return (
    <li class="floor-row">
      <div class="grow">
        <b dir="auto">{row.name}</b> <span class="dim">{language(row.locale)}</span>
        <p class="dim small">{p.with(row.agent)}{row.supervisor ? ` · ${p.taken(row.supervisor)}` : ''}</p>
      </div>
      <span class="small" data-state={row.state}>{liveState[row.state] ?? row.state}</span>
      <span class="num dim">{since(row.started_at)}</span>
      <button class="btn" disabled={row.supervisor != null} onClick={() => supervise(row.case, 'watch')}>{p.watch}</button>
    </li>
  );
}

export function Floor() {
  const floor = desk.value.floor;
  if (!floor?.supervises) return null;
  return (
    <section class="card floor" aria-labelledby="floor-title">
      <h2 id="floor-title">{p.floor} <span class="num dim">{floor.live.length}</span></h2>
      {floor.live.length === 0 ? <p class="dim">{p.floorEmpty}</p> : <ul>{floor.live.map(row => <Row key={row.case} row={row} />)}</ul>}
    </section>
  );
}

function Steps({ file }: { file: AgentCaseView }) {
  return (
    <ol class="observe-steps">
      {file.steps.map(s => <li key={s.key} data-state={s.state}><span class="grow">{stepWords[s.kind]}</span><span class="dim small">{stepState[s.state]}</span></li>)}
    </ol>
  );
}

function TakeOver({ id }: { id: string }) {
  const [sure, setSure] = useState(false);
  if (!sure) return <button class="btn" onClick={() => setSure(true)}><Icon name="user" />{p.takeOver}</button>;
  return (
    <div class="row gap8 wrap" role="alertdialog" aria-label={p.takeOverAsk}>
      <span>{p.takeOverAsk}</span>
      <button class="btn danger" onClick={() => takeOver(id)}>{p.yes}</button>
      <button class="btn" onClick={() => setSure(false)}>{p.back}</button>
    </div>
  );
}

/** Everything of one session, and the three ways to take part. */
export function Observe({ file }: { file: AgentCaseView }) {
  const [customer, agent, interpreter] = seen.value;
  const now = mode.value;
  return (
    <main class="observe" id="main" data-mode={now ?? ''}>
      <header class="observe-bar">
        <div class="seg" role="group" aria-label={p.mode}>
          {MODES.map(m => <button key={m} class="seg-item" aria-pressed={now === m} onClick={() => supervise(file.id, m)}>{modes[m]}</button>)}
        </div>
        <p class="dim grow" role="status">{now ? modeLead[now] : ''}</p>
        <TakeOver id={file.id} />
        <button class="btn" onClick={() => supervise(file.id, null)}>{p.leave}</button>
      </header>
      <div class="observe-faces">
        <VideoTile class="observed-customer" stream={customer ?? null} label={p.customerPicture} contain on={flows.value[0] ?? false}><Icon name="user" size={32} /><span>{p.noPicture}</span></VideoTile>
        <VideoTile class="observed-agent" stream={agent ?? null} label={p.agentPicture} contain on={flows.value[1] ?? false}><Icon name="user" size={32} /><span>{p.noPicture}</span></VideoTile>
        <Sound stream={interpreter ?? null} name="interpreter" />
      </div>
      <aside class="observe-side" tabIndex={0} aria-label={file.name}>
        <Who file={file} />
        <WhyFailed file={file} />
        <ClaimedFields file={file} />
        <Steps file={file} />
      </aside>
    </main>
  );
}
