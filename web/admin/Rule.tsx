// One rule: as a sentence, and opened as a form. Must not know the other rules.

import type { FailureReason, ProfileView, RecoveryMode, RuleBody } from "../generated/api.ts";
import { Field, ModeBadge } from "./bits.tsx";
import { percent } from "./format.ts";
import { Icon } from "./icons.tsx";
import type { DraftRule, Fault } from "./policy.ts";
import { policyFaults, setup } from "./text-setup.ts";
import { modeMeaning, modeWords, reasonWords } from "./words.ts";

const said = setup.policy;
const SHOWN_REASONS = 3;

interface RuleProps {
  rule: DraftRule;
  index: number;
  last: boolean;
  edits: boolean;
  open: boolean;
  profiles: ReadonlyArray<ProfileView>;
  faults: ReadonlyArray<Fault>;
  onToggle: () => void;
  onChange: (next: Partial<RuleBody>) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** The conditions of a rule in words. */
export function conditions(rule: RuleBody, profiles: ReadonlyArray<ProfileView>): string {
  const reasons = (rule.reasons ?? []).map((reason) => reasonWords[reason]);
  const places = (rule.jurisdictions ?? []).map((code) => profiles.find((profile) => profile.code === code)?.name ?? code);
  const parts = [reasons.length === 0 ? said.anyReason : reasons.length > SHOWN_REASONS ? `${reasons.slice(0, SHOWN_REASONS).join(", ")}, ${said.more(reasons.length - SHOWN_REASONS)}` : reasons.join(", ")];
  if (places.length > 0) parts.push(places.join(", "));
  if (rule.confidence_below != null) parts.push(said.sentenceBelow(rule.confidence_below));
  if (rule.attempts_at_least != null) parts.push(said.sentenceAttempts(rule.attempts_at_least));
  if (rule.hours === "open") parts.push(said.sentenceOpen);
  if (rule.hours === "closed") parts.push(said.sentenceClosed);
  return parts.join(" · ");
}

export function Rule(props: RuleProps) {
  const { rule, index, last, edits, open, profiles, faults, onToggle, onMove, onRemove } = props;
  return (
    <li class={faults.length > 0 ? "rule faulty" : "rule"}>
      <span class="rule-place tabular">{index + 1}</span>
      <div class="rule-main">
        <div class="rule-line">
          <div class="rule-words"><p class="strong">{rule.name || "–"}</p><p class="quiet">{conditions(rule, profiles)}</p></div>
          <ModeBadge mode={rule.then} />
          {edits && (
            <span class="row-acts">
              <button class="button quiet icon-only" disabled={index === 0} aria-label={said.up(rule.name)} onClick={() => onMove(-1)}><Icon name="arrow_up" size={18} /></button>
              <button class="button quiet icon-only" disabled={last} aria-label={said.down(rule.name)} onClick={() => onMove(1)}><Icon name="arrow_down" size={18} /></button>
              <button class="button quiet icon-only" aria-expanded={open} aria-label={open ? said.fold(rule.name) : said.edit(rule.name)} onClick={onToggle}><Icon name={open ? "chevron_up" : "pencil"} size={18} /></button>
              <button class="button quiet icon-only" aria-label={said.remove(rule.name)} onClick={onRemove}><Icon name="trash" size={18} /></button>
            </span>
          )}
        </div>
        {!open && faults.map((fault) => <p key={fault.pointer} class="fault"><Icon name="warning" size={14} />{policyFaults[fault.code]}</p>)}
        {open && edits && <RuleForm {...props} />}
      </div>
    </li>
  );
}

function RuleForm({ rule, profiles, faults, onChange }: RuleProps) {
  const fault = (field: string) => {
    const found = faults.find((each) => each.pointer.endsWith(`/${field}`));
    return found && policyFaults[found.code];
  };
  const number = (value: number) => (Number.isNaN(value) ? null : value);
  const flip = <T extends string>(list: ReadonlyArray<T> | undefined, value: T, on: boolean): T[] => (on ? [...(list ?? []), value] : (list ?? []).filter((each) => each !== value));
  return (
    <div class="rule-form">
      <div class="rule-wide"><Field label={said.name} hint={said.nameHint} fault={fault("name")}>{(ids) => <input {...ids} value={rule.name} maxLength={120} autoComplete="off" onInput={(event) => onChange({ name: event.currentTarget.value })} />}</Field></div>
      <fieldset class="choice rule-wide">
        <legend>{said.reasons} <span class="hint">{said.reasonsHint}</span></legend>
        <div class="check-grid">{(Object.keys(reasonWords) as FailureReason[]).map((reason) => <label key={reason} class="check"><input type="checkbox" checked={(rule.reasons ?? []).includes(reason)} onChange={(event) => onChange({ reasons: flip(rule.reasons, reason, event.currentTarget.checked) })} />{reasonWords[reason]}</label>)}</div>
      </fieldset>
      <fieldset class="choice rule-wide">
        <legend>{said.jurisdictions} <span class="hint">{said.jurisdictionsHint}</span></legend>
        <div class="check-grid">{profiles.map((profile) => <label key={profile.code} class="check"><input type="checkbox" checked={(rule.jurisdictions ?? []).includes(profile.code)} onChange={(event) => onChange({ jurisdictions: flip(rule.jurisdictions, profile.code, event.currentTarget.checked) })} />{profile.name}</label>)}</div>
      </fieldset>
      <Field label={said.below} hint={rule.confidence_below == null ? said.belowHint : percent(rule.confidence_below)} fault={fault("confidence_below")}>{(ids) => <input {...ids} type="number" min={0} max={1} step={0.01} value={rule.confidence_below ?? ""} onInput={(event) => onChange({ confidence_below: number(event.currentTarget.valueAsNumber) })} />}</Field>
      <Field label={said.attempts} hint={said.attemptsHint} fault={fault("attempts_at_least")}>{(ids) => <input {...ids} type="number" min={1} max={99} step={1} value={rule.attempts_at_least ?? ""} onInput={(event) => onChange({ attempts_at_least: number(event.currentTarget.valueAsNumber) })} />}</Field>
      <Field label={said.hours}>{(ids) => <select {...ids} value={rule.hours ?? "any"} onChange={(event) => onChange({ hours: event.currentTarget.value })}>{Object.entries(said.hoursWords).map(([value, word]) => <option key={value} value={value}>{word}</option>)}</select>}</Field>
      <Field label={said.then} hint={modeMeaning[rule.then]} fault={fault("then")}>{(ids) => <select {...ids} value={rule.then} onChange={(event) => onChange({ then: event.currentTarget.value as RecoveryMode })}>{(Object.keys(modeWords) as RecoveryMode[]).map((mode) => <option key={mode} value={mode}>{modeWords[mode]}</option>)}</select>}</Field>
    </div>
  );
}
