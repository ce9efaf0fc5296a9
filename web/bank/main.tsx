// The demo bank's onboarding page: a form, a check that fails, our prompt in a frame, and the outcome by itself.
import "../lib/ui/base.css";
import "./bank.css";
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Recovery } from "../generated/api.ts";
import { Refused } from "../lib/api.ts";
import { fill, LANGUAGES } from "../lib/i18n.ts";
import { Glyph } from "../lib/ui/glyph.tsx";
import { check, circle_check, info, refresh, warning } from "../lib/ui/paths.ts";
import { endingOf, filled, readOutcome, runCheck, type CheckForm, type Checked, type Ending, type Outcome } from "./bank.ts";
import { Controls, Developer } from "./Demo.tsx";
import { Inbox } from "./Inbox.tsx";
import { text } from "./text.ts";

interface Embedded {
  mount(place: Element): Embedded;
  destroy(): void;
}
declare const Recourse: {
  create(options: { url: string; lang?: string; on?: Record<string, (detail: unknown, type: string) => void> }): Embedded;
};

/** The snippet stands in the page before this script, as in any bank's page. */
const snippet = typeof Recourse === "undefined" ? Promise.reject(new Error("embed.js did not load")) : Promise.resolve();
// Who waits for it tells the customer; nobody may be waiting yet.
snippet.catch(() => undefined);

type Step = { at: "form" } | { at: "checking" } | { at: "offer"; checked: Checked } | { at: "failed"; code: string; detail: string };

function Mark() {
  return (
    <svg width="34" height="34" viewBox="0 0 34 34" aria-hidden="true">
      <rect width="34" height="34" rx="9" fill="#1f4d45" />
      <path d="M17 6v3M12 12h10l2 4v9H10v-9zM10 25h14M17 16v5" fill="none" stroke="#f6d58b" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

function Steps({ at }: { at: number }) {
  return (
    <ol class="steps">
      {[text.stepDetails, text.stepIdentity, text.stepAccount].map((name, index) => (
        <li key={name} class={index < at ? "past" : index === at ? "now" : ""} aria-current={index === at ? "step" : undefined}>
          <span class="step-mark">{index < at ? <Glyph path={check} size={16} /> : index + 1}</span>
          {name}
        </li>
      ))}
    </ol>
  );
}

function Field({ label, value, onChange, type, wide }: { label: string; value: string; onChange: (value: string) => void; type?: "date" | "tel"; wide?: boolean }) {
  return (
    <label class={wide ? "field wide" : "field"}>
      <span>{label}</span>
      {type ? (
        <input type={type as "date"} value={value} required onInput={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <input type="text" value={value} required maxLength={200} onInput={(event) => onChange(event.currentTarget.value)} />
      )}
    </label>
  );
}

function Form({ form, set, run }: { form: CheckForm; set: (change: Partial<CheckForm>) => void; run: () => void }) {
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <h1>{text.heading}</h1>
      <p class="soft">{text.intro}</p>
      <div class="fields">
        <Field wide label={text.name} value={form.name} onChange={(name) => set({ name })} />
        <Field label={text.birth} type="date" value={form.birth_date} onChange={(birth_date) => set({ birth_date })} />
        <Field label={text.phone} type="tel" value={form.phone} onChange={(phone) => set({ phone })} />
        <Field wide label={text.address} value={form.address} onChange={(address) => set({ address })} />
        <label class="field">
          <span>{text.documentType}</span>
          <select value={form.document_type} onChange={(event) => set({ document_type: event.currentTarget.value })}>
            <option value="id_card">{text.idCard}</option>
            <option value="passport">{text.passport}</option>
            <option value="residence_permit">{text.unusual}</option>
          </select>
        </label>
        <Field label={text.documentNumber} value={form.document_number} onChange={(document_number) => set({ document_number })} />
      </div>
      <button type="submit" class="go">
        {text.run}
      </button>
    </form>
  );
}

/** Our prompt, in our frame: its button is the consent. */
function Prompt({ url, lang, heard }: { url: string; lang: string; heard: (type: string) => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let frame: Embedded | null = null;
    let here = true;
    void snippet.then(() => {
      if (here && place.current) frame = Recourse.create({ url, lang, on: { "*": (_detail, type) => heard(type) } }).mount(place.current);
    });
    return () => {
      here = false;
      frame?.destroy();
    };
  }, [url]);
  return <div ref={place} class="prompt-frame" />;
}

const ENDINGS: Readonly<Record<Ending, { title: string; body: string; icon: string }>> = {
  verified: { title: text.outcomeVerified, body: text.outcomeVerifiedText, icon: circle_check },
  rejected: { title: text.outcomeRejected, body: text.outcomeRejectedText, icon: info },
  escalated: { title: text.outcomeEscalated, body: text.outcomeEscalatedText, icon: info },
  open: { title: text.outcomeOpen, body: text.outcomeOpenText, icon: info },
};

function Ended({ ending, name, again }: { ending: Ending; name: string; again: () => void }) {
  const { title, body, icon } = ENDINGS[ending];
  return (
    <div class="calm ended" data-outcome={ending}>
      <span class={ending === "verified" ? "badge-mark good" : "badge-mark"}>
        <Glyph path={icon} size={28} />
      </span>
      <h1>
        <span role="status">{fill(title, { name: name.split(" ")[0] ?? name }, "en")}</span>
      </h1>
      <p class="soft">{body}</p>
      <button type="button" class="plain-button" onClick={again}>
        {text.again}
      </button>
    </div>
  );
}

interface OfferProps {
  checked: Checked;
  form: CheckForm;
  ending: Ending | null;
  /** The customer has seen the result and closed the frame. */
  done: boolean;
  retry: () => void;
  again: () => void;
  heard: (type: string) => void;
}

/** The offer, and later the outcome over it: the frame stays where it is, so that it is never loaded anew. */
function Offer({ checked, form, ending, done, retry, again, heard }: OfferProps) {
  const { mode, url } = checked.recovery;
  const retake = (
    <button type="button" class={mode === "none" ? "go" : "plain-button"} onClick={retry}>
      <Glyph path={refresh} />
      {text.retry}
    </button>
  );
  if (mode === "none" || !url)
    return (
      <section class="panel calm">
        <span class="badge-mark">
          <Glyph path={info} size={28} />
        </span>
        <h1>{text.noneTitle}</h1>
        <p class="soft">{text.noneText}</p>
        {retake}
      </section>
    );
  return (
    <section class="panel" data-mode={mode}>
      {ending ? (
        <Ended key="words" ending={ending} name={form.name} again={again} />
      ) : (
        <div key="words" class="calm-left">
          <h1>{mode === "opt_in" ? text.optTitle : text.offered}</h1>
          <p class="soft">{mode === "opt_in" ? text.optText : text.offeredText}</p>
          {mode === "opt_in" && retake}
        </div>
      )}
      {!(ending && done) && <Prompt key="frame" url={url} lang={form.locale} heard={heard} />}
    </section>
  );
}

/** Asks every second what became of it; a lost line is said and tried again. */
function useOutcome(reference: string | null): { outcome: Outcome | null; stale: boolean } {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [stale, setStale] = useState(false);
  useEffect(() => {
    setOutcome(null);
    if (!reference) return;
    let here = true;
    const ask = () =>
      readOutcome(reference).then(
        (found) => here && (setOutcome(found), setStale(false)),
        () => here && setStale(true),
      );
    void ask();
    const timer = setInterval(() => void ask(), 1_000);
    return () => {
      here = false;
      clearInterval(timer);
    };
  }, [reference]);
  return { outcome, stale };
}

/** A reload keeps the case that is under way. */
const KEPT = "harbour.case";
function keptCase(): { checked: Checked; form: CheckForm } | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as { checked: Checked; form: CheckForm } | null;
  } catch {
    return null;
  }
}

