// What lies over or beside the call: chat, the photograph taken by hand, the way out of camera trouble, leaving, calling back.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ImageSlot } from "../generated/api.ts";
import { around } from "../lib/camera.ts";
import { guideOf, type Trouble } from "../lib/room.ts";
import { Chat, type ChatWords } from "../lib/ui/Chat.tsx";
import { Glyph } from "../lib/ui/glyph.tsx";
import { camera, check, copy, external, id_card, image, user, x } from "../lib/ui/paths.ts";
import { CallBack } from "./CallBack.tsx";
import { agentName, documentName, locale, t, type Props, type TextKey } from "./context.ts";
import { Phone } from "./Phone.tsx";

/**
 * A sheet from below on a phone, a card on a desk; the focus goes into it and Escape closes it.
 * The focus moves as the sheet appears: a key pressed before that would leave it nowhere to return to.
 */
export function Sheet({ title, onClose, children, kind = "" }: { title: string; onClose?: (() => void) | undefined; children: ComponentChildren; kind?: string }) {
  const ref = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    ref.current?.focus();
    return () => before?.focus?.();
  }, []);
  return (
    <section ref={ref} class={`sheet ${kind}`} role="dialog" aria-label={title} tabIndex={-1} onKeyDown={(event) => event.key === "Escape" && onClose?.()}>
      <header class="sheet-head">
        <h2>{title}</h2>
        {onClose && (
          <button type="button" class="round" aria-label={t("control.close")} onClick={onClose}>
            <Glyph path={x} />
          </button>
        )}
      </header>
      {children}
    </section>
  );
}

const chatWords = (): ChatWords => ({
  log: t("chat.log"),
  placeholder: t("chat.placeholder"),
  send: t("chat.send"),
  attach: t("chat.attach"),
  attachNotice: t("chat.attach_notice"),
  attachSend: t("chat.attach_send"),
  cancel: t("chat.cancel"),
  sent: t("chat.sent"),
  delivered: t("chat.delivered"),
  seen: t("chat.seen"),
  sending: t("chat.sending"),
  refused: (code) => t(code === "limit_reached" ? "chat.full" : "chat.refused"),
  edit: t("chat.edit"),
  tooLong: (n) => t("chat.too_long", { n }),
  link: (host) => t("chat.link", { host }),
  image: t("chat.image"),
  imageLost: t("chat.image_lost"),
  empty: t("chat.empty"),
});

function Talk({ s, act }: Props) {
  return (
    <Chat
      me="customer"
      messages={s.chat}
      unsent={s.unsent}
      read={s.read}
      words={chatWords()}
      locale={locale()}
      typing={s.typing ? t("chat.typing", { agent: agentName(s) }) : ""}
      onSend={act.say}
      onDrop={act.unsay}
      onTyping={act.typing}
      onAttach={s.view?.phase === "live" ? (file) => act.sendPhoto(file, "other_page") : undefined}
      imageUrl={act.imageUrl}
    />
  );
}

const WORDS: Readonly<Record<ImageSlot, TextKey>> = {
  document_front: "photo.front",
  document_back: "photo.back",
  document_tilt: "photo.tilt",
  portrait: "photo.face",
  selfie: "photo.face",
  other_page: "photo.page",
};
/** Where the agent looks for security features, the picture must show them. */
const whatOf = (s: Props["s"], slot: ImageSlot): TextKey => (slot === "document_tilt" && s.wish?.step === "security_features" ? "photo.features" : WORDS[slot]);
const isFace = (slot: ImageSlot) => slot === "portrait" || slot === "selfie";
const TYPES = ["image/jpeg", "image/png", "image/webp"];
const LARGEST = 10 * 1024 * 1024;

