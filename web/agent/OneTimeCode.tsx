/** The one-time code: send it, see what becomes of it, never see the code. Must not know how it is sent. */
import type { AgentCaseView } from '../generated/api.ts';
import { clock, secondsLeft } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { desk, now, sayOf } from './desk.ts';
import { lockWords } from './Rules.tsx';
import { d, way } from './text-identity.ts';
import { stage } from './view.ts';

const DONE: Record<string, string> = { matched: d.codeMatched, locked: d.codeLocked, expired: d.codeExpired, overtaken: d.codeOvertaken };
/** Names of open steps that are told; the rest are counted. */
const NAMED = 3;

export function OneTimeCode({ file }: { file: AgentCaseView }) {
  const { contacts, code, sends_left, code_last, code_after } = file.identity;
  if (contacts.length === 0) return <p class="small odd"><Icon name="warning" size={14} />{d.codeNobody}</p>;
  const left = code ? secondsLeft(Date.parse(code.expires_at) + desk.value.skew, now.value) : 0;
  const state = code && code.state === 'open' && left === 0 ? 'expired' : code?.state;
  const busy = desk.value.talk?.busy.includes('send_code') ?? false;
  const can = stage.value === 'call' && state !== 'matched' && sends_left > 0 && code_after.length === 0;
  const live = stage.value === 'call' && code_after.length > 0;
  return (
    <div class="code">
      {code_last && state !== 'matched' && <p class="small">{d.codeLast}</p>}
      {code && <div role="status">
        <p class="small">{d.codeSent(way[code.channel] ?? code.channel, code.to)}</p>
        {state === 'open' ? <p class="small"><span class="busy-dot" aria-hidden="true" /> {d.codeWaits(code.tries_left)}</p>
          : <p class={state === 'matched' ? 'mark good' : 'small odd'}><Icon name={state === 'matched' ? 'check' : 'warning'} size={14} />{DONE[state ?? ''] ?? state}</p>}
      </div>}
      {code && state === 'open' && <p class="small dim num" role="timer">{d.codeLeft(clock(left))}</p>}
      {live && <p class="small odd"><Icon name="clock" size={14} />{d.codeAfter(code_after.slice(0, NAMED).map(each => lockWords(file, each)), code_after.length - NAMED)}{state === 'open' ? ` ${d.codeEarly}` : ''}</p>}
      {can && contacts.map(c => (
        <button key={c.channel} disabled={busy} class={code ? 'btn tight' : 'btn tight primary'} onClick={() => sayOf({ type: 'send_code', channel: c.channel })}>
          <Icon name={c.channel === 'sms' ? 'phone' : 'send'} />{code ? d.codeAgain(way[c.channel] ?? c.channel, c.to) : d.codeSend(way[c.channel] ?? c.channel, c.to)}
        </button>
      ))}
      {state !== 'matched' && <p class="small dim">{d.codeAside} {code ? (sends_left > 0 ? d.codeNone(sends_left) : d.codeOver) : ''}</p>}
    </div>
  );
}
