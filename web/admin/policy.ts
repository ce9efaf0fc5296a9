// Edits of a policy before they are saved: what changed, what is wrong, opening hours as text. Pure.

import type { HoursBody, PolicyBody, RuleBody } from "../generated/api.ts";

export type Change =
  | { what: "added" | "removed" | "moved"; rule: string; from?: number; to?: number }
  | { what: "changed"; rule: string; fields: Array<{ field: keyof RuleBody; was: RuleBody[keyof RuleBody]; now: RuleBody[keyof RuleBody] }> }
  | { what: "minutes"; was: number; now: number }
  | { what: "jurisdiction"; was: string; now: string }
  | { what: "zone"; was: string; now: string }
  | { what: "day"; day: number; was: string; now: string };

export type FaultCode =
  | "no_name" | "long_name" | "same_name" | "threshold" | "attempts" | "minutes" | "zone" | "too_many_rules" | "fraud";

export interface Fault {
  pointer: string;
  code: FaultCode;
}

/** A rule under edit, with a key that outlives renaming and moving. */
export interface DraftRule extends RuleBody {
  key: string;
}

export const MAX_RULES = 64;
export const MAX_SPANS = 4;

/** Moves a rule by one place; the order is the meaning, so there is no other way to move it. */
export function move<T>(list: ReadonlyArray<T>, index: number, by: -1 | 1): T[] {
  const target = index + by;
  const next = [...list];
  const [moved] = next.splice(index, 1);
  if (moved === undefined || target < 0 || target > next.length) return [...list];
  next.splice(target, 0, moved);
  return next;
}

/** "08:00–12:00, 13:00–22:00"; empty for a closed day. */
export function spansText(spans: ReadonlyArray<ReadonlyArray<number>>): string {
  return spans.map(([from, to]) => `${minuteText(from ?? 0)}–${minuteText(to ?? 0)}`).join(", ");
}

/** Minutes of the day as "08:00"; the end of the day is "24:00". */
export function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** Reads "8-12, 13:00–22:00"; undefined where it is not a list of spans in order. */
export function parseSpans(text: string): Array<[number, number]> | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  const spans: Array<[number, number]> = [];
  for (const part of trimmed.split(",")) {
    const found = /^\s*(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?\s*$/.exec(part);
    if (!found) return undefined;
    const from = Number(found[1]) * 60 + Number(found[2] ?? 0);
    const to = Number(found[3]) * 60 + Number(found[4] ?? 0);
    const before = spans.at(-1)?.[1] ?? 0;
    if (Number(found[2] ?? 0) > 59 || Number(found[4] ?? 0) > 59 || from >= to || to > 1440 || from < before) return undefined;
    spans.push([from, to]);
  }
  return spans.length > MAX_SPANS ? undefined : spans;
}

/** Whether agents are there day and night. */
export function alwaysOpen(hours: HoursBody): boolean {
  return hours.week.length === 7 && hours.week.every((spans) => spans.length === 1 && spans[0]?.[0] === 0 && spans[0]?.[1] === 1440);
}

/** Everything that keeps this policy from being saved, by JSON Pointer. */
export function faults(body: PolicyBody): Fault[] {
  const found: Fault[] = [];
  const names = new Set<string>();
  if (body.rules.length > MAX_RULES) found.push({ pointer: "/rules", code: "too_many_rules" });
  body.rules.forEach((rule, index) => {
    const at = `/rules/${index}`;
    const name = rule.name.trim();
    if (name === "") found.push({ pointer: `${at}/name`, code: "no_name" });
    else if (name.length > 100) found.push({ pointer: `${at}/name`, code: "long_name" });
    else if (names.has(name)) found.push({ pointer: `${at}/name`, code: "same_name" });
    names.add(name);
    if (rule.then !== "none" && (rule.reasons ?? []).includes("confirmed_fraud")) found.push({ pointer: `${at}/then`, code: "fraud" });
    const below = rule.confidence_below;
    if (below !== undefined && below !== null && !(below >= 0 && below <= 1)) found.push({ pointer: `${at}/confidence_below`, code: "threshold" });
    const attempts = rule.attempts_at_least;
    if (attempts !== undefined && attempts !== null && !(Number.isInteger(attempts) && attempts >= 1 && attempts <= 99)) found.push({ pointer: `${at}/attempts_at_least`, code: "attempts" });
  });
  if (!(Number.isInteger(body.invitation_minutes) && body.invitation_minutes >= 1 && body.invitation_minutes <= 1440)) found.push({ pointer: "/invitation_minutes", code: "minutes" });
  if (!zoneExists(body.hours.zone)) found.push({ pointer: "/hours/zone", code: "zone" });
  return found;
}

function zoneExists(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone !== "";
  } catch {
    return false;
  }
}

const FIELDS = ["reasons", "jurisdictions", "confidence_below", "attempts_at_least", "hours", "then"] as const;

/** What saving would change, in the order of the new policy. Rules are told apart by name. */
export function changes(was: PolicyBody, now: PolicyBody): Change[] {
  const found: Change[] = [];
  const before = new Map(was.rules.map((rule, index) => [rule.name, { rule, index }]));
  const after = new Set(now.rules.map((rule) => rule.name));
  const kept = was.rules.filter((rule) => after.has(rule.name)).map((rule) => rule.name);
  const keptNow = now.rules.filter((rule) => before.has(rule.name)).map((rule) => rule.name);
  now.rules.forEach((rule, index) => {
    const old = before.get(rule.name);
    if (!old) {
      found.push({ what: "added", rule: rule.name, to: index + 1 });
      return;
    }
    const fields = FIELDS.filter((field) => !same(old.rule[field], rule[field]));
    if (fields.length > 0) found.push({ what: "changed", rule: rule.name, fields: fields.map((field) => ({ field, was: old.rule[field], now: rule[field] })) });
    if (kept.indexOf(rule.name) !== keptNow.indexOf(rule.name)) found.push({ what: "moved", rule: rule.name, from: old.index + 1, to: index + 1 });
  });
  for (const [name, { index }] of before) if (!after.has(name)) found.push({ what: "removed", rule: name, from: index + 1 });
  if (was.invitation_minutes !== now.invitation_minutes) found.push({ what: "minutes", was: was.invitation_minutes, now: now.invitation_minutes });
  if (was.jurisdiction !== now.jurisdiction) found.push({ what: "jurisdiction", was: was.jurisdiction, now: now.jurisdiction });
  if (was.hours.zone !== now.hours.zone) found.push({ what: "zone", was: was.hours.zone, now: now.hours.zone });
  for (let index = 0; index < 7; index += 1) {
    const old = spansText(was.hours.week[index] ?? []);
    const fresh = spansText(now.hours.week[index] ?? []);
    if (old !== fresh) found.push({ what: "day", day: index, was: old, now: fresh });
  }
  return found;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
