// The published terms and facts in English, as this page shows them. Must not know a component.

import type {
  AwayReason, CheckOutcome, FailureReason, ImageSlot, LivenessPrompt, Phase, Presence, ReasonCode, RecoveryMode, Role, Seat, StepKind, StepState, Verdict,
} from "../generated/api.ts";
import { language } from "./format.ts";
import { findingWords, reviewReasonWords } from "./text-review.ts";

export const reasonWords: Record<FailureReason, string> = {
  document_glare: "Glare on document", document_blur: "Blurred document", document_dark: "Document too dark", document_shadow: "Shadow on document",
  document_cropped: "Document cropped", document_low_resolution: "Low resolution", document_obscured: "Document covered", document_damaged: "Damaged document",
  document_expired: "Expired document", document_unsupported: "Unusual document", document_recently_issued: "Recently issued", face_mismatch: "Face does not match",
  liveness_failed: "Liveness failed", name_mismatch: "Name differs", data_mismatch: "Data differs", technical_failure: "Technical failure",
  suspected_tampering: "Suspected tampering", suspected_impersonation: "Suspected impersonation", confirmed_fraud: "Confirmed fraud",
};

export const phaseWords: Record<Phase, string> = {
  reported: "Reported", invited: "Invited", claimed: "Link opened", waiting: "Waiting", callback: "Call-back booked", live: "Face to face", interrupted: "Interrupted",
  deciding: "Deciding", under_review: "Under review", verified: "Verified", rejected: "Rejected", escalated: "Escalated", abandoned: "Abandoned", expired: "Expired",
};

export type Tone = "good" | "warn" | "bad" | "live" | "plain";

export const phaseTone: Record<Phase, Tone> = {
  reported: "plain", invited: "plain", claimed: "plain", waiting: "warn", callback: "warn", live: "live", interrupted: "warn", deciding: "plain", under_review: "warn",
  verified: "good", rejected: "bad", escalated: "warn", abandoned: "plain", expired: "plain",
};

export const presenceWords: Record<Presence, string> = {
  offline: "Offline", away: "Away", available: "Available", reserved: "Being rung", on_call: "On call", wrap_up: "Wrap-up",
};

export const presenceTone: Record<Presence, Tone> = {
  offline: "plain", away: "warn", available: "good", reserved: "live", on_call: "live", wrap_up: "plain",
};

export const awayWords: Record<AwayReason, string> = {
  break: "break", training: "training", meeting: "meeting", missed: "missed a ring", technical: "technical problem",
};

export const roleWords: Record<Role, string> = { agent: "Agent", supervisor: "Supervisor", auditor: "Auditor", admin: "Admin" };

export const modeWords: Record<RecoveryMode, string> = { automatic: "Automatic", opt_in: "Opt-in", none: "Not offered" };

export const modeMeaning: Record<RecoveryMode, string> = {
  automatic: "Offer a live agent at once, as the next step", opt_in: "Offer a live agent as a choice beside trying again", none: "Do not offer a live agent",
};

export const modeTone: Record<RecoveryMode, Tone> = { automatic: "good", opt_in: "live", none: "plain" };

export const slotWords: Record<ImageSlot, string> = {
  document_front: "Document front", document_back: "Document back", document_tilt: "Document tilted", portrait: "Portrait", selfie: "Selfie", other_page: "Other page",
};

export const seatWords: Record<Seat, string> = { customer: "Customer", agent: "Agent", supervisor: "Supervisor", interpreter: "Interpreter" };

export const stepWords: Record<StepKind, string> = {
  greet: "Greet and consent", document_front: "Document front", document_back: "Document back", document_tilt: "Tilt the document", security_features: "Security features", portrait_match: "Face against portrait",
  liveness: "Liveness prompts", questions: "Questions", one_time_code: "One-time code", location: "Place", declaration: "Declaration", decision: "Decision",
};

export const stepStateWords: Record<StepState, string> = { pending: "Open", done: "Done", failed: "Failed", waived: "Waived" };
export const stepTone: Record<StepState, Tone> = { pending: "plain", done: "good", failed: "bad", waived: "warn" };

export const promptWords: Record<LivenessPrompt, string> = {
  turn_left: "turn left", turn_right: "turn right", look_up: "look up", look_down: "look down", smile: "smile", blink_twice: "blink twice", move_closer: "move closer",
  cover_part: "cover a part of the face", read_number: "read a number", read_phrase: "read words", pass_document: "pass the document before the face", follow_dot: "follow the dot",
  screen_colors: "colours of the screen",
};

