/** The sign-in form of agents. Must not keep a password longer than the call. */
import { useState } from 'preact/hooks';
import type { Me, SignIn as Credentials } from '../generated/api.ts';
import { call, Refused } from '../lib/api.ts';
import { Icon, Logo } from '../lib/ui/icons.tsx';
import { problem, t } from './text.ts';

export function SignIn({ because, onIn }: { because: string; onIn: (me: Me) => void }) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState(because);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const code = String(form.get('code') ?? '').replace(/\s/g, '');
    const body: Credentials = { email: String(form.get('email') ?? ''), password: String(form.get('password') ?? ''), ...(code ? { code } : {}) };
    setBusy(true);
    setWrong('');
    try {
      onIn(await call<Me>('/v1/sign-in', { body }));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error.code === 'code_needed' ? t.codeNeeded : error.status === 401 || error.status === 403 ? t.signInWrong : error.code === 'offline' ? problem('network', '') : problem(error.code, error.message));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="gate">
      <form class="card signin" onSubmit={e => void submit(e)}>
        <div class="row gap8"><Logo size={32} /><div><h1>{t.signInTitle}</h1><p class="dim">{t.signInLead}</p></div></div>
        {wrong && <p class="callout warn" role="alert"><Icon name="warning" />{wrong}</p>}
        <label class="field"><span>{t.email}</span><input name="email" type="email" autocomplete="username" required maxLength={200} autofocus /></label>
        <label class="field"><span>{t.password}</span><input name="password" type="password" autocomplete="current-password" required maxLength={200} /></label>
        <label class="field"><span>{t.code}</span>
          <input name="code" inputMode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" maxLength={7} aria-describedby="code-hint" />
          <small id="code-hint">{t.codeHint}</small>
        </label>
        <button class="btn primary big" disabled={busy}>{busy ? t.signingIn : t.signIn}</button>
      </form>
    </main>
  );
}
