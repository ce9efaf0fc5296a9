// The place of the liveness prompt.
import { useEffect, useState } from "preact/hooks";
import { t, type Props } from "./context.ts";

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
