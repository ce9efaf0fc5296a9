// What the demo bank's page asks its own server, and what follows from the answers. No components.
import type { Phase, Recovery } from "../generated/api.ts";
import { call } from "../lib/api.ts";

/** The form and the chosen failure, as the bank's server gets them. */
export interface CheckForm {
  failure: string;
  confidence: number;
  attempt: number;
  locale: string;
  name: string;
  birth_date: string;
  phone: string;
  email: string;
  address: string;
  document_type: string;
  document_number: string;
  document_expiry: string;
  /** `reason`, `clean` or `none`. */
  image: string;
}

export interface Checked {
  case: string;
  reference: string;
  phase: Phase;
  recovery: Recovery;
}

export interface Webhook {
  type: string;
  at: string;
  verified_signature: boolean;
}

export interface Outcome {
  phase: Phase;
  outcome?: string | null;
  webhooks: Webhook[];
}

export const runCheck = (form: CheckForm): Promise<Checked> => call<Checked>("/bank/api/check", { body: form, timeout: 30_000 });
export const readOutcome = (reference: string): Promise<Outcome> => call<Outcome>(`/bank/api/outcome?${new URLSearchParams({ reference })}`);

/** A message as it reached the customer. */
export interface Arrived {
  at: string;
  channel: "sms" | "email";
  to: string;
  text: string;
}

export const readInbox = async (): Promise<Arrived[]> => (await call<{ messages: Arrived[] }>("/bank/api/inbox")).messages;

/** Invented people, one per language, so that every script is met. */
const PEOPLE: Readonly<Record<string, Pick<CheckForm, "name" | "phone" | "address">>> = {
  en: { name: "Grace Tan", phone: "+6591230001", address: "12 Kampong Row, #04-11, Singapore" },
  id: { name: "Dewi Lestari Putri", phone: "+6281230002", address: "Jl. Melati 7, Bandung" },
  th: { name: "สมชาย ใจดี", phone: "+66812300003", address: "88 ถนนสุขใจ กรุงเทพฯ" },
  fil: { name: "Ma. Luisa Dela Peña", phone: "+639171230004", address: "21 Sampaguita St., Quezon City" },
  vi: { name: "Nguyễn Thị Ánh", phone: "+84912300005", address: "5 Hẻm Hoa Mai, Đà Nẵng" },
  ms: { name: "Nur Aisyah binti Rahman", phone: "+60121230006", address: "3 Jalan Cempaka, Melaka" },
  "zh-Hans": { name: "陈美玲", phone: "+6591230007", address: "45 Orchid Walk, Singapore" },
  hi: { name: "आराध्या शर्मा", phone: "+919812300008", address: "14 गुलाब मार्ग, जयपुर" },
  ta: { name: "கவிதா முருகன்", phone: "+919812300009", address: "9 மல்லி தெரு, மதுரை" },
};

export function filled(locale: string, failure = "document_glare"): CheckForm {
  const person = PEOPLE[locale] ?? (PEOPLE["en"] as (typeof PEOPLE)[string]);
  return {
    failure,
    confidence: 0.35,
    attempt: 1,
    locale,
    ...person,
    name: failure === "name_mismatch" && locale === "en" ? "Zoë O'Brien-d'Açúcar" : person.name,
    birth_date: "1991-04-17",
    email: "customer@example.com",
    document_type: failure === "document_unsupported" ? "residence_permit" : "id_card",
    document_number: "D1234567X",
    document_expiry: "2031-08-30",
    image: "reason",
  };
}

export type Ending = "verified" | "rejected" | "escalated" | "open";

/** What the bank shows by itself once the case is closed. */
export function endingOf(phase: Phase): Ending | null {
  switch (phase) {
    case "verified":
      return "verified";
    case "rejected":
      return "rejected";
    case "escalated":
    case "under_review":
      return "escalated";
    case "abandoned":
    case "expired":
      return "open";
    default:
      return null;
  }
}
