// S5 and S6: the frame to hold the document in, and the place of the liveness prompt.
import { useEffect, useState } from "preact/hooks";
import type { ImageSlot } from "../generated/api.ts";
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

type Challenges = typeof import("./challenges.tsx");

/** The page's part for prompts, fetched while the call is on and long before most prompts; a lost line means another try. */
function useChallenges(): Challenges | null {
  const [made, setMade] = useState<Challenges | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fetch = (round: number): void => {
      if (!LAZY["challenges"]) return;
      const part = import(LAZY["challenges"] + (round ? `?${round}` : "")) as Promise<Challenges>;
      part.then(setMade, () => (timer = setTimeout(() => fetch(round + 1), 2_000)));
    };
    fetch(0);
    return () => clearTimeout(timer);
  }, []);
  return made;
}

export function Prompt({ s, act }: Props) {
  const made = useChallenges();
  const prompt = s.view?.prompt;
  if (!prompt) return null;
  return made ? <made.Challenge s={s} act={act} prompt={prompt} /> : <p class="prompt">{t("loading")}</p>;
}
