// The sentences of the settings page. Must not know a component.

import { count } from "./format.ts";
import type { FaultCode, Part } from "./settings.ts";

const many = (n: number, one: string, more: string): string => `${count(n)} ${n === 1 ? one : more}`;

export const settingsFaults: Record<FaultCode, string> = {
  brand: "Give a name of 1 to 60 characters, without braces.",
  color: "Six hexadecimal digits, such as #0b6bcb.",
  contrast: "Neither white nor dark words can be read on this colour. Make it a little darker or lighter.",
  address: "An https address, or a path of this server such as /privacy.",
  origin: "Scheme and host, such as https://www.bank.example or https://*.bank.example.",
  origin_repeated: "Each origin once.",
  origins_many: "At most 20 origins.",
  consent_length: "20 to 600 characters.",
  consent_brand: "Say who records: {brand} must stand in the text.",
  blank: "Braces are for the blanks named below only.",
  reply_key: "1 to 40 of a-z, 0-9 and _.",
  reply_repeated: "Another reply has this name.",
  reply_text: "1 to 500 characters.",
  reply_none: "Write this reply in at least one language.",
  replies_many: "At most 50 replies.",
  question_text: "1 to 200 characters.",
  question_none: "Write this question in at least one language.",
  question_blank: "No braces: the agent reads the question as it stands.",
  question_ours: "One of our questions has this name. Choose another.",
  questions_many: "At most 50 questions.",
  percent: "A whole number from 0 to 100.",
};

export const partWords: Record<Part, string> = {
  brand: "Name", color: "Colour", privacy_url: "Data protection page", return_url: "Way back", send_first_link: "First link by message", supervisors_download: "Who may keep recordings", frame_ancestors: "Pages that may show ours", consent: "Consent text", canned: "Canned replies", questions: "Questions", sample_percent: "Blind second looks",
};

export const said = {
  title: "Settings", lead: "What your customers see, what they agree to, and which of your pages may show it.", version: (n: number) => `Version ${n}`,
  readOnly: "You can read the settings. Only an admin can change them.",
  look: "Look", brand: "Name", brandHint: "Customers see it on every screen, in the consent text and in messages.", color: "Colour", colorHint: "Of the large button; dark colours also of links.", colorPick: "Pick a colour",
  contrast: (words: string, ratio: number) => `${words} words on it, contrast ${ratio.toFixed(1)} : 1.`, white: "White", dark: "Dark",
  links: "Links", privacy: "Data protection page", privacyHint: "Where “How we use your data” leads. /privacy is the built-in page.", back: "Way back", backHint: "Where “Go back” leads after the call. Empty means no such button, unless your page frames ours.",
  sendFirst: "Send the first link by text message or e-mail too", sendFirstHint: "Otherwise your own page shows the first link; later links are always sent when a phone or e-mail is on file.",
  recordings: "Recordings", supervisorsDownload: "Supervisors may download recordings", supervisorsDownloadHint: "Otherwise they only watch them. Auditors and admins may always download. Every viewing and every download stands in the log.",
  framers: "Pages that may show ours", framersLead: "The snippet shows our page in a frame of yours. Browsers refuse that unless your page’s origin stands here.", framersLabel: "Origins, one a line", framersHint: "At most 20, such as https://www.bank.example or https://*.bank.example. It counts from the next load on.",
  framersNone: "No page of yours may show ours in a frame yet. Links in messages work all the same.",
  consent: "Consent text", consentVersion: (n: number) => `version ${n}`, consentLead: "It stands under the button, and the tap is the consent. Each consent is recorded with its exact words.", language: "Language", own: "Use our own words in this language", ownLabel: "Own text", ownWords: "own words", builtIn: "Built-in text",
  ownHint: "{brand} stands for the name. The version grows by itself when the words change.", ownCount: (n: number, of: number) => (n === 0 ? `The built-in text stands in all ${of} languages.` : `Own words in ${n} of ${of} languages; the built-in text in the others.`),
  replies: "Canned replies", repliesLead: (builtIn: number) => `Agents find these with / in the chat, beside ${builtIn} of ours. One with the name of ours replaces it.`, replyAdd: "Add a reply", replyName: "Name", replyNameHint: "a-z, 0-9 and _", replyText: (language: string) => `Text in ${language}`,
  replyHint: "{name}, {agent} and {brand} are filled in.", replyRemove: (key: string) => `Remove ${key || "this reply"}`, replyCount: (n: number) => (n === 0 ? "" : many(n, "reply", "replies")), repliesEmpty: "No reply of your own yet.", replaces: "Replaces ours", replyLanguages: (n: number) => many(n, "language", "languages"),
  questions: "Questions", questionsLead: "Where the rules ask for questions, two of these are drawn at random beside those from the case itself. The agent reads one aloud and compares the answer with what you have on file.", questionAdd: "Add a question", questionName: "Name of the question",
  questionCount: (n: number) => (n === 0 ? "" : many(n, "question", "questions")), questionsEmpty: "No question of your own yet.",
  looks: "Blind second looks", looksLabel: "Share of decisions", looksUnit: "%", looksHint: "So many of all decisions are looked at once more by somebody who does not know what was decided. The customer does not wait for it. 0 draws none.",
  reset: "Discard changes", review: "Review and save", unsaved: (n: number) => many(n, "unsaved change", "unsaved changes"), faults: (n: number) => `${many(n, "field needs", "fields need")} your attention`,
  saveTitle: (n: number) => `Save as version ${n}?`, saveLead: "Customers see it from their next load on. The log names who changed what.", saveConsent: "The words of the consent change: customers who have not tapped yet read and agree to the new ones.", save: "Save settings", saving: "Saving", saved: (n: number) => `Version ${n} is in force.`,
  conflict: (n: number) => `Somebody saved version ${n} meanwhile. Reload it, then make your changes again.`, loadNew: "Load the newest version",
  preview: "Your customers’ first screen", previewTitle: "Let’s finish verifying you", previewTicks: ["Have your ID card ready", "Sit in good light", "About 3 minutes, no app"], previewButton: "Start video", previewPrivacy: "How we use your data", previewLater: "Not now: call me back",
} as const;
