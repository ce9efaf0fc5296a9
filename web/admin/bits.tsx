// Small pieces every admin page is made of: badges, times, tables, dialogs, and the states of a page. Must not know a page.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Phase, RecoveryMode } from "../generated/api.ts";
import type { Refused } from "../lib/api.ts";
import { ago, exact } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";
import { now, type Resource } from "./state.ts";
import { text } from "./text.ts";
import { modeTone, modeWords, phaseTone, phaseWords, type Tone } from "./words.ts";

const TONE_ICON: Record<Tone, IconName | undefined> = { good: "circle_check", warn: "warning", bad: "circle_x", live: "activity", plain: undefined };

export function Badge({ tone, icon = TONE_ICON[tone], children }: { tone: Tone; icon?: IconName | undefined; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{icon && <Icon name={icon} size={14} />}{children}</span>;
}

const PHASE_ICON: Partial<Record<Phase, IconName>> = { waiting: "clock", callback: "phone", interrupted: "wifi_off", under_review: "eye", escalated: "users" };
const MODE_ICON: Record<RecoveryMode, IconName> = { automatic: "play", opt_in: "user", none: "minus" };

export function PhaseBadge({ phase }: { phase: Phase }) {
  return <Badge tone={phaseTone[phase]} icon={PHASE_ICON[phase]}>{phaseWords[phase]}</Badge>;
}

export function ModeBadge({ mode }: { mode: RecoveryMode }) {
  return <Badge tone={modeTone[mode]} icon={MODE_ICON[mode]}>{modeWords[mode]}</Badge>;
}

/** Relative, with the exact time for those who hover or listen. */
export function Time({ at }: { at: string }) {
  return <time dateTime={at} title={exact(at)}>{ago(at, now.value)}</time>;
}

export function PageHead({ title, lead, children }: { title: string; lead?: ComponentChildren; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = text.page(title);
  }, [title]);
  return (
    <header class="page-head">
      <div><h1 tabIndex={-1}>{title}</h1>{lead && <p class="lead">{lead}</p>}</div>
      {children && <div class="page-acts">{children}</div>}
    </header>
  );
}

export function Card({ title, aside, children, id, flush }: { title?: ComponentChildren; aside?: ComponentChildren; children: ComponentChildren; id?: string; flush?: boolean }) {
  const name = useId();
  return (
    <section class={flush ? "card flush" : "card"} id={id} aria-labelledby={title ? name : undefined}>
      {title && <header class="card-head"><h2 id={name}>{title}</h2>{aside && <div class="card-aside">{aside}</div>}</header>}
      {children}
    </section>
  );
}

export function Empty({ icon, title, children, act }: { icon: IconName; title: string; children?: ComponentChildren; act?: ComponentChildren }) {
  return (
    <div class="empty">
      <span class="empty-icon"><Icon name={icon} size={24} /></span>
      <p class="empty-title">{title}</p>
      {children && <p class="empty-lead">{children}</p>}
      {act}
    </div>
  );
}

export function Skeleton({ lines = 6 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="sr-only">{text.common.loading}</span>
      {Array.from({ length: lines }, (_, index) => <span key={index} aria-hidden="true" />)}
    </div>
  );
}

/** What happened, what to do, and the code to quote. */
export function failureText(failure: Refused): string {
  if (failure.code === "offline") return text.common.offline;
  if (failure.status === 403) return text.common.forbidden;
  if (failure.status === 404) return text.common.notFound;
  return failure.message;
}

export function Broken({ failure, retry }: { failure: Refused; retry?: () => void }) {
  return (
    <div class="empty" role="alert">
      <span class="empty-icon bad"><Icon name={failure.code === "offline" ? "wifi_off" : "warning"} size={24} /></span>
      <p class="empty-title">{text.common.failedTitle}</p>
      <p class="empty-lead">{failureText(failure)}</p>
      <p class="quote">{text.common.code(failure.code)}{failure.problem?.instance && <> · {text.common.instance(failure.problem.instance)}</>}</p>
      {retry && failure.status !== 403 && <button class="button" onClick={retry}><Icon name="refresh" size={16} />{text.common.retry}</button>}
    </div>
  );
}

export function Alert({ failure }: { failure: Refused | undefined }) {
  if (!failure) return null;
  return (
    <div class="note bad" role="alert">
      <Icon name="warning" size={18} />
      <div>
        <p>{failureText(failure)}</p>
        {failure.problem?.errors?.map((error) => <p key={error.pointer}><code>{error.pointer}</code> {error.detail}</p>)}
        <p class="quote">{text.common.code(failure.code)}</p>
      </div>
    </div>
  );
}

export function Note({ tone = "plain", icon = "info", children }: { tone?: Tone; icon?: IconName; children: ComponentChildren }) {
  return <div class={`note ${tone}`} role="status"><Icon name={icon} size={18} /><div>{children}</div></div>;
}

