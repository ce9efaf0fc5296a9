/** Hold, interpreter, handing on, another day: one sheet. Must not decide what is allowed: the server does. */
import { useState } from 'preact/hooks';
import type { AgentCaseView, FloorView, TransferTo } from '../generated/api.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { desk, sayOf } from './desk.ts';
import { Sheet } from './Sheet.tsx';
import { language } from './text.ts';
import { people as p } from './text-people.ts';
import { peopleOpen } from './view.ts';

const LANGUAGES = ['id', 'th', 'fil', 'vi', 'ms', 'zh-Hans', 'hi', 'ta', 'my', 'km', 'en'];

function close(): void { peopleOpen.value = false; }

function HoldPart({ file }: { file: AgentCaseView }) {
  const on = file.table?.hold_since != null;
  return (
    <section>
      <h3>{p.hold}</h3>
      <p class="dim small">{p.holdLead}</p>
      <button class={on ? 'btn primary' : 'btn'} aria-pressed={on} onClick={() => sayOf({ type: 'hold', on: !on })}>{on ? p.unhold : p.hold}</button>
    </section>
  );
}

function LinkOut({ url }: { url: string }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => { void navigator.clipboard?.writeText(url).then(() => setCopied(true), () => undefined); };
  return (
    <div class="row gap8">
      <label class="field grow"><span class="sr-only">{p.linkFor}</span><input readOnly value={url} data-interpreter-link onFocus={e => e.currentTarget.select()} /></label>
      <button class="btn" onClick={copy}><span role="status">{copied ? p.copied : p.copy}</span></button>
    </div>
  );
}

function InterpreterPart({ file }: { file: AgentCaseView }) {
  const [tag, setTag] = useState(LANGUAGES.includes(file.locale) ? file.locale : 'ta');
  const there = file.table?.people.find(x => x.seat === 'interpreter');
  const link = desk.value.interpreterLink;
  const out = file.table?.interpreter_until != null;
  return (
    <section>
      <h3>{p.interpreter}</h3>
      {there ? <p>{p.interprets(there.name)}</p> : <p class="dim small">{p.interpreterLead}</p>}
      {there || out ? <button class="btn" onClick={() => sayOf({ type: 'remove_interpreter' })}>{p.letGo}</button> : null}
      {!there && (
        <div class="row gap8">
          <label class="field"><span>{p.language}</span>
            <select value={tag} onChange={e => setTag(e.currentTarget.value)}>{LANGUAGES.map(l => <option key={l} value={l}>{language(l)}</option>)}</select>
          </label>
          <button class="btn" onClick={() => sayOf({ type: 'invite_interpreter', language: tag })}>{out ? p.newLink : p.makeLink}</button>
        </div>
      )}
      {!there && out && link?.case === file.id && <LinkOut url={link.url} />}
    </section>
  );
}

function wordOf(skill: string): string {
  return skill.startsWith('lang:') ? p.speaks(language(skill.slice(5))) : p.skill(skill);
}

function target(value: string): TransferTo {
  if (value === 'senior') return { to: 'senior' };
  return value.startsWith('agt_') ? { to: 'agent', id: value } : { to: 'skill', name: value };
}

function HandOn({ floor }: { floor: FloorView | null }) {
  const [to, setTo] = useState('senior');
  const [why, setWhy] = useState('');
  const good = why.trim().length >= 3;
  const send = (e: Event): void => {
    e.preventDefault();
    if (!good) return;
    sayOf({ type: 'transfer', target: target(to), reason: why.trim().slice(0, 500) });
    close();
  };
  return (
    <form onSubmit={send}>
      <h3>{p.handOn}</h3>
      <p class="dim small">{p.handOnLead}</p>
      <label class="field"><span>{p.to}</span>
        <select value={to} onChange={e => setTo(e.currentTarget.value)}>
          <option value="senior">{p.senior}</option>
          {floor?.skills.filter(s => s !== 'level:senior').map(s => <option key={s} value={s}>{wordOf(s)}</option>)}
          {floor?.colleagues.map(c => <option key={c.id} value={c.id}>{c.free ? p.free(c.name) : p.busy(c.name)}</option>)}
        </select>
      </label>
      <label class="field"><span>{p.why}</span><textarea rows={2} maxLength={500} value={why} onInput={e => setWhy(e.currentTarget.value)} /></label>
      <button class="btn primary" disabled={!good}>{p.handOnNow}</button>
    </form>
  );
}

function LaterPart({ file }: { file: AgentCaseView }) {
  const [at, setAt] = useState('');
  const book = (): void => {
    if (at) { sayOf({ type: 'later', at: new Date(at).toISOString() }); close(); }
  };
  return (
    <section>
      <h3>{p.later}</h3>
      <p class="dim small">{file.table?.keeps_for_later ? p.laterKept : p.laterVoid}</p>
      <div class="row gap8 wrap">
        <label class="field"><span>{p.at}</span><input type="datetime-local" value={at} onInput={e => setAt(e.currentTarget.value)} /></label>
        <button class="btn" disabled={at === ''} onClick={book}>{p.callBack}</button>
        <button class="btn" onClick={() => { sayOf({ type: 'later', at: null }); close(); }}>{p.sendLink}</button>
      </div>
    </section>
  );
}

export function People({ file }: { file: AgentCaseView }) {
  return (
    <Sheet label={p.title} kind="people" onClose={close}>
      <header class="sheet-head"><h2 class="grow">{p.title}</h2><button class="btn quiet icon-only" aria-label={p.close} onClick={close}><Icon name="x" /></button></header>
      <div class="people-grid">
        <HoldPart file={file} />
        <InterpreterPart file={file} />
        <HandOn floor={desk.value.floor} />
        <LaterPart file={file} />
      </div>
    </Sheet>
  );
}
