// When agents are there: a time zone and spans per weekday, written as text. Must not know the rules.

import { useState } from "preact/hooks";
import type { HoursBody } from "../generated/api.ts";
import { Card, Field } from "./bits.tsx";
import { alwaysOpen, parseSpans, spansText } from "./policy.ts";
import { setup } from "./text-setup.ts";

const said = setup.policy;
const ALWAYS: [number, number][] = [[0, 1440]];

export function HoursEditor({ hours, edits, zoneFault, onChange, onFault }: { hours: HoursBody; edits: boolean; zoneFault: string | undefined; onChange: (hours: HoursBody) => void; onFault: (bad: boolean) => void }) {
  // What is being typed is kept as text until it can be read; only then it becomes hours.
  const [typed, setTyped] = useState<Record<number, string>>({});
  const zones = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
  const always = alwaysOpen(hours);
  const put = (day: number, value: string) => {
    const next = { ...typed, [day]: value };
    setTyped(next);
    onFault(Object.values(next).some((each) => parseSpans(each) === undefined));
    const spans = parseSpans(value);
    if (spans) onChange({ ...hours, week: hours.week.map((each, index) => (index === day ? spans : each)) });
  };
  const all = (spans: number[][]) => {
    setTyped({});
    onFault(false);
    onChange({ ...hours, week: Array.from({ length: 7 }, () => spans.map((each) => [...each])) });
  };
  return (
    <Card title={said.opening}>
      <div class="form">
        <Field label={said.zone} fault={zoneFault}>{(ids) => <input {...ids} list="zones" autoComplete="off" disabled={!edits} value={hours.zone} onInput={(event) => onChange({ ...hours, zone: event.currentTarget.value.trim() })} />}</Field>
        <datalist id="zones">{zones.map((zone) => <option key={zone} value={zone} />)}</datalist>
        <label class="check"><input type="checkbox" disabled={!edits} checked={always} onChange={(event) => all(event.currentTarget.checked ? ALWAYS : [[480, 1320]])} />{said.always}</label>
        {!always && (
          <>
            <div class="week">
              {said.days.map((day, index) => {
                const value = typed[index] ?? spansText(hours.week[index] ?? []);
                return <Field key={day} label={day} fault={parseSpans(value) === undefined ? said.spansBad : undefined}>{(ids) => <input {...ids} class="tabular" disabled={!edits} placeholder={said.closed} value={value} onInput={(event) => put(index, event.currentTarget.value)} />}</Field>;
              })}
            </div>
            <p class="hint">{said.spansHint}</p>
            {edits && <button class="button small" onClick={() => all(hours.week[0] ?? [])}>{said.copyDown}</button>}
          </>
        )}
      </div>
    </Card>
  );
}
