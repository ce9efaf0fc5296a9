// What saving would change, in words: was and now, side by side. Must not know how changes are found.

import type { FailureReason, ProfileView, RecoveryMode, RuleBody } from "../generated/api.ts";
import { Badge } from "./bits.tsx";
import type { IconName } from "./icons.tsx";
import type { Change } from "./policy.ts";
import { setup } from "./text-setup.ts";
import { modeWords, reasonWords, type Tone } from "./words.ts";

const said = setup.policy;
const TONE: Record<string, Tone> = { added: "good", removed: "bad", moved: "live" };
const ICON: Record<string, IconName> = { added: "plus", removed: "minus", moved: "arrow_down" };
const WORD: Record<string, string> = { added: said.added, removed: said.removed, moved: said.moved };

export function PolicyDiff({ changes, profiles }: { changes: ReadonlyArray<Change>; profiles: ReadonlyArray<ProfileView> }) {
  if (changes.length === 0) return <p class="quiet">{said.noChange}</p>;
  return <ul class="diff">{changes.map((change, index) => <li key={index}><Line change={change} profiles={profiles} /></li>)}</ul>;
}

function Line({ change, profiles }: { change: Change; profiles: ReadonlyArray<ProfileView> }) {
  switch (change.what) {
    case "added":
    case "removed":
    case "moved": {
      const place = change.what === "moved" ? said.fromTo(change.from ?? 0, change.to ?? 0) : said.place(change.to ?? change.from ?? 0);
      return <p class="diff-head"><Badge tone={TONE[change.what] ?? "plain"} icon={ICON[change.what]}>{WORD[change.what]}</Badge><b>{change.rule}</b><span class="quiet">{place}</span></p>;
    }
    case "changed":
      return (
        <>
          <p class="diff-head"><Badge tone="warn" icon="pencil">{said.changed}</Badge><b>{change.rule}</b></p>
          {change.fields.map((each) => <Swap key={each.field} name={said.fields[each.field]} was={valueWords(each.field, each.was, profiles)} now={valueWords(each.field, each.now, profiles)} />)}
        </>
      );
    case "minutes":
      return <Whole name={said.minutes} was={`${change.was} ${said.minutesUnit}`} now={`${change.now} ${said.minutesUnit}`} />;
    case "jurisdiction":
      return <Whole name={said.defaultJurisdiction} was={place(change.was, profiles)} now={place(change.now, profiles)} />;
    case "zone":
      return <Whole name={said.zone} was={change.was} now={change.now} />;
    case "day":
      return <Whole name={said.days[change.day] ?? ""} was={change.was || said.closed} now={change.now || said.closed} />;
  }
}

function Whole({ name, was, now }: { name: string; was: string; now: string }) {
  return <><p class="diff-head"><Badge tone="warn" icon="pencil">{said.changed}</Badge><b>{name}</b></p><Swap name="" was={was} now={now} /></>;
}

function Swap({ name, was, now }: { name: string; was: string; now: string }) {
  return <p class="swap">{name !== "" && <span class="quiet">{name}</span>}<del><span class="sr-only">{said.was}: </span>{was}</del><span aria-hidden="true">→</span><ins><span class="sr-only">{said.now}: </span>{now}</ins></p>;
}

function place(code: string, profiles: ReadonlyArray<ProfileView>): string {
  return profiles.find((profile) => profile.code === code)?.name ?? code;
}

function valueWords(field: keyof RuleBody, value: RuleBody[keyof RuleBody], profiles: ReadonlyArray<ProfileView>): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return said.any;
  if (Array.isArray(value)) return value.map((each) => (field === "reasons" ? reasonWords[each as FailureReason] : place(each, profiles))).join(", ");
  if (field === "then") return modeWords[value as RecoveryMode];
  if (field === "hours") return said.hoursWords[value as string] ?? String(value);
  return String(value);
}
