// The audit entries of a case in words, each with its exact time and its place in the signed tree. Must not know the player.

import { useState } from "preact/hooks";
import type { TimelineEntry } from "../generated/api.ts";
import { day, exact, short, stamp } from "./format.ts";
import { Icon } from "./icons.tsx";
import { text } from "./text.ts";
import { actor, flat, fold } from "./timeline.ts";
import { fact, telling } from "./words.ts";

const said = text.timeline;

export function actorName(entry: TimelineEntry): string {
  if (entry.actor_name !== "") return entry.actor_name;
  const { kind } = actor(entry.actor);
  if (kind === "system") return said.system;
  if (kind === "customer") return said.customer;
  if (kind === "api") return said.api;
  return entry.actor;
}

export function Timeline({ entries, onPlay }: { entries: ReadonlyArray<TimelineEntry>; onPlay: (entry: TimelineEntry) => (() => void) | undefined }) {
  const [all, setAll] = useState(false);
  if (entries.length === 0) return <p class="quiet pad">{said.empty}</p>;
  const items = fold(entries);
  const quiet = items.reduce((sum, item) => sum + (item.type === "folded" ? item.entries.length : 0), 0);
  let before = "";
  return (
    <>
      {quiet > 0 && <div class="timeline-acts"><button class="button small" aria-pressed={all} onClick={() => setAll(!all)}>{all ? said.hide : said.hidden(quiet)}</button></div>}
      <ol class="timeline">
        {items.flatMap((item) => (item.type === "entry" ? [item.entry] : all ? item.entries : [])).map((entry) => {
          const today = day(entry.at);
          const head = today === before ? null : <li key={`day-${entry.id}`} class="timeline-day">{today}</li>;
          before = today;
          return [head, <Entry key={entry.id} entry={entry} play={onPlay(entry)} />];
        })}
      </ol>
    </>
  );
}

function Entry({ entry, play }: { entry: TimelineEntry; play: (() => void) | undefined }) {
  const rows = flat(entry.body);
  const told = telling(entry.kind, entry.body);
  return (
    <li class="entry">
      <span class="entry-dot" aria-hidden="true" />
      <details>
        <summary>
          <span class="entry-fact">{fact(entry.kind)}</span>
          {told && <span class="entry-told">{told}</span>}
          <span class="entry-meta"><span><time dateTime={entry.at} title={exact(entry.at)}>{stamp(entry.at)}</time> · {actorName(entry)}</span><Proof entry={entry} /></span>
        </summary>
        <dl class="entry-body">
          {rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
          <div><dt>{said.leaf}</dt><dd class="mono">{entry.leaf}</dd></div>
          <div><dt>{said.id}</dt><dd class="mono">{entry.id}</dd></div>
        </dl>
      </details>
      {play && <button class="entry-play" aria-label={`${said.jump}: ${fact(entry.kind)}`} title={said.jump} onClick={play}><Icon name="play" size={14} /></button>}
    </li>
  );
}

/** Whether the entry is in the signed tree, at which index, with which leaf. */
export function Proof({ entry, bare }: { entry: TimelineEntry; bare?: boolean }) {
  if (entry.index == null) return <span class="proof pending" title={said.notYet}><Icon name="clock" size={12} />{said.pending}</span>;
  return <span class="proof" title={`${said.proven(entry.index)} · ${said.leaf} ${entry.leaf}`}><Icon name="shield" size={12} /><span class="tabular">#{entry.index}</span>{!bare && <code>{short(entry.leaf).slice(0, 8)}</code>}</span>;
}
