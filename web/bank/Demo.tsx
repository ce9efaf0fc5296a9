// What stands beside the bank's page and is not part of it: how the check shall fail, and what a developer wants to see.
import type { Recovery } from "../generated/api.ts";
import { fill } from "../lib/i18n.ts";
import { Glyph } from "../lib/ui/glyph.tsx";
import { shield, warning } from "../lib/ui/paths.ts";
import type { Checked, CheckForm, Outcome } from "./bank.ts";
import { FAILURES, PHASES, text } from "./text.ts";

export function Controls({ form, set, change }: { form: CheckForm; set: (change: Partial<CheckForm>) => void; change: (failure: string) => void }) {
  return (
    <section class="demo" aria-label={text.demoTitle}>
      <h2>{text.demoTitle}</h2>
      <p>{text.demoIntro}</p>
      <fieldset>
        <legend>{text.failure}</legend>
        {FAILURES.map(([value, name]) => (
          <label key={value} class="choice">
            <input type="radio" name="failure" value={value} checked={form.failure === value} onChange={() => change(value)} />
            {name}
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>
          {text.confidence} <output>{form.confidence.toFixed(2)}</output>
        </span>
        <input type="range" min="0" max="1" step="0.05" value={form.confidence} onInput={(event) => set({ confidence: Number(event.currentTarget.value) })} />
        <span class="ends">
          <small>{text.low}</small>
          <small>{text.high}</small>
        </span>
      </label>
      <div class="two">
        <label class="field">
          <span>{text.attempt}</span>
          <input type="number" min="1" max="9" value={form.attempt} onInput={(event) => set({ attempt: Math.max(1, Math.min(9, Number(event.currentTarget.value) || 1)) })} />
        </label>
        <label class="field">
          <span>{text.image}</span>
          <select value={form.image} onChange={(event) => set({ image: event.currentTarget.value })}>
            <option value="reason">{text.imageReason}</option>
            <option value="clean">{text.imageClean}</option>
            <option value="none">{text.imageNone}</option>
          </select>
        </label>
      </div>
    </section>
  );
}

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

function Message({ url, name }: { url: string; name: string }) {
  return (
    <section class="demo">
      <h2>{text.sms}</h2>
      <div class="sms">
        <small>{text.smsFrom}</small>
        <p>
          {fill(text.smsText, { name: name.split(" ")[0] ?? name }, "en")}{" "}
          <a href={url} target="_blank" rel="noopener">
            {text.smsLink}
          </a>
        </p>
      </div>
      <p>{text.smsNote}</p>
    </section>
  );
}

export function Developer({ checked, recovery, outcome, events, name }: { checked: Checked; recovery: Recovery | null; outcome: Outcome | null; events: string[]; name: string }) {
  const phase = outcome?.phase ?? checked.phase;
  const hooks = outcome?.webhooks ?? [];
  return (
    <>
      {recovery?.url && <Message url={recovery.url} name={name} />}
      <section class="demo">
        <h2>{text.follow}</h2>
        <dl class="facts">
          <dt>{text.phase}</dt>
          <dd>
            <span class="phase" data-phase={phase} role="status">
              {PHASES[phase] ?? phase}
            </span>
          </dd>
          <dt>{text.rule}</dt>
          <dd>{recovery?.because}</dd>
          {recovery?.expires_at && <dd class="under">{fill(text.validUntil, { time: clock.format(new Date(recovery.expires_at)) }, "en")}</dd>}
          <dt>{text.reference}</dt>
          <dd>
            <code>{checked.reference}</code>
          </dd>
          <dt>{text.caseId}</dt>
          <dd>
            <code>{checked.case}</code>
          </dd>
        </dl>
      </section>
      <details class="demo" open>
        <summary>
          {text.drawer}: {fill(text.webhooksCount, { n: hooks.length }, "en")}
        </summary>
        <h3>{text.webhooks}</h3>
        {hooks.length === 0 && <p>{text.webhooksEmpty}</p>}
        <ol class="hooks">
          {hooks.map((hook, at) => (
            <li key={at} data-webhook={hook.type}>
              <time dateTime={hook.at}>{clock.format(new Date(hook.at))}</time>
              <code>{hook.type}</code>
              <Glyph path={hook.verified_signature ? shield : warning} label={hook.verified_signature ? text.signed : text.unsigned} />
            </li>
          ))}
        </ol>
        <h3>{text.events}</h3>
        <p class="frame-events">{events.length === 0 ? text.eventsEmpty : events.map((event, at) => <code key={at}>{event}</code>)}</p>
      </details>
    </>
  );
}
