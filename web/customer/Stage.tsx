// S2 to S6: one stage from the tap to the end of the call, so that no picture is ever torn down. Faces first, words over them.
import { useEffect, useRef, useState } from "preact/hooks";
import type { WaitView } from "../generated/api.ts";
import { readLight } from "../lib/camera.ts";
import { guideOf, isBroken, selfIsLarge, troubleOf } from "../lib/room.ts";
import { Glyph } from "../lib/ui/glyph.tsx";
import { arrow_up, camera_off, chat, flip, light, mic, mic_off, phone_off, volume, wifi_off } from "../lib/ui/paths.ts";
import { VideoTile } from "../lib/ui/VideoTile.tsx";
import { agentName, brandName, t, type Props } from "./context.ts";

type More = typeof import("./more.tsx");
type StageProps = Props & { more: More | null; stream: MediaStream | null; agent: MediaStream | null };

/** Place and time in words, never a bare number. */
export function waitWords(s: Props["s"]): [string, string] {
  const { place, seconds } = s.view?.wait ?? {};
  if (!s.view) return [t("wait.joining"), ""];
  const title = place == null ? t("wait.nobody") : place <= 1 ? t("wait.next") : t("wait.place", { n: place });
  if (seconds == null) return [title, ""];
  const time = seconds === 0 ? t("wait.soon") : seconds < 60 ? t("wait.seconds", { n: seconds }) : t("wait.minutes", { n: Math.round(seconds / 60) });
  return [title, time];
}

/** A wait is long from here on: then there is a way not to wait. */
const LONG_WAIT = 45_000;

/** Whether to offer a call back: the wait was, or will be, a long one, or nobody is there to end it. */
export function offersCallBack(wait: WaitView | undefined, waited: number): boolean {
  if (!wait) return false;
  // Without a place yet nothing is known of the wait.
  return waited >= LONG_WAIT || (wait.place != null && (wait.seconds == null || wait.seconds * 1_000 > LONG_WAIT));
}

/** How long this page has waited: counted from the tap, told once it is long. */
function useWaited(since: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, since + LONG_WAIT - Date.now()));
    return () => clearTimeout(timer);
  }, [since]);
  return now - since;
}

function Control({ path, label, onClick, on = true, kind = "" }: { path: string; label: string; onClick: () => void; on?: boolean; kind?: string }) {
  return (
    <button type="button" class={`control ${kind} ${on ? "" : "off"}`} aria-label={label} title={label} onClick={onClick}>
      <Glyph path={path} size={24} />
    </button>
  );
}

function Controls({ s, act }: Props) {
  const filming = s.camera === "on";
  return (
    <nav class="controls">
      {s.view?.mode !== "photos" && <Control path={s.microphone ? mic : mic_off} label={t(s.microphone ? "control.mute" : "control.unmute")} on={s.microphone} onClick={act.mute} />}
      {filming && s.abilities.includes("flip") && <Control path={flip} label={t("control.flip")} onClick={act.flip} />}
      {filming && s.abilities.includes("torch") && <Control path={light} label={t(s.torch ? "control.torch_off" : "control.torch_on")} on={!s.torch} onClick={act.torch} />}
      <span class="with-badge">
        <Control path={chat} label={s.unread > 0 ? t("control.unread", { n: s.unread }) : t("control.chat")} onClick={() => act.setChat(!s.chatOpen)} />
        {s.unread > 0 && (
          <span class="badge" aria-hidden="true">
            {s.unread}
          </span>
        )}
      </span>
      <Control path={phone_off} kind="end" label={t("control.end")} onClick={() => act.aside("leave")} />
    </nav>
  );
}

function Allow({ s }: Pick<Props, "s">) {
  return (
    <div class="allow" role="status">
      <span class="allow-arrow">
        <Glyph path={arrow_up} size={32} />
      </span>
      <p class="big">{s.view?.agent_name ? t("allow.agent", { agent: s.view.agent_name }) : t("allow.title")}</p>
      <p>{t("allow.text")}</p>
    </div>
  );
}

