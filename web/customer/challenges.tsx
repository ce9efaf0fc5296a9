// A liveness prompt on the customer's screen: picture, words, what moves or shines, and the way out. Loaded when a call is on.
import { useEffect, useState } from "preact/hooks";
import { phrase } from "../lib/phrases.ts";
import { colorAt, secondsOf, spotAt, wordOf } from "../lib/prompts.ts";
import { PromptPicture } from "../lib/ui/PromptPicture.tsx";
import { addEnglish, agentName, documentName, locale, t, type Props } from "./context.ts";
import { prompts } from "./text/en-prompts.ts";
import type { PromptView } from "../generated/api.ts";

addEnglish(prompts);

/** How often the page looks what the prompt has come to. */
const TICK = 100;

/** Milliseconds since this prompt was put on the screen; the server is told once it is. */
function useShown(prompt: PromptView, tell: (id: number) => void): number {
  const [ms, setMs] = useState(0);
  useEffect(() => {
    const began = performance.now();
    setMs(0);
    // Two frames later it is painted.
    const first = requestAnimationFrame(() => requestAnimationFrame(() => prompt.shown_at || tell(prompt.id)));
    const timer = setInterval(() => setMs(performance.now() - began), TICK);
    return () => {
      cancelAnimationFrame(first);
      clearInterval(timer);
    };
  }, [prompt.id]);
  return ms;
}

/** A quiet ring that empties; when it is empty nothing has gone wrong. */
function Ring({ prompt, ms }: { prompt: PromptView; ms: number }) {
  const left = secondsOf(prompt, ms);
  return (
    <span class="prompt-ring" role="img" aria-label={left > 0 ? t("prompt.left", { n: left }) : t("prompt.over")}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="9" pathLength={100} />
        <circle class="rest" cx="12" cy="12" r="9" pathLength={100} stroke-dasharray={`${Math.round((left / prompt.seconds) * 100)} 100`} />
      </svg>
    </span>
  );
}

function Read({ prompt }: { prompt: PromptView }) {
  if (prompt.number) return <p class="prompt-number">{prompt.number.split("").join(" ")}</p>;
  if (!prompt.words) return null;
  return <p class="prompt-number phrase">{phrase(prompt.words, locale()).join(" · ")}</p>;
}

export function Challenge({ s, act, prompt }: Props & { prompt: PromptView }) {
  const ms = useShown(prompt, act.promptShown);
  const [declined, setDeclined] = useState(0);
  const no = prompt.declined || declined === prompt.id;
  const spot = no ? null : spotAt(prompt, ms);
  const color = no ? null : colorAt(prompt, ms);
  return (
    <>
      {prompt.colors && <div class="prompt-light" data-color={color ?? "none"} aria-hidden="true" />}
      {spot && (
        <div class="prompt-path" aria-hidden="true">
          <span class="prompt-dot" data-x={spot.x} data-y={spot.y} />
        </div>
      )}
      <section class="prompt" data-prompt={prompt.prompt} key={prompt.id}>
        <PromptPicture prompt={prompt} mirror={true} />
        <div class="prompt-say" role="alert">
          {no ? (
            <p class="prompt-words">{t("prompt.another", { agent: agentName(s) })}</p>
          ) : (
            <>
              <p class="prompt-words">{t(`prompt.${wordOf(prompt)}`, { document: documentName(s) })}</p>
              <Read prompt={prompt} />
            </>
          )}
        </div>
        <div class="prompt-foot">
          <Ring prompt={prompt} ms={ms} />
          <span class="prompt-time" aria-hidden="true">
            {secondsOf(prompt, ms) > 0 ? "" : t("prompt.over")}
          </span>
          {!no && (
            <button
              type="button"
              class="plain"
              onClick={() => {
                setDeclined(prompt.id);
                act.promptDeclined(prompt.id);
              }}
            >
              {t("prompt.cannot")}
            </button>
          )}
        </div>
      </section>
    </>
  );
}
