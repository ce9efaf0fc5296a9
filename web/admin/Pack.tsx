// Asks for a case's evidence pack, shows how far it is, and gives it out. Must not know what is in it.

import { useEffect, useState } from "preact/hooks";
import type { PackView } from "../generated/api.ts";
import { Refused } from "../lib/api.ts";
import { Alert, Dialog, Field, Note } from "./bits.tsx";
import { calls } from "./calls.ts";
import { bytes } from "./format.ts";
import { Icon } from "./icons.tsx";
import { listed, recipientFault } from "./recipients.ts";
import { packText as said } from "./text-pack.ts";
import { text } from "./text.ts";

const LOOK_AGAIN = 1_000;

export function PackButton({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button class="button" onClick={() => setOpen(true)}><Icon name="shield" size={16} />{said.open}</button>
      {open && <PackDialog id={id} onClose={() => setOpen(false)} />}
    </>
  );
}

function PackDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [pack, setPack] = useState<PackView | undefined>(undefined);
  const [failure, setFailure] = useState<Refused | undefined>(undefined);
  const [round, setRound] = useState(0);
  const [recipients, setRecipients] = useState("");
  const take = (asked: Promise<PackView>) => asked.then((view) => {
    setPack(view);
    setFailure(undefined);
    // Also when nothing moved: the next look follows from this one.
    setRound((n) => n + 1);
  }, (error: unknown) => {
    if (error instanceof Refused) setFailure(error);
  });
  useEffect(() => void take(calls.pack(id)), [id]);
  useEffect(() => {
    if (pack?.state !== "working") return undefined;
    const timer = setTimeout(() => void take(calls.pack(id)), LOOK_AGAIN);
    return () => clearTimeout(timer);
  }, [round]);
  const ask = () => void take(calls.askPack(id, { recipients: listed(recipients) }));
  const fault = recipientFault(failure?.problem);
  const idle = pack && pack.state !== "working";
  const asked = pack && pack.state !== "none";
  return (
    <Dialog title={said.title} onClose={onClose} actions={<>
      <button class="button" onClick={onClose}>{text.common.close}</button>
      {idle && <button class={pack?.state === "ready" ? "button" : "button primary"} onClick={ask}>{asked ? said.again : said.ask}</button>}
      {pack?.state === "ready" && pack.url && <a class="button primary" href={pack.url} download><Icon name="download" size={16} />{said.fetch}</a>}
    </>}>
      <p>{said.lead}</p>
      <p class="quiet">{said.care}</p>
      {idle && <Field label={said.recipients} hint={said.recipientsHint} fault={fault}>{(ids) => (
        <textarea {...ids} rows={2} maxLength={4_000} autocomplete="off" autocapitalize="off" spellcheck={false} value={recipients} onInput={(event) => setRecipients(event.currentTarget.value)} />
      )}</Field>}
      {!fault && <Alert failure={failure} />}
      <div aria-live="polite">
        {asked && <Standing pack={pack} />}
      </div>
    </Dialog>
  );
}

function Standing({ pack }: { pack: PackView }) {
  if (pack.state === "failed") return <Note tone="bad" icon="warning"><strong>{said.failed}.</strong> {said.failedLead}</Note>;
  const percent = Math.floor(pack.permille / 10);
  if (pack.state === "working") return (
    <div class="pack-work">
      <p><strong>{said.working(percent)}</strong></p>
      <progress class="pack-bar" max={1000} value={pack.permille} aria-label={said.progress} />
      <p class="quiet">{said.workingLead}</p>
    </div>
  );
  return (
    <div class="pack-work">
      <p><strong>{said.ready(bytes(pack.bytes))}</strong> <span class="quiet">{said.readyLead}</span></p>
      <p class="quiet">{pack.recipients > 0 ? said.encrypted(pack.recipients) : said.plain}</p>
      {pack.absent.length > 0 && <><p>{said.absent}</p><ul class="pack-absent">{pack.absent.map((line) => <li key={line}>{line}</li>)}</ul></>}
    </div>
  );
}
