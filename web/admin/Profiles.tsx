// Jurisdiction profiles: every line with its source and how sure that is; made stricter and declared here. Must not know how a line is checked.

import { useState } from "preact/hooks";
import type { LineValue, ProfileDetail, ProfileLine, ProfilesView, SaveLine } from "../generated/api.ts";
import { Alert, Badge, Card, Dialog, Field, Loaded, Note, PageHead, Time } from "./bits.tsx";
import { calls } from "./calls.ts";
import { Icon } from "./icons.tsx";
import { may } from "./roles.ts";
import { me, route, useAction, useResource } from "./state.ts";
import { text } from "./text.ts";
import { profilesText as said } from "./text-profiles.ts";

/** Of no country: its code is a word of the program. */
const GENERAL = "default";

type Ask = { what: "raise" | "declare"; line: ProfileLine };

export function ProfilesPage() {
  const all = useResource(calls.profiles, "profiles");
  const wanted = route.value.parts[1];
  return (
    <>
      <PageHead title={said.title} lead={said.lead} />
      <Loaded from={all} lines={12}>{(view) => <Chosen view={view} code={wanted} onSaved={all.set} />}</Loaded>
    </>
  );
}

function Chosen({ view, code, onSaved }: { view: ProfilesView; code: string | undefined; onSaved: (view: ProfilesView) => void }) {
  const [ask, setAsk] = useState<Ask | undefined>(undefined);
  const shown = view.profiles.find((profile) => profile.code === code) ?? view.profiles[0];
  if (!shown) return null;
  const edits = me.value !== null && may(me.value.role, "edit_policy");
  const must = shown.lines.filter((line) => line.mandatory || line.raised?.mandatory);
  const advice = shown.lines.filter((line) => !must.includes(line));
  const undeclared = must.filter((line) => line.declarable && !line.declared).length;
  const close = () => setAsk(undefined);
  const saved = (next: ProfilesView) => { onSaved(next); close(); };
  const onAsk = edits ? setAsk : undefined;
  return (
    <>
      <nav class="profile-tabs" aria-label={said.choose}>
        {view.profiles.map((profile) => <a key={profile.code} href={`#/profiles/${profile.code}`} aria-current={profile.code === shown.code ? "page" : undefined}>{profile.code !== GENERAL && <span class="strong">{profile.code}</span>} <span>{profile.name}</span></a>)}
      </nav>
      <section class="profile-head" aria-label={shown.name}>
        <h2>{shown.name}</h2>
        <p class="quiet">{shown.source} · {said.version(shown.version, shown.effective)} · {said.hash} <code>{shown.sha256.slice(0, 16)}…</code></p>
      </section>
      {undeclared > 0 && <Note tone="warn" icon="warning">{said.undeclared(undeclared)}</Note>}
      <Card title={said.mandatory(must.length)} flush><Lines of={shown} lines={must} onAsk={onAsk} /></Card>
      <Card title={said.advised(advice.length)} flush><p class="profile-lead quiet">{said.advisedLead}</p><Lines of={shown} lines={advice} onAsk={onAsk} /></Card>
      {ask?.what === "raise" && <Raise profile={shown} line={ask.line} from={view.version} onSaved={saved} onClose={close} />}
      {ask?.what === "declare" && <Declare profile={shown} line={ask.line} from={view.version} onSaved={saved} onClose={close} />}
    </>
  );
}

const TONES = { read: "good", secondary: "plain", general: "warn", not_verified: "warn" } as const;

function Lines({ of, lines, onAsk }: { of: ProfileDetail; lines: ReadonlyArray<ProfileLine>; onAsk: ((ask: Ask) => void) | undefined }) {
  return <ul class="profile-lines">{lines.map((line) => <LineRow key={`${of.code} ${line.id}`} line={line} onAsk={onAsk} />)}</ul>;
}

function LineRow({ line, onAsk }: { line: ProfileLine; onAsk: ((ask: Ask) => void) | undefined }) {
  const canRaise = !line.mandatory || line.values.length > 0;
  return (
    <li class="profile-line">
      <div class="profile-what">
        <p class="strong">{line.title}</p>
        {line.values.length > 0 && <p class="profile-values">{line.values.map((value) => <span key={value.name}>{said.values[value.name] ?? value.name}: <b>{said.inForce(value.base, value.is)}</b></span>)}</p>}
        <p class="quiet">{line.citation} · <code>{line.id}</code></p>
        {line.note !== "" && <p class="quiet">{line.note}</p>}
        {line.raised && <p class="profile-own"><Icon name="pencil" size={14} /><span>{said.raisedBy(line.raised.by)}, <Time at={line.raised.at} />: {line.raised.reason}</span></p>}
        {line.declared && <p class="profile-own"><Icon name="check" size={14} /><span>{said.declaredBy(line.declared.by)}, <Time at={line.declared.at} />: {line.declared.statement}</span></p>}
      </div>
      <div class="profile-side">
        <Badge tone={TONES[line.certainty]}>{said.certainty[line.certainty]}</Badge>
        {line.raised && <Badge tone="good" icon="pencil">{said.raised}</Badge>}
        {line.declarable && !line.declared && <Badge tone="warn">{said.missing}</Badge>}
        {onAsk && line.declarable && <button class="button small" aria-label={`${line.declared ? said.change : said.declare}: ${line.title}`} onClick={() => onAsk({ what: "declare", line })}>{line.declared ? said.change : said.declare}</button>}
        {onAsk && canRaise && <button class="button small" aria-label={`${said.edit}: ${line.title}`} onClick={() => onAsk({ what: "raise", line })}>{said.edit}</button>}
      </div>
    </li>
  );
}