/** S7: take, look, use or retake. The phone's own camera app takes it, so no camera stream is needed. */
function ByHand({ s, act, slot }: Props & { slot: ImageSlot }) {
  const [taken, setTaken] = useState<{ file: File; url: string } | null>(null);
  const [wrong, setWrong] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  /** With `capture` a phone opens its camera, without it its files. */
  const open = (byCamera: boolean) => {
    if (byCamera) input.current?.setAttribute("capture", isFace(slot) ? "user" : "environment");
    else input.current?.removeAttribute("capture");
    input.current?.click();
  };
  const busy = s.photo === "sending";
  const what = t(whatOf(s, slot), { document: documentName(s) });
  useEffect(() => () => void (taken && URL.revokeObjectURL(taken.url)), [taken]);
  useEffect(() => {
    if (s.photo === "sent") setTaken(null);
  }, [s.photo]);
  const choose = (file: File | undefined) => {
    if (!file) return;
    const fits = TYPES.includes(file.type) && file.size <= LARGEST;
    setWrong(!fits);
    setTaken(fits ? { file, url: URL.createObjectURL(file) } : null);
  };
  return (
    <div class="by-hand">
      <input ref={input} type="file" hidden accept={TYPES.join(",")} onChange={(event) => choose(event.currentTarget.files?.[0])} />
      <p class="by-hand-what">
        <Glyph path={isFace(slot) ? user : id_card} />
        {what}
      </p>
      {taken && <img src={taken.url} alt={what} />}
      {taken && <p>{t(isFace(slot) ? "photo.check_face" : "photo.check")}</p>}
      {wrong && (
        <p class="notice bad" role="alert">
          {t("photo.type")}
        </p>
      )}
      {s.photo === "failed" && (
        <p class="notice bad" role="alert">
          {t("photo.failed")}
        </p>
      )}
      <div class="pair">
        {taken && (
          <button type="button" class="primary" disabled={busy} onClick={() => act.sendPhoto(taken.file, slot)}>
            <Glyph path={check} />
            {t(busy ? "photo.sending" : "photo.use")}
          </button>
        )}
        <button type="button" class={taken ? "secondary" : "primary"} disabled={busy} onClick={() => open(true)}>
          <Glyph path={camera} />
          {t(taken ? "photo.retake" : "photo.take")}
        </button>
        {!taken && (
          <button type="button" class="secondary" disabled={busy} onClick={() => open(false)}>
            <Glyph path={image} />
            {t("photo.choose")}
          </button>
        )}
      </div>
    </div>
  );
}

/** S9: why there is no picture and what to do, by where the page runs. */
function troubleWords(trouble: Trouble): { title: TextKey; text: TextKey } {
  const { ios, android, app } = around();
  if (trouble === "busy") return { title: "trouble.busy", text: "trouble.busy_text" };
  if (trouble === "missing") return { title: "trouble.missing", text: "trouble.missing_text" };
  if (app && trouble !== "denied") return { title: "trouble.blocked_app", text: ios ? "trouble.blocked_ios" : "trouble.blocked_text" };
  if (trouble === "slow") return { title: "trouble.slow", text: "trouble.slow_text" };
  if (trouble === "blocked") return { title: "trouble.blocked", text: "RTCPeerConnection" in globalThis || ios || android ? "trouble.blocked_text" : "trouble.old" };
  return { title: "trouble.denied", text: ios ? "trouble.denied_ios" : android ? "trouble.denied_android" : "trouble.denied_desktop" };
}

