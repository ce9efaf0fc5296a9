/** The floor of a supervisor: who is in a call, and the one that is watched. Must not decide who hears whom: the server does. */
import { useState } from 'preact/hooks';
import type { AgentCaseView, LiveRow, SupervisorMode } from '../generated/api.ts';
import { clock } from '../lib/desk.ts';
import { ChatLog, type ChatWords } from '../lib/ui/Chat.tsx';
import { Drawing } from '../lib/ui/Annotate.tsx';
import { Icon } from '../lib/ui/icons.tsx';
import { VideoTile } from '../lib/ui/VideoTile.tsx';
import { Shown } from './Board.tsx';
import { Sound } from './Company.tsx';
import { desk, serverNow } from './desk.ts';
import { ClaimedFields, WhyFailed, Who } from './Facts.tsx';
import { shownUrl } from './Images.tsx';
import { drawn, flows, mode, seen, supervise, takeOver } from './observe.ts';
import { WORDS } from './Talk.tsx';
import { language, step as stepWords, stepState, t } from './text.ts';
import { liveState, modeLead, modes, people as p } from './text-people.ts';

const CHAT_WORDS: ChatWords = { ...WORDS, empty: p.chatEmpty };
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

const video: { current: HTMLVideoElement | null } = { current: null };
const still: { current: HTMLImageElement | null } = { current: null };

/** What agent and customer look at and draw on, over the customer's picture as on their screens. */
function Together({ file }: { file: AgentCaseView }) {
  const { surface: on, shown } = drawn.value;
  if (!on) return null;
  return (
    <div class="board" data-on={on.on}>
      {on.on === 'evidence' && <Shown key={on.evidence} src={shownUrl(on.evidence, file.id)} alt={p.shown} element={still} />}
      <Drawing sketch={drawn.value} picture={() => on.on === 'live' ? video.current : still.current} label={p.drawing(shown.filter(s => !s.undone).length)} />
      <span class="board-head pill" role="status"><Icon name="users" />{on.on === 'live' ? p.togetherLive : p.together}</span>
    </div>
  );
}

/** What agent and customer write to each other. The supervisor speaks to them and leaves the writing to the agent. */
function Written({ file }: { file: AgentCaseView }) {
  return (
    <section class="observe-chat" aria-labelledby="observe-chat">
      <h2><span id="observe-chat">{t.chat}</span><span class="h-side small">{p.readOnly}</span></h2>
      <ChatLog me="supervisor" messages={desk.value.observedChat} words={CHAT_WORDS} locale="en-GB" imageUrl={id => Promise.resolve(shownUrl(id, file.id))} />
    </section>
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
        <div class="observe-picture">
          <VideoTile class="observed-customer" stream={customer ?? null} label={p.customerPicture} contain on={flows.value[0] ?? false} element={element => { video.current = element; }}><Icon name="user" size={32} /><span>{p.noPicture}</span></VideoTile>
          <Together file={file} />
        </div>
        <VideoTile class="observed-agent" stream={agent ?? null} label={p.agentPicture} contain on={flows.value[1] ?? false}><Icon name="user" size={32} /><span>{p.noPicture}</span></VideoTile>
        <Sound stream={interpreter ?? null} name="interpreter" />
      </div>
      <div class="observe-side">
        <aside class="observe-facts" tabIndex={0} aria-label={file.name}>
          <Who file={file} />
          <WhyFailed file={file} />
          <ClaimedFields file={file} />
          <Steps file={file} />
        </aside>
        <Written file={file} />
      </div>
    </main>
  );
}
