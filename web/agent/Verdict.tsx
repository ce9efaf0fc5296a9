/** The decision: four ways, their reasons, what the customer will read, and why a way is locked. Must not decide anything itself. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AgentCaseView, ReasonCode, Verdict as Way } from '../generated/api.ts';
import { locksOf, type Talk } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { lockWords } from './Rules.tsx';
import { Key, Sign } from './signs.tsx';
import { ending as endingWords, language, reason as reasonWords, t, toCustomer, verdict as verdictWords, verdictConfirm } from './text.ts';
import { confirmVerdict, decisionNote, openVerdict, reasons, reasonsFor, tenant, toggleReason, verdict } from './view.ts';

const WAYS: ReadonlyArray<readonly [Way, string]> = [['verified', 'A'], ['rejected', 'R'], ['escalated', 'E'], ['incomplete', 'I']];

function WaySign({ way }: { way: Way }) {
  if (way === 'verified') return <Icon name="check" />;
  if (way === 'rejected') return <Icon name="x" />;
  return way === 'escalated' ? <Sign name="flag" /> : <Icon name="refresh" />;
}

function Locks({ file, codes }: { file: AgentCaseView; codes: readonly string[] }) {
  if (codes.length === 0) return null;
  return (
    <div class="locks">
      <p><Icon name="lock" size={16} />{t.lockedTitle}</p>
      <ul>{codes.map(c => <li key={c}>{lockWords(file, c)}</li>)}</ul>
    </div>
  );
}

export function Verdict({ file }: { file: AgentCaseView }) {
  const locks = locksOf(file, 'verified');
  return (
    <section class="verdict" aria-labelledby="verdict-title">
      <h2 id="verdict-title" class="sr-only">{t.decide}</h2>
      {locks.length > 0 && <p class="locks-line dim small" title={locks.map(c => lockWords(file, c)).join('. ')}><Icon name="lock" size={14} />{t.lockedTitle}: {lockWords(file, locks[0] ?? '')}{locks.length > 1 ? ` +${locks.length - 1}` : ''}</p>}
      <div class="ways">
        {WAYS.map(([way, k]) => (
          <button key={way} class="btn way" data-way={way} data-locked={way === 'verified' && locks.length > 0} aria-keyshortcuts={k} onClick={() => openVerdict(way)}>
            {way === 'verified' && locks.length > 0 ? <Icon name="lock" /> : <WaySign way={way} />}{verdictWords[way]}<Key k={k} />
          </button>
        ))}
      </div>
    </section>
  );
}

function Preview({ file, way, chosen }: { file: AgentCaseView; way: Way; chosen: readonly ReasonCode[] }) {
  const reviewed = file.jurisdiction.reviewed && way !== 'incomplete';
  const words = endingWords[reviewed ? 'under_review' : way];
  const told = reviewed || way === 'verified' ? [] : chosen.map(c => toCustomer[c]).filter((x): x is string => x !== undefined);
  const hidden = way !== 'verified' && chosen.some(c => c.startsWith('suspected'));
  return (
    <div class="preview">
      <p class="preview-label">{file.locale.startsWith('en') ? t.customerReads : t.customerReadsIn(language(file.locale))}</p>
      <p class="preview-title">{words.title.replace('{brand}', tenant.value)}</p>
      {told.map(x => <p key={x}>{x}</p>)}
      <p>{words.next.replace('{brand}', tenant.value)}</p>
      {hidden && <p class="small dim"><Icon name="shield" size={14} />{t.suspicionHidden}</p>}
      {reviewed && <p class="small dim"><Icon name="users" size={14} />{t.secondPerson}</p>}
    </div>
  );
}

export function VerdictSheet({ file, talk, which }: { file: AgentCaseView; talk: Talk; which: Way }) {
  const head = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => head.current?.focus(), [which]);
  const locks = locksOf(file, which);
  const offered = reasonsFor(which);
  const chosen = reasons.value;
  const busy = talk.busy.includes('decide');
  const ready = locks.length === 0 && chosen.length > 0 && !busy;
  return (
    <section class="verdict-sheet" data-way={which} aria-labelledby="sheet-title">
      <div class="ways tabs" role="group" aria-label={t.decide}>
        {WAYS.map(([way, k]) => <button key={way} class="btn way" data-way={way} aria-pressed={way === which} aria-keyshortcuts={k} onClick={() => openVerdict(way)}><WaySign way={way} />{verdictWords[way]}</button>)}
      </div>
      <h2 id="sheet-title" tabIndex={-1} ref={head}>{verdictWords[which]}: {t.reasons.toLowerCase()}<span class="h-side dim small">{t.reasonsHint}</span></h2>
      <Locks file={file} codes={locks} />
      <ul class="reasons">
          {offered.map((code, i) => (
            <li key={code}><label class="reason"><input type="checkbox" checked={chosen.includes(code)} onChange={() => toggleReason(code)} /><span class="grow">{reasonWords[code]}</span>{i < 9 && <Key k={String(i + 1)} />}</label></li>
          ))}
        </ul>
        <Preview file={file} way={which} chosen={chosen} />
        <label class="field"><span>{t.decisionNote} <span class="dim small">{t.decisionNoteHint}</span></span>
          <textarea rows={2} maxLength={1000} value={decisionNote.value} onInput={e => { decisionNote.value = e.currentTarget.value; }} /></label>
      <div class="sheet-acts">
        <p class="dim small" role="status">{busy ? t.deciding : locks.length === 0 && chosen.length === 0 ? t.chooseReason : t.confirmHint}</p>
        <div class="row gap8">
          <button class="btn" aria-keyshortcuts="Escape" onClick={() => { verdict.value = null; }}>{t.back}</button>
          <button class="btn grow confirm" data-way={which} disabled={!ready} aria-keyshortcuts="Enter" onClick={confirmVerdict}><WaySign way={which} />{verdictConfirm[which]}<Key k="↵" /></button>
        </div>
      </div>
    </section>
  );
}
