/** Claimed beside read, field by field, and the machine-readable lines. Must not compare anything itself: the server does. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AgentCaseView, CheckView, MrzView, ReadField, ReadingView, SegmentView } from '../generated/api.ts';
import { Icon, type IconName } from '../lib/ui/icons.tsx';
import { sayOf } from './desk.ts';
import { Place } from './Place.tsx';
import { Key } from './signs.tsx';
import { d, field as fieldWords, format, outcome as outcomeWords, protects, segment as segmentWords, warning } from './text-identity.ts';
import { details } from './view.ts';

const ICONS: Record<string, IconName> = { same: 'check', same_but_marks: 'info', same_but_order: 'info', particle: 'info', different: 'warning', unclaimed: 'minus' };
const DATES: readonly ReadField[] = ['birth_date', 'expiry'];
const LENGTH: Record<ReadField, number> = { name: 200, birth_date: 10, document_number: 40, expiry: 10, address: 300, nationality: 60, mrz: 240 };

function read(field: ReadField, text: string): void { sayOf({ type: 'read_field', field, text }); }

function Outcome({ is }: { is: string }) {
  const [word, means] = outcomeWords[is] ?? [is, ''];
  return <span class="outcome" data-is={is} title={means}><Icon name={ICONS[is] ?? 'info'} size={14} />{word}</span>;
}

function Side({ label, segments, side }: { label: string; segments: readonly SegmentView[]; side: 'claimed' | 'read' }) {
  return (
    <p class="side" dir="auto"><span class="side-label">{label}</span>
      <span>{segments.map((s, i) => s.kind === 'same' || s[side] === '' ? s[side] : <span key={i} class="piece" data-kind={s.kind} title={segmentWords[s.kind]}>{s[side]}</span>)}</span>
    </p>
  );
}

/** Both texts with what differs marked by its line, and the same in words for who does not see lines. */
function Beside({ view }: { view: ReadingView }) {
  const odd = view.segments.filter(s => s.kind !== 'same');
  if (odd.length === 0) return null;
  return (
    <div class="beside">
      <div aria-hidden="true"><Side label={d.claimed} segments={view.segments} side="claimed" /><Side label={d.read} segments={view.segments} side="read" /></div>
      <p class="sr-only">{odd.map(s => d.differs(s.claimed, s.read, segmentWords[s.kind] ?? s.kind)).join('; ')}</p>
    </div>
  );
}

/** A field of the form and of the document; what is typed is kept when the field is left. */
function Reading({ view }: { view: ReadingView }) {
  const [text, setText] = useState(view.read ?? '');
  const typing = useRef(false);
  useEffect(() => { if (!typing.current) setText(view.read ?? ''); }, [view.read]);
  const keep = (): void => {
    typing.current = false;
    if (text.trim() !== (view.read ?? '')) read(view.field, text.trim());
  };
  const label = fieldWords[view.field];
  const typed = (e: { currentTarget: HTMLInputElement }): void => { typing.current = true; setText(e.currentTarget.value); };
  const enter = (e: KeyboardEvent): void => { if (e.key === 'Enter') { e.preventDefault(); keep(); } };
  return (
    <li class="reading" data-field={view.field} data-outcome={view.outcome ?? ''}>
      <div class="reading-head"><b>{label}</b>{view.outcome && <Outcome is={view.outcome} />}</div>
      <p class="reading-claimed" dir="auto">{view.claimed ?? <span class="dim">{d.noneClaimed}</span>}</p>
      {DATES.includes(view.field)
        ? <input aria-label={d.readField(label)} type="date" value={text} onInput={typed} onBlur={keep} onKeyDown={enter} />
        : <input aria-label={d.readField(label)} type="text" dir="auto" value={text} maxLength={LENGTH[view.field]} autocomplete="off" spellcheck={false} onInput={typed} onBlur={keep} onKeyDown={enter} />}
      <Beside view={view} />
      {view.other_script && <p class="small dim">{d.otherScript}</p>}
      {view.implausible && <p class="small odd"><Icon name="warning" size={14} />{view.field === 'expiry' ? d.past : d.future}</p>}
    </li>
  );
}

