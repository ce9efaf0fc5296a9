// How a case stands to its profile, line by line, with what proves each. Must not judge a line.

import type { LineView } from "../generated/api.ts";
import { Badge, Card, DataTable, type Column } from "./bits.tsx";
import { profilesText as said } from "./text-profiles.ts";
import type { Tone } from "./words.ts";

const TONES: Record<string, Tone> = { met: "good", declared: "good", missing: "bad", follows: "plain", not_applicable: "plain" };
const MOST = 6;

function proofs(line: LineView): string {
  if (line.statement) return line.statement;
  if (line.why) return said.why[line.why] ?? line.why;
  const shown = line.by.slice(0, MOST).map((proof) => said.by[proof.is]?.(proof.of) ?? `${proof.is} ${proof.of}`.trim());
  return shown.join(", ") + (line.by.length > MOST ? ` +${line.by.length - MOST}` : "");
}

const COLUMNS: ReadonlyArray<Column<LineView>> = [
  { key: "line", head: said.caseLine, cell: (line) => <span class="person"><span class="strong">{line.title}</span><span class="quiet">{line.citation}, {said.certainty[line.certainty].toLowerCase()}</span></span> },
  { key: "standing", head: said.caseStanding, cell: (line) => <Badge tone={TONES[line.standing] ?? "plain"}>{said.standing[line.standing] ?? line.standing}</Badge> },
  { key: "by", head: said.caseProof, cell: (line) => <span class="proof-words">{proofs(line)}</span> },
];

export function CaseLines({ lines }: { lines: ReadonlyArray<LineView> | null | undefined }) {
  const must = (lines ?? []).filter((line) => line.mandatory);
  if (must.length === 0) return null;
  const settled = must.filter((line) => line.standing !== "missing" && line.standing !== "follows").length;
  return <Card title={said.caseTitle(settled, must.length)} id="lines" flush><DataTable name={said.caseLead} columns={COLUMNS} rows={must} id={(line) => line.id} /></Card>;
}
