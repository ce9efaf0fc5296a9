// What the server asks of the customer beside pictures: the one-time code, and the place with a "no" as good as a "yes".
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { CodeAsk } from "../generated/api.ts";
import { findPlace } from "../lib/place.ts";
import type { Sheet as SheetOf } from "./Aids.tsx";
import { addEnglish, agentName, brandName, t, type Props } from "./context.ts";
import { asks } from "./text/en-asks.ts";

addEnglish(asks);

type AskProps = Props & { Sheet: typeof SheetOf };

/** Thanks stay as long as they take to read. */
const THANKS = 2_500;
const DIGITS = 6;
const ALL_TRIES = 3;

function codeWords(code: CodeAsk, agent: string): string {
  switch (code.state) {
    case "matched":
      return t("code.matched");
    case "locked":
      return t("code.locked", { agent });
    case "expired":
      return t("code.expired", { agent });
    default:
      return code.tries_left < ALL_TRIES ? t("code.wrong", { n: code.tries_left }) : "";
  }
}

function Code({ s, act, Sheet, code }: AskProps & { code: CodeAsk }) {
  const [typed, setTyped] = useState("");
  const [sent, setSent] = useState("");
  const [thanked, setThanked] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const now = `${code.sent_at} ${code.tries_left}`;
  const matched = code.state === "matched";
  useLayoutEffect(() => {
    setTyped("");
    if (code.state === "open") input.current?.focus();
  }, [code.sent_at, code.tries_left, code.state]);
  useEffect(() => {
    if (!matched) return;
    const timer = setTimeout(() => setThanked(code.sent_at), THANKS);
    return () => clearTimeout(timer);
  }, [matched, code.sent_at]);
  if (matched && thanked === code.sent_at) return null;
  const open = code.state === "open";
  const digits = typed.replace(/\D/g, "");
  const words = codeWords(code, agentName(s));
  return (
    <Sheet title={t("code.title")} kind="ask">
      {open && <p>{t(code.channel === "sms" ? "code.sms" : "code.email", { to: code.to })}</p>}
      <div role="status">{words && <p class={matched ? "notice good" : "notice bad"}>{words}</p>}</div>
      {open && (
        <form
          class="code-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (digits.length === DIGITS && sent !== now && act.code(digits)) setSent(now);
          }}
        >
          <label>
            <span>{t("code.label")}</span>
            <input ref={input} class="code-input" type="text" inputMode="numeric" autocomplete="one-time-code" maxLength={12} value={typed} aria-invalid={words !== ""} onInput={(event) => setTyped(event.currentTarget.value)} />
          </label>
          <button type="submit" class="primary" disabled={digits.length !== DIGITS || sent === now}>
            {t("code.check")}
          </button>
          <p class="quiet">{t("code.secret", { agent: agentName(s) })}</p>
        </form>
      )}
    </Sheet>
  );
}

function Where({ s, act, Sheet }: AskProps) {
  const [at, setAt] = useState<"ask" | "finding" | "told">("ask");
  const no = () => {
    if (act.place({ why: "customer" })) setAt("told");
  };
  const yes = async () => {
    setAt("finding");
    const answer = await findPlace();
    setAt(act.place(answer) ? "told" : "ask");
  };
  return (
    <Sheet title={t("place.title")} kind="ask" onClose={at === "ask" ? no : undefined}>
      <p>{t("place.why", { brand: brandName(s), agent: agentName(s) })}</p>
      <p class="quiet" role="status">
        {at === "ask" ? t("place.kept") : at === "finding" ? t("place.finding") : t("place.told")}
      </p>
      {at === "ask" && (
        <div class="stack">
          <button type="button" class="primary" onClick={() => void yes()}>
            {t("place.yes")}
          </button>
          <button type="button" class="secondary" onClick={no}>
            {t("place.no")}
          </button>
        </div>
      )}
    </Sheet>
  );
}

export function Asks(props: AskProps) {
  const code = props.s.view?.code;
  if (props.s.view?.asks_location) return <Where {...props} />;
  return code ? <Code {...props} code={code} /> : null;
}
