/** Who is here: one-time link, sign-in form, or the desk. Must not know what the desk does. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Me } from '../generated/api.ts';
import { call, Refused } from '../lib/api.ts';
import { takeFragment } from '../lib/router.ts';
import { Logo } from '../lib/ui/icons.tsx';
import { Desk } from './Desk.tsx';
import { startDesk, stopDesk } from './desk.ts';
import { releaseSelf } from './self.ts';
import { SignIn } from './SignIn.tsx';
import { t } from './text.ts';
import { agentFirstName, loadLists, tenant } from './view.ts';

type Here = { is: 'loading' } | { is: 'out'; because: string } | { is: 'elsewhere'; me: Me } | { is: 'in'; me: Me };

const here = signal<Here>({ is: 'loading' });
/** Held as long as this page is the desk of this browser. */
const DESK_LOCK = 'recourse.agent.desk';

async function arrive(): Promise<void> {
  const token = takeFragment('signin');
  try {
    const me = token ? await call<Me>('/v1/sign-in/link', { body: { token } }) : await call<Me>('/v1/me');
    await enter(me);
  } catch (error) {
    const refused = error instanceof Refused ? error : null;
    if (refused?.status === 0) {
      here.value = { is: 'loading' };
      setTimeout(() => void arrive(), 2_000);
      return;
    }
    // A link that was used before still finds its agent signed in after a reload.
    if (token && await stillIn()) return;
    here.value = { is: 'out', because: token ? t.linkUsed : '' };
  }
}

async function stillIn(): Promise<boolean> {
  try {
    await enter(await call<Me>('/v1/me'));
    return true;
  } catch {
    return false;
  }
}

async function enter(me: Me): Promise<void> {
  if (me.role === 'auditor' || await deskIsFree()) return take(me);
  here.value = { is: 'elsewhere', me };
}

function take(me: Me): void {
  here.value = { is: 'in', me };
  agentFirstName.value = me.name.split(' ')[0] ?? me.name;
  tenant.value = me.tenant;
  if (me.role === 'auditor') return;
  startDesk(() => void stillSignedIn());
  void loadLists();
}

/** A reload's old page lets go a moment after the new one asks, so a taken lock is asked for again. */
async function deskIsFree(): Promise<boolean> {
  for (let round = 0; round < 5; round += 1) {
    if (await hold(false)) return true;
    await new Promise(wake => setTimeout(wake, 150));
  }
  return false;
}

function hold(steal: boolean): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise(done => {
    navigator.locks.request(DESK_LOCK, steal ? { steal: true } : { ifAvailable: true }, lock => {
      done(lock !== null);
      return lock ? new Promise<void>(() => undefined) : undefined;
    }).catch(() => done(true));
  });
}

async function stillSignedIn(): Promise<void> {
  try {
    await call<Me>('/v1/me');
  } catch (error) {
    if (error instanceof Refused && error.status === 401) leave();
  }
}

function leave(): void {
  stopDesk();
  releaseSelf();
  here.value = { is: 'out', because: '' };
}

export async function signOut(): Promise<void> {
  await call('/v1/sign-out', { method: 'POST' }).catch(() => undefined);
  leave();
}

export function App() {
  useEffect(() => { void arrive(); }, []);
  const who = here.value;
  switch (who.is) {
    case 'loading': return <main class="gate"><Logo size={40} /><p role="status">{t.loading}</p></main>;
    case 'out': return <SignIn because={who.because} onIn={me => void enter(me)} />;
    case 'elsewhere': return (
      <main class="gate">
        <Logo size={40} />
        <h1>{t.replacedTitle}</h1>
        <p>{t.askTake}</p>
        <button class="btn primary" onClick={() => { void hold(true); take(who.me); }}>{t.takeBack}</button>
      </main>
    );
    case 'in': return who.me.role === 'auditor'
      ? <main class="gate"><Logo size={40} /><p>{t.notAgent}</p><a class="btn primary" href="/admin">{t.openAdmin}</a></main>
      : <Desk me={who.me} onSignOut={() => void signOut()} onTakeBack={() => { void hold(true); take(who.me); }} />;
  }
}
