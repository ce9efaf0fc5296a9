// Every call of the admin page to the server, in one place. Knows addresses and shapes, no component.

import type {
  AgentRow, ApiKeyView, AskPack, CaseFile, CaseRows, CustodyView, DeliveryView, DrawingsView, EndpointView, EraseCause, LogView, Me, NumbersView, PackView, PersonLog, PolicyBody, PolicyView, ProfilesView, ProofsView,
  ReviewDecision, ReviewDeskView, ReviewDone, ReviewFile, ReviewNumbers, SaveAgent, SaveCertificate, SaveEndpoint, SaveLine, SavedAgent, SettingsBody, SettingsView, SignIn, Simulation,
} from "../generated/api.ts";
import { call } from "../lib/api.ts";

export interface CaseFilter {
  q: string;
  phase: string;
  reason: string;
  from: string;
  to: string;
}

export const NO_FILTER: CaseFilter = { q: "", phase: "", reason: "", from: "", to: "" };

/** Midnight of a day in this browser's zone as an instant; `later` days after it. */
export function dayStart(value: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = value.split("-").map(Number);
  const instant = new Date(year, month - 1, date + later);
  return Number.isNaN(instant.getTime()) ? "" : instant.toISOString();
}

/** The filter as the server reads it; both days are whole days. */
export function caseQuery(filter: CaseFilter, cursor: string | undefined, limit = 50): string {
  const query = new URLSearchParams();
  const put = (key: string, value: string | undefined) => value && query.set(key, value);
  put("q", filter.q.trim());
  put("phase", filter.phase);
  put("reason", filter.reason);
  put("from", filter.from && dayStart(filter.from));
  put("to", filter.to && dayStart(filter.to, 1));
  put("cursor", cursor);
  query.set("limit", String(limit));
  return query.toString();
}

/** A secret for an authenticator app, shown once and not yet in force. */
export interface TotpOffered {
  uri: string;
  secret: string;
  pending: string;
}

const at = (...parts: string[]): string => `/v1/admin/${parts.map(encodeURIComponent).join("/")}`;
const get = <T>(path: string) => (signal: AbortSignal): Promise<T> => call<T>(path, { signal });

