// The head of every page that is not a call: whose page this is, and its language.
import { LANGUAGES } from "../lib/i18n.ts";
import { Glyph, Logo } from "../lib/ui/glyph.tsx";
import { globe } from "../lib/ui/paths.ts";
import { brandName, locale, t, type FirstActions, type Props } from "./context.ts";

export function Language({ act }: Pick<Props<FirstActions>, "act">) {
  return (
    <label class="language">
      <Glyph path={globe} />
      <span class="sr-only">{t("control.language")}</span>
      <select value={locale()} onChange={(event) => act.speak(event.currentTarget.value)}>
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Top({ s, act }: Props<FirstActions>) {
  return (
    <header class="top">
      <span class="brand">
        <Logo />
        {brandName(s)}
      </span>
      <Language act={act} />
    </header>
  );
}