export const verdictWords: Record<Verdict, string> = { verified: "Verified", rejected: "Rejected", escalated: "Escalated", incomplete: "Incomplete" };
export const verdictTone: Record<Verdict, Tone> = { verified: "good", rejected: "bad", escalated: "warn", incomplete: "plain" };

export const codeWords: Record<ReasonCode, string> = {
  identity_confirmed: "Identity confirmed", identity_confirmed_data_corrected: "Identity confirmed, data corrected", document_unreadable: "Document cannot be read",
  document_expired: "Document expired", document_damaged: "Document damaged", document_not_accepted: "Document not accepted", document_not_present: "No document at hand",
  face_does_not_match: "Face does not match", liveness_not_shown: "Liveness not shown", data_does_not_match: "Data does not match", answers_do_not_match: "Answers do not match",
  suspected_forgery: "Suspected forgery", suspected_impersonation: "Suspected impersonation", suspected_coercion: "Suspected coercion", customer_declined: "Customer declined",
  customer_left: "Customer left", poor_connection: "Poor connection", no_camera: "No camera", technical_fault: "Technical fault", unusual_document: "Unusual document",
  needs_specialist: "Needs a specialist",
};

export const outcomeWords: Record<CheckOutcome, string> = { failed: "Failed", inconclusive: "Inconclusive" };
export const sourceWords: Record<string, string> = { report: "Failed attempt", live: "Live still", upload: "Uploaded file", chat: "From chat", screen: "Snapshot", annotated: "Snapshot with drawing" };
export const gapWords: Record<string, string> = { loss: "Packets lost", interrupted: "Line broke off", server_stopped: "Server stopped", recorder_full: "Recorder overloaded" };
export const queueWords: Record<string, string> = { queued: "Waiting", ringing: "Ringing", parked: "Line dropped, place kept" };
export const queueTone: Record<string, Tone> = { queued: "plain", ringing: "live", parked: "warn" };
export const sessionWords: Record<string, string> = { joining: "Connecting", live: "Face to face", interrupted: "Line lost", hold: "On hold" };
export const sessionTone: Record<string, Tone> = { joining: "plain", live: "good", interrupted: "bad", hold: "warn" };
export const deliveryWords: Record<string, string> = { pending: "Pending", delivered: "Delivered", failing: "Retrying", dead: "Given up" };
export const deliveryTone: Record<string, Tone> = { pending: "plain", delivered: "good", failing: "warn", dead: "bad" };
export const endpointWords: Record<string, string> = { active: "Active", failing: "Failing", disabled: "Disabled" };
export const endpointTone: Record<string, Tone> = { active: "good", failing: "warn", disabled: "plain" };
export const answerWords: Record<string, string> = { match: "matches", no_match: "does not match", not_asked: "not asked" };
export const promptTone: Record<string, Tone> = { asked: "plain", passed: "good", failed: "bad", withdrawn: "plain" };
export const promptOutcome: Record<string, string> = { asked: "asked", passed: "passed", failed: "failed", withdrawn: "taken back" };
export const questionWords: Record<string, string> = {
  birth_date: "Date of birth", address: "Address", document_number: "Document number", purpose: "Purpose of the account", name: "Full name", document_expiry: "Document expiry",
};

/** The kind of a document as the bank named it. */
export const documentWord = (kind: string): string => DOCUMENTS[kind.toLowerCase()] ?? kind.replaceAll("_", " ");

const DOCUMENTS: Record<string, string> = {
  passport: "Passport", id_card: "ID card", driving_licence: "Driving licence", driving_license: "Driving licence", residence_permit: "Residence permit", work_permit: "Work permit", visa: "Visa",
};
const regions = new Intl.DisplayNames(["en"], { type: "region" });

