// Everything that happened, beside the recording: follows it, jumps in it, can be filtered, each entry with its proof. Must not know media.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { shown } from "./calls.ts";
import type { Deck } from "./deck.ts";
import { exact } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";
import { counted, momentAt, when, type Group, type Moment } from "./moments.ts";
import type { Mark } from "./proof.ts";
import type { Proofs } from "./evidence.ts";
import { text } from "./text.ts";
import { breakWords, groupWords, said } from "./text-replay.ts";

const ICONS: Record<Group, IconName> = {
  step: "list", liveness: "smile", question: "info", code: "key", image: "image", drawing: "draw_pen", chat: "chat", device: "camera", place: "pin", line: "wifi_off", signal: "warning", people: "users", decision: "gavel", other: "link", technical: "settings",
};

interface ListProps {
  deck: Deck;
  moments: ReadonlyArray<Moment>;
  listed: ReadonlyArray<Moment>;
  groups: ReadonlySet<Group>;
  onGroups: (groups: ReadonlySet<Group>) => void;
  proofs: Proofs;
  onGo: (moment: Moment) => void;
  onPicture: (evidence: string) => void;
  /** Whether a picture can be opened large. */
  known: (evidence: string) => boolean;
}

export function MomentList({ deck, moments, listed, groups, onGroups, proofs, onGo, onPicture, known }: ListProps) {
  const [follow, setFollow] = useState(true);
  const box = useRef<HTMLOListElement>(null);
  const current = momentAt(listed, deck.at.value);
  useEffect(() => {
    const holder = box.current;
    const item = holder?.querySelector<HTMLElement>("[aria-current]")?.closest("li");
    // Scrolls the list alone; scrollIntoView would move the page under the reader. Whoever walks the list by keys is left where they are.
    if (holder && item && follow && !holder.contains(document.activeElement)) holder.scrollTop = item.offsetTop - holder.clientHeight / 2 + item.clientHeight / 2;
  }, [current, follow, listed]);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const rows = [...(box.current?.querySelectorAll<HTMLElement>("button.moment") ?? [])];
    const at = rows.findIndex((row) => row.closest("li")?.contains(document.activeElement) ?? false);
    rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
    event.preventDefault();
  };
  return (
    <div class="moments">
      <header class="moments-head">
        <h3>{said.list}</h3>
        <button class="button small" aria-pressed={follow} title={said.followHint} onClick={() => setFollow(!follow)}>{said.follow}</button>
        <Filter moments={moments} groups={groups} onGroups={onGroups} />
      </header>
      <ProofLine proofs={proofs} />
      {listed.length === 0 ? <p class="quiet pad">{said.listEmpty}</p> : (
        <ol ref={box} aria-label={said.listName} onKeyDown={onKey}>
          {listed.map((moment) => <Row key={moment.entry.id} moment={moment} current={moment === current} mark={proofs.checked?.marks.get(moment.entry.id)} state={proofs.state} onGo={onGo} onPicture={onPicture} known={known} />)}
        </ol>
      )}
    </div>
  );
}

function Filter({ moments, groups, onGroups }: Pick<ListProps, "moments" | "groups" | "onGroups">) {
  const toggle = (group: Group) => {
    const next = new Set(groups);
    if (!next.delete(group)) next.add(group);
    onGroups(next);
  };
  return (
    <details class="moments-filter">
      <summary class="button small">{said.filter}: {groups.size === 0 ? said.filterAll : said.filterSome(groups.size)}</summary>
      <fieldset>
        <legend class="sr-only">{said.filterName}</legend>
        {counted(moments).map(([group, n]) => <label key={group} class="check"><input type="checkbox" checked={groups.has(group)} onChange={() => toggle(group)} /><Icon name={ICONS[group]} size={14} />{groupWords[group]} <span class="quiet tabular">{n}</span></label>)}
        <button class="button small" disabled={groups.size === 0} onClick={() => onGroups(new Set())}>{said.filterClear}</button>
      </fieldset>
    </details>
  );
}