/** The three states of something loaded; old data stays, with its age, when a reload fails. */
export function Loaded<T>({ from, lines, children }: { from: Resource<T>; lines?: number; children: (value: T) => ComponentChildren }) {
  if (from.value === undefined) return from.failure ? <Broken failure={from.failure} retry={from.reload} /> : <Skeleton {...(lines ? { lines } : {})} />;
  return (
    <>
      {from.failure && (
        <div class="note warn" role="status">
          <Icon name="wifi_off" size={18} />
          <div><p>{text.common.stale(ago(new Date(from.at).toISOString(), now.value))} {failureText(from.failure)}</p></div>
          <button class="button small" onClick={from.reload}>{text.common.retry}</button>
        </div>
      )}
      {children(from.value)}
    </>
  );
}

export interface Column<T> {
  key: string;
  head: string;
  cell: (row: T) => ComponentChildren;
  /** Figures stand right and tabular. */
  figure?: boolean;
  /** The heading is there for listeners only. */
  quiet?: boolean;
}

/** A table that becomes cards on a phone; roles are spoken out because `display` would take them away. */
export function DataTable<T>({ name, columns, rows, id }: { name: string; columns: ReadonlyArray<Column<T>>; rows: ReadonlyArray<T>; id: (row: T) => string }) {
  return (
    <div class="table-scroll" role="region" aria-label={text.common.scroll(name)} tabIndex={0}>
      <table class="table" role="table" aria-label={name}>
        <thead role="rowgroup">
          <tr role="row">{columns.map((column) => <th key={column.key} role="columnheader" scope="col" class={column.figure ? "figure" : ""}>{column.quiet ? <span class="sr-only">{column.head}</span> : column.head}</th>)}</tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={id(row)} role="row">
              {columns.map((column) => <td key={column.key} role="cell" class={column.figure ? "figure" : ""} data-head={column.quiet ? "" : column.head}>{column.cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A native dialog: it keeps the focus, Escape closes it, and the focus goes back. */
export function Dialog({ title, onClose, children, wide, actions, onKey }: { title: string; onClose: () => void; children: ComponentChildren; wide?: boolean; actions?: ComponentChildren; onKey?: (event: KeyboardEvent) => void }) {
  const box = useRef<HTMLDialogElement>(null);
  const name = useId();
  useLayoutEffect(() => {
    const dialog = box.current;
    const back = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (back instanceof HTMLElement) back.focus();
    };
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={box} class={wide ? "dialog wide" : "dialog"} aria-labelledby={name} onCancel={cancel} onKeyDown={onKey}>
      <header class="dialog-head"><h2 id={name}>{title}</h2><button class="button quiet icon-only" aria-label={text.common.close} onClick={onClose}><Icon name="x" size={18} /></button></header>
      <div class="dialog-body">{children}</div>
      {actions && <footer class="dialog-foot">{actions}</footer>}
    </dialog>
  );
}

/** A question before something that cannot be taken back lightly. */
export function Confirm({ title, lead, verb, danger, busy, failure, onYes, onClose }: { title: string; lead: string; verb: string; danger?: boolean; busy: boolean; failure: Refused | undefined; onYes: () => void; onClose: () => void }) {
  return (
    <Dialog title={title} onClose={onClose} actions={<><button class="button" onClick={onClose}>{text.common.cancel}</button><button class={danger ? "button danger" : "button primary"} disabled={busy} onClick={onYes}>{verb}</button></>}>
      <p>{lead}</p>
      <Alert failure={failure} />
    </Dialog>
  );
}

/** Shown once: a secret, with a button that copies it. */
export function Secret({ title, lead, value, onClose }: { title: string; lead: string; value: string; onClose: () => void }) {
  return (
    <Dialog title={title} onClose={onClose} actions={<button class="button primary" onClick={onClose}>{text.common.done}</button>}>
      <p>{lead}</p>
      <CopyLine value={value} />
    </Dialog>
  );
}

export function CopyLine({ value, multi }: { value: string; multi?: boolean }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard?.writeText(value).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <div class={multi ? "copy-line multi" : "copy-line"}>
      <code tabIndex={0}>{value}</code>
      <button class="button small" onClick={copy}><Icon name={copied ? "check" : "copy"} size={16} /><span aria-live="polite">{copied ? text.common.copied : text.common.copy}</span></button>
    </div>
  );
}

/** A labelled field with its hint and its fault. */
export function Field({ label, hint, fault, children }: { label: string; hint?: string; fault?: string | undefined; children: (ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean }) => ComponentChildren }) {
  const id = useId();
  const said = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": said, "aria-invalid": Boolean(fault) })}
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {fault && <p class="fault" id={`${id}-fault`}><Icon name="warning" size={14} />{fault}</p>}
    </div>
  );
}

/** Name and value pairs. */
export function Facts({ of }: { of: ReadonlyArray<readonly [string, ComponentChildren]> }) {
  return <dl class="facts">{of.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}
