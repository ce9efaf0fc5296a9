// The admin page starts here: the door, then the rail and the page the address names. Must not know how a page works.

import "../lib/ui/tokens.css";
import "../lib/ui/base.css";
import "./frame.css";
import "./controls.css";
import "./pages.css";
import "./case.css";
import "./player.css";
import "./policy.css";
import "./settings.css";
import "./review.css";
import "./profiles.css";
import "./narrow.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { takeFragment } from "../lib/router.ts";
import { AgentsPage } from "./Agents.tsx";
import { Note } from "./bits.tsx";
import { CasesPage } from "./Cases.tsx";
import { CasePage } from "./CasePage.tsx";
import { calls } from "./calls.ts";
import { KeysPage } from "./Keys.tsx";
import { LogPage } from "./Log.tsx";
import { Overview } from "./Overview.tsx";
import { PersonLogPage } from "./PersonLog.tsx";
import { PolicyPage } from "./Policy.tsx";
import { ProfilesPage } from "./Profiles.tsx";
import { Rail } from "./Rail.tsx";
import { ReviewPage } from "./ReviewDesk.tsx";
import { may } from "./roles.ts";
import { SettingsPage } from "./Settings.tsx";
import { SignIn, Waiting, WrongRole } from "./SignIn.tsx";
import { follow, forget, goLive, me, numbers, route, signInEnded } from "./state.ts";
import { text } from "./text.ts";
import { setup } from "./text-setup.ts";
import { WebhooksPage } from "./Webhooks.tsx";

function Page() {
  const [head = "", id] = route.value.parts;
  // An agent who may check others has this one place here.
  if (me.value && !may(me.value.role, "read")) return <ReviewPage id={head === "review" ? id : undefined} />;
  if (head === "cases" && id) return <CasePage key={id} id={id} />;
  if (head === "cases") return <CasesPage />;
  if (head === "agents" && id) return <PersonLogPage key={id} id={id} />;
  if (head === "agents") return <AgentsPage />;
  if (head === "review") return <ReviewPage id={id} />;
  if (head === "policy") return <PolicyPage />;
  if (head === "profiles") return <ProfilesPage />;
  if (head === "webhooks") return <WebhooksPage />;
  if (head === "keys") return <KeysPage />;
  if (head === "settings") return <SettingsPage />;
  if (head === "log") return <LogPage />;
  return <Overview />;
}

function signOut(): void {
  // Whether or not the server heard it, nothing of this person stays on the screen.
  calls.signOut().catch(() => undefined).finally(() => {
    signInEnded.value = false;
    forget();
  });
}

/** Said on every page: the log is what everything else is proven by. */
function Halted() {
  const why = numbers.value?.log_halted;
  if (!why || route.value.parts[0] === "log") return null;
  return <Note tone="bad" icon="warning">{`${setup.log.haltedTitle} ${setup.log.halted[why] ?? ""}`} <a href="#/log">{setup.log.haltedLink}</a></Note>;
}

function Inside() {
  useEffect(() => (me.value && may(me.value.role, "read") ? goLive() : undefined), []);
  const path = route.value.parts.join("/");
  // A new page starts at its top, and listeners hear its title.
  useEffect(() => {
    window.scrollTo(0, 0);
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }, [path]);
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.querySelector<HTMLElement>("main")?.focus(); }}>{text.nav.skip}</a>
      <Rail onSignOut={signOut} />
      <main id="main" class="page" tabIndex={-1}><Halted /><Page /></main>
    </div>
  );
}

function App({ token }: { token: string | null }) {
  const [asked, setAsked] = useState(false);
  const [linkFailed, setLinkFailed] = useState(false);
  useEffect(follow, []);
  useEffect(() => {
    const find = token ? calls.signInByLink(token) : calls.me();
    find.then((person) => (me.value = person), () => setLinkFailed(token !== null)).finally(() => setAsked(true));
  }, []);
  if (!asked) return <Waiting />;
  if (me.value === null) return <SignIn linkFailed={linkFailed} />;
  if (!may(me.value.role, "read") && !me.value.reviews) return <WrongRole onSignOut={signOut} />;
  return <Inside />;
}

const root = document.getElementById("app");
if (root) render(<App token={takeFragment("signin")} />, root);