interface RowProps {
  moment: Moment;
  current: boolean;
  mark: Mark | undefined;
  state: Proofs["state"];
  onGo: (moment: Moment) => void;
  onPicture: (evidence: string) => void;
  known: (evidence: string) => boolean;
}

function Row({ moment, current, mark, state, onGo, onPicture, known }: RowProps) {
  const label = useId();
  const { entry, image } = moment;
  const openable = image !== undefined && known(image);
  return (
    <li data-entry={entry.id} data-kind={entry.kind} class={moment.at === undefined ? "unplaced" : ""}>
      <button class="moment" aria-current={current ? "true" : undefined} aria-disabled={moment.at === undefined} title={moment.at === undefined ? said.notRecorded : exact(entry.at)} onClick={() => onGo(moment)}>
        <span class="moment-time tabular">{when(moment)}</span>
        <Icon name={ICONS[moment.group]} size={16} />
        <span class="moment-words" id={label}>
          {moment.title}
          {moment.told && <span class="moment-told">{moment.told}</span>}
          {moment.quote && <q class="moment-quote">{moment.quote}</q>}
        </span>
        <ProofMark mark={mark} state={state} index={entry.index ?? undefined} />
      </button>
      {openable && <button class="moment-image" aria-label={said.openImage(moment.told || moment.title)} onClick={() => onPicture(image)}><img src={shown(image)} alt="" loading="lazy" decoding="async" /></button>}
    </li>
  );
}

/** Whether an entry's proof holds: shape and word, never colour alone. */
function ProofMark({ mark, state, index }: { mark: Mark | undefined; state: Proofs["state"]; index: number | undefined }) {
  if (mark?.state === "proven") {
    const words = said.proof.entry(mark.index, mark.size);
    return <span class="proof-mark good" data-proof="proven" title={words}><Icon name="shield" size={14} /><span class="tabular" aria-hidden="true">{mark.index}</span><span class="sr-only">{words}</span></span>;
  }
  if (mark?.state === "broken") {
    const words = said.proof.broken(breakWords[mark.why]);
    return <span class="proof-mark bad" data-proof="broken" title={words}><Icon name="circle_x" size={16} /><span class="sr-only">{words}</span></span>;
  }
  if (state === "impossible" || state === "failed") return <span class="proof-mark" data-proof="unknown"><span class="tabular quiet">{index}</span></span>;
  const words = mark?.state === "pending" ? said.proof.pending : said.proof.now;
  return <span class="proof-mark" data-proof={mark?.state ?? "checking"} title={words}><Icon name="clock" size={14} /><span class="sr-only">{words}</span></span>;
}

/** What the marks come to, and what they were checked against. */
function ProofLine({ proofs }: { proofs: Proofs }) {
  const { proof } = said;
  const { checked, state } = proofs;
  if (state === "impossible") return <p class="proof-line warn" role="status"><Icon name="info" size={16} />{proof.impossible}</p>;
  if (state === "failed") return <p class="proof-line warn" role="status"><Icon name="warning" size={16} />{proof.failed} <button class="link-button" onClick={proofs.retry}>{text.common.retry}</button></p>;
  if (!checked) return <p class="proof-line" role="status"><Icon name="clock" size={16} />{proof.checking}</p>;
  const marks = [...checked.marks.values()];
  const n = (wanted: Mark["state"]) => marks.filter((mark) => mark.state === wanted).length;
  const bad = n("broken");
  const broken = bad > 0 || checked.signature === "invalid";
  const signature = checked.signature === "valid" ? proof.valid : checked.signature === "invalid" ? proof.invalid : proof.unsupported;
  return (
    <p class={broken ? "proof-line bad" : "proof-line good"} role={broken ? "alert" : "status"} data-signature={checked.signature} data-size={checked.size} title={`${proof.key}: ${checked.key}`}>
      <Icon name={broken ? "circle_x" : "shield"} size={16} />
      <span>{bad > 0 ? proof.bad(bad) : proof.good(n("proven"), checked.size)} {signature}{n("pending") > 0 && ` ${proof.waiting(n("pending"))}`}</span>
    </p>
  );
}
