// Edits of the settings before they are saved: what changed, what is wrong, what can be read on a colour. Pure.

import type { CannedReply, OwnQuestion, SettingsBody } from "../generated/api.ts";

export const MAX_ORIGINS = 20;
export const MAX_REPLIES = 50;
/** Names of the questions that come from the case itself. */
const FROM_THE_CASE: ReadonlyArray<string> = ["purpose", "full_name", "birth_date", "address", "document_number", "document_expiry", "phone"];
const LEAST_CONTRAST = 4.5;
const DARK_INK = "#0b1218";
/** Above it the dark ink has more contrast than white; the customer's page chooses by the same number. */
const LIGHT_FROM = 0.1918;

export type FaultCode =
  | "brand" | "color" | "contrast" | "address" | "origin" | "origin_repeated" | "origins_many" | "consent_length" | "consent_brand" | "blank" | "reply_key" | "reply_repeated" | "reply_text" | "reply_none" | "replies_many"
  | "question_text" | "question_none" | "question_blank" | "question_ours" | "questions_many" | "percent";

export interface Fault {
  /** JSON Pointer below the body, as the server gives it. */
  pointer: string;
  code: FaultCode;
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** What the page writes on a colour, and how well it can be read; undefined when it is no colour. */
export function inkOn(color: string): { ink: string; contrast: number } | undefined {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return undefined;
  const own = luminance(color);
  if (own > LIGHT_FROM) return { ink: DARK_INK, contrast: (own + 0.05) / (luminance(DARK_INK) + 0.05) };
  return { ink: "#ffffff", contrast: 1.05 / (own + 0.05) };
}

const HOST = String.raw`[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`;
const ORIGIN = new RegExp(String.raw`^(https://(\*\.${HOST}\.)?${HOST}(\.${HOST})*|http://(localhost|127\.0\.0\.1))(:[1-9]\d{0,4})?$`, "i");
const ADDRESS = new RegExp(String.raw`^(https://${HOST}(\.${HOST})*|http://(localhost|127\.0\.0\.1))(:[1-9]\d{0,4})?([/?#][!-~]*)?$`, "i");

export const isOrigin = (text: string): boolean => ORIGIN.test(text);
export const isAddress = (text: string): boolean => text.length <= 500 && (/^\/([!-.0-~][!-~]*)?$/.test(text) || ADDRESS.test(text));

/** One origin a line, as people paste them; what follows the host of an address is dropped. */
export function parseOrigins(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean).map((line) => /^(https?:\/\/[^/?#]+)[/?#]?.*$/i.exec(line)?.[1] ?? line);
}

function blanks(text: string, known: ReadonlyArray<string>): boolean {
  return /[{}]/.test(known.reduce((rest, name) => rest.replaceAll(`{${name}}`, ""), text));
}

/** Everything that keeps these settings from being saved. */
export function faults(body: SettingsBody): Fault[] {
  const found: Fault[] = [];
  const add = (pointer: string, code: FaultCode) => found.push({ pointer, code });
  const brand = body.brand.trim();
  if (brand === "" || [...brand].length > 60 || /[{}]/.test(brand)) add("/brand", "brand");
  const ink = inkOn(body.color);
  if (!ink) add("/color", "color");
  else if (ink.contrast < LEAST_CONTRAST) add("/color", "contrast");
  if (!isAddress(body.privacy_url)) add("/privacy_url", "address");
  if (body.return_url != null && !isAddress(body.return_url)) add("/return_url", "address");
  const origins = body.frame_ancestors ?? [];
  if (origins.length > MAX_ORIGINS) add("/frame_ancestors", "origins_many");
  origins.forEach((origin, n) => {
    if (!isOrigin(origin)) add(`/frame_ancestors/${n}`, "origin");
    else if (origins.findIndex((each) => each.toLowerCase() === origin.toLowerCase()) < n) add(`/frame_ancestors/${n}`, "origin_repeated");
  });
  for (const [locale, text] of Object.entries(body.consent ?? {})) {
    const length = [...text].length;
    if (text.trim() === "" || length < 20 || length > 600) add(`/consent/${locale}`, "consent_length");
    else if (!text.includes("{brand}")) add(`/consent/${locale}`, "consent_brand");
    else if (blanks(text, ["brand"])) add(`/consent/${locale}`, "blank");
  }
  named("/canned", body.canned ?? [], { many: "replies_many", none: "reply_none", text: "reply_text", blank: "blank", letters: 500, blanks: ["name", "agent", "brand"], reserved: [] }, add);
  named("/questions", body.questions ?? [], { many: "questions_many", none: "question_none", text: "question_text", blank: "question_blank", letters: 200, blanks: [], reserved: FROM_THE_CASE }, add);
  const percent = body.sample_percent ?? 5;
  if (!Number.isInteger(percent) || percent < 0 || percent > 100) add("/sample_percent", "percent");
  return found;
}

interface Rules {
  many: FaultCode;
  none: FaultCode;
  text: FaultCode;
  blank: FaultCode;
  letters: number;
  blanks: ReadonlyArray<string>;
  reserved: ReadonlyArray<string>;
}

/** Texts of the bank's own, each with a name, in several languages. */
function named(at: string, all: ReadonlyArray<CannedReply | OwnQuestion>, rules: Rules, add: (pointer: string, code: FaultCode) => void): void {
  if (all.length > MAX_REPLIES) add(at, rules.many);
  all.forEach((each, n) => {
    if (!/^[a-z0-9_]{1,40}$/.test(each.key)) add(`${at}/${n}/key`, "reply_key");
    else if (rules.reserved.includes(each.key)) add(`${at}/${n}/key`, "question_ours");
    else if (all.findIndex((other) => other.key === each.key) < n) add(`${at}/${n}/key`, "reply_repeated");
    const texts = Object.entries(each.texts);
    if (texts.length === 0) add(`${at}/${n}/texts`, rules.none);
    for (const [locale, text] of texts) {
      if (text.trim() === "" || [...text].length > rules.letters) add(`${at}/${n}/texts/${locale}`, rules.text);
      else if (blanks(text, rules.blanks)) add(`${at}/${n}/texts/${locale}`, rules.blank);
    }
  });
}

export type Part = "brand" | "color" | "privacy_url" | "return_url" | "send_first_link" | "supervisors_download" | "frame_ancestors" | "consent" | "canned" | "questions" | "sample_percent";
const PARTS: ReadonlyArray<Part> = ["brand", "color", "privacy_url", "return_url", "send_first_link", "supervisors_download", "frame_ancestors", "consent", "canned", "questions", "sample_percent"];

/** Which parts differ; the order of keys does not count. */
export function changes(was: SettingsBody, now: SettingsBody): Part[] {
  return PARTS.filter((part) => JSON.stringify(sorted(was[part] ?? null)) !== JSON.stringify(sorted(now[part] ?? null)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]));
}

/** The settings as the server takes them: trimmed, empty texts gone, an empty address is none. */
export function bodyOf(draft: SettingsBody): SettingsBody {
  const { return_url: back, ...rest } = draft;
  const filled = (texts: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, text.trim()]).filter(([, text]) => text !== ""));
  return {
    ...rest,
    brand: draft.brand.trim(),
    color: draft.color.trim().toLowerCase(),
    privacy_url: draft.privacy_url.trim(),
    ...(back?.trim() ? { return_url: back.trim() } : {}),
    consent: filled(draft.consent ?? {}),
    canned: (draft.canned ?? []).map((reply) => ({ key: reply.key.trim(), texts: filled(reply.texts) })),
    questions: (draft.questions ?? []).map((question) => ({ key: question.key.trim(), texts: filled(question.texts) })),
  };
}
