// The audit log in reading order: quiet entries folded, bodies as names and values. Pure.

import type { TimelineEntry } from "../generated/api.ts";
import { isQuiet } from "./replay.ts";

export type Item = { type: "entry"; entry: TimelineEntry } | { type: "folded"; kind: string; entries: TimelineEntry[] };

/** Runs of the same technical entry become one item; everything else stays as it was written. */
export function fold(entries: ReadonlyArray<TimelineEntry>): Item[] {
  const items: Item[] = [];
  for (const entry of entries) {
    const last = items.at(-1);
    if (!isQuiet(entry.kind)) items.push({ type: "entry", entry });
    else if (last?.type === "folded" && last.kind === entry.kind) last.entries.push(entry);
    else items.push({ type: "folded", kind: entry.kind, entries: [entry] });
  }
  return items;
}

/** A body as flat names and values; deeper objects with a dotted name. */
export function flat(body: unknown, prefix = ""): Array<[string, string]> {
  if (body === null || typeof body !== "object") return [[prefix === "" ? "value" : prefix, body === null ? "–" : String(body)]];
  if (Array.isArray(body)) {
    const plain = body.every((each) => each === null || typeof each !== "object");
    if (plain) return [[prefix === "" ? "values" : prefix, body.length === 0 ? "–" : body.join(", ")]];
    return body.flatMap((each, index) => flat(each, `${prefix}[${index}]`));
  }
  return Object.entries(body).flatMap(([name, value]) => flat(value, prefix === "" ? name : `${prefix}.${name}`));
}

/** `agent:agt_1` → its kind and id. */
export function actor(value: string): { kind: string; id: string } {
  const at = value.indexOf(":");
  return at < 0 ? { kind: value, id: "" } : { kind: value.slice(0, at), id: value.slice(at + 1) };
}
