// The sentences of second looks and of one person's log. Must not know a component.

import type { Finding, ReadField, ReviewKind, ReviewReason } from "../generated/api.ts";
import { clock, count, percent, span } from "./format.ts";

const many = (n: number, one: string, more: string): string => `${count(n)} ${n === 1 ? one : more}`;

export const kindWords: Record<ReviewKind, string> = { required: "A customer waits", sample: "Blind sample" };

export const findingWords: Record<Finding, string> = { approve: "Approve", recapture: "Capture again", reject: "Reject", escalate: "Hand to the bank" };

/** The key that opens each finding. */
export const findingKeys: Record<Finding, string> = { approve: "A", recapture: "C", reject: "R", escalate: "E" };

/** What becomes of the customer, said before it is confirmed. */
export const findingMeaning: Record<ReviewKind, Record<Finding, string>> = {
  required: {
    approve: "The customer is verified at once. Both of you stand for it.",
    recapture: "The customer gets a new link, and an agent does the steps you name once more.",
    reject: "The customer is rejected. This is your decision, not the agent’s.",
    escalate: "The bank’s own staff decides. The customer is told that somebody will be in touch.",
  },
  sample: {
    approve: "You would have verified the customer. Nothing changes for them.", recapture: "You would have asked for something again. Nothing changes for the customer.",
    reject: "You would have rejected the customer. Nothing changes for them.", escalate: "You would have left it to the bank. Nothing changes for the customer.",
  },
};

export const reviewReasonWords: Record<ReviewReason, string> = {
  evidence_holds: "The evidence holds", doubts_cleared: "There was a doubt, and the evidence clears it", poor_light: "Too dark or too bright", document_unclear: "The document cannot be read",
  face_unclear: "The face cannot be compared", others_present: "Other people are near", picture_or_sound_missing: "Picture or sound is missing", step_missing: "A step was not really done",
  face_does_not_match: "The face does not match", document_not_genuine: "The document may be forged", document_not_accepted: "The document is not accepted", data_does_not_match: "The data does not match",
  liveness_not_shown: "Liveness was not shown", customer_prompted: "Somebody prompted the customer", customer_unwilling: "The customer does not act freely", needs_specialist: "A specialist must look",
  unusual_document: "An unusual document", suspected_fraud: "Fraud is suspected",
};

export const fieldWords: Record<ReadField, string> = {
  name: "Name", birth_date: "Date of birth", document_number: "Document number", expiry: "Expiry", address: "Address", nationality: "Nationality", mrz: "Machine-readable lines",
};

export const readWords: Record<string, string> = {
  same: "Same", same_but_marks: "Same but for accents", same_but_order: "Same, other order", particle: "A particle differs", different: "Different", unclaimed: "Not claimed",
};