function Waiting({ s, act, since }: Props & { since: number }) {
  const [title, time] = waitWords(s);
  const waited = useWaited(since);
  const light = s.camera === "on" && s.light;
  return (
    <section class="waiting">
      {light && <p class={`light ${light}`}>{t(`light.${light}`)}</p>}
      <div role="status">
        <h1>{title}</h1>
        {time && <p class="big">{time}</p>}
        <p class="quiet">{t("wait.keep")}</p>
      </div>
      <p class="links">
        {offersCallBack(s.view?.wait, waited) && (
          <button type="button" class="secondary" onClick={() => act.aside("callback")}>
            {t("wait.call_me")}
          </button>
        )}
      </p>
    </section>
  );
}

/** The place in line stays in sight over help with the camera: it is not lost meanwhile. */
function Place({ s }: Pick<Props, "s">) {
  const [title, time] = waitWords(s);
  return (
    <header class="call-head">
      <div role="status">
        <p>{title}</p>
        {time && <p>{time}</p>}
      </div>
    </header>
  );
}

function Head({ s }: Pick<Props, "s">) {
  const agent = agentName(s);
  const broken = isBroken(s);
  return (
    <header class="call-head">
      <p>{t("live.talking", { agent, brand: brandName(s) })}</p>
      {s.view?.recording && (
        <p class="recording">
          <span class="dot" />
          {t("live.recording")}
        </p>
      )}
      <div role="status">
        {broken && (
          <p class="pill">
            <Glyph path={wifi_off} />
            {s.line === "lost" || s.media === "interrupted" ? t("live.reconnecting") : t("live.agent_gone", { agent })}
          </p>
        )}
        {!broken && s.ladder !== "full" && <p class="pill">{t("live.weak")}</p>}
      </div>
    </header>
  );
}

/** Reads the light twice a second while the customer waits. */
function useLight(video: { current: HTMLVideoElement | null }, wanted: boolean, tell: Props["act"]["light"]) {
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => {
      const found = video.current && readLight(video.current);
      if (found) tell(found);
    }, 500);
    return () => clearInterval(timer);
  }, [wanted]);
}

export function Stage({ s, act, more, stream, agent }: StageProps) {
  const own = useRef<HTMLVideoElement | null>(null);
  const since = useRef(Date.now());
  const live = s.agentSeen || s.view?.phase === "live" || s.view?.phase === "interrupted";
  const swap = live && (selfIsLarge(s) || s.board?.on === "live");
  const trouble = troubleOf(s);
  const photos = s.view?.mode === "photos";
  const name = agentName(s);
  // A face is used to its mirror; a document must be readable.
  const guided = guideOf(s);
  const paper = guided !== null && guided !== "portrait" && guided !== "selfie";
  useLight(own, !live && s.camera === "on", act.light);
  const classes = ["stage", live ? "live" : "queued", swap && "swap", (trouble || photos) && "split", s.chatOpen && "chatting", live && s.board && "boarded"].filter(Boolean).join(" ");
  return (
    <main class={classes}>
      <VideoTile class="agent" stream={agent} label={t("live.agent_video", { agent: name })} onBlocked={act.heard}>
        <span class="breathing">{live && t("live.joining", { agent: name })}</span>
      </VideoTile>
      <VideoTile class="self" stream={stream} label={t("live.self_video")} mirror={s.facing === "user" && !paper} muted on={s.camera === "on"} element={(video) => (own.current = video)}>
        {(s.camera === "off" || s.camera === "lost") && (
          <>
            <Glyph path={camera_off} />
            <span>{t("live.camera_off")}</span>
          </>
        )}
      </VideoTile>
      {live ? <Head s={s} /> : trouble ? <Place s={s} /> : s.camera !== "prompting" && <Waiting s={s} act={act} since={since.current} />}
      {s.camera === "prompting" && !trouble && <Allow s={s} />}
      {s.silent && (
        <button type="button" class="primary hear" onClick={act.hear}>
          <Glyph path={volume} />
          {t("live.sound", { agent: name })}
        </button>
      )}
      {more && live && !trouble && !photos && <more.Over s={s} act={act} own={own.current} />}
      {more && live && <more.Prompt s={s} act={act} />}
      {more && live && s.board && <more.Together s={s} act={act} own={() => own.current} />}
      {more && s.view?.company && <more.Company s={s} act={act} />}
      {more && <more.Aids s={s} act={act} trouble={trouble} />}
      <Controls s={s} act={act} />
    </main>
  );
}