interface FormProps {
  profile: ProfileDetail;
  line: ProfileLine;
  from: number;
  onSaved: (view: ProfilesView) => void;
  onClose: () => void;
}

/** What stands beside the line now, so that an edit of one half keeps the other. */
function standing(line: ProfileLine): Pick<SaveLine, "raise" | "declare"> {
  const values = Object.fromEntries(line.values.filter((value) => value.is !== value.base).map((value) => [value.name, value.is]));
  const raise = line.raised ? { mandatory: line.raised.mandatory, values, reason: line.raised.reason } : null;
  return { raise, declare: line.declared?.statement ?? null };
}

const good = (words: string): boolean => words.trim().length >= 3 && words.trim().length <= 300;

function Raise({ profile, line, from, onSaved, onClose }: FormProps) {
  const [mandatory, setMandatory] = useState(line.mandatory || (line.raised?.mandatory ?? false));
  const [values, setValues] = useState<Record<string, number>>(Object.fromEntries(line.values.map((value) => [value.name, value.is])));
  const [reason, setReason] = useState(line.raised?.reason ?? "");
  const [tried, setTried] = useState(false);
  const action = useAction();
  const put = (raise: SaveLine["raise"]) => action.run(async () => onSaved(await calls.saveLine(profile.code, line.id, { from_version: from, ...standing(line), raise: raise ?? null })));
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!good(reason)) return;
    const stricter = Object.fromEntries(line.values.filter((value) => values[value.name] !== value.base).map((value) => [value.name, values[value.name] ?? value.base]));
    put({ mandatory, values: stricter, reason: reason.trim() });
  };
  return (
    <Dialog title={said.formTitle} onClose={onClose} actions={<>{line.raised && <button class="button" disabled={action.busy} onClick={() => put(null)}>{said.takeBack}</button>}<button class="button" onClick={onClose}>{text.common.cancel}</button><button class="button primary" form="raise-form" type="submit" disabled={action.busy}>{text.common.save}</button></>}>
      <form id="raise-form" class="form" onSubmit={submit} noValidate>
        <p class="strong">{line.title}</p>
        <p class="quiet">{said.formLead}</p>
        {!line.mandatory && <label class="check"><input type="checkbox" checked={mandatory} onChange={(event) => setMandatory(event.currentTarget.checked)} />{said.makeMandatory}</label>}
        {line.values.map((value) => <NumberField key={value.name} value={value} is={values[value.name] ?? value.is} onChange={(is) => setValues({ ...values, [value.name]: is })} />)}
        <Field label={said.reason} hint={said.reasonHint} fault={tried && !good(reason) ? said.bad : undefined}>{(ids) => <textarea {...ids} rows={3} maxLength={300} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />}</Field>
        <Alert failure={action.failure} />
      </form>
    </Dialog>
  );
}

function NumberField({ value, is, onChange }: { value: LineValue; is: number; onChange: (is: number) => void }) {
  const upwards = value.stricter === "up";
  const hint = upwards ? said.from(said.atLeast(value.base), value.end) : said.fromDown(value.base, value.end);
  return <Field label={said.values[value.name] ?? value.name} hint={hint}>{(ids) => <input {...ids} type="number" min={Math.min(value.base, value.end)} max={Math.max(value.base, value.end)} value={is} onInput={(event) => onChange(Math.round(event.currentTarget.valueAsNumber || 0))} />}</Field>;
}

function Declare({ profile, line, from, onSaved, onClose }: FormProps) {
  const [statement, setStatement] = useState(line.declared?.statement ?? "");
  const [tried, setTried] = useState(false);
  const action = useAction();
  const put = (declare: string | null) => action.run(async () => onSaved(await calls.saveLine(profile.code, line.id, { from_version: from, ...standing(line), declare })));
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (good(statement)) put(statement.trim());
  };
  return (
    <Dialog title={said.declareTitle} onClose={onClose} actions={<>{line.declared && <button class="button" disabled={action.busy} onClick={() => put(null)}>{said.takeBackDeclared}</button>}<button class="button" onClick={onClose}>{text.common.cancel}</button><button class="button primary" form="declare-form" type="submit" disabled={action.busy}>{said.declare}</button></>}>
      <form id="declare-form" class="form" onSubmit={submit} noValidate>
        <p class="strong">{line.title}</p>
        <p class="quiet">{said.declareLead}</p>
        <Field label={said.statement} hint={said.reasonHint} fault={tried && !good(statement) ? said.bad : undefined}>{(ids) => <textarea {...ids} rows={4} maxLength={300} value={statement} onInput={(event) => setStatement(event.currentTarget.value)} />}</Field>
        <Alert failure={action.failure} />
      </form>
    </Dialog>
  );
}
