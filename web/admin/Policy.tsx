// The trigger policy: rules in order, hours, the difference before saving, the simulator. Must not know how a rule is matched.

import { useEffect, useState } from "preact/hooks";
import type { PolicyBody, PolicyView } from "../generated/api.ts";
import { randomHex } from "../lib/api.ts";
import { Alert, Card, Dialog, Empty, Field, Loaded, Note, PageHead, Time } from "./bits.tsx";
import { calls } from "./calls.ts";
import { HoursEditor } from "./HoursEditor.tsx";
import { Icon } from "./icons.tsx";
import { changes, faults, MAX_RULES, move, type Change, type DraftRule } from "./policy.ts";
import { PolicyDiff } from "./PolicyDiff.tsx";
import { may } from "./roles.ts";
import { Rule } from "./Rule.tsx";
import { Simulator } from "./Simulator.tsx";
import { me, useAction, useResource } from "./state.ts";
import { text } from "./text.ts";
import { policyFaults, setup } from "./text-setup.ts";

const said = setup.policy;

export function PolicyPage() {
  const policy = useResource(calls.policy, "policy");
  return (
    <>
      {!policy.value && <PageHead title={said.title} lead={said.lead} />}
      <Loaded from={policy} lines={12}>{(view) => <Editor key={view.version} view={view} onSaved={policy.set} onReload={policy.reload} />}</Loaded>
    </>
  );
}

interface Draft extends Omit<PolicyBody, "rules"> {
  rules: DraftRule[];
}

function draftOf(body: PolicyBody): Draft {
  return { ...body, rules: body.rules.map((rule) => ({ ...rule, key: randomHex(6) })) };
}

/** The draft as the server takes it: names trimmed, keys gone. */
function bodyOf(draft: Draft): PolicyBody {
  return { ...draft, rules: draft.rules.map(({ key: _, ...rule }) => ({ ...rule, name: rule.name.trim() })) };
}

function Editor({ view, onSaved, onReload }: { view: PolicyView; onSaved: (view: PolicyView) => void; onReload: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(view.body));
  const [open, setOpen] = useState<string | undefined>(undefined);
  const [saving, setSaving] = useState(false);
  const [hoursFault, setHoursFault] = useState(false);
  const role = me.value?.role;
  const edits = role !== undefined && may(role, "edit_policy");
  const body = bodyOf(draft);
  const found = faults(body);
  const pending = changes(view.body, body);
  useUnsavedWarning(pending.length > 0);
  const add = () => {
    const rule: DraftRule = { key: randomHex(6), name: said.newRule, reasons: [], jurisdictions: [], confidence_below: null, attempts_at_least: null, hours: "any", then: "opt_in" };
    setDraft({ ...draft, rules: [...draft.rules, rule] });
    setOpen(rule.key);
  };
  const bad = found.length + (hoursFault ? 1 : 0);
  return (
    <>
      <PageHead title={said.title} lead={<>{said.lead} <span class="quiet">{said.version(view.version)}, {said.savedBy(view.by)} <Time at={view.at} /></span></>} />
      {!edits && <Note icon="lock">{said.readOnly}</Note>}
      <div class="policy-grid">
        <div class="policy-main">
          <Card title={said.rulesCount(draft.rules.length)} aside={edits && <button class="button small" disabled={draft.rules.length >= MAX_RULES} onClick={add}><Icon name="plus" size={16} />{said.addRule}</button>} flush>
            {draft.rules.length === 0 && <Empty icon="rules" title={said.empty}>{said.emptyLead}</Empty>}
            <ol class="rules">
              {draft.rules.map((rule, index) => (
                <Rule
                  key={rule.key} rule={rule} index={index} last={index === draft.rules.length - 1} edits={edits} open={open === rule.key} profiles={view.profiles}
                  faults={found.filter((fault) => fault.pointer.startsWith(`/rules/${index}/`))}
                  onToggle={() => setOpen(open === rule.key ? undefined : rule.key)}
                  onChange={(next) => setDraft({ ...draft, rules: draft.rules.map((each) => (each.key === rule.key ? { ...each, ...next } : each)) })}
                  onMove={(by) => setDraft({ ...draft, rules: move(draft.rules, index, by) })}
                  onRemove={() => setDraft({ ...draft, rules: draft.rules.filter((each) => each.key !== rule.key) })}
                />
              ))}
              <li class="rule rest"><span class="rule-place" aria-hidden="true"><Icon name="minus" size={16} /></span><p><b>{said.last}</b> {said.lastThen}</p></li>
            </ol>
          </Card>
          <Simulator body={body} valid={bad === 0} />
        </div>
        <div class="policy-side">
          <General draft={draft} view={view} edits={edits} fault={found.some((fault) => fault.pointer === "/invitation_minutes") ? policyFaults.minutes : undefined} onChange={(next) => setDraft({ ...draft, ...next })} />
          <HoursEditor hours={draft.hours} edits={edits} zoneFault={found.some((fault) => fault.pointer === "/hours/zone") ? policyFaults.zone : undefined} onChange={(hours) => setDraft({ ...draft, hours })} onFault={setHoursFault} />
          <History view={view} />
        </div>
      </div>
      {edits && (pending.length > 0 || bad > 0) && (
        <div class="save-bar" role="status">
          <p>{bad > 0 ? <span class="fault"><Icon name="warning" size={16} />{said.faults(bad)}</span> : said.unsaved(pending.length)}</p>
          <button class="button" onClick={() => { setDraft(draftOf(view.body)); setOpen(undefined); setHoursFault(false); }}>{said.reset}</button>
          <button class="button primary" disabled={bad > 0 || pending.length === 0} onClick={() => setSaving(true)}>{said.review}</button>
        </div>
      )}
      {saving && <Save view={view} body={body} pending={pending} onClose={() => setSaving(false)} onSaved={onSaved} onReload={onReload} />}
    </>
  );
}

