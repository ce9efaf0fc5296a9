// A case's images in pairs: what was submitted beside what was taken live. Pure.

import type { CaseFile, ImageSlot } from "../generated/api.ts";

export interface Picture {
  id: string;
  slot: ImageSlot;
  source: string;
  width: number;
  height: number;
  sha256: string;
  at: string;
  /** The attempt it was submitted with. */
  attempt: number | undefined;
}

export interface Pair {
  slot: ImageSlot;
  submitted: Picture[];
  live: Picture[];
}

/** A selfie of the failed attempt is compared with the portrait of the session. */
const PLACE: Record<ImageSlot, ImageSlot> = {
  document_front: "document_front", document_back: "document_back", document_tilt: "document_tilt", portrait: "portrait", selfie: "portrait", other_page: "other_page",
};
const ORDER: ReadonlyArray<ImageSlot> = ["document_front", "document_back", "document_tilt", "portrait", "other_page"];

/** Submitted images by attempt, newest first; live ones in the order they were taken. */
export function pair(file: Pick<CaseFile, "reports" | "evidence">): { pairs: Pair[]; chat: Picture[]; all: Picture[] } {
  const submitted: Picture[] = [...file.reports].reverse().flatMap((report) =>
    report.images.map((image) => ({ ...image, source: "report", at: report.at, attempt: report.check.attempt })));
  const known = new Set(submitted.map((picture) => picture.id));
  const rest: Picture[] = file.evidence
    .filter((evidence) => !known.has(evidence.id))
    .map(({ id, slot, source, width, height, sha256, at }) => ({ id, slot, source, width, height, sha256, at, attempt: undefined }));
  submitted.push(...rest.filter((picture) => picture.source === "report"));
  const live = rest.filter((picture) => ["live", "upload", "screen", "annotated"].includes(picture.source));
  const chat = rest.filter((picture) => picture.source === "chat");
  const pairs = ORDER.map((slot) => ({ slot, submitted: submitted.filter((each) => PLACE[each.slot] === slot), live: live.filter((each) => PLACE[each.slot] === slot) }))
    .filter((each) => each.submitted.length + each.live.length > 0);
  return { pairs, chat, all: [...pairs.flatMap((each) => [...each.submitted, ...each.live]), ...chat] };
}
