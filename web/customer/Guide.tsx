// S5: the frame to hold something in, what the meters say about it, and the photograph that is taken by itself.
import { useEffect, useRef, useState } from "preact/hooks";
import type { FrameShape, Hint, ImageSlot } from "../generated/api.ts";
import { goodFor, steer, steering, STEADY, type Measures, type Shown, type Steering } from "../lib/measure.ts";
import { framingOf, guideOf } from "../lib/room.ts";
import { Glyph } from "../lib/ui/glyph.tsx";
import { check } from "../lib/ui/paths.ts";
import { agentName, documentName, t, type Props, type TextKey } from "./context.ts";
import { watch } from "./eye.ts";

const GUIDE: Readonly<Record<ImageSlot, TextKey>> = {
  document_front: "guide.front",
  document_back: "guide.back",
  document_tilt: "guide.tilt",
  portrait: "guide.portrait",
  selfie: "guide.portrait",
  other_page: "guide.other",
};
const SHAPES: Readonly<Record<FrameShape, string>> = { id1: "card", id3: "passport", a4: "sheet", face: "face" };
/** The step in which the agent looks for security features: the document moves all the while. */
const FEATURES = "security_features";
/** Readings told to the agent, at most four a second. */
const TELL_MS = 250;
/** A spoken hint is not spoken over. */
const SPEAK_MS = 2_500;

const shapeOf = (slot: ImageSlot, document: string): FrameShape =>
  slot === "portrait" || slot === "selfie" ? "face" : slot === "other_page" ? "a4" : /passport/i.test(document) ? "id3" : "id1";
const shownOf = (slot: ImageSlot): Shown => (slot === "portrait" || slot === "selfie" ? "face" : slot === "document_tilt" ? "tilted" : "flat");

interface Told {
  hint: Hint;
  /** How much of the time has gone by that all must be good, 0–1. */
  steady: number;
}

/** What the meters say of the frame now; null before the first reading. */
function useMeters(props: Props & { own: HTMLVideoElement | null }, frame: { current: HTMLElement | null }, slot: ImageSlot): Told | null {
  const [told, setTold] = useState<Told | null>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const { own } = latest.current;
    if (!own || !frame.current) return;
    setTold(null);
    let state: Steering = steering(performance.now());
    let said = 0;
    return watch(own, frame.current, shownOf(slot), (measures: Measures) => {
      const now = performance.now();
      state = steer(state, measures, now);
      const good = goodFor(state, now);
      setTold({ hint: state.shown, steady: Math.min(1, good / STEADY) });
      const { s, act } = latest.current;
      if (now - said >= TELL_MS) {
        said = now;
        act.far((far) => far.meters({ ...measures, hint: state.read, good_ms: Math.round(good) }));
      }
      const framing = framingOf(s);
      if (framing?.auto && good >= STEADY && shownOf(slot) === "flat") act.far((far) => far.auto(slot, framing));
    });
  }, [slot, props.own]);
  return told;
}

/** What is said aloud: the newest hint, not more often than it can be heard. */
function useSpoken(words: string): string {
  const [spoken, setSpoken] = useState(words);
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + SPEAK_MS - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      setSpoken(words);
    }, wait);
    return () => clearTimeout(timer);
  }, [words]);
  return spoken;
}

/** A card that shines as it is tilted to each side. */
function Tilted() {
  return (
    <svg class="tilt-picture" viewBox="0 0 48 40" aria-hidden="true">
      <path d="M10 11h28q2 0 2 2v14q0 2-2 2H10q-2 0-2-2V13q0-2 2-2zM13 16h7v8h-7M25 24h10" />
      <path class="shine" d="M31 14v6M28 17h6" />
      <path class="arrow" d="M4 14q-3 6 0 12M44 14q3 6 0 12M18 6q6-3 12 0M18 34q6 3 12 0" />
    </svg>
  );
}

export function Guide(props: Props & { own: HTMLVideoElement | null }) {
  const { s } = props;
  const slot = guideOf(s);
  return slot ? <Framed key={slot} {...props} slot={slot} /> : null;
}

function Framed(props: Props & { own: HTMLVideoElement | null; slot: ImageSlot }) {
  const { s, slot } = props;
  const frame = useRef<HTMLDivElement>(null);
  const told = useMeters(props, frame, slot);
  const framing = framingOf(s);
  const shape = framing?.shape ?? shapeOf(slot, s.link?.document_type ?? "");
  const busy: Readonly<Partial<Record<Props["s"]["photo"], TextKey>>> = { taking: "photo.hold", sending: "photo.sending", sent: "photo.got", failed: "photo.failed" };
  const work = busy[s.photo];
  const good = told?.hint === "good";
  const features = framing?.step === FEATURES;
  const asked = t(features ? "guide.features" : GUIDE[slot], { document: documentName(s) });
  // Nobody is to hold still while the agent looks for what changes as it moves.
  const ready = features ? asked : framing?.auto ? t("hint.good") : t("hint.ready", { agent: agentName(s) });
  const hint = !told ? "" : good ? ready : told.hint === "missing" ? "" : t(`hint.${told.hint}`);
  const words = work ? t(work) : hint || asked;
  const spoken = useSpoken(words);
  const done = s.photo === "sent" || (good && !work && !features);
  return (
    <div class="guide" data-hint={told?.hint ?? "none"}>
      <div ref={frame} class={`frame ${SHAPES[shape]} ${slot === "document_tilt" ? "tilt" : ""} ${done ? "done" : ""}`}>
        {framing?.auto && (
          <svg class="steady" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <path d={`M0 2H${Math.round((told?.steady ?? 0) * 100)}`} />
          </svg>
        )}
      </div>
      <p class={done ? "guide-words good" : "guide-words"} aria-hidden="true">
        {done && <Glyph path={check} />}
        {features && words === asked && <Tilted />}
        {words}
      </p>
      <p class="sr-only" role="status">
        {spoken}
      </p>
    </div>
  );
}
