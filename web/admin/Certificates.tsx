// Certificates of training: shown, entered, taken away. Must not know which profile asks for one.

import { useState } from "preact/hooks";
import type { AgentRow, CertificateView, SavedAgent } from "../generated/api.ts";
import { Alert, Badge, Dialog, Field } from "./bits.tsx";
import { calls } from "./calls.ts";
import { day } from "./format.ts";
import { useAction, useResource } from "./state.ts";
import { text } from "./text.ts";
import { profilesText as said } from "./text-profiles.ts";

const TONES: Record<string, "good" | "warn" | "bad"> = { holds: "good", ends_soon: "warn", expired: "bad" };

export function CertificateChips({ of }: { of: ReadonlyArray<CertificateView> | null | undefined }) {
  if (!of || of.length === 0) return <>{said.noCertificate}</>;
  const holding = of.filter((each) => each.state === "holds");
  // What holds needs nobody's eye: the table says how many, and names only what is about to end or has.
  return (
    <ul class="chips">
      {holding.length > 0 && <li><Badge tone="good">{said.certificatesHold(holding.length)}</Badge></li>}
      {of.filter((each) => each.state !== "holds").map((each) => <li key={each.profile}><Badge tone={TONES[each.state] ?? "warn"}>{said.profileName(each.profile)} {said.ends(day(each.until))}</Badge></li>)}
    </ul>
  );
}

export function Certificates({ agent, onDone, onClose }: { agent: AgentRow; onDone: (saved: SavedAgent) => void; onClose: () => void }) {
  const profiles = useResource(calls.profiles, "profiles");
  const [held, setHeld] = useState<ReadonlyArray<CertificateView>>(agent.certificates ?? []);
  const [profile, setProfile] = useState("DE");
  const [trainedOn, setTrainedOn] = useState("");
  const [until, setUntil] = useState("");
  const [tried, setTried] = useState(false);
  const action = useAction();
  const today = new Date().toISOString().slice(0, 10);
  const dayFault = trainedOn === "" || trainedOn > today ? said.dayBad : undefined;
  const untilFault = until === "" || until < trainedOn ? said.untilBad : undefined;
  const took = (saved: SavedAgent) => {
    setHeld(saved.agent.certificates ?? []);
    onDone(saved);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!dayFault && !untilFault) action.run(async () => took(await calls.certify(agent.id, profile, { trained_on: trainedOn, until })));
  };
  return (
    <Dialog title={said.certificateTitle(agent.name)} onClose={onClose} actions={<><button class="button" onClick={onClose}>{text.common.close}</button><button class="button primary" form="certificate-form" type="submit" disabled={action.busy}>{said.enter}</button></>}>
      <p class="quiet">{said.certificateLead}</p>
      <ul class="certificate-list">
        {held.length === 0 && <li class="quiet">{said.noCertificate}</li>}
        {held.map((each) => (
          <li key={each.profile}>
            <span class="certificate-what"><span class="strong">{said.profileName(each.profile)}</span><span class="quiet">{day(each.trained_on)} – {day(each.until)}</span><Badge tone={TONES[each.state] ?? "warn"}>{said.state[each.state] ?? each.state}</Badge></span>
            <button class="button small" aria-label={`${said.withdraw}: ${each.profile}`} disabled={action.busy} onClick={() => action.run(async () => took(await calls.withdrawCertificate(agent.id, each.profile)))}>{said.withdraw}</button>
          </li>
        ))}
      </ul>
      <form id="certificate-form" class="form" onSubmit={submit} noValidate>
        <p class="strong">{said.add}</p>
        <Field label={said.profile}>{(ids) => <select {...ids} value={profile} onChange={(event) => setProfile(event.currentTarget.value)}>{(profiles.value?.profiles ?? []).map((each) => <option key={each.code} value={each.code}>{each.code === "default" ? each.name : `${each.code}, ${each.name}`}</option>)}</select>}</Field>
        <Field label={said.trainedOn} fault={tried ? dayFault : undefined}>{(ids) => <input {...ids} type="date" max={today} value={trainedOn} onInput={(event) => setTrainedOn(event.currentTarget.value)} />}</Field>
        <Field label={said.until} fault={tried ? untilFault : undefined}>{(ids) => <input {...ids} type="date" min={trainedOn} value={until} onInput={(event) => setUntil(event.currentTarget.value)} />}</Field>
        <Alert failure={action.failure} />
      </form>
    </Dialog>
  );
}