function Lines({ view }: { view: MrzView }) {
  const at = new Map<string, CheckView>(view.checks.map(c => [`${c.line}.${c.column}`, c]));
  return (
    <div class="mrz-lines" aria-hidden="true">
      {view.lines.map((line, row) => (
        <p key={row}>{[...line].map((c, column) => {
          const check = at.get(`${row}.${column}`);
          return check ? <span key={column} class="mrz-check" data-fits={check.passed} title={d.cell(protects[check.protects] ?? check.protects, check.passed)}>{c}</span> : c;
        })}</p>
      ))}
    </div>
  );
}

function Checks({ view }: { view: MrzView }) {
  const failed = view.checks.filter(c => !c.passed).length;
  return (
    <>
      <p class="mrz-sum" data-fits={failed === 0} role="status"><Icon name={failed === 0 ? 'check' : 'warning'} size={16} />{failed === 0 ? d.checksPassed : d.checksFailed(failed)}<span class="dim small"> {format[view.format ?? '']}, {d.issuer.toLowerCase()} {view.issuer}</span></p>
      <ul class="checks">
        {view.checks.map(c => (
          <li key={`${c.line}.${c.column}`} data-fits={c.passed}><Icon name={c.passed ? 'check' : 'x'} size={14} /><b>{protects[c.protects] ?? c.protects}</b> {c.passed ? d.fits(c.stands) : d.wrong(c.stands, c.wanted, c.line + 1, c.column + 1)}</li>
        ))}
      </ul>
      {view.warnings.map(w => <p class="small odd" key={w}><Icon name="warning" size={14} />{warning[w] ?? w}</p>)}
      {view.fields.length > 0 && <button class="btn tight" onClick={() => { for (const f of view.fields) read(f.field, f.text); }}><Icon name="arrow_up" />{d.takeOver}</button>}
    </>
  );
}

/** Lengths of whole documents: at these the lines are looked at while typing goes on. */
const WHOLE = [72, 88, 90];

function Mrz({ view }: { view: MrzView | null }) {
  const [text, setText] = useState(view?.typed ?? '');
  const sent = useRef(view?.typed ?? '');
  useEffect(() => { if (view?.typed !== undefined && view.typed !== sent.current) { sent.current = view.typed; setText(view.typed); } }, [view?.typed]);
  const keep = (now: string): void => {
    if (now.trim() === sent.current) return;
    sent.current = now.trim();
    read('mrz', now.trim());
  };
  return (
    <section class="mrz" aria-labelledby="mrz-title">
      <h3 id="mrz-title">{fieldWords.mrz}</h3>
      <p class="small dim" id="mrz-hint">{d.mrzHint}</p>
      <textarea aria-label={d.mrzLines} aria-describedby="mrz-hint" rows={3} maxLength={240} wrap="off" value={text} spellcheck={false} autocomplete="off" autocapitalize="characters"
        onInput={e => { const now = e.currentTarget.value; setText(now); if (WHOLE.includes(now.replace(/\s/g, '').length)) keep(now); }} onBlur={() => keep(text)} />
      {view?.problem && text !== '' && <p class="small odd" role="status"><Icon name="warning" size={14} />{d.problem(view.problem, view.at)}</p>}
      {view?.format && <><Lines view={view} /><Checks view={view} /></>}
    </section>
  );
}

export function Details({ file }: { file: AgentCaseView }) {
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => title.current?.focus(), []);
  const { identity } = file;
  return (
    <section class="details checklist" aria-labelledby="details-title">
      <h2 id="details-title" tabIndex={-1} ref={title}>{d.details}<button class="btn quiet tight h-side" onClick={() => { details.value = false; }}><Icon name="x" />{d.close}<Key k="S" /></button></h2>
      <p class="small dim">{d.lead}</p>
      <ul class="readings">{identity.readings.map(view => <Reading key={view.field} view={view} />)}</ul>
      <Mrz view={identity.mrz ?? null} />
      <section class="place-block" aria-labelledby="place-title"><h3 id="place-title">{d.place}</h3><Place view={identity.location} /></section>
    </section>
  );
}