/** The browser asks before a tab with unsaved changes is closed. */
function useUnsavedWarning(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [unsaved]);
}

function Save({ view, body, pending, onClose, onSaved, onReload }: { view: PolicyView; body: PolicyBody; pending: ReadonlyArray<Change>; onClose: () => void; onSaved: (view: PolicyView) => void; onReload: () => void }) {
  const action = useAction();
  const conflict = action.failure?.status === 409;
  const save = () => action.run(async () => onSaved(await calls.savePolicy(view.version, body)));
  return (
    <Dialog
      title={said.diffTitle(view.version + 1)} wide onClose={onClose}
      actions={<><button class="button" onClick={onClose}>{text.common.cancel}</button>{conflict ? <button class="button primary" onClick={() => { onClose(); onReload(); }}>{said.loadNew}</button> : <button class="button primary" disabled={action.busy} onClick={save}>{action.busy ? said.saving : said.save}</button>}</>}
    >
      <p>{said.diffLead}</p>
      <PolicyDiff changes={pending} profiles={view.profiles} />
      {conflict ? <Note tone="warn" icon="warning">{said.conflict(view.version + 1)}</Note> : <Alert failure={action.failure} />}
    </Dialog>
  );
}

function General({ draft, view, edits, fault, onChange }: { draft: Draft; view: PolicyView; edits: boolean; fault: string | undefined; onChange: (next: Partial<Draft>) => void }) {
  return (
    <Card title={said.general}>
      <div class="form">
        <Field label={said.minutes} fault={fault}>{(ids) => <span class="with-unit"><input {...ids} type="number" min={1} max={1440} step={1} disabled={!edits} value={Number.isNaN(draft.invitation_minutes) ? "" : draft.invitation_minutes} onInput={(event) => onChange({ invitation_minutes: event.currentTarget.valueAsNumber })} /><span>{said.minutesUnit}</span></span>}</Field>
        <Field label={said.defaultJurisdiction}>{(ids) => <select {...ids} disabled={!edits} value={draft.jurisdiction} onChange={(event) => onChange({ jurisdiction: event.currentTarget.value })}>{view.profiles.map((profile) => <option key={profile.code} value={profile.code}>{profile.name}</option>)}</select>}</Field>
      </div>
    </Card>
  );
}

function History({ view }: { view: PolicyView }) {
  return (
    <Card title={said.history}>
      {view.history.length === 0 ? <p class="quiet">{said.historyEmpty}</p> : (
        <ol class="history">{view.history.map((each) => <li key={each.version}><span>{said.version(each.version)}</span><span class="quiet">{each.by}</span><Time at={each.at} /></li>)}</ol>
      )}
    </Card>
  );
}
