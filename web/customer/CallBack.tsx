// "Not now": choose a time, hear what happens next.
import { useState } from "preact/hooks";
import { Sheet } from "./Aids.tsx";
import { brandName, locale, t, type Props } from "./context.ts";

/** Full hours ahead: two today, then a morning and an evening. */
export function times(now: Date): Date[] {
  const at = (days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const soon = [1, 3].map((hours) => at(0, now.getHours() + 1 + hours));
  return [...soon, at(1, 9), at(1, 18), at(2, 9), at(2, 18)].filter((each, index, all) => index === 0 || each > (all[index - 1] as Date));
}

export const sayTime = (iso: string): string => new Intl.DateTimeFormat(locale(), { weekday: "long", hour: "numeric", minute: "2-digit", day: "numeric", month: "long" }).format(new Date(iso));

export function Booked({ s, at, sentTo }: Pick<Props, "s"> & { at: string | null; sentTo: string | null }) {
  return (
    <>
      {at && <p class="big">{t("callback.at", { time: sayTime(at) })}</p>}
      <p>{sentTo ? t("callback.sent", { to: sentTo }) : t("callback.page", { brand: brandName(s) })}</p>
      <p class="quiet">{t("callback.keep")}</p>
    </>
  );
}

export function CallBack({ s, act, sheet }: Props & { sheet?: boolean }) {
  const [choice, setChoice] = useState("");
  const [booked, setBooked] = useState<{ at: string; sentTo: string | null } | null>(null);
  const [failed, setFailed] = useState(false);
  const book = () =>
    act.callBack(choice || null).then(setBooked, () => {
      setFailed(true);
    });
  const title = t(booked ? "callback.booked" : "callback.title");
  const body = booked ? (
    <Booked s={s} at={booked.at} sentTo={booked.sentTo} />
  ) : (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void book();
      }}
    >
      <select class="field" value={choice} aria-label={t("callback.title")} onChange={(event) => setChoice(event.currentTarget.value)}>
        <option value="">{t("callback.soon")}</option>
        {times(new Date()).map((time) => (
          <option key={time.toISOString()} value={time.toISOString()}>
            {sayTime(time.toISOString())}
          </option>
        ))}
      </select>
      {failed && (
        <p class="notice bad" role="alert">
          {t("start.failed")}
        </p>
      )}
      <button type="submit" class="primary">
        {t("callback.book")}
      </button>
    </form>
  );
  const close = () => act.aside("none");
  if (sheet)
    return (
      <Sheet title={title} onClose={close}>
        {body}
      </Sheet>
    );
  return (
    <>
      {s.aside === "callback" ? <h1>{title}</h1> : <h2>{title}</h2>}
      {body}
      {!booked && s.aside === "callback" && (
        <button type="button" class="plain" onClick={close}>
          {t("control.close")}
        </button>
      )}
    </>
  );
}