/** A skill in words: `lang:id` is Indonesian, `doc:passport` a passport, `jur:SG` Singapore. */
export function skillWord(skill: string): string {
  const [kind = "", name = ""] = skill.split(":");
  if (kind === "lang") return language(name);
  if (kind === "can") return "Checks others";
  if (kind === "team") return `Team ${name.replaceAll("_", " ")}`;
  if (kind === "jur") return /^[a-z]{2}$/i.test(name) ? (regions.of(name.toUpperCase()) ?? name) : name;
  const plain = name.replaceAll("_", " ");
  return DOCUMENTS[name.toLowerCase()] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Facts of the audit log as sentences; a fact without one is shown by its own name. */
export const factWords: Record<string, string> = {
  case_reported: "The bank reported a failed check", report_added: "The bank reported another attempt", image_reported: "An image of the failed attempt arrived",
  invitation_issued: "A link was issued", invitation_claimed: "The customer opened the link", foreign_claim: "The link was opened on another device", invitation_expired: "The link expired",
  consent_given: "The customer consented", ticket_queued: "The customer joined the queue", ticket_parked: "The place in the queue was kept", ticket_back: "The customer came back to the queue",
  ticket_ended: "The customer left the queue", callback_booked: "A call-back was booked", camera_changed: "The customer’s camera changed", agent_reserved: "An agent was rung", reservation_ended: "The ring ended",
  ring_missed: "A ring was missed", session_started: "The agent answered", media_up: "Pictures and sound arrived", session_live: "Face to face", session_interrupted: "The line broke off", session_resumed: "The session went on",
  supervisor_came: "A supervisor came", supervisor_changed: "The supervisor took part in another way", supervisor_left: "The supervisor left", taken_over: "The supervisor took over",
  interpreter_invited: "An interpreter was asked for", interpreter_came: "The interpreter came and agreed to the notice", interpreter_left: "The interpreter left",
  hold_began: "The customer was put on hold", hold_ended: "The customer was taken off hold", transferred: "The customer was handed on", continues_later: "The customer continues another time",
  profile_applied: "The session came under its profile", training_shown: "The agent’s training was looked up", features_drawn: "Security features were drawn", feature_marked: "A security feature was judged",
  certified: "A certificate of training changed", profile_changed: "A profile was made stricter or declared",
  evidence_voided: "Evidence became void", session_ended: "The session ended", recording_started: "The recording started", recording_head: "The recording’s chain head was logged", recording_gap: "A gap in the recording",
  recording_failed: "The recording failed", recording_sealed: "The recording was sealed", still_taken: "A photograph was taken", command_sent: "The agent used the customer’s device", command_done: "The device answered",
  command_held: "A photograph waits for the customer", command_timed_out: "The device did not answer", control_changed: "The customer changed who controls the device",
  step_done: "A step was done", step_failed: "A step failed", step_reopened: "A step was opened again", step_waived: "A step was waived", challenge_asked: "A liveness prompt was asked", challenge_judged: "A liveness prompt was judged",
  challenge_shown: "A liveness prompt was on the customer's screen", challenge_declined: "The customer said they cannot do a prompt", challenge_withdrawn: "A liveness prompt was taken back",
  question_answered: "A question was answered", chat_sent: "A chat message was written", notes_changed: "The agent’s notes changed", decided: "The agent decided", reviewed: "A second person looked at the decision",
  decision_timed_out: "The time to decide ran out", case_closed: "The case closed", rated: "The customer rated the agent", field_read: "The agent read a field", code_sent: "A one-time code was sent", code_tried: "The customer typed a code",
  location_asked: "The agent asked for the place", location_refused: "No place was told", located: "The customer’s device told its place", questions_drawn: "The bank’s own questions were drawn", presence_changed: "Presence changed",
  evidence_viewed: "Evidence was viewed", recording_viewed: "The recording was viewed", recording_downloaded: "A file of the recording was downloaded", case_viewed: "The case was viewed", tenant_created: "The tenant was set up", policy_changed: "The policy was changed",
  agent_created: "An account was made", agent_drawn: "An agent was drawn at random", agent_changed: "An account was changed", agent_reset: "A sign-in link was made", signed_in: "Signed in", signed_out: "Signed out", sign_in_refused: "A sign-in was refused",
  password_set: "A password was set", second_factor_set: "A second factor was set up", endpoint_added: "A webhook endpoint was added", endpoint_removed: "A webhook endpoint was removed", endpoint_disabled: "A webhook endpoint was switched off",
  delivery_replayed: "A webhook was sent again", api_key_created: "An API key was made", api_key_revoked: "An API key was revoked", settings_changed: "The settings were changed", server_started: "The server started", server_stopped: "The server stopped",

  sample_drawn: "It was drawn whether somebody looks again", review_asked: "A second look was asked for", review_assigned: "A checker was drawn", review_taken: "The checker began", review_lapsed: "The checker let it pass",
  evidence_refused: "A view of evidence was refused", person_log_viewed: "A person’s log was read", person_log_exported: "A person’s log was exported",
  surface_shown: "The agent chose what both look at", drawing_kept: "What was drawn was sealed",
  pack_exported: "An evidence pack was made", pack_downloaded: "The evidence pack was saved",
  hold_set: "A legal hold was set", hold_lifted: "The legal hold was lifted", evidence_erased: "The evidence was erased", erasure_refused: "An erasure was refused", recording_delivered: "The recording was copied to your storage", pack_delivered: "The evidence pack was copied to your storage",
  subject_access_exported: "A copy for the customer was made", pass_issued: "A pass to the evidence was issued",
};

/** What the short values of a fact's body mean; others are shown as they are. */
const valueWords: Record<string, string> = {
  ...findingWords, ...reviewReasonWords, ...reasonWords, ...modeWords, ...slotWords, ...seatWords, ...stepWords, ...promptWords, ...verdictWords, ...codeWords, ...gapWords, ...answerWords, ...presenceWords, ...awayWords,
  ...phaseWords, required: "the profile asks for it", sample: "blind sample", prompting: "permission is asked for", denied: "permission refused", left: "left", lost: "line lost", callback: "call-back", accepted: "accepted", rejected: "rejected", timed_out: "no answer", rescinded: "withdrawn", agent_gone: "agent gone",
};

/** Which fields say the most about a fact, in reading order. */
const TELLING: Record<string, ReadonlyArray<string>> = {
  case_reported: ["reasons", "mode"], report_added: ["reasons", "mode"], image_reported: ["slot"], ticket_ended: ["how"], camera_changed: ["camera"], reservation_ended: ["how"], media_up: ["seat"],
  session_interrupted: ["seat"], session_ended: ["by"], recording_gap: ["seat", "kind", "why"], recording_failed: ["why"], still_taken: ["slot"], command_sent: ["what", "detail"], command_done: ["why", "effect"], command_held: ["why"], command_timed_out: ["what"],
  step_done: ["step"], step_failed: ["step"], step_reopened: ["step"], step_waived: ["step"], challenge_asked: ["prompt"], challenge_withdrawn: ["need"], question_answered: ["question", "answer"], chat_sent: ["from"],
  decided: ["verdict", "reasons"], case_closed: ["outcome"], settings_changed: ["changed"], rated: ["stars"], presence_changed: ["to", "reason"], consent_given: ["locale"],
  reviewed: ["finding", "reasons"], review_asked: ["kind"], sign_in_refused: ["by"], signed_in: ["by"], agent_reserved: [], field_read: ["field", "outcome"], code_sent: ["channel"], code_tried: ["tried"], recording_downloaded: ["seat"], location_refused: ["why"], located: ["country", "fineness", "hints"], questions_drawn: ["keys"],
};

/** The telling part of a fact's body, in words; empty where the sentence says it all. */
export function telling(kind: string, body: unknown): string {
  if (body === null || typeof body !== "object") return "";
  const fields = body as Record<string, unknown>;
  const parts = (TELLING[kind] ?? []).flatMap((name) => (name === "locale" ? language(String(fields[name])) : (fields[name] ?? []))).filter((value) => value !== "");
  if (typeof fields["passed"] === "boolean") parts.push(fields["passed"] ? "passed" : "failed");
  if (typeof fields["allowed"] === "boolean") parts.push(fields["allowed"] ? "the agent again" : "the customer only");
  if (typeof fields["agreed"] === "boolean") parts.push(fields["agreed"] ? "agreed" : "did not agree");
  if (fields["encrypted"]) parts.push("encrypted");
  return parts.map((value) => (typeof value === "string" ? (valueWords[value] ?? questionWords[value] ?? value.replaceAll("_", " ")) : typeof value === "number" ? String(value) : "")).filter(Boolean).join(", ");
}

/** The fact in words. */
export function fact(kind: string): string {
  const known = factWords[kind];
  if (known !== undefined) return known;
  const plain = kind.replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Every event a webhook can carry, in published order. */
export const EVENTS = [
  "case.created", "case.invited", "case.claimed", "case.waiting", "case.callback", "session.started", "session.interrupted", "session.resumed", "session.ended",
  "case.deciding", "case.under_review", "case.verified", "case.rejected", "case.escalated", "case.abandoned", "case.expired", "recording.sealed", "case.reported", "case.rated",
  "evidence.erased", "recording.delivered", "pack.delivered",
] as const;
