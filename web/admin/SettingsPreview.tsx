// What a customer sees first, with the settings as they stand in the form. Must not know how they are saved.

import type { SettingsBody } from "../generated/api.ts";
import { Card } from "./bits.tsx";
import { Icon } from "./icons.tsx";
import { inkOn } from "./settings.ts";
import { said } from "./text-settings.ts";

const TICKS = ["id_card", "sun", "clock"] as const;

export function Preview({ body, consent, locale }: { body: SettingsBody; consent: string; locale: string }) {
  const ink = inkOn(body.color);
  const color = ink ? body.color : "#0b6bcb";
  // A light colour would not be read on white paper: links then keep our own.
  const link = ink?.ink === "#ffffff" ? color : "#0b6bcb";
  return (
    <Card title={said.preview}>
      <div class="glass">
        <p class="glass-brand">{body.brand.trim() || "–"}</p>
        <p class="glass-title">{said.previewTitle}</p>
        <ul class="glass-ticks">{said.previewTicks.map((words, n) => <li key={words}><Icon name={TICKS[n] ?? "check"} size={16} />{words}</li>)}</ul>
        <p class="glass-button" style={{ backgroundColor: color, color: ink?.ink ?? "#ffffff" }}><Icon name="video" size={18} />{said.previewButton}</p>
        <p class="glass-consent" lang={locale} dir="auto">{consent.replaceAll("{brand}", body.brand.trim() || "–")}</p>
        <p class="glass-links"><span style={{ color: link }}>{said.previewPrivacy}</span><span style={{ color: link }}>{said.previewLater}</span></p>
      </div>
    </Card>
  );
}
