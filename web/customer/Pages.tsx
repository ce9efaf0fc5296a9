// Every page that is not a call: links that lead elsewhere, waiting for the verdict, the end. Each has a way forward.
import { useState } from "preact/hooks";
import type { LinkState, ReasonCode } from "../generated/api.ts";
import type { Screen } from "../lib/room.ts";
import { Glyph } from "../lib/ui/glyph.tsx";
import { circle_check, clock, info, link as chain, phone, star, users, wifi_off } from "../lib/ui/paths.ts";
import { Booked, CallBack, sayTime } from "./CallBack.tsx";
import { agentName, brandName, t, type Props, type TextKey } from "./context.ts";
import { Phone } from "./Phone.tsx";

function NewLink({ s, act }: Props) {
  const [done, setDone] = useState<{ sentTo: string | null } | null>(null);
  const [failed, setFailed] = useState(false);
  if (done) return <p class="notice">{done.sentTo ? t("link.new_sent", { to: done.sentTo }) : t("link.new_page", { brand: brandName(s) })}</p>;
  return (
    <>
      {failed && (
        <p class="notice bad" role="alert">
          {t("start.failed")}
        </p>
      )}
      <button type="button" class="primary" onClick={() => void act.newLink().then(setDone, () => setFailed(true))}>
        {t("link.new")}
      </button>
    </>
  );
}

function Elsewhere({ s, act }: Props) {
  const [date, setDate] = useState("");
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (date) act.join("video", date);
      }}
    >
      <label class="labelled">
        {t("link.birth_date")}
        <input class="field" type="date" required autocomplete="bday" value={date} onInput={(event) => setDate(event.currentTarget.value)} />
      </label>
      {s.joinFailed && (
        <p class="notice bad" role="alert">
          {t(s.joinFailed === "offline" ? "start.offline" : "link.birth_wrong")}
        </p>
      )}
      <button type="submit" class="primary">
        {t("link.continue")}
      </button>
      <p class="consent">{s.link?.consent.text}</p>
    </form>
  );
}

const LINKS: Readonly<Partial<Record<LinkState, [string, TextKey, TextKey]>>> = {
  open_elsewhere: [users, "link.locked", "link.elsewhere_text"],
  locked: [users, "link.locked", "link.locked_text"],
  expired: [clock, "link.expired", "link.expired_text"],
  replaced: [chain, "link.replaced", "link.replaced_text"],
  closed_hours: [clock, "link.closed", "link.closed_text"],
  verified: [circle_check, "link.verified", "link.verified_text"],
  ended: [info, "link.ended", "link.ended_text"],
  unknown: [chain, "link.unknown", "link.unknown_text"],
};

function LinkPage({ s, act, embedded }: Props & { embedded: boolean }) {
  const state = s.link?.state ?? "unknown";
  const [icon, title, text] = LINKS[state] ?? [chain, "link.unknown", "link.unknown_text"];
  const back = embedded || s.link?.brand.return_url;
  return (
    <>
      <span class={state === "verified" ? "mark good" : "mark"}>
        <Glyph path={icon} size={32} />
      </span>
      <h1>{t(title)}</h1>
      <p>{t(text, { brand: brandName(s), time: s.link?.opens_at ? sayTime(s.link.opens_at) : "" })}</p>
      {state === "open_elsewhere" && <Elsewhere s={s} act={act} />}
      {state === "closed_hours" && <CallBack s={s} act={act} />}
      {(state === "expired" || state === "replaced" || state === "locked" || state === "ended" || state === "unknown") && <NewLink s={s} act={act} />}
      {state === "verified" && back && (
        <button type="button" class="primary" onClick={act.goBack}>
          {t("result.back", { brand: brandName(s) })}
        </button>
      )}
    </>
  );
}

function Rate({ s, act }: Props) {
  const [stars, setStars] = useState(0);
  const [comment, setComment] = useState("");
  const [sent, setSent] = useState(false);
  if (sent || s.view?.rated)
    return (
      <p class="quiet" role="status">
        {t("rate.thanks")}
      </p>
    );
  return (
    <form
      class="rate"
      onSubmit={(event) => {
        event.preventDefault();
        act.rate(stars, comment);
        setSent(true);
      }}
    >
      <fieldset>
        <legend>{t("rate.title", { agent: agentName(s) })}</legend>
        <div class="stars">
          {[1, 2, 3, 4, 5].map((n) => (
            <label key={n} class={n <= stars ? "star on" : "star"}>
              <input type="radio" name="stars" class="sr-only" checked={stars === n} onChange={() => setStars(n)} aria-label={t("rate.star", { n })} />
              <Glyph path={star} size={32} filled={n <= stars} />
            </label>
          ))}
        </div>
      </fieldset>
      {stars > 0 && (
        <div class="stack">
          <textarea class="field" rows={2} maxLength={1000} placeholder={t("rate.comment")} aria-label={t("rate.comment")} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
          <button type="submit" class="secondary">
            {t("rate.send")}
          </button>
        </div>
      )}
    </form>
  );
}

