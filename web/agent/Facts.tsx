/** What is known of a case before and during the call: who, why it failed, what was claimed, from which device. */
import { useState } from 'preact/hooks';
import type { AgentCaseView, Scores } from '../generated/api.ts';
import { clock } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { now } from './desk.ts';
import { Key, Sign } from './signs.tsx';
import { d } from './text-identity.ts';
import { details } from './view.ts';
import { customerCamera, documentType, failure, failureHint, language, t } from './text.ts';

/** Below this a machine's score counts as bad for the eye; the policy's own thresholds are not known here. */
const LOW = 0.5;
const FAIR = 0.8;
const VIRTUAL = /virtual|obs|manycam|snap camera|xsplit|droidcam|v4l2loopback/i;

export function Who({ file, big }: { file: AgentCaseView; big?: boolean }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(file.reference);
    setCopied(true);
  };
  return (
    <div class={big ? 'whois big' : 'whois'}>
      <h1 lang={file.locale} dir="auto">{file.name}</h1>
      <div class="tags">
        <span class="tag brand"><Icon name="globe" size={16} />{t.speaks(language(file.locale))}</span>
        <button class="tag plain num" title={copied ? t.copied : t.copy} onClick={() => void copy()}>{file.reference}<Icon name={copied ? 'check' : 'copy'} size={14} /><span class="sr-only">{copied ? t.copied : t.copy}</span></button>
      </div>
    </div>
  );
}

/** What an agent has to know at once, each with a sign and a word. */
export function Alerts({ file, short }: { file: AgentCaseView; short?: boolean }) {
  const { customer } = file;
  return (
    <ul class="alerts">
      {file.two_devices && <li class="callout warn" title={t.twoDevicesHint}><Sign name="smartphone" /><span><b>{t.twoDevices}</b>{!short && <span class="small"> {t.twoDevicesHint}</span>}</span></li>}
      {file.mode === 'photos' && <li class="callout info"><Icon name="camera_off" /><span>{t.photosMode}</span></li>}
      {VIRTUAL.test(customer.camera_label) && <li class="callout warn"><Icon name="warning" /><span><b>{t.virtualCamera}</b> <span class="small">{customer.camera_label}</span></span></li>}
    </ul>
  );
}

function Score({ label, value }: { label: string; value: number | null | undefined }) {
  if (value == null) return null;
  const rank = value < LOW ? 'low' : value < FAIR ? 'fair' : 'fine';
  return (
    <div class="score" data-rank={rank}>
      <span>{label} <span class="num">{value.toFixed(2)}</span></span>
      <span class="score-bar" aria-hidden="true"><span class="score-fill" style={{ width: `${Math.round(value * 100)}%` }} /></span>
    </div>
  );
}

function ScoreSet({ scores }: { scores: Scores | undefined }) {
  if (!scores) return null;
  return <div class="scores"><Score label={t.scoreDocument} value={scores.document} /><Score label={t.scoreFace} value={scores.face} /><Score label={t.scoreLiveness} value={scores.liveness} /></div>;
}

export function WhyFailed({ file }: { file: AgentCaseView }) {
  const last = file.reports.at(-1);
  if (!last) return null;
  const [first, ...others] = last.check.reasons;
  return (
    <section class="block" aria-labelledby="why-title">
      <h2 id="why-title">{t.whyFailed}<span class="h-side num">{t.attempts(Math.max(last.check.attempt, file.reports.length))}</span></h2>
      {first && <p class="why"><b>{failure[first]}</b>{others.map(r => <span class="tag" key={r}>{failure[r]}</span>)}</p>}
      {first && <p class="dim small">{failureHint[first]}</p>}
      <ScoreSet scores={last.check.scores} />
      {file.reports.length > 1 && (
        <details class="earlier">
          <summary>{t.earlier(file.reports.length - 1)}</summary>
          {file.reports.slice(0, -1).reverse().map(r => <div key={r.id}><p class="small"><b class="num">{t.attempt(r.check.attempt)}</b> {r.check.reasons.map(x => failure[x]).join(', ')}</p><ScoreSet scores={r.check.scores} /></div>)}
        </details>
      )}
    </section>
  );
}

function dateWords(iso: string): string {
  const at = new Date(`${iso}T00:00:00`);
  return Number.isNaN(at.getTime()) ? iso : at.toLocaleDateString('en-GB', { day: '2-digit', month: 'short', year: 'numeric' });
}

function yearsSince(iso: string, at: number): number {
  const born = new Date(`${iso}T00:00:00`);
  const today = new Date(at);
  const before = today.getMonth() < born.getMonth() || (today.getMonth() === born.getMonth() && today.getDate() < born.getDate());
  return today.getFullYear() - born.getFullYear() - (before ? 1 : 0);
}

/** Who only watches compares nothing. */
export function ClaimedFields({ file, compares = false }: { file: AgentCaseView; compares?: boolean }) {
  const c = file.claimed;
  const past = c.document_expiry ? Date.parse(c.document_expiry) < now.peek() : false;
  const rows: Array<[string, string | null | undefined, string?]> = [
    [t.name, c.name ?? file.name],
    [t.birthDate, c.birth_date ? dateWords(c.birth_date) : null, c.birth_date ? t.years(yearsSince(c.birth_date, now.peek())) : ''],
    [t.documentType, c.document_type ? documentType(c.document_type) : null],
    [t.documentNumber, c.document_number],
    [t.documentExpiry, c.document_expiry ? dateWords(c.document_expiry) : null, past ? t.expired : ''],
    [t.address, c.address],
  ];
  return (
    <section class="block" aria-labelledby="claimed-title">
      <h2 id="claimed-title">{t.claimed}{compares && file.session && <button class="btn quiet tight h-side" aria-pressed={details.value} aria-keyshortcuts="S" onClick={() => { details.value = !details.value; }}><Icon name="id_card" />{d.open}<Key k="S" /></button>}</h2>
      <dl class="facts">
        {rows.map(([label, value, side]) => (
          <div key={label}><dt>{label}</dt><dd dir="auto" class={value ? 'num' : 'dim'}>{value || t.notGiven}{side ? <span class={side === t.expired ? 'tag bad' : 'dim'}> {side}</span> : null}</dd></div>
        ))}
      </dl>
    </section>
  );
}

export function Around({ file }: { file: AgentCaseView }) {
  return (
    <section class="block" aria-labelledby="device-title">
      <h2 id="device-title" class="sr-only">{t.device}</h2>
      <dl class="facts">
        <div><dt>{t.device}</dt><dd>{file.device || t.notGiven}<span class="dim"> {customerCamera[file.customer.camera]}</span></dd></div>
        <div><dt>{t.profile}</dt><dd>{file.jurisdiction.name}
          {file.jurisdiction.reviewed && <span class="dim"> {t.reviewed}</span>}{file.jurisdiction.restart_on_interruption && <span class="dim"> {t.restarts}</span>}</dd></div>
        <div><dt>{t.history}</dt><dd class="num">{t.waited(clock(file.waited))}, {t.drops(file.drops)}</dd></div>
      </dl>
    </section>
  );
}
