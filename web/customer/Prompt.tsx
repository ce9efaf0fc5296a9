// S5 and S6: the frame to hold the document in, and the liveness prompt, large, as a picture and in words.
import type { ImageSlot, LivenessPrompt, PromptView } from "../generated/api.ts";
import { guideOf } from "../lib/room.ts";
import { t, type Props, type TextKey } from "./context.ts";

const GUIDE: Readonly<Record<ImageSlot, TextKey>> = {
  document_front: "guide.front",
  document_back: "guide.back",
  document_tilt: "guide.tilt",
  portrait: "guide.portrait",
  selfie: "guide.portrait",
  other_page: "guide.other",
};

export function Guide({ s }: Props) {
  const slot = guideOf(s);
  if (!slot) return null;
  const face = slot === "portrait" || slot === "selfie";
  const passport = /passport/i.test(s.link?.document_type ?? "") || slot === "other_page";
  const words: Readonly<Record<Props["s"]["photo"], TextKey>> = { none: GUIDE[slot], taking: "photo.hold", sending: "photo.sending", sent: "photo.got", failed: "photo.failed" };
  return (
    <div class="guide">
      <div class={`frame ${face ? "face" : passport ? "passport" : "card"} ${slot === "document_tilt" ? "tilt" : ""} ${s.photo === "sent" ? "done" : ""}`} />
      <p class="guide-words" role="status">
        {t(words[s.photo])}
      </p>
    </div>
  );
}

const ARROWS: Readonly<Partial<Record<LivenessPrompt, string>>> = {
  // The customer sees a mirror: their left is on the left of the screen.
  turn_left: "M22 50H4m8-8-8 8 8 8",
  turn_right: "M78 50h18m-8-8 8 8-8 8",
  look_up: "M50 14V2m-7 6 7-7 7 7",
  look_down: "M50 86v12m-7-6 7 7 7-7",
};
const TURN: Readonly<Partial<Record<LivenessPrompt, [number, number]>>> = { turn_left: [-9, 0], turn_right: [9, 0], look_up: [0, -8], look_down: [0, 8] };

/** A face that does what is asked. */
function Face({ prompt }: { prompt: LivenessPrompt }) {
  const [dx, dy] = TURN[prompt] ?? [0, 0];
  const shut = prompt === "blink_twice";
  const smile = prompt === "smile";
  const eye = (x: number) => (shut ? <path d={`M${x - 5} ${44 + dy}q5 4 10 0`} /> : <circle cx={x} cy={44 + dy} r="3" class="solid" />);
  return (
    <svg class={`face-picture ${prompt}`} viewBox="0 0 100 100" aria-hidden="true">
      <ellipse cx="50" cy="50" rx={prompt === "move_closer" ? 34 : 27} ry={prompt === "move_closer" ? 42 : 34} />
      {eye(40 + dx)}
      {eye(60 + dx)}
      {prompt !== "cover_nose" && <path d={`M${50 + dx} ${48 + dy}v8h${dx < 0 ? -4 : 4}`} />}
      <path d={smile ? `M36 62q14 16 28 0` : prompt === "read_number" ? "M44 68a6 5 0 1 0 12 0a6 5 0 1 0 -12 0" : `M${42 + dx} ${68 + dy}h16`} />
      {prompt === "cover_nose" && <path class="hand" d="M38 54q12 -10 24 0v16q-12 6 -24 0zM44 52v10M50 50v12M56 52v10" />}
      {prompt === "move_closer" && <path d="M10 10l10 10M90 10L80 20M10 90l10-10M90 90L80 80" />}
      {ARROWS[prompt] && <path class="arrow" d={ARROWS[prompt]} />}
    </svg>
  );
}

export function Prompt({ prompt }: { prompt: PromptView }) {
  return (
    <div class="prompt" role="alert" key={prompt.id}>
      <Face prompt={prompt.prompt} />
      <div>
        <p class="prompt-words">{t(`prompt.${prompt.prompt}`)}</p>
        {prompt.number && <p class="prompt-number">{prompt.number.split("").join(" ")}</p>}
      </div>
    </div>
  );
}