const ENDS: Readonly<Record<string, [TextKey, TextKey]>> = {
  verified: ["result.verified", "result.verified_text"],
  rejected: ["result.rejected", "result.rejected_text"],
  under_review: ["result.review", "result.review_text"],
  escalated: ["result.escalated", "result.escalated_text"],
  incomplete: ["result.incomplete", "result.incomplete_text"],
  abandoned: ["result.abandoned", "result.abandoned_text"],
  expired: ["result.expired", "result.expired_text"],
};
/** Reasons with words for the customer; suspicion has none. */
const SAID: ReadonlySet<string> = new Set<ReasonCode>([
  "document_unreadable",
  "document_expired",
  "document_damaged",
  "document_not_accepted",
  "document_not_present",
  "face_does_not_match",
  "liveness_not_shown",
  "data_does_not_match",
  "answers_do_not_match",
  "customer_declined",
  "customer_left",
  "poor_connection",
  "no_camera",
  "technical_fault",
  "unusual_document",
  "needs_specialist",
]);

function Result({ s, act, embedded }: Props & { embedded: boolean }) {
  const outcome = s.view?.ending?.outcome ?? s.view?.phase ?? "abandoned";
  const [title, text] = ENDS[outcome] ?? (["result.abandoned", "result.abandoned_text"] as [TextKey, TextKey]);
  const good = outcome === "verified";
  const open = outcome === "abandoned" || outcome === "expired" || outcome === "incomplete";
  const reasons = good ? [] : (s.view?.ending?.reasons ?? []).filter((reason) => SAID.has(reason));
  return (
    <>
      <span class={good ? "mark good" : "mark"}>
        <Glyph path={good ? circle_check : info} size={32} />
      </span>
      <div role="status"><h1>{t(title, { brand: brandName(s) })}</h1></div>
      {reasons.length > 0 && (
        <ul class="reasons">
          {reasons.map((reason) => (
            <li key={reason}>{t(`reason.${reason}` as TextKey)}</li>
          ))}
        </ul>
      )}
      <p>{t(text, { brand: brandName(s) })}</p>
      {open && <NewLink s={s} act={act} />}
      {(embedded || s.view?.brand.return_url) && (
        <button type="button" class={open ? "secondary" : "primary"} onClick={act.goBack}>
          {t("result.back", { brand: brandName(s) })}
        </button>
      )}
      {s.view?.agent_name && <Rate s={s} act={act} />}
    </>
  );
}

function Content(props: Props & { screen: Screen; embedded: boolean }) {
  const { s, act, screen } = props;
  switch (screen) {
    case "link":
      return <LinkPage {...props} />;
    case "result":
      return <Result {...props} />;
    case "deciding":
      return (
        <>
          <span class="mark breathing">
            <Glyph path={clock} size={32} />
          </span>
          <div role="status"><h1>{t("result.deciding", { agent: agentName(s) })}</h1></div>
          <p>{t("result.deciding_text", { brand: brandName(s) })}</p>
        </>
      );
    case "callback":
      return (
        <>
          <span class="mark">
            <Glyph path={phone} size={32} />
          </span>
          <h1>{t("callback.booked")}</h1>
          <Booked s={s} at={s.view?.call_back_at ?? null} sentTo={null} />
          <button type="button" class="secondary" onClick={() => act.join("video")}>
            {t("callback.now")}
          </button>
        </>
      );
    case "replaced":
      return (
        <>
          <span class="mark">
            <Glyph path={users} size={32} />
          </span>
          <h1>{t("replaced.title")}</h1>
          <p>{t("replaced.text")}</p>
          <button type="button" class="secondary" onClick={act.takeOver}>
            {t("replaced.back")}
          </button>
        </>
      );
    case "broken":
      return (
        <>
          <span class="mark">
            <Glyph path={wifi_off} size={32} />
          </span>
          <h1><span role="alert">{t("broken.title")}</span></h1>
          <p>{t("broken.text")}</p>
          <button type="button" class="primary" onClick={() => location.reload()}>
            {t("control.retry")}
          </button>
        </>
      );
    case "start":
      return s.aside === "phone" ? <Phone act={act} onClose={() => act.aside("none")} /> : <CallBack s={s} act={act} />;
    case "loading":
    case "waiting":
    case "live":
      return null;
  }
}

export function Page(props: Props & { screen: Screen; embedded: boolean }) {
  return (
    <main class={`page ${props.screen}`}>
      <div class="card">
        <Content {...props} />
      </div>
    </main>
  );
}
