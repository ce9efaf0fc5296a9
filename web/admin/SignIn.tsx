// The door: e-mail, password and code, or a one-time link. Must not know the pages behind it.

import { useState } from "preact/hooks";
import { Refused } from "../lib/api.ts";
import { Logo } from "../lib/ui/icons.tsx";
import { Alert, Field, Note } from "./bits.tsx";
import { calls } from "./calls.ts";
import { Icon } from "./icons.tsx";
import { me, signInEnded, useAction } from "./state.ts";
import { text } from "./text.ts";

export function SignIn({ linkFailed }: { linkFailed: boolean }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    action.run(async () => {
      const digits = code.replaceAll(/\s/g, "");
      me.value = await calls.signIn({ email: email.trim(), password, ...(digits === "" ? {} : { code: digits }) });
      signInEnded.value = false;
    });
  };
  const wrong = action.failure?.status === 401 ? new Refused(action.failure.code, 400, action.failure.code === "code_needed" ? text.signIn.codeNeeded : text.signIn.wrong, action.failure.problem) : action.failure;
  return (
    <main class="door">
      <form class="door-card" onSubmit={submit}>
        <p class="door-mark"><Logo size={36} />{text.brand}</p>
        <h1>{text.signIn.title}</h1>
        <p class="lead">{text.signIn.lead}</p>
        {linkFailed && !action.failure && <Note tone="warn" icon="warning">{text.signIn.linkFailed}</Note>}
        {signInEnded.value && !linkFailed && !action.failure && <Note icon="info">{text.signIn.ended}</Note>}
        <Alert failure={wrong} />
        <Field label={text.signIn.email}>{(ids) => <input {...ids} type="email" required autoComplete="username" value={email} onInput={(event) => setEmail(event.currentTarget.value)} />}</Field>
        <Field label={text.signIn.password}>{(ids) => <input {...ids} type="password" required autoComplete="current-password" value={password} onInput={(event) => setPassword(event.currentTarget.value)} />}</Field>
        <Field label={text.signIn.code} hint={text.signIn.codeHint}>{(ids) => <input {...ids} class="code-input" inputMode="numeric" autoComplete="one-time-code" maxLength={7} value={code} onInput={(event) => setCode(event.currentTarget.value)} />}</Field>
        <button class="button primary large" type="submit" disabled={action.busy}>{action.busy ? text.signIn.busy : text.signIn.submit}</button>
      </form>
    </main>
  );
}

export function Waiting() {
  return <main class="door"><p class="door-wait" role="status"><Logo size={36} />{text.signIn.link}</p></main>;
}

/** An agent is signed in: right person, wrong page. */
export function WrongRole({ onSignOut }: { onSignOut: () => void }) {
  return (
    <main class="door">
      <div class="door-card">
        <p class="door-mark"><Logo size={36} />{text.brand}</p>
        <h1>{text.signIn.wrongRole}</h1>
        <p class="lead">{text.signIn.wrongRoleLead}</p>
        <a class="button primary large" href="/agent">{text.signIn.console}</a>
        <button class="button large" onClick={onSignOut}><Icon name="sign_out" size={18} />{text.me.signOut}</button>
      </div>
    </main>
  );
}
