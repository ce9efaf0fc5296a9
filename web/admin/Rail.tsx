// The left rail: where one can go, who is signed in, whether the figures are live. Must not know the pages.

import { useEffect, useState } from "preact/hooks";
import { Logo } from "../lib/ui/icons.tsx";
import { Account } from "./Account.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { may } from "./roles.ts";
import { line, me, numbers, route } from "./state.ts";
import { text } from "./text.ts";
import { profilesText } from "./text-profiles.ts";
import { review } from "./text-review.ts";
import { roleWords } from "./words.ts";

const PLACES: ReadonlyArray<readonly [path: string, word: string, icon: IconName]> = [
  ["", text.nav.overview, "activity"], ["cases", text.nav.cases, "id_card"], ["review", review.nav, "eye"], ["agents", text.nav.agents, "users"], ["policy", text.nav.policy, "gavel"], ["profiles", profilesText.nav, "rules"],
  ["webhooks", text.nav.webhooks, "webhook"], ["keys", text.nav.keys, "key"], ["settings", text.nav.settings, "settings"], ["log", text.nav.log, "scroll"],
];

export function Rail({ onSignOut }: { onSignOut: () => void }) {
  const [open, setOpen] = useState(false);
  const [account, setAccount] = useState(false);
  const here = route.value.parts[0] ?? "";
  useEffect(() => setOpen(false), [route.value]);
  const reads = me.value !== null && may(me.value.role, "read");
  const waiting = numbers.value?.waiting ?? 0;
  const looks = numbers.value?.reviews_waiting ?? 0;
  return (
    <>
      <header class="rail">
        <div class="rail-inner">
          <div class="rail-top">
            <a class="mark" href="#/"><Logo size={28} /><span>{text.brand}</span></a>
            {reads && <LiveState />}
            <button class="button quiet rail-menu" aria-expanded={open} aria-controls="rail-nav" onClick={() => setOpen(!open)}><Icon name={open ? "x" : "menu"} size={18} />{text.nav.menu}</button>
          </div>
          <div class={open ? "rail-body open" : "rail-body"} id="rail-nav">
            <nav aria-label={text.nav.label}>
              <ul>
                {PLACES.filter(([path]) => reads || path === "review").map(([path, word, icon]) => (
                  <li key={path}>
                    <a href={`#/${path}`} aria-current={here === path ? "page" : undefined}><Icon name={icon} size={18} /><span>{word}</span>{path === "" && waiting > 0 && <span class="count" aria-label={`${text.overview.waiting} ${waiting}`} role="img">{waiting}</span>}{path === "review" && looks > 0 && <span class="count" aria-label={review.queue(looks)} role="img">{looks}</span>}</a>
                  </li>
                ))}
              </ul>
            </nav>
            {me.value && (
              <div class="rail-me">
                <p class="me-name">{me.value.name}</p>
                <p class="me-role">{roleWords[me.value.role]} · {me.value.tenant}{me.value.role === "auditor" && <> · {text.me.readOnly}</>}</p>
                <button class="button quiet" onClick={() => setAccount(true)}><Icon name="user" size={18} />{text.account.open}</button>
                <button class="button quiet" onClick={onSignOut}><Icon name="sign_out" size={18} />{text.me.signOut}</button>
              </div>
            )}
          </div>
        </div>
      </header>
      {account && <Account onClose={() => setAccount(false)} />}
    </>
  );
}

function LiveState() {
  const state = line.value;
  const word = state === "open" ? text.live.live : state === "connecting" ? text.live.connecting : text.live.lost;
  return <p class={`live-state ${state}`} role="status"><span class="dot" aria-hidden="true" />{word}</p>;
}