/** The address that makes an app hand the page to the real browser, if there is one for this app. */
export function outside(link: string, where = around()): string | null {
  const { android, app } = where;
  const url = new URL(link);
  if (app === "LINE") {
    url.searchParams.set("openExternalBrowser", "1");
    return url.href;
  }
  if (!app || !android) return null;
  const plain = url.href.replace(/^https?:\/\//, "");
  return `intent://${plain}#Intent;scheme=${url.protocol.slice(0, -1)};S.browser_fallback_url=${encodeURIComponent(url.href)};end`;
}

function Help({ act, trouble }: Pick<Props, "act"> & { trouble: Trouble }) {
  const [copied, setCopied] = useState(false);
  const [phone, setPhone] = useState(false);
  const words = troubleWords(trouble);
  const barred = trouble === "blocked" || (trouble === "slow" && around().app !== null);
  const out = barred ? outside(act.link()) : null;
  if (phone) return <Phone act={act} onClose={() => setPhone(false)} />;
  return (
    <Sheet title={t(words.title)} kind="help">
      <p>{t(words.text)}</p>
      <div class="stack">
        {out ? (
          <a class="primary" href={out}>
            <Glyph path={external} />
            {t("trouble.open")}
          </a>
        ) : (
          <button type="button" class="primary" onClick={act.retryCamera}>
            {t("control.retry")}
          </button>
        )}
        {barred && (
          <button
            type="button"
            class="secondary"
            onClick={() =>
              void navigator.clipboard?.writeText(act.link()).then(
                () => setCopied(true),
                () => setPhone(true),
              )
            }
          >
            <Glyph path={copied ? check : copy} />
            {t(copied ? "trouble.copied" : "trouble.copy")}
          </button>
        )}
        <button type="button" class="secondary" onClick={() => act.join("photos")}>
          <Glyph path={camera} />
          {t("trouble.photos")}
        </button>
        <p class="links">
          <button type="button" class="plain" onClick={() => setPhone(true)}>
            {t("start.phone")}
          </button>
          <button type="button" class="plain" onClick={() => act.aside("callback")}>
            {t("wait.call_me")}
          </button>
        </p>
      </div>
    </Sheet>
  );
}

function PhotosMode({ s, act }: Props) {
  const slot = s.wish?.slot ?? guideOf(s) ?? "document_front";
  return (
    <section class="photos" aria-label={t("photos.title")}>
      <div class="photos-ask">
        <p class="quiet">{s.wish ? t("photo.wish", { agent: agentName(s) }) : t("photos.text")}</p>
        {s.view?.phase === "live" && <ByHand key={slot} s={s} act={act} slot={slot} />}
      </div>
      <Talk s={s} act={act} />
    </section>
  );
}

type AsksFile = typeof import("./asks.tsx");

/** The code and the place: asked seldom, so loaded when they are. */
function Asks({ s, act }: Props) {
  const [made, setMade] = useState<AsksFile | null>(null);
  useEffect(() => {
    if (LAZY["asks"]) void (import(LAZY["asks"]) as Promise<AsksFile>).then(setMade, () => undefined);
  }, []);
  return made && <made.Asks s={s} act={act} Sheet={Sheet} />;
}

export function Aids(props: Props & { trouble: Trouble | null }) {
  const { view } = props.s;
  return (
    <>
      <Beside {...props} />
      {(view?.code || view?.asks_location) && <Asks s={props.s} act={props.act} />}
    </>
  );
}

function Beside({ s, act, trouble }: Props & { trouble: Trouble | null }) {
  if (s.aside === "leave")
    return (
      <Sheet title={t("leave.title")} onClose={() => act.aside("none")}>
        <p>{t("leave.text")}</p>
        <div class="pair">
          <button type="button" class="primary" onClick={() => act.aside("none")}>
            {t("leave.stay")}
          </button>
          <button type="button" class="secondary" onClick={act.leave}>
            {t("wait.leave")}
          </button>
        </div>
      </Sheet>
    );
  if (s.aside === "callback") return <CallBack s={s} act={act} sheet />;
  if (s.aside === "phone") return <Phone act={act} onClose={() => act.aside("none")} />;
  if (s.view?.mode === "photos") return <PhotosMode s={s} act={act} />;
  if (s.wish)
    return (
      <Sheet title={t("photo.wish", { agent: agentName(s) })} onClose={act.dismissWish}>
        <ByHand key={s.wish.slot} s={s} act={act} slot={s.wish.slot} />
      </Sheet>
    );
  if (s.chatOpen)
    return (
      <Sheet title={t("control.chat")} kind="talk" onClose={() => act.setChat(false)}>
        <Talk s={s} act={act} />
      </Sheet>
    );
  if (trouble) return <Help act={act} trouble={trouble} />;
  const note = !guideOf(s) && s.photo !== "none" && t(({ taking: "photo.hold", sending: "photo.sending", sent: "photo.got", failed: "photo.failed" } as const)[s.photo]);
  return note ? (
    <p class="toast" role="status">
      {note}
    </p>
  ) : null;
}