function Bank() {
  const kept = useRef(keptCase()).current;
  const [form, setForm] = useState<CheckForm>(kept?.form ?? filled(navigator.language.startsWith("ms") ? "ms" : "en"));
  const [step, setStep] = useState<Step>(kept ? { at: "offer", checked: kept.checked } : { at: "form" });
  const [events, setEvents] = useState<string[]>([]);
  const checked = step.at === "offer" ? step.checked : null;
  const { outcome, stale } = useOutcome(checked?.reference ?? null);
  const ending = outcome ? endingOf(outcome.phase) : null;
  const set = (change: Partial<CheckForm>) => setForm({ ...form, ...change });

  const run = (now = form) => {
    setForm(now);
    setStep({ at: "checking" });
    setEvents([]);
    runCheck(now).then(
      (made) => {
        sessionStorage.setItem(KEPT, JSON.stringify({ checked: made, form: now }));
        setStep({ at: "offer", checked: made });
      },
      (error: unknown) => setStep({ at: "failed", code: error instanceof Refused ? error.code : "failed", detail: error instanceof Error ? error.message : "" }),
    );
  };
  const restart = () => {
    sessionStorage.removeItem(KEPT);
    setStep({ at: "form" });
  };
  const retry = () => run({ ...form, attempt: Math.min(9, form.attempt + 1) });
  const recovery: Recovery | null = checked?.recovery ?? null;

  return (
    <>
      <header class="bank-top">
        <span class="bank-name">
          <Mark />
          {text.bank}
        </span>
        <label class="bank-language">
          <span class="sr-only">{text.language}</span>
          <select value={form.locale} disabled={step.at !== "form"} onChange={(event) => setForm({ ...filled(event.currentTarget.value, form.failure), confidence: form.confidence, attempt: form.attempt })}>
            {Object.entries(LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </header>
      <div class="columns">
        <main>
          <Steps at={ending === "verified" ? 3 : step.at === "form" ? 0 : 1} />
          {step.at === "form" && <Form form={form} set={set} run={() => run()} />}
          {step.at === "checking" && (
            <section class="panel calm" aria-busy="true">
              <span class="scan" />
              <h1>
                <span role="status">{text.running}</span>
              </h1>
              <p class="soft">{text.runningText}</p>
            </section>
          )}
          {step.at === "failed" && (
            <section class="panel calm" role="alert">
              <span class="badge-mark">
                <Glyph path={warning} size={28} />
              </span>
              <h1>{text.failed}</h1>
              <p class="soft">{fill(text.failedText, { detail: step.detail, code: step.code }, "en")}</p>
              <button type="button" class="go" onClick={restart}>
                {text.retry}
              </button>
            </section>
          )}
          {checked && (
            <Offer key={checked.recovery.url ?? checked.case} checked={checked} form={form} ending={ending} done={events.includes("closed")} retry={retry} again={restart} heard={(type) => setEvents((all) => [...all, type].slice(-50))} />
          )}
          {stale && (
            <p class="stale" role="status">
              {text.stale}
            </p>
          )}
          <p class="fine">{text.invented}</p>
        </main>
        <aside>
          {step.at === "form" ? <Controls form={form} set={set} change={(failure) => setForm({ ...filled(form.locale, failure), confidence: form.confidence, attempt: form.attempt })} /> : null}
          {checked && <Inbox phone={form.phone} email={form.email} lang={form.locale} />}
          {checked && <Developer checked={checked} recovery={recovery} outcome={outcome} events={events} name={form.name} />}
        </aside>
      </div>
    </>
  );
}

document.title = text.title;
render(<Bank />, document.getElementById("app") as HTMLElement);
