// One's own account: password and second factor. Must not know the accounts of others.

import { useState } from "preact/hooks";
import { encode } from "uqr";
import { Alert, CopyLine, Dialog, Field, Note } from "./bits.tsx";
import { calls, type TotpOffered } from "./calls.ts";
import { me, useAction } from "./state.ts";
import { text } from "./text.ts";

const said = text.account;

export function Account({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={said.title} onClose={onClose}>
      <Password />
      <h3>{said.second}</h3>
      {me.value?.totp ? <Note tone="good" icon="circle_check">{said.on}</Note> : <Second />}
    </Dialog>
  );
}

function Password() {
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [done, setDone] = useState(false);
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    setDone(false);
    action.run(async () => {
      await calls.setPassword(fresh, current);
      setCurrent("");
      setFresh("");
      setDone(true);
    });
  };
  return (
    <form class="form" onSubmit={submit}>
      <p class="quiet">{said.passwordLead}</p>
      <input class="sr-only" type="text" autoComplete="username" value={me.value?.name ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
      <Field label={said.current} hint={said.currentHint}>{(ids) => <input {...ids} type="password" autoComplete="current-password" value={current} onInput={(event) => setCurrent(event.currentTarget.value)} />}</Field>
      <Field label={said.fresh} hint={said.freshHint}>{(ids) => <input {...ids} type="password" autoComplete="new-password" required minLength={12} value={fresh} onInput={(event) => setFresh(event.currentTarget.value)} />}</Field>
      <Alert failure={action.failure} />
      {done && <Note tone="good" icon="circle_check">{said.done}</Note>}
      <button class="button primary" type="submit" disabled={action.busy}>{said.set}</button>
    </form>
  );
}

function Second() {
  const [offer, setOffer] = useState<TotpOffered | undefined>(undefined);
  const [code, setCode] = useState("");
  const action = useAction();
  const begin = () => action.run(async () => setOffer(await calls.offerTotp()));
  const confirm = (event: Event) => {
    event.preventDefault();
    if (!offer) return;
    action.run(async () => {
      await calls.confirmTotp(offer.pending, code.replaceAll(/\s/g, ""));
      if (me.value) me.value = { ...me.value, totp: true };
    });
  };
  if (!offer) return <><p class="quiet">{said.secondLead}</p><Alert failure={action.failure} /><button class="button" disabled={action.busy} onClick={begin}>{said.begin}</button></>;
  return (
    <form class="form" onSubmit={confirm}>
      <p class="quiet">{said.scan}</p>
      <Code of={offer.uri} />
      <CopyLine value={offer.secret} />
      <Field label={said.code}>{(ids) => <input {...ids} class="code-input" inputMode="numeric" autoComplete="one-time-code" required maxLength={7} value={code} onInput={(event) => setCode(event.currentTarget.value)} />}</Field>
      <Alert failure={action.failure} />
      <button class="button primary" type="submit" disabled={action.busy}>{said.confirm}</button>
    </form>
  );
}

/** Black on white in both schemes: cameras want it so. */
function Code({ of }: { of: string }) {
  const { data, size } = encode(of, { border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={said.qr} shapeRendering="crispEdges"><rect width={size} height={size} fill="#fff" /><path d={path} fill="#000" /></svg>;
}
