// The bank's own settings: look, links, framing pages, words; a preview beside, and one save for all. Must not know how they are kept.

import { useEffect, useState } from "preact/hooks";
import type { SettingsBody, SettingsView } from "../generated/api.ts";
import { Alert, Card, Dialog, Field, Loaded, Note, PageHead } from "./bits.tsx";
import { calls } from "./calls.ts";
import { Icon } from "./icons.tsx";
import { may } from "./roles.ts";
import { bodyOf, changes, faults, inkOn, parseOrigins, type Fault, type Part } from "./settings.ts";
import { Preview } from "./SettingsPreview.tsx";
import { Consent, faultAt, OwnTexts } from "./SettingsWords.tsx";
import { me, useAction, useResource } from "./state.ts";
import { text } from "./text.ts";
import { partWords, said } from "./text-settings.ts";

export function SettingsPage() {
  const settings = useResource(calls.settings, "settings");
  const [saved, setSaved] = useState(0);
  return (
    <>
      {!settings.value && <PageHead title={said.title} lead={said.lead} />}
      <Loaded from={settings} lines={12}>{(view) => <Editor key={view.version} view={view} saved={saved === view.version} onSaved={(next) => { setSaved(next.version); settings.set(next); }} onReload={settings.reload} />}</Loaded>
    </>
  );
}

function Editor({ view, saved, onSaved, onReload }: { view: SettingsView; saved: boolean; onSaved: (view: SettingsView) => void; onReload: () => void }) {
  const [draft, setDraft] = useState<SettingsBody>(view.body);
  const [locale, setLocale] = useState("en");
  const [saving, setSaving] = useState(false);
  const edits = me.value !== null && may(me.value.role, "edit_settings");
  const body = bodyOf(draft);
  const found = faults(body);
  const pending = changes(bodyOf(view.body), body);
  useUnsavedWarning(pending.length > 0);
  const change = (next: Partial<SettingsBody>) => setDraft({ ...draft, ...next });
  const own = { view, draft, edits, locale, faults: found, onChange: change, onLocale: setLocale };
  return (
    <>
      <PageHead title={said.title} lead={<>{said.lead} <span class="quiet">{said.version(view.version)}</span></>} />
      {!edits && <Note icon="lock">{said.readOnly}</Note>}
      {saved && pending.length === 0 && <Note tone="good" icon="circle_check">{said.saved(view.version)}</Note>}
      <div class="policy-grid settings">
        <div class="policy-main">
          <Look draft={draft} edits={edits} faults={found} onChange={change} />
          <Links draft={draft} edits={edits} faults={found} onChange={change} />
          <Recordings draft={draft} edits={edits} faults={found} onChange={change} />
          <Framers draft={draft} edits={edits} faults={found} onChange={change} />
          <Consent {...own} />
          <OwnTexts of="canned" {...own} />
          <OwnTexts of="questions" {...own} />
          <Looks draft={draft} edits={edits} faults={found} onChange={change} />
        </div>
        <div class="policy-side settings-side"><Preview body={body} consent={body.consent?.[locale] ?? view.built_in_consent[locale] ?? ""} locale={locale} /></div>
      </div>
      {edits && (pending.length > 0 || found.length > 0) && (
        <div class="save-bar" role="status">
          <p>{found.length > 0 ? <span class="fault"><Icon name="warning" size={16} />{said.faults(found.length)}</span> : said.unsaved(pending.length)}</p>
          <button class="button" onClick={() => setDraft(view.body)}>{said.reset}</button>
          <button class="button primary" disabled={found.length > 0 || pending.length === 0} onClick={() => setSaving(true)}>{said.review}</button>
        </div>
      )}
      {saving && <Save view={view} body={body} pending={pending} onClose={() => setSaving(false)} onSaved={onSaved} onReload={onReload} />}
    </>
  );
}

/** The browser asks before a tab with unsaved changes is closed. */
function useUnsavedWarning(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [unsaved]);
}

interface PartProps {
  draft: SettingsBody;
  edits: boolean;
  faults: ReadonlyArray<Fault>;
  onChange: (next: Partial<SettingsBody>) => void;
}

function Look({ draft, edits, faults: found, onChange }: PartProps) {
  const ink = inkOn(draft.color);
  const put = (color: string) => onChange({ color });
  return (
    <Card title={said.look}>
      <div class="form two">
        <Field label={said.brand} hint={said.brandHint} fault={faultAt(found, "/brand")}>{(ids) => <input {...ids} disabled={!edits} maxLength={60} autoComplete="off" value={draft.brand} onInput={(event) => onChange({ brand: event.currentTarget.value })} />}</Field>
        <Field label={said.color} hint={ink && ink.contrast >= 4.5 ? `${said.contrast(ink.ink === "#ffffff" ? said.white : said.dark, ink.contrast)} ${said.colorHint}` : said.colorHint} fault={faultAt(found, "/color")}>
          {(ids) => (
            <span class="with-unit">
              <input type="color" class="swatch" aria-label={said.colorPick} disabled={!edits} value={ink ? draft.color.toLowerCase() : "#000000"} onInput={(event) => put(event.currentTarget.value)} />
              <input {...ids} class="mono" disabled={!edits} maxLength={7} autoComplete="off" spellcheck={false} value={draft.color} onInput={(event) => put(event.currentTarget.value.trim())} />
            </span>
          )}
        </Field>
      </div>
    </Card>
  );
}

