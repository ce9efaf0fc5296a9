// Every sentence of the profiles page and of certificates. Must not know a component.

import type { Certainty, StepKind } from "../generated/api.ts";
import { day } from "./format.ts";
import { questionWords, stepWords } from "./words.ts";

const lines = (n: number): string => `${n} ${n === 1 ? "line" : "lines"}`;

export const profilesText = {
  nav: "Profiles",
  title: "Jurisdiction profiles", lead: "What each regulator asks of a session, where that stands written, and how sure that is. A case cannot be approved while a mandatory line is missing.",
  choose: "Profile", version: (n: number, day: string) => `Version ${n} of ${day}`, hash: "Hash of the file",
  mandatory: (n: number) => `Mandatory: ${lines(n)}`, advised: (n: number) => `Advice: ${lines(n)}`, advisedLead: "Not asked by this regime as far as was read. You may make a line mandatory for your customers.",
  undeclared: (n: number) => `${lines(n)} of this profile can only be declared by you. Until you do, nobody is approved under it.`,
  certainty: { read: "Read in the source", secondary: "From a secondary source", general: "General knowledge", not_verified: "Not verified" } satisfies Record<Certainty, string>,
  raised: "Stricter here", raisedBy: (by: string) => `Made stricter by ${by}`, declared: "Declared", declaredBy: (by: string) => `Declared by ${by}`, missing: "Not declared", madeMandatory: "made mandatory",
  edit: "Make stricter", declare: "Declare", change: "Change", inForce: (base: number, is: number) => (base === is ? String(is) : `${is}, by the profile ${base}`),
  formTitle: "Make a line stricter", formLead: "Only stricter: what the profile asks is the least that holds. The edit is versioned and stands in the audit log.",
  makeMandatory: "Mandatory", reason: "Reason", reasonHint: "3 to 300 characters, for auditors.", from: (least: string, most: number) => `${least}, up to ${most}`, fromDown: (most: number, least: number) => `At most ${most}, down to ${least}`,
  atLeast: (n: number) => `At least ${n}`, takeBack: "Back to the profile’s own", declareTitle: "Declare a line", declareLead: "No case can prove this line. Say how you meet it, or where that is written; your words stand in every report.",
  statement: "Statement", takeBackDeclared: "Withdraw the declaration", bad: "Give 3 to 300 characters.",
  values: {
    count: "Features", categories: "Kinds of feature", least: "Questions", last: "Comes last (0 or 1)", network: "Network address too (0 or 1)", prompts: "Prompts", repeats: "Repeats", days: "Days a training counts", always: "Rejections too (0 or 1)",
    verified_years: "Years kept, verified", rejected_years: "Years kept, rejected", abandoned_days: "Days kept, abandoned",
  } as Record<string, string>,
  certificates: "Training", certificate: "Certificates", certificateTitle: (name: string) => `Certificates of ${name}`, certificateLead: "Without a certificate that holds, an agent gets no contacts of a profile that asks for one, and cannot approve under it.",
  noCertificate: "None", profile: "Profile", trainedOn: "Day of the training", until: "Certificate ends", add: "Enter a certificate", enter: "Enter", withdraw: "Take away", dayBad: "Give a day, not in the future.", untilBad: "Give a day after the training.",
  certificatesHold: (n: number) => `${n} ${n === 1 ? "holds" : "hold"}`, profileName: (code: string) => (code === "default" ? "General" : code),
  state: { holds: "holds", ends_soon: "ends soon", expired: "ran out" } as Record<string, string>, ends: (day: string) => `until ${day}`,
  caseTitle: (met: number, of: number) => `${met} of ${of} mandatory lines met`, caseLead: "How this case stands to its profile.",
  standing: { met: "Met", missing: "Missing", declared: "Declared", follows: "Follows", not_applicable: "Does not apply" } as Record<string, string>,
  by: {
    step: (of) => `step: ${stepWords[of as StepKind] ?? of}`, image: (of) => `image …${of.slice(-6)}`, prompt: (of) => `prompt ${of}`, answers: (of) => `${of} answers as on file`, features: (of) => `${of} features seen`,
    consent: (of) => `consent of ${day(of)}`, recorded: (of) => `${of} sealed segments`, unbroken: () => "unbroken session", at_random: () => "agent drawn at random", certificate: (of) => `certificate until ${day(of)}`,
    place: (of) => `place in ${of}`, check_digits: () => "check digits fit", read: (of) => `${(questionWords[of] ?? of.replaceAll("_", " ")).toLowerCase()} read`, checker: () => "checked by a second person", kept_until: (of) => `kept until ${day(of)}`,
  } as Record<string, (of: string) => string>,
  why: {
    step_open: "its step is open", code_not_last: "the code was typed, but not last", not_recorded: "the recording did not hold", no_consent: "no consent", interrupted: "broken off", not_drawn: "the agent was not drawn at random", not_trained: "the agent has no certificate",
    training_expired: "the agent’s certificate ran out", place_unknown: "no known place", place_outside: "place in another country", network_outside: "network address in another country", not_read: "not read", check_digits: "a check digit does not fit",
    not_declared: "not declared", not_checked: "nobody checked", second_person: "a second person checks", retention: "kept, then erased", other_verdict: "only other decisions are checked", no_such_side: "no such side",
  } as Record<string, string>,
  caseLine: "Line", caseStanding: "Standing", caseProof: "By",
} as const;
