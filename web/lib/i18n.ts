// Text by typed key. A table is flat; `{name}` is filled in, `{n|one=# minute|other=# minutes}` chooses by
// the plural rules of the language, `#` being the number. Knows no text.

export type Table = Readonly<Record<string, string>>;
export type Vars = Readonly<Record<string, string | number>>;
export type Translate<K extends string> = (key: K, vars?: Vars) => string;

/** BCP 47 tags the customer's page speaks, with the name each has for itself. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  en: "English",
  id: "Bahasa Indonesia",
  th: "ไทย",
  fil: "Filipino",
  vi: "Tiếng Việt",
  ms: "Bahasa Melayu",
  "zh-Hans": "简体中文",
  hi: "हिन्दी",
  ta: "தமிழ்",
};

/** Fills one sentence; unknown placeholders stay visible, so that a test or an eye finds them. */
export function fill(sentence: string, vars: Vars, locale: string): string {
  return sentence.replace(/\{(\w+)((?:\|\w+=[^|}]*)*)\}/g, (whole, name: string, forms: string) => {
    const value = vars[name];
    if (value === undefined) return whole;
    const shown = typeof value === "number" ? new Intl.NumberFormat(locale).format(value) : value;
    if (forms === "") return shown;
    const rule = new Intl.PluralRules(locale).select(Number(value));
    const choice = new Map(forms.slice(1).split("|").map((form) => [form.slice(0, form.indexOf("=")), form.slice(form.indexOf("=") + 1)]));
    return (choice.get(rule) ?? choice.get("other") ?? whole).replaceAll("#", shown);
  });
}

/** A translator over one table. Agent and admin: `export const t = translator(text)`. */
export function translator<T extends Table>(table: T, locale = "en"): Translate<keyof T & string> {
  return (key, vars = {}) => fill(table[key] ?? key, vars, locale);
}

/** The language of the page for a wish such as `ms-MY`, `zh-CN`, `tl` or `in`; undefined when none fits. */
export function matchLanguage(wish: string): string | undefined {
  const tag = wish.trim().toLowerCase().replaceAll("_", "-");
  const first = tag.split("-")[0] ?? "";
  const old: Readonly<Record<string, string>> = { in: "id", tl: "fil", zh: "zh-Hans", cmn: "zh-Hans", may: "ms", zsm: "ms" };
  const known = Object.keys(LANGUAGES);
  return known.find((each) => each.toLowerCase() === tag) ?? known.find((each) => each === first) ?? old[first];
}

/** The first wish that can be met, else English. */
export function chooseLanguage(wishes: readonly (string | null | undefined)[]): string {
  for (const wish of wishes) {
    const found = wish ? matchLanguage(wish) : undefined;
    if (found) return found;
  }
  return "en";
}
