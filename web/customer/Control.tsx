// Whose hand is on the device: what the agent controls now, and the customer's way out of it; and the photographs the
// customer looks at before one goes.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Controlled } from "../lib/room.ts";
import { refusedControl } from "../lib/room.ts";
import { Glyph } from "../lib/ui/glyph.tsx";
import { camera, check, lock, settings } from "../lib/ui/paths.ts";
import { agentName, locale, t, type Props, type TextKey } from "./context.ts";

const WORDS: Readonly<Record<Controlled, TextKey>> = {
  flip: "control.what.camera",
  lens: "control.what.camera",
  torch: "control.what.light",
  zoom: "control.what.zoom",
  focus: "control.what.focus",
  resolution: "control.what.size",
  freeze: "control.what.still",
  camera: "control.what.camera",
  microphone: "control.what.microphone",
  auto: "control.what.auto",
};

/** Always in sight once the device was controlled: what is, by whom, and "Stop". */
export function Control({ s, act }: Props) {
  const refused = refusedControl(s);
  if (!refused && !s.hold?.touched) return null;
  const agent = agentName(s);
  const named = [...new Set((s.hold?.named ?? []).map((what) => t(WORDS[what])))];
  const list = new Intl.ListFormat(locale(), { type: "conjunction" }).format(named);
  const words = refused ? t("control.mine") : list ? t("control.by", { agent, what: list }) : t("control.may", { agent });
  return (
    <div class={refused ? "hold mine" : "hold"}>
      <p role="status">
        <Glyph path={refused ? lock : settings} />
        <span>{words}</span>
      </p>
      <button type="button" onClick={() => act.far((far) => (refused ? far.allow() : far.stop()))}>
        {t(refused ? "control.let" : "control.stop")}
      </button>
    </div>
  );
}

/** S7: the customer looks and agrees; the sharpest is proposed, the others are one tap away. */
export function Review({ s, act }: Props) {
  const { review } = s;
  const [at, setAt] = useState(review?.best ?? 0);
  const ref = useRef<HTMLElement>(null);
  useLayoutEffect(() => ref.current?.focus(), []);
  if (!review) return null;
  const face = review.slot === "portrait" || review.slot === "selfie";
  return (
    <section ref={ref} class="review" role="dialog" aria-label={t("review.title")} tabIndex={-1}>
      <h2>{t(face ? "photo.check_face" : "photo.check")}</h2>
      <img class="review-large" src={review.urls[at]} alt={t("review.shot", { n: at + 1 })} />
      {review.urls.length > 1 && (
        <div class="review-shots" role="group" aria-label={t("review.others")}>
          {review.urls.map((url, n) => (
            <button key={url} type="button" aria-pressed={n === at} aria-label={t(n === review.best ? "review.sharpest" : "review.shot", { n: n + 1 })} onClick={() => setAt(n)}>
              <img src={url} alt="" />
              {n === review.best && <Glyph path={check} />}
            </button>
          ))}
        </div>
      )}
      <div class="pair">
        <button type="button" class="primary" onClick={() => act.far((far) => far.shoot.choose(at))}>
          <Glyph path={check} />
          {t("photo.use")}
        </button>
        <button type="button" class="secondary" onClick={() => act.far((far) => far.shoot.choose("again"))}>
          <Glyph path={camera} />
          {t("photo.retake")}
        </button>
      </div>
    </section>
  );
}
