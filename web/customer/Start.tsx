// S0 and S1: why we are here, what to have ready, one button; the consent stands right under it.
import type { FailureReason } from "../generated/api.ts";
import { Glyph } from "../lib/ui/glyph.tsx";
import { clock, id_card, sun, video } from "../lib/ui/paths.ts";
import { documentName, t, type FirstActions, type Props, type TextKey } from "./context.ts";
import { Language } from "./Top.tsx";

const WHY: Readonly<Partial<Record<FailureReason, TextKey>>> = {
  document_glare: "why.photo",
  document_blur: "why.photo",
  document_dark: "why.photo",
  document_shadow: "why.photo",
  document_cropped: "why.photo",
  document_low_resolution: "why.photo",
  document_obscured: "why.photo",
  document_damaged: "why.photo",
  document_unsupported: "why.document",
  document_recently_issued: "why.document",
  face_mismatch: "why.face",
  liveness_failed: "why.liveness",
  name_mismatch: "why.data",
  data_mismatch: "why.data",
  technical_failure: "why.technical",
};

export function why(reasons: readonly FailureReason[]): string {
  const first = reasons[0];
  return t((first && WHY[first]) || "why.other");
}

export function Start({ s, act, embedded, allowed }: Props<FirstActions> & { embedded: boolean; allowed: boolean }) {
  const link = s.link;
  if (!link) return null;
  const failed = s.joinFailed && t(s.joinFailed === "offline" ? "start.offline" : "start.failed");
  const ticks: [string, string][] = [
    [id_card, t("start.ready", { document: documentName(s) })],
    [sun, t("start.light")],
    [clock, t("start.time")],
  ];
  return (
    <main class={embedded ? "page start embedded" : "page start"}>
      <div class="start-words">
        <h1>{t("start.title")}</h1>
        <p class="why">{why(link.reasons)}</p>
        <ul class="ticks">
          {ticks.map(([path, text]) => (
            <li key={path}>
              <span class="tick">
                <Glyph path={path} />
              </span>
              {text}
            </li>
          ))}
        </ul>
      </div>
      <div class="start-act">
        {failed && (
          <p class="notice bad" role="alert">
            {failed}
          </p>
        )}
        {allowed ? (
          <button type="button" class="primary" onClick={() => act.join("video")}>
            <Glyph path={video} />
            {t(embedded ? "start.embed" : "start.button")}
          </button>
        ) : (
          <a class="primary" href={act.link()} target="_blank" rel="noopener">
            <Glyph path={video} />
            {t("start.embed")}
          </a>
        )}
        <p class="consent" lang={link.consent.locale}>
          {link.consent.text}
        </p>
        <p class="links">
          <a href={link.brand.privacy_url} target="_blank" rel="noopener noreferrer">
            {t("start.privacy")}
          </a>
          <button type="button" class="plain" onClick={() => act.aside("callback")}>
            {t("start.later")}
          </button>
          <button type="button" class="plain for-desk" onClick={() => act.aside("phone")}>
            {t("start.phone")}
          </button>
          <button type="button" class="plain" onClick={() => act.join("photos")}>
            {t("start.no_camera")}
          </button>
          {embedded && <Language act={act} />}
        </p>
      </div>
    </main>
  );
}
