// What every component of the customer's page may ask: its words, its language and its actions. No component, no state.
import type { ImageSlot, JoinMode } from "../generated/api.ts";
import { fill, type Table, type Vars } from "../lib/i18n.ts";
import type { Light } from "../lib/camera.ts";
import type { Place } from "../lib/place.ts";
import type { CustomerState } from "../lib/room.ts";
import type { Far } from "./far.ts";
import type { Canvas } from "./hands.ts";
import { en, type CoreKey } from "./text/en.ts";
import type { AskKey } from "./text/en-asks.ts";
import type { BoardKey } from "./text/en-board.ts";
import type { CallKey } from "./text/en-call.ts";
import type { CaptureKey } from "./text/en-capture.ts";
import type { MoreKey } from "./text/en-more.ts";
import type { PromptKey } from "./text/en-prompts.ts";

export type TextKey = CoreKey | CallKey | MoreKey | PromptKey | CaptureKey | AskKey | BoardKey;
export type Text = Readonly<Record<TextKey, string>>;

let language = "en";
let english: Table = en;
let table: Table = {};

export const locale = (): string => language;

export function setLanguage(tag: string, text: Table): void {
  language = tag;
  table = text;
}

/** English of parts that are loaded later. */
export function addEnglish(text: Table): void {
  english = { ...english, ...text };
}

/** A sentence in the customer's language; English stands in until it is there. */
export const t = (key: TextKey, vars: Vars = {}): string => fill(table[key] ?? english[key] ?? "", vars, table[key] === undefined ? "en" : language);

/** What the first screen can ask for. */
export interface FirstActions {
  join(mode: JoinMode, birthDate?: string): void;
  aside(what: CustomerState["aside"]): void;
  speak(tag: string): void;
  link(): string;
}

/** What every other component can ask for. */
export interface Actions extends FirstActions {
  retryCamera(): void;
  flip(): void;
  torch(): void;
  mute(): void;
  setChat(open: boolean): void;
  say(text: string): void;
  unsay(nonce: string): void;
  typing(on: boolean): void;
  imageUrl(evidence: string): Promise<string>;
  sendPhoto(file: Blob, slot: ImageSlot): void;
  dismissWish(): void;
  callBack(at: string | null): Promise<{ at: string; sentTo: string | null }>;
  newLink(): Promise<{ sentTo: string | null }>;
  leave(): void;
  rate(stars: number, comment: string): void;
  goBack(): void;
  takeOver(): void;
  heard(play: () => void): void;
  hear(): void;
  light(found: Light): void;
  promptShown(id: number): void;
  promptDeclined(id: number): void;
  /** Something for the part that obeys and photographs, as soon as it is there. */
  far(errand: (far: Far) => unknown): void;

  /** The one-time code, as typed; false when the line is down. */
  code(typed: string): boolean;
  /** Where the device is, or why it does not say. */
  place(answer: Place): boolean;
  canvas(): Promise<Canvas>;
  /** What comes from a supervisor and from an interpreter. */
  company(): readonly MediaStream[];
}

export interface Props<A = Actions> {
  s: CustomerState;
  act: A;
}

/** The first name of the agent, or a word for one. */
export const agentName = (s: CustomerState): string => s.view?.agent_name ?? t("live.agent");
export const brandName = (s: CustomerState): string => s.view?.brand.name ?? s.link?.brand.name ?? "";

/** The bank's name of the document in the customer's words. */
export function documentName(s: CustomerState): string {
  const named = s.link?.document_type ?? "";
  if (/passport/i.test(named)) return t("document.passport");
  if (/driv|licen[cs]e|\bsim\b/i.test(named)) return t("document.licence");
  return t("document.card");
}