export const calls = {
  me: () => call<Me>("/v1/me"),
  signIn: (body: SignIn) => call<Me>("/v1/sign-in", { body }),
  signInByLink: (token: string) => call<Me>("/v1/sign-in/link", { body: { token } }),
  signOut: () => call<undefined>("/v1/sign-out", { method: "POST" }),
  setPassword: (password: string, current: string) => call<undefined>("/v1/me/password", { body: { password, ...(current === "" ? {} : { current }) } }),
  offerTotp: () => call<TotpOffered>("/v1/me/totp", { method: "POST" }),
  confirmTotp: (pending: string, code: string) => call<undefined>("/v1/me/totp/confirm", { body: { pending, code } }),
  reviews: () => call<ReviewDeskView>(at("reviews")),
  reviewDesk: (ready: boolean) => call<ReviewDeskView>(at("reviews", "desk"), { body: { ready } }),
  takeReview: (id: string) => call<ReviewFile>(at("cases", id, "review", "take"), { method: "POST" }),
  reviewFile: (id: string) => get<ReviewFile>(at("cases", id, "review")),
  giveReview: (id: string, body: ReviewDecision) => call<ReviewDone>(at("cases", id, "review"), { body }),
  reviewNumbers: (days: number) => get<ReviewNumbers>(`${at("reviews", "numbers")}?days=${days}`),
  personLog: (id: string, group: string, cursor: string | undefined) => call<PersonLog>(`${at("people", id, "log")}?${new URLSearchParams({ ...(group === "" ? {} : { group }), ...(cursor ? { cursor } : {}) })}`),
  hold: (id: string, reason: string) => call<CustodyView>(at("cases", id, "hold"), { body: { reason } }),
  release: (id: string, reason: string) => call<CustodyView>(at("cases", id, "release"), { body: { reason } }),
  erase: (id: string, cause: EraseCause) => call<CustodyView>(at("cases", id, "erase"), { body: { cause }, timeout: 60_000 }),
  numbers: get<NumbersView>(at("numbers")),
  cases: (filter: CaseFilter, cursor: string | undefined, signal?: AbortSignal) => call<CaseRows>(`${at("cases")}?${caseQuery(filter, cursor)}`, signal ? { signal } : {}),
  file: (id: string) => get<CaseFile>(at("cases", id)),
  proofs: (id: string) => get<ProofsView>(at("cases", id, "proofs")),
  drawings: (id: string, from?: string) => get<DrawingsView>(`${at("cases", id, "drawings")}${from === undefined ? "" : `?from=${encodeURIComponent(from)}`}`),
  agents: get<AgentRow[]>(at("agents")),
  addAgent: (body: SaveAgent) => call<SavedAgent>(at("agents"), { body }),
  saveAgent: (id: string, body: SaveAgent) => call<SavedAgent>(at("agents", id), { method: "PUT", body }),
  resetAgent: (id: string) => call<SavedAgent>(at("agents", id, "reset"), { method: "POST" }),
  profiles: get<ProfilesView>(at("profiles")),
  saveLine: (code: string, line: string, body: SaveLine) => call<ProfilesView>(at("profiles", code, "lines", line), { method: "PUT", body }),
  certify: (id: string, profile: string, body: SaveCertificate) => call<SavedAgent>(at("agents", id, "certificates", profile), { method: "PUT", body }),
  withdrawCertificate: (id: string, profile: string) => call<SavedAgent>(at("agents", id, "certificates", profile), { method: "DELETE" }),
  policy: get<PolicyView>(at("policy")),
  savePolicy: (from_version: number, body: PolicyBody) => call<PolicyView>(at("policy"), { method: "PUT", body: { from_version, body } }),
  simulate: (body: PolicyBody, days: number) => call<Simulation>(at("policy", "simulate"), { body: { body, days }, timeout: 60_000 }),
  endpoints: get<EndpointView[]>(at("endpoints")),
  addEndpoint: (body: SaveEndpoint) => call<EndpointView>(at("endpoints"), { body }),
  removeEndpoint: (id: string) => call<undefined>(at("endpoints", id), { method: "DELETE" }),
  deliveries: get<DeliveryView[]>(at("deliveries")),
  replay: (id: string) => call<unknown>(at("deliveries", id, "replay"), { method: "POST" }),
  keys: get<ApiKeyView[]>(at("keys")),
  addKey: (name: string) => call<ApiKeyView>(at("keys"), { body: { name } }),
  revokeKey: (prefix: string) => call<undefined>(at("keys", prefix), { method: "DELETE" }),
  settings: get<SettingsView>(at("settings")),
  saveSettings: (from_version: number, body: SettingsBody) => call<SettingsView>(at("settings"), { method: "PUT", body: { from_version, body } }),
  log: get<LogView>(at("log")),
  pack: (id: string) => call<PackView>(at("cases", id, "pack")),
  askPack: (id: string, body: AskPack) => call<PackView>(at("cases", id, "pack"), { method: "POST", body }),
};

/** One person's log as a file. */
export const personCsv = (id: string, group: string): string => `${at("people", id, "log.csv")}${group === "" ? "" : `?group=${group}`}`;

/** Where an image's bytes are; evidence is asked for by its case, the one that is open. */
const bytes = (evidence: string, version: string): string =>
  `/v1/evidence/${encodeURIComponent(evidence)}/${version}?case=${/case_[0-9a-f]{32}/.exec(location.hash)?.[0] ?? ""}`;
/** Of a case that the address may have left already. */
export const shownIn = (of: string, evidence: string): string => `/v1/evidence/${encodeURIComponent(evidence)}/shown?case=${encodeURIComponent(of)}`;
export const shown = (evidence: string): string => bytes(evidence, "shown");
export const original = (evidence: string): string => bytes(evidence, "original");
/** Where the customer's copy of a case is. */
export const copyOf = (id: string): string => at("cases", id, "copy");
