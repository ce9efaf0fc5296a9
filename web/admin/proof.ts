// Checks entries of the log against a signed checkpoint, here in the browser: canonical bytes, path, root, signature.
// Must not know a component. RFC 9162 (tree), C2SP tlog-checkpoint and signed-note (signature).

import type { ProofsView, TimelineEntry } from "../generated/api.ts";

/** What is known of an entry's proof. */
export type Mark =
  | { state: "checking" }
  /** Not under the newest checkpoint yet. */
  | { state: "pending" }
  | { state: "proven"; index: number; size: number }
  | { state: "broken"; why: Break };

/** Why an entry does not hold. */
export type Break = "differs" | "root" | "unreadable" | "missing";

/** What is known of the checkpoint's signature. */
export type Signature = "valid" | "invalid" | "unsupported";

export interface Checked {
  marks: ReadonlyMap<string, Mark>;
  size: number;
  origin: string;
  signature: Signature;
  /** Public key of the log, as its operator publishes it. */
  key: string;
}

const LEAF = 0;
const NODE = 1;

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

export function fromHex(text: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{2})*$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** The root that a leaf and its path lead to (RFC 9162, 2.1.3.2); undefined when the path does not fit the tree. */
export async function rootFrom(leaf: Uint8Array, index: number, size: number, path: ReadonlyArray<Uint8Array>): Promise<Uint8Array | undefined> {
  if (index < 0 || index >= size || path.length > 63) return undefined;
  // Indexes stay below 2^53: arithmetic instead of bits.
  let at = index;
  let last = size - 1;
  let node = leaf;
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      node = await sha256(Uint8Array.of(NODE), sibling, node);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      node = await sha256(Uint8Array.of(NODE), node, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? node : undefined;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
  /** The bytes that are signed. */
  text: string;
  signatures: Array<{ name: string; bytes: Uint8Array }>;
}

/** Reads a signed checkpoint; undefined when it is none. */
export function parseCheckpoint(note: string): Checkpoint | undefined {
  const cut = note.indexOf("\n\n");
  if (cut < 0) return undefined;
  const text = note.slice(0, cut + 1);
  const [origin = "", size = "", root = ""] = text.split("\n");
  const bytes = fromBase64(root);
  if (origin === "" || !/^(0|[1-9]\d{0,15})$/.test(size) || bytes?.length !== 32) return undefined;
  const signatures = note.slice(cut + 2).split("\n").flatMap((line) => {
    const [dash, name = "", signature = ""] = line.split(" ");
    const raw = dash === "\u2014" ? fromBase64(signature) : undefined;
    return raw ? [{ name, bytes: raw }] : [];
  });
  return { origin, size: Number(size), root: bytes, text, signatures };
}

/** Whether the log's key signed the checkpoint, as far as this browser can tell. */
export async function signatureOf(checkpoint: Checkpoint, verifier: string): Promise<Signature> {
  // The base64 part may hold `+` itself.
  const [name = "", id = "", ...rest] = verifier.split("+");
  const key = fromBase64(rest.join("+"));
  const expected = fromHex(id);
  if (!key || key.length !== 33 || key[0] !== 1 || expected?.length !== 4 || checkpoint.origin !== name) return "invalid";
  const named = await sha256(new TextEncoder().encode(`${name}\n`), key);
  if (!same(named.slice(0, 4), expected)) return "invalid";
  const line = checkpoint.signatures.find((each) => each.name === name && each.bytes.length === 68 && same(each.bytes.slice(0, 4), expected));
  if (!line) return "invalid";
  let imported: CryptoKey;
  try {
    imported = await crypto.subtle.importKey("raw", new Uint8Array(key.slice(1)), { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return "unsupported";
  }
  const valid = await crypto.subtle.verify({ name: "Ed25519" }, imported, new Uint8Array(line.bytes.slice(4)), new TextEncoder().encode(checkpoint.text));
  return valid ? "valid" : "invalid";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]));
}

/** Whether what the page shows is what the canonical bytes say. */
export function agrees(shown: TimelineEntry, canonical: string, caseId: string): boolean {
  let proven: Record<string, unknown>;
  try {
    proven = JSON.parse(canonical) as Record<string, unknown>;
  } catch {
    return false;
  }
  const at = typeof proven["at"] === "number" ? Math.floor(proven["at"] / 1000) : Number.NaN;
  return (
    proven["id"] === shown.id && proven["kind"] === shown.kind && proven["actor"] === shown.actor && proven["case"] === caseId && at === Math.floor(Date.parse(shown.at)) &&
    JSON.stringify(sorted(proven["body"])) === JSON.stringify(sorted(shown.body))
  );
}

/** Checks every entry of a case; what the page shows is compared with what was signed. */
export async function check(view: ProofsView, timeline: ReadonlyArray<TimelineEntry>, caseId: string): Promise<Checked> {
  const marks = new Map<string, Mark>();
  const checkpoint = parseCheckpoint(view.checkpoint);
  const signature = checkpoint ? await signatureOf(checkpoint, view.verifier_key) : "invalid";
  const proofs = new Map(view.proofs.map((proof) => [proof.id, proof]));
  for (const entry of timeline) {
    const proof = proofs.get(entry.id);
    if (!checkpoint) marks.set(entry.id, { state: "broken", why: "unreadable" });
    else if (!proof) marks.set(entry.id, entry.index != null && entry.index < checkpoint.size ? { state: "broken", why: "missing" } : { state: "pending" });
    else marks.set(entry.id, await one(proof, entry, checkpoint, caseId));
  }
  return { marks, size: checkpoint?.size ?? 0, origin: checkpoint?.origin ?? "", signature, key: view.verifier_key };
}

async function one(proof: ProofsView["proofs"][number], entry: TimelineEntry, checkpoint: Checkpoint, caseId: string): Promise<Mark> {
  if (!agrees(entry, proof.entry, caseId) || (entry.index != null && entry.index !== proof.index)) return { state: "broken", why: "differs" };
  const path = proof.path.map(fromHex);
  if (path.some((hash) => hash?.length !== 32)) return { state: "broken", why: "unreadable" };
  const leaf = await sha256(Uint8Array.of(LEAF), new TextEncoder().encode(proof.entry));
  const root = await rootFrom(leaf, proof.index, checkpoint.size, path as Uint8Array[]);
  return root && same(root, checkpoint.root) ? { state: "proven", index: proof.index, size: checkpoint.size } : { state: "broken", why: "root" };
}

/** Whether this browser can compute at all: only pages of a secure origin may. */
export const canCheck = (): boolean => typeof crypto !== "undefined" && crypto.subtle !== undefined;
