// The part of the page that photographs, measures and obeys: loaded once an agent is there, and only then.
import type { Obey } from "./obey.ts";

export type Capture = typeof import("./capture.tsx");

let made: Promise<Capture> | null = null;

/** The part; a lost line only means another try, by another address because browsers keep failures. */
export function loadCapture(): Promise<Capture> {
  made ??= (async () => {
    for (let round = 0; ; round += 1) {
      try {
        return (await import(LAZY.capture + (round ? `?${round}` : ""))) as Capture;
      } catch (error) {
        if (round > 4) {
          made = null;
          throw error;
        }
        await new Promise((wake) => setTimeout(wake, 1_000));
      }
    }
  })();
  return made;
}

export type Far = Obey;