export const review = {
  nav: "Second looks", title: "Second looks", lead: "Every decision that needs a second pair of eyes is drawn for somebody who took no part in it.",
  start: "Take second looks", stop: "Stop taking", readOnly: "You can read these figures. Supervisors and auditors look at decisions.",
  offTitle: "You take no second looks now", offLead: "Start, and the next decision may be drawn for you by chance. Nobody chooses what they check.",
  idleTitle: "Nothing is drawn for you yet", idleLead: (here: number) => (here <= 1 ? "You are the only one at the desk. The next decision comes to you." : `${many(here, "checker is", "checkers are")} at the desk. The next decision is drawn among you.`),
  lapsedTitle: "You let one pass", lapsedLead: "It was drawn for somebody else. Say when you are back.", back: "I am back",
  mineTitle: "Drawn for you", begin: "Begin", beginKey: "Enter", resume: "Go on", until: (seconds: number) => `Drawn for somebody else in ${clock(seconds)}`,
  queue: (n: number) => (n === 0 ? "Nothing waits" : many(n, "decision waits", "decisions wait")), queueEmpty: "Decisions appear here when a profile asks for a second look, or when one was drawn for a blind one.",
  table: "Decisions that wait", kind: "Why", profile: "About", age: "Age", state: "State", states: { open: "Nobody has it", assigned: "Drawn", taken: "Being looked at" },
  ageOf: (seconds: number, target: number) => `${clock(seconds)} of ${clock(target)}`, ageLate: (seconds: number) => `${span(seconds)} over the target`, ageName: "Time since the decision", ageBlind: "No customer waits",
  fileGone: "This one is not in your hand any more", fileGoneLead: "Your time ran out, or the case moved on. It was drawn for somebody else.", toDesk: "To the desk",
  blindNote: "Blind: you learn what the agent decided after you have said what you find.", verdictNote: (verdict: string) => `The agent decided: ${verdict}.`,
  stops: "Moments that matter", stop_document: "Document", stop_liveness: "Liveness", stop_compare: "Comparison", stop_questions: "Questions", stop_decision: "Decision", stopAt: (word: string, at: string) => `${word}, ${at} into the recording`,
  noRecording: "There is no recording to play", fields: "Claimed and read", field: "Field", claimed: "Claimed", read: "Read", notRead: "not read", notClaimed: "not claimed",
  images: "Photographs", submitted: "Submitted", live: "Live", noImages: "No photographs", checks: "Checklist", evidence: (n: number) => many(n, "photograph", "photographs"), promptsPassed: (n: number, of: number) => `${n} of ${of} prompts passed`,
  answers: (n: number, of: number) => `${n} of ${of} answers match`, proven: "proven to the server", playStep: (step: string) => `Play the moment of: ${step}`, mandatory: "mandatory",
  findings: "What do you find?", notOffered: "The agent said no. One person alone does not make it a yes.", dialog: (finding: string) => `${finding}?`, reasons: "Reasons", reasonsHint: "Number keys choose, Enter confirms.",
  again: "Steps to be done again", note: "Note for colleagues and auditors", noteHint: "The log keeps its fingerprint; the words stay sealed in the case.", final: "This cannot be taken back.", confirm: (finding: string) => `Confirm: ${finding}`, saving: "Saving",
  needReason: "Choose at least one reason.", needStep: "Choose at least one step.",
  doneAgreed: (maker: string) => `Recorded. You and ${maker} say the same.`, doneDiffered: (maker: string, verdict: string) => `Recorded. ${maker} decided otherwise: ${verdict}.`,
  keys: "A approve, C capture again, R reject, E hand to the bank, 1 to 5 jump to a moment.", keysName: "Keys",
  numbers: "How we agree", days: (n: number) => `Last ${n} days`, within: (share: number) => `${percent(share)} of second looks came within a minute`, withinNone: "No customer has waited for a second look yet",
  required: "Asked for by profiles", samples: "Blind samples", agreement: (agreed: number, looks: number) => (looks === 0 ? "none yet" : `${percent(agreed / looks)} of ${count(looks)} agreed`), medianWait: "Median from decision to finding", medianLook: "Median time to look",
  sampleRate: (n: number) => `${n} % of all decisions are drawn for a blind second look.`, makers: "By agent, blind", checkers: "By checker", codes: "By the agent’s reason", against: "Why checkers disagreed", pairs: "Pairs who met blind",
  person: "Person", agent: "Agent", checker: "Checker", looks: "Looks", agreed: "Agreed", median: "Median look", reason: "Reason", times: "Times", kappa: "Kappa",
  kappaHint: "Cohen’s kappa: agreement beyond chance. 1 is full, 0 is chance; it needs some twenty looks to mean anything.", nothing: "Nothing to count yet", nothingLead: "Figures appear when the first second look was given.",
  resultTitle: "Second look", resultOpen: "Somebody will be drawn to look at this decision.", resultAssigned: (who: string) => `Drawn for ${who}.`, resultGiven: (who: string, finding: string) => `${who} found: ${finding}`, resultAgreed: "Same as the agent", resultDiffered: "Differs from the agent", toReview: "Go to second looks",
} as const;

export const groupWords: Record<string, string> = {
  sign_in: "Sign-ins", presence: "Presence", training: "Training", contact: "Contacts", view: "Views", work: "Work in calls", decision: "Decisions", review: "Second looks", setting: "Settings", other: "Other",
};

export const personLog = {
  back: "All agents", title: (name: string) => `Log of ${name}`, lead: "Everything this person did, and what is about them, from the signed log. Reading it is itself an entry.", open: (name: string) => `Log of ${name}`,
  filter: "Show", group: "Kind", all: "Everything", table: "Entries", when: "When", what: "What", who: "By", about: "Case", entry: "Entry", why: "Why", system: "System", customer: "Customer", api: "Bank’s system",
  empty: "No entry", emptyLead: "Nothing of this kind is in the log of this person.", more: "Load more", exportCsv: "Export as CSV", exportHint: "The export is logged.",
} as const;
