// How long the evidence of a case is kept: the rule, a hold, an erasure, the customer's copy. Must not know the rest of the case.

import { useState } from "preact/hooks";
import type { CaseFile, CustodyView, EraseCause } from "../generated/api.ts";
import { Alert, Badge, Card, Dialog, Facts, Field, Note, Time } from "./bits.tsx";
import { calls, copyOf } from "./calls.ts";
import { day, short } from "./format.ts";
import { Icon } from "./icons.tsx";
import { may } from "./roles.ts";
import { me, useAction } from "./state.ts";
import { text } from "./text.ts";
import { custody as said } from "./text-custody.ts";

type Ask = "hold" | "release" | "erase" | undefined;

/** Above everything else where the evidence is gone: it explains why the rest of the page is empty. */
export function Erased({ custody }: { custody: CustodyView }) {
  const { erased } = custody;
  if (!erased) return null;
  return (
    <section class="erased" aria-labelledby="erased-title">
      <Icon name="shield" size={24} />
      <div>
        <h2 id="erased-title">{said.erasedTitle}</h2>
        <p><Time at={erased.at} /> · {erased.by ? `${said.causes[erased.cause]} · ${said.erasedBy(erased.by)}` : said.erasedItself}</p>
        <p>{said.were(erased.images, erased.recordings, erased.messages)}</p>
        <p class="quiet">{erased.entry == null ? said.entryPending : said.entry(erased.entry)} · {said.key} <code title={erased.key}>{short(erased.key)}</code></p>
      </div>
    </section>
  );
}

export function Custody({ file, onReload }: { file: CaseFile; onReload: () => void }) {
  const { custody, row } = file;
  const [ask, setAsk] = useState<Ask>(undefined);
  const role = me.value?.role;
  const can = (act: "hold" | "erase") => role !== undefined && may(role, act) && !custody.erased;
  const done = () => {
    setAsk(undefined);
    onReload();
  };
  const state = custody.erased ? <Badge tone="plain">{said.gone}</Badge> : custody.hold ? <Badge tone="warn">{said.held}</Badge> : <Badge tone="plain" icon="shield">{said.kept}</Badge>;
  return (
    <Card title={said.title} aside={state} id="custody">
      {custody.hold && <div class="custody"><Note tone="warn" icon="warning"><p class="strong">{said.heldBy(custody.hold.by)}, <Time at={custody.hold.at} /></p><p>{custody.hold.reason}</p></Note></div>}
      <Facts of={[
        [said.rule, custody.rule],
        ...(custody.erased ? [] : [[said.due, custody.hold ? said.dueHeld : custody.due_at ? <Time at={custody.due_at} /> : said.dueNone] as const]),
        [said.copies, custody.copies.length === 0 ? said.noCopies : <ul class="plain">{custody.copies.map((copy) => <li key={`${copy.session} ${copy.to}`}>{said.copied(copy.to, copy.objects)}, <Time at={copy.at} /></li>)}</ul>],
      ]} />
      {can("hold") && (
        <div class="custody-acts">
          {!custody.hold && <button class="button" onClick={() => setAsk("hold")}><Icon name="shield" size={16} />{said.hold}</button>}
          {custody.hold && can("erase") && <button class="button" onClick={() => setAsk("release")}>{said.release}</button>}
          {can("erase") && <a class="button" href={copyOf(row.id)} download title={said.copyHint}><Icon name="download" size={16} />{said.copy}</a>}
          {can("erase") && <button class="button danger" disabled={Boolean(custody.hold) || !custody.due_at} onClick={() => setAsk("erase")}><Icon name="trash" size={16} />{said.erase}</button>}
        </div>
      )}
      {(ask === "hold" || ask === "release") && <HoldForm id={row.id} ask={ask} onClose={() => setAsk(undefined)} onDone={done} />}
      {ask === "erase" && <EraseForm id={row.id} custody={custody} onClose={() => setAsk(undefined)} onDone={done} />}
    </Card>
  );
}

function HoldForm({ id, ask, onDone, onClose }: { id: string; ask: "hold" | "release"; onDone: () => void; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const action = useAction();
  const length = reason.trim().length;
  const fault = length < 3 || length > 500 ? said.reasonBad : undefined;
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (fault) return;
    action.run(async () => {
      await (ask === "hold" ? calls.hold(id, reason.trim()) : calls.release(id, reason.trim()));
      onDone();
    });
  };
  const verb = ask === "hold" ? said.hold : said.release;
  return (
    <Dialog title={ask === "hold" ? said.holdTitle : said.releaseTitle} onClose={onClose} actions={<><button class="button" onClick={onClose}>{text.common.cancel}</button><button class="button primary" type="submit" form="hold-form" disabled={action.busy}>{verb}</button></>}>
      <form id="hold-form" class="form" onSubmit={submit}>
        <p>{ask === "hold" ? said.holdLead : said.releaseLead}</p>
        <Field label={said.reason} hint={said.reasonHint} fault={tried ? fault : undefined}>{(ids) => <textarea {...ids} rows={3} maxLength={500} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />}</Field>
        <Alert failure={action.failure} />
      </form>
    </Dialog>
  );
}

const CAUSES: ReadonlyArray<EraseCause> = ["customer_request", "consent_withdrawn", "collected_in_error"];

function EraseForm({ id, custody, onDone, onClose }: { id: string; custody: CustodyView; onDone: () => void; onClose: () => void }) {
  const [cause, setCause] = useState<EraseCause>("customer_request");
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    action.run(async () => {
      await calls.erase(id, cause);
      onDone();
    });
  };
  return (
    <Dialog title={said.eraseTitle} onClose={onClose} actions={<><button class="button" onClick={onClose}>{text.common.cancel}</button><button class="button danger" type="submit" form="erase-form" disabled={action.busy}>{said.erase}</button></>}>
      <form id="erase-form" class="form" onSubmit={submit}>
        <p>{said.eraseLead}</p>
        <p class="quiet">{custody.rule}. {custody.early || !custody.due_at ? said.eraseEarly : said.eraseLate(day(custody.due_at))}</p>
        <Field label={said.cause}>{(ids) => <select {...ids} value={cause} onChange={(event) => setCause(event.currentTarget.value as EraseCause)}>{CAUSES.map((each) => <option key={each} value={each}>{said.causes[each]}</option>)}</select>}</Field>
        <Alert failure={action.failure} />
      </form>
    </Dialog>
  );
}
