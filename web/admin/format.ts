// Times, spans and numbers as people read them. Must not know a page.

const exactFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short",
});
const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const yearFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const numberFormat = new Intl.NumberFormat("en-GB");
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const languages = new Intl.DisplayNames(["en"], { type: "language" });

/** Date, time and zone to the second. */
export function exact(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? at : exactFormat.format(time);
}

/** Time of day with thousandths, as the audit log needs it. */
export function stamp(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? at : `${clockFormat.format(time)}.${String(new Date(time).getMilliseconds()).padStart(3, "0")}`;
}

/** The day alone. */
export function day(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? at : yearFormat.format(time);
}

/** "4 minutes ago"; the day once it is further away than a week. */
export function ago(at: string, now: number): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return at;
  const seconds = Math.round((time - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 5) return "just now";
  if (size < 60) return relative.format(seconds, "second");
  if (size < 3600) return relative.format(Math.round(seconds / 60), "minute");
  if (size < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
  if (size < 7 * 86_400) return relative.format(Math.round(seconds / 86_400), "day");
  return new Date(time).getFullYear() === new Date(now).getFullYear() ? dayFormat.format(time) : yearFormat.format(time);
}

/** Seconds as "42 s", "3 min 12 s", "2 h 05 min", "3 d 4 h". */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** Seconds as "0:42" or "1:02:03". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor((whole % 3600) / 60);
  const tail = String(whole % 60).padStart(2, "0");
  return whole < 3600 ? `${minutes}:${tail}` : `${Math.floor(whole / 3600)}:${String(minutes).padStart(2, "0")}:${tail}`;
}

/** Milliseconds as a clock with tenths. */
export function tenths(ms: number): string {
  const safe = Math.max(0, ms);
  return `${clock(safe / 1000)}.${Math.floor((safe % 1000) / 100)}`;
}

/** 0..1 as "91 %". */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** 1 234 with a separator. */
export function count(value: number): string {
  return numberFormat.format(value);
}

/** Bytes in the unit a person reads. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(0)} kB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

/** "Tamil" for `ta`; the tag itself where the browser has no name for it. */
export function language(tag: string): string {
  try {
    return languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** The beginning of a hash, enough to tell two apart by eye. */
export function short(hash: string): string {
  return hash.length > 14 ? `${hash.slice(0, 8)}…${hash.slice(-4)}` : hash;
}
