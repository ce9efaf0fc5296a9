// The sentences of the set-up pages: policy, webhooks, keys, audit log. Must not know a component.

import { count, percent } from "./format.ts";
import type { FaultCode } from "./policy.ts";

const many = (n: number, one: string, more: string): string => `${count(n)} ${n === 1 ? one : more}`;

export const policyFaults: Record<FaultCode, string> = {
  no_name: "Give the rule a name. It is kept with each case it speaks for.",
  long_name: "A rule’s name has at most 100 characters.",
  same_name: "Another rule has this name. Cases tell rules apart by name.",
  threshold: "Confidence is a number from 0 to 1.",
  attempts: "Attempts are a whole number from 1 to 99.",
  minutes: "A link lives 1 to 1 440 minutes.",
  zone: "Not a time zone this browser knows, such as Asia/Singapore.",
  too_many_rules: "A policy has at most 64 rules.",
  fraud: "Confirmed fraud is never offered a recovery. Take the reason out or choose “Not offered”.",
};

export const setup = {
  policy: {
    title: "Policy", lead: "The first rule that fits a failed check decides whether a live agent is offered.", version: (n: number) => `Version ${n}`, savedBy: (by: string) => `saved by ${by}`,
    rules: "Rules", rulesCount: (n: number) => many(n, "rule", "rules"), addRule: "Add a rule", empty: "No rule yet", emptyLead: "Without a rule no recovery is offered. Add the first one.", newRule: "New rule",
    last: "Anything else", lastThen: "is not offered", up: (name: string) => `Move “${name}” up`, down: (name: string) => `Move “${name}” down`, remove: (name: string) => `Remove “${name}”`, edit: (name: string) => `Edit “${name}”`, fold: (name: string) => `Fold “${name}”`,
    name: "Name", nameHint: "Kept with each case, in words", reasons: "Failed on", reasonsHint: "None chosen means any reason", jurisdictions: "Jurisdictions", jurisdictionsHint: "None chosen means any",
    below: "Confidence below", belowHint: "0 to 1; empty means any", attempts: "From attempt", attemptsHint: "1 to 99; empty means any", hours: "Opening hours", then: "Then",
    hoursWords: { any: "At any time", open: "Only while agents are there", closed: "Only while nobody is there" } as Record<string, string>,
    when: "When", anyReason: "any reason", anyJurisdiction: "any jurisdiction", sentenceBelow: (share: number) => `confidence below ${percent(share)}`, sentenceAttempts: (n: number) => `attempt ${n} or later`, sentenceOpen: "agents are there", sentenceClosed: "nobody is there",
    more: (n: number) => `${n} more`, general: "Links and place", minutes: "A link lives", minutesUnit: "minutes", defaultJurisdiction: "Default jurisdiction", opening: "Opening hours", zone: "Time zone",
    days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], closed: "Closed", spansHint: "Such as 08:00–12:00, 13:00–22:00. Empty means closed.", spansBad: "Write up to four spans in order, such as 08:00–22:00.",
    always: "Open day and night", copyDown: "Copy Monday to all days", alwaysNow: "Agents are there day and night.",
    reset: "Discard changes", review: "Review and save", unsaved: (n: number) => many(n, "unsaved change", "unsaved changes"), faults: (n: number) => `${many(n, "field needs", "fields need")} your attention`, noChange: "No change",
    diffTitle: (n: number) => `Save as version ${n}?`, diffLead: "New reports follow these rules at once. Cases already open keep the rule that spoke for them.", save: "Save policy", saving: "Saving",
    saved: (n: number) => `Version ${n} is in force.`, conflict: (n: number) => `Somebody saved version ${n} meanwhile. Reload it, then make your changes again.`, loadNew: "Load the newest version",
    added: "Added", removed: "Removed", moved: "Moved", changed: "Changed", place: (n: number) => `at place ${n}`, fromTo: (from: number, to: number) => `from place ${from} to place ${to}`, was: "Was", now: "Now", any: "any",
    fields: { name: "Name", reasons: "Failed on", jurisdictions: "Jurisdictions", confidence_below: "Confidence below", attempts_at_least: "From attempt", hours: "Opening hours", then: "Then" },
    history: "History", historyEmpty: "This is the first version.", readOnly: "You can read the policy. Only an admin can change it.",
  },
  simulate: {
    title: "Simulator", question: (days: number) => `What would this policy have done with the last ${days} days?`, days: "Days", daysWord: (n: number) => `${n} days`, run: "Run the simulation", again: "Run again", running: "Reading the reports",
    draft: "Uses the rules as they stand on this page, saved or not.", stale: "The rules have changed since this run.",
    title2: (changed: number, reports: number) => (reports === 0 ? "No failed check was reported in this time" : changed === 0 ? `None of ${many(reports, "report", "reports")} would be answered differently` : `${many(reports, "report", "reports")} looked at, ${net(changed)}`),
    empty: "The simulator needs failed checks that were reported in this time. Choose more days.", perRule: "Which rule would speak", rule: "Rule", reports: "Reports", noRule: "No rule", was: "As recorded", would: "With these rules", outcome: "Offer",
    changed: "Reports whose answer changes", changedNone: "No report would be answered differently.", changedFirst: (n: number) => `The newest ${n} are shown.`, reference: "Reference", at: "Reported", reasons: "Failed on", because: "Rule that would speak", table: "Offers before and after",
    denied: "Your role cannot run the simulator.",
  },
  webhooks: {
    title: "Webhooks", endpoints: "Endpoints", add: "Add an endpoint", empty: "No endpoint yet", emptyLead: "Add the address of the bank’s system. Each phase change is then sent there, signed.", url: "Address", urlHint: "https://…, at most 500 characters", urlBad: "Give an address that starts with https:// (at most 500 characters).",
    events: "Events", eventsAll: "All events", eventsSome: "Only these", eventsPick: "Choose at least one event.", state: "State", created: "Made", remove: "Delete", removeTitle: "Delete this endpoint?", removeLead: (url: string) => `Nothing is sent to ${url} any more. Pending deliveries to it are dropped.`,
    secretTitle: "Signing secret", secretLead: "Keep this in the receiving system to check signatures (Standard Webhooks). It is shown only now.", countEvents: (n: number) => (n === 0 ? "all events" : many(n, "event", "events")),
    deliveries: "Deliveries", deliveriesEmpty: "Nothing was sent yet", deliveriesEmptyLead: "A delivery appears here whenever a case changes and an endpoint wants to know.", event: "Event", caseId: "Case", to: "To", attempts: "Attempts", last: "Last answer", next: "Next try", when: "Made", replay: "Send again", replayed: "It is queued to be sent again.",
    status: (n: number) => (n === 0 ? "no answer" : `HTTP ${n}`), delivered: "delivered", all: "All", filter: "Show", fitNone: "No delivery is in this state.", table: "Webhook deliveries", endpointTable: "Webhook endpoints", id: "Delivery",
  },
  keys: {
    title: "API keys", lead: "The bank’s system uses a key to report failed checks.", add: "Make a key", empty: "No key yet", emptyLead: "Make one for each system that reports failed checks, so that each can be revoked alone.", name: "What it is for", nameHint: "Such as “Onboarding backend, production”", nameBad: "Say what the key is for, in 1 to 100 characters.",
    prefix: "Key", created: "Made", used: "Last used", never: "never", state: "State", active: "Active", revoked: "Revoked", revoke: "Revoke", revokeTitle: (name: string) => `Revoke “${name}”?`, revokeLead: "Calls with this key are refused at once. This cannot be undone.",
    madeTitle: "Your new API key", madeLead: "Store it in the calling system now. It is shown only this once; we keep a hash of it.", table: "API keys", formTitle: "Make a key",
  },
  log: {
    title: "Audit log", lead: "Every change, view and decision is an entry in an append-only tree, signed at each checkpoint.", size: "Entries in the tree", pending: "Waiting to be sequenced", key: "Verifier key", checkpoint: "Signed checkpoint", checkpointName: (size: number) => `Checkpoint at ${count(size)} entries`,
    verifyTitle: "Prove it yourself", verifyLead: "Replays the whole log, offline, and names the first thing that does not fit. It exits 0 when everything fits, 1 when not.", verifyCommand: "recourse verify PATH", verifyPath: "PATH is a copy of the data directory, or an exported case.",
    verifyKey: "Keep the verifier key outside this system: whoever holds it can tell whether a checkpoint is ours.", entries: "Newest entries", empty: "The log is empty", emptyLead: "The first entry is written with the first report.", index: "Index", at: "At", fact: "Fact", by: "By", leaf: "Leaf hash", table: "Newest audit entries", download: "Save the note", caseLink: "Case",
    witnesses: "Witnesses", witnessName: "Witness", witnessSize: "Signed up to", witnessAt: "At", witnessState: "State", witnessSigns: "Signs", witnessFails: "Does not sign", witnessNothing: "Nothing yet",
    witnessBehind: (entries: number) => (entries === 1 ? "1 entry behind" : `${count(entries)} entries behind`), witnessTable: "Witnesses of this log", witnessKey: (name: string) => `Verifier key of ${name}`,
    noWitness: "No witness signs this log", noWitnessLead: "Whoever holds this server and its keys could write the log anew, and nobody else would know. Name a witness in proof.witnesses, or keep checkpoints elsewhere.",
    published: "Also laid down", publishedWords: { folder: "in a folder", mail: "by mail", s3: "in a bucket" } as Record<string, string>, publishedNothing: "nothing yet", publishedUpTo: (size: number) => `up to ${count(size)} entries`,
    haltedTitle: "The audit log is not signed any more.", haltedNext: "Work is still recorded and waits for its place. Find out what was put back, then record the loss with recourse log-loss.", haltedLink: "Open the audit log",
    halted: { put_back: "It has fewer entries than were signed: an older copy of the database was put back.", other_root: "Its entries are not those that were signed: it was written anew.", witness_ahead: "A witness signed more entries than it has: an older copy was put back.", contradicted: "It does not lead to what a witness signed: it was written anew." } as Record<string, string>,
  },
} as const;

function net(changed: number): string {
  return `${count(changed)} answered differently`;
}
