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

export function Replies({ view, draft, edits, locale, faults, onChange, onLocale }: WordsProps & { onLocale: (locale: string) => void }) {
  const all = draft.canned ?? [];
  const put = (index: number, next: CannedReply | undefined) => onChange({ canned: all.flatMap((reply, n) => (n !== index ? [reply] : next ? [next] : [])) });
  const add = edits && <button class="button small" disabled={all.length >= MAX_REPLIES} onClick={() => onChange({ canned: [...all, { key: "", texts: { [locale]: "" } }] })}><Icon name="plus" size={16} />{said.replyAdd}</button>;
  return (
    <Card title={said.replies} aside={add}>
      <div class="form">
        <p class="quiet">{said.repliesLead(view.built_in_canned.length)} {said.replyHint}</p>
        {all.length === 0 ? <p class="quiet">{said.repliesEmpty}</p> : <LanguageChoice view={view} locale={locale} of={(each) => said.replyCount(all.filter((reply) => reply.texts[each]?.trim()).length)} onLocale={onLocale} />}
        <ul class="own-replies">
          {all.map((reply, index) => <Reply key={index} {...{ view, edits, locale, faults, index, reply }} onChange={(next) => put(index, next)} />)}
        </ul>
      </div>
    </Card>
  );
}

function Reply({ view, edits, locale, faults, index, reply, onChange }: Pick<WordsProps, "view" | "edits" | "locale" | "faults"> & { index: number; reply: CannedReply; onChange: (next: CannedReply | undefined) => void }) {
  const replaces = view.built_in_canned.some((each) => each.key === reply.key);
  const written = Object.values(reply.texts).filter((text) => text.trim() !== "").length;
  const elsewhere = faults.find((fault) => fault.pointer.startsWith(`/canned/${index}/texts`) && fault.pointer !== `/canned/${index}/texts/${locale}`);
  return (
    <li>
      <Field label={said.replyName} hint={said.replyNameHint} fault={faultAt(faults, `/canned/${index}/key`)}>{(ids) => <input {...ids} class="mono" disabled={!edits} autoComplete="off" spellcheck={false} value={reply.key} onInput={(event) => onChange({ ...reply, key: event.currentTarget.value })} />}</Field>
      <Field label={said.replyText(language(locale))} fault={faultAt(faults, `/canned/${index}/texts/${locale}`) ?? (elsewhere && settingsFaults[elsewhere.code])}>
        {(ids) => <textarea {...ids} rows={2} lang={locale} dir="auto" disabled={!edits} value={reply.texts[locale] ?? ""} onInput={(event) => onChange({ ...reply, texts: { ...reply.texts, [locale]: event.currentTarget.value } })} />}
      </Field>
      <div class="own-reply-foot">
        <span class="quiet">{said.replyLanguages(written)}</span>
        {replaces && <Badge tone="live" icon="info">{said.replaces}</Badge>}
        {edits && <button class="button quiet small" aria-label={said.replyRemove(reply.key)} title={said.replyRemove(reply.key)} onClick={() => onChange(undefined)}><Icon name="x" size={16} /></button>}
      </div>
    </li>
  );
}
