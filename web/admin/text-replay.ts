// The sentences of the replay. Must not know a component.

import { bytes, count } from "./format.ts";
import type { Break } from "./proof.ts";
import type { Group } from "./moments.ts";

const many = (n: number, one: string, more: string): string => `${count(n)} ${n === 1 ? one : more}`;

export const groupWords: Record<Group, string> = {
  step: "Steps", liveness: "Liveness prompts", question: "Questions", code: "One-time code", image: "Photographs", drawing: "Drawing together", chat: "Chat", device: "Camera and device", place: "Place", line: "Line and gaps", signal: "Signals", people: "People", decision: "Decision",
  other: "Link and queue", technical: "Technical",
};

export const breakWords: Record<Break, string> = {
  differs: "what is shown is not what was signed", root: "the proof does not lead to the signed root", unreadable: "the proof cannot be read", missing: "the server gave no proof",
};

/** Keys and what they do, as the help sheet lists them. */
export const KEYS: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
  [["Space", "K"], "Play and pause"],
  [["←", "→"], "Back and forward 5 seconds"],
  [["Shift ←", "Shift →"], "Back and forward 1 second"],
  [[",", "."], "Back and forward one picture"],
  [["P", "N"], "Previous and next entry"],
  [["Home", "End"], "To the beginning and to the end"],
  [["<", ">"], "Slower and faster"],
  [["S"], "Next sound: all together, then each side alone"],
  [["↑", "↓"], "In the list: to the entry above and below"],
  [["Enter"], "In the list: jump to the entry"],
  [["?"], "This sheet"],
];

export const said = {
  name: "Replay", list: "What happened", listEmpty: "No entry of this kind.", listName: "Entries of the case",
  filter: "Filter", filterAll: "all", filterSome: (n: number) => many(n, "kind", "kinds"), filterClear: "Show all", filterName: "Kinds of entries", follow: "Follow", followHint: "The list follows the recording",
  sound: "Sound", soundAll: "All together", soundOnly: (seat: string) => `${seat} only`, speed: "Speed", help: "Keys", helpTitle: "Keys of the replay", helpLead: "They work while the focus is inside the replay.",
  next: "Next entry", previous: "Previous entry", session: (n: number, of: number) => `Session ${n} of ${of}`, notRecorded: "not recorded", openImage: (what: string) => `Open the picture: ${what}`,
  together: "Looked at together", togetherPicture: "The picture that both looked at", drawn: "with what was drawn on it", noDrawing: "A part of a drawing does not open: it was changed or is missing.", drawingsFailed: "What was drawn did not load.",
  mark: (name: string) => `Marked with your name, ${name}, and the time`,
  files: "Files", filesLead: "Each download is an entry in the log.", fileName: (seat: string, n: number) => `${seat}, part ${n}`, download: "Download", watchOnly: "Your role may watch, not download.", size: (n: number) => bytes(n),
  damaged: "A recording does not open: a segment was changed or is missing. Run “recourse verify” to see which.", unreadable: "The storage of a recording does not answer.",
  logged: "This viewing is in the log.",
  proof: {
    checking: "Checking the proofs in this browser", impossible: "Proofs cannot be checked here: the browser computes only on pages of a secure origin.", failed: "The proofs did not load.",
    good: (n: number, size: number) => `${many(n, "entry", "entries")} proven here against the signed log of ${count(size)}.`,
    bad: (n: number) => `${many(n, "entry does", "entries do")} not match the signed log.`, waiting: (n: number) => `${many(n, "entry waits", "entries wait")} for the next checkpoint.`,
    valid: "Signature valid.", invalid: "The checkpoint’s signature is not valid.", unsupported: "This browser cannot check Ed25519 signatures; everything else was checked.",
    entry: (index: number, size: number) => `Proven: entry ${count(index)} of a signed log of ${count(size)}, checked in this browser`, broken: (why: string) => `Not proven: ${why}`, pending: "Not under a checkpoint yet", now: "Being checked",
    key: "Key of the log",
  },
} as const;
