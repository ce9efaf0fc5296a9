// What the pages say about keeping, holding, erasing and delivering evidence. Must not know a component.

import { count, span } from "./format.ts";

const many = (n: number, one: string, more: string): string => `${count(n)} ${n === 1 ? one : more}`;

export const custody = {
  title: "Keeping", rule: "Rule", due: "Erased by itself", dueNone: "After the case is closed", dueHeld: "Not while the hold lasts",
  kept: "Kept", held: "On hold", gone: "Erased",
  heldBy: (name: string) => `${name} set a hold`, heldReason: "Reason",
  hold: "Set a hold", release: "Lift the hold", erase: "Erase the evidence", copy: "Download a copy for the customer",
  copyHint: "One ZIP of what is held about this person: data, chat, images, recordings. The log notes the download.",
  holdTitle: "Set a legal hold?", holdLead: "The evidence stays until somebody lifts the hold, also when its time is over or the customer asks for erasure.",
  releaseTitle: "Lift the hold?", releaseLead: "From then on the rule above counts again. Evidence whose time is over is erased within minutes.",
  reason: "Reason", reasonHint: "3 to 500 characters. The log holds only a hash of them.", reasonBad: "Give a reason of 3 to 500 characters.",
  eraseTitle: "Erase the evidence of this case?",
  eraseLead: "The key is destroyed and the files are removed. Nobody can bring them back. What was decided, by whom and when stays, without the customer’s name.",
  eraseEarly: "No rule asks to keep this case, so it can be erased before its time.", eraseLate: (day: string) => `Its rule keeps this case until ${day}. Erasing before that is refused; that it was asked for stands in the log.`,
  cause: "Why", causes: { customer_request: "The customer asked for it", consent_withdrawn: "The customer withdrew the consent", collected_in_error: "It should never have been collected", retention_over: "Its time was over" },
  erasedImages: "The images were erased.", erasedRecordings: "The recordings were erased", erasedRecordingsLead: "Nothing can bring them back. What was decided, by whom and when stands in the timeline.",
  erasedTitle: "The evidence was erased", erasedBy: (name: string) => `erased by ${name}`, erasedItself: "its time was over, so it was erased by itself",
  entry: (index: number) => `Proof: entry ${count(index)} of the signed log`, entryPending: "The proof has its place in the signed log within 2 s", key: "Digest of the destroyed key",
  were: (images: number, recordings: number, messages: number) => `There were ${many(images, "image", "images")}, ${many(recordings, "recording", "recordings")} and ${many(messages, "message", "messages")}.`,
  copies: "Copies in your storage", copied: (to: string, objects: number) => `${to.toUpperCase()}, ${many(objects, "object", "objects")}`, noCopies: "None",
  lagTitle: (waiting: number, lag: number) => (waiting === 0 ? "Every recording is in your storage" : `${many(waiting, "recording waits", "recordings wait")} for your storage, the oldest for ${span(lag)}`),
  lagLead: "Each sealed recording is copied to your own storage and compared there.",
  lagDead: (dead: number) => `${many(dead, "copy was", "copies were")} given up. See Webhooks to send ${dead === 1 ? "it" : "them"} again.`,
} as const;