function Links({ draft, edits, faults: found, onChange }: PartProps) {
  return (
    <Card title={said.links}>
      <div class="form">
        <div class="form two">
          <Field label={said.privacy} hint={said.privacyHint} fault={faultAt(found, "/privacy_url")}>{(ids) => <input {...ids} disabled={!edits} inputMode="url" autoComplete="off" spellcheck={false} value={draft.privacy_url} onInput={(event) => onChange({ privacy_url: event.currentTarget.value })} />}</Field>
          <Field label={said.back} hint={said.backHint} fault={faultAt(found, "/return_url")}>{(ids) => <input {...ids} disabled={!edits} inputMode="url" autoComplete="off" spellcheck={false} value={draft.return_url ?? ""} onInput={(event) => onChange({ return_url: event.currentTarget.value })} />}</Field>
        </div>
        <div>
          <label class="check"><input type="checkbox" disabled={!edits} aria-describedby="send-first-hint" checked={draft.send_first_link ?? false} onChange={(event) => onChange({ send_first_link: event.currentTarget.checked })} />{said.sendFirst}</label>
          <p class="hint" id="send-first-hint">{said.sendFirstHint}</p>
        </div>
      </div>
    </Card>
  );
}

function Looks({ draft, edits, faults: found, onChange }: PartProps) {
  return (
    <Card title={said.looks}>
      <Field label={said.looksLabel} hint={said.looksHint} fault={faultAt(found, "/sample_percent")}>
        {(ids) => <span class="with-unit"><input {...ids} type="number" class="figure" min={0} max={100} step={1} disabled={!edits} value={String(draft.sample_percent ?? 5)} onInput={(event) => onChange({ sample_percent: event.currentTarget.valueAsNumber })} /><span>{said.looksUnit}</span></span>}
      </Field>
    </Card>
  );
}

function Recordings({ draft, edits, onChange }: PartProps) {
  return (
    <Card title={said.recordings}>
      <label class="check"><input type="checkbox" disabled={!edits} aria-describedby="supervisors-download-hint" checked={draft.supervisors_download ?? false} onChange={(event) => onChange({ supervisors_download: event.currentTarget.checked })} />{said.supervisorsDownload}</label>
      <p class="hint" id="supervisors-download-hint">{said.supervisorsDownloadHint}</p>
    </Card>
  );
}

function Framers({ draft, edits, faults: found, onChange }: PartProps) {
  const origins = draft.frame_ancestors ?? [];
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const shown = origins.join("\n");
  // What is typed stays as it is while it means the same; a discarded edit shows what stands again.
  const value = typed !== undefined && parseOrigins(typed).join("\n") === shown ? typed : shown;
  const fault = found.find((each) => each.pointer.startsWith("/frame_ancestors"));
  const at = Number(fault?.pointer.split("/")[2]);
  const words = fault && faultAt(found, fault.pointer);
  const put = (next: string) => {
    setTyped(next);
    onChange({ frame_ancestors: parseOrigins(next) });
  };
  return (
    <Card title={said.framers}>
      <div class="form">
        <p class="quiet">{said.framersLead}</p>
        <Field label={said.framersLabel} hint={said.framersHint} fault={words && Number.isInteger(at) ? `${origins[at] ?? ""}: ${words}` : words}>
          {(ids) => <textarea {...ids} class="mono" rows={Math.min(8, Math.max(3, origins.length + 1))} disabled={!edits} autoComplete="off" spellcheck={false} value={value} onInput={(event) => put(event.currentTarget.value)} />}
        </Field>
        {origins.length === 0 && <p class="quiet">{said.framersNone}</p>}
      </div>
    </Card>
  );
}

function Save({ view, body, pending, onClose, onSaved, onReload }: { view: SettingsView; body: SettingsBody; pending: ReadonlyArray<Part>; onClose: () => void; onSaved: (view: SettingsView) => void; onReload: () => void }) {
  const action = useAction();
  const conflict = action.failure?.code === "settings_version";
  const save = () => action.run(async () => onSaved(await calls.saveSettings(view.version, body)));
  const reworded = pending.includes("consent") || pending.includes("brand");
  return (
    <Dialog
      title={said.saveTitle(view.version + 1)} onClose={onClose}
      actions={<><button class="button" onClick={onClose}>{text.common.cancel}</button>{conflict ? <button class="button primary" onClick={() => { onClose(); onReload(); }}>{said.loadNew}</button> : <button class="button primary" disabled={action.busy} onClick={save}>{action.busy ? said.saving : said.save}</button>}</>}
    >
      <p>{said.saveLead}</p>
      <ul class="changed-parts">{pending.map((part) => <li key={part}><Icon name="pencil" size={14} />{partWords[part]}</li>)}</ul>
      {reworded && <Note icon="info">{said.saveConsent}</Note>}
      {conflict ? <Note tone="warn" icon="warning">{said.conflict(view.version + 1)}</Note> : <Alert failure={action.failure} />}
    </Dialog>
  );
}
