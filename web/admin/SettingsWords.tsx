// The bank's own words, language by language: the consent text and the agents' canned replies. Must not know how they are saved.

import type { CannedReply, SettingsBody, SettingsView } from "../generated/api.ts";
import { Badge, Card, Field } from "./bits.tsx";
import { language } from "./format.ts";
import { Icon } from "./icons.tsx";
import { MAX_REPLIES, type Fault } from "./settings.ts";
import { said, settingsFaults } from "./text-settings.ts";

export interface WordsProps {
  view: SettingsView;
  draft: SettingsBody;
  edits: boolean;
  locale: string;
  faults: ReadonlyArray<Fault>;
  onChange: (next: Partial<SettingsBody>) => void;
}

export const faultAt = (faults: ReadonlyArray<Fault>, pointer: string): string | undefined => {
  const found = faults.find((fault) => fault.pointer === pointer);
  return found && settingsFaults[found.code];
};

/** One choice for both cards: who writes in Thai writes everything in Thai. `of` says what is written in a language already. */
function LanguageChoice({ view, locale, of, onLocale }: Pick<WordsProps, "view" | "locale"> & { of: (locale: string) => string; onLocale: (locale: string) => void }) {
  return (
    <Field label={said.language}>
      {(ids) => <select {...ids} value={locale} onChange={(event) => onLocale(event.currentTarget.value)}>{view.locales.map((each) => <option key={each} value={each}>{[language(each), of(each)].filter(Boolean).join(": ")}</option>)}</select>}
    </Field>
  );
}

export function Consent({ view, draft, edits, locale, faults, onChange, onLocale }: WordsProps & { onLocale: (locale: string) => void }) {
  const all = draft.consent ?? {};
  const own = all[locale];
  const builtIn = view.built_in_consent[locale] ?? "";
  const use = (on: boolean) => {
    const { [locale]: _, ...others } = all;
    onChange({ consent: on ? { ...others, [locale]: builtIn } : others });
  };
  return (
    <Card title={said.consent} aside={<span class="quiet">{said.consentVersion(view.consent_version)}</span>}>
      <div class="form">
        <p class="quiet">{said.consentLead} {said.ownCount(Object.keys(all).length, view.locales.length)}</p>
        <LanguageChoice view={view} locale={locale} of={(each) => (each in all ? said.ownWords : "")} onLocale={onLocale} />
        <label class="check"><input type="checkbox" disabled={!edits} checked={own !== undefined} onChange={(event) => use(event.currentTarget.checked)} />{said.own}</label>
        {own === undefined ? <div class="built-in"><p class="hint">{said.builtIn}</p><p lang={locale} dir="auto">{builtIn}</p></div>
          : <Field label={said.ownLabel} hint={said.ownHint} fault={faultAt(faults, `/consent/${locale}`)}>{(ids) => <textarea {...ids} rows={4} lang={locale} dir="auto" disabled={!edits} value={own} onInput={(event) => onChange({ consent: { ...all, [locale]: event.currentTarget.value } })} />}</Field>}
      </div>
    </Card>
  );
}

type Named = "canned" | "questions";

/** What differs between replies and questions is how they are called. */
const CALLED = {
  canned: { title: said.replies, add: said.replyAdd, empty: said.repliesEmpty, count: said.replyCount, name: said.replyName },
  questions: { title: said.questions, add: said.questionAdd, empty: said.questionsEmpty, count: said.questionCount, name: said.questionName },
} as const;

/** Texts of the bank's own, each with a name, in several languages. */
export function OwnTexts({ of, view, draft, edits, locale, faults, onChange, onLocale }: WordsProps & { of: Named; onLocale: (locale: string) => void }) {
  const called = CALLED[of];
  const all: ReadonlyArray<CannedReply> = draft[of] ?? [];
  const put = (index: number, next: CannedReply | undefined) => onChange({ [of]: all.flatMap((each, n) => (n !== index ? [each] : next ? [next] : [])) });
  const add = edits && <button class="button small" disabled={all.length >= MAX_REPLIES} onClick={() => onChange({ [of]: [...all, { key: "", texts: { [locale]: "" } }] })}><Icon name="plus" size={16} />{called.add}</button>;
  return (
    <Card title={called.title} aside={add}>
      <div class="form">
        <p class="quiet">{of === "canned" ? `${said.repliesLead(view.built_in_canned.length)} ${said.replyHint}` : said.questionsLead}</p>
        {all.length === 0 ? <p class="quiet">{called.empty}</p> : <LanguageChoice view={view} locale={locale} of={(each) => called.count(all.filter((text) => text.texts[each]?.trim()).length)} onLocale={onLocale} />}
        <ul class="own-replies">
          {all.map((each, index) => <OwnText key={index} {...{ of, view, edits, locale, faults, index, text: each }} onChange={(next) => put(index, next)} />)}
        </ul>
      </div>
    </Card>
  );
}

function OwnText({ of, view, edits, locale, faults, index, text, onChange }: Pick<WordsProps, "view" | "edits" | "locale" | "faults"> & { of: Named; index: number; text: CannedReply; onChange: (next: CannedReply | undefined) => void }) {
  const replaces = of === "canned" && view.built_in_canned.some((each) => each.key === text.key);
  const written = Object.values(text.texts).filter((words) => words.trim() !== "").length;
  const at = `/${of}/${index}`;
  const elsewhere = faults.find((fault) => fault.pointer.startsWith(`${at}/texts`) && fault.pointer !== `${at}/texts/${locale}`);
  return (
    <li>
      <Field label={CALLED[of].name} hint={said.replyNameHint} fault={faultAt(faults, `${at}/key`)}>{(ids) => <input {...ids} class="mono" disabled={!edits} autoComplete="off" spellcheck={false} value={text.key} onInput={(event) => onChange({ ...text, key: event.currentTarget.value })} />}</Field>
      <Field label={said.replyText(language(locale))} fault={faultAt(faults, `${at}/texts/${locale}`) ?? (elsewhere && settingsFaults[elsewhere.code])}>
        {(ids) => <textarea {...ids} rows={2} lang={locale} dir="auto" disabled={!edits} value={text.texts[locale] ?? ""} onInput={(event) => onChange({ ...text, texts: { ...text.texts, [locale]: event.currentTarget.value } })} />}
      </Field>
      <div class="own-reply-foot">
        <span class="quiet">{said.replyLanguages(written)}</span>
        {replaces && <Badge tone="live" icon="info">{said.replaces}</Badge>}
        {edits && <button class="button quiet small" aria-label={said.replyRemove(text.key)} title={said.replyRemove(text.key)} onClick={() => onChange(undefined)}><Icon name="x" size={16} /></button>}
      </div>
    </li>
  );
}
