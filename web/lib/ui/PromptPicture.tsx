// A face that does what a liveness prompt asks, drawn for both pages. Knows no words.
import type { LivenessPart, LivenessPrompt, PromptView } from "../../generated/api.ts";

/** In a mirror: the customer's left is on the left. */
const ARROWS: Readonly<Partial<Record<LivenessPrompt, string>>> = {
  turn_left: "M22 50H4m8-8-8 8 8 8",
  turn_right: "M78 50h18m-8-8 8 8-8 8",
  look_up: "M50 14V2m-7 6 7-7 7 7",
  look_down: "M50 86v12m-7-6 7 7 7-7",
  move_closer: "M10 10l10 10M90 10L80 20M10 90l10-10M90 90L80 80",
};
const TURN: Readonly<Partial<Record<LivenessPrompt, [number, number]>>> = { turn_left: [-9, 0], turn_right: [9, 0], look_up: [0, -8], look_down: [0, 8], follow_dot: [4, -2] };
const AT: Readonly<Record<LivenessPart, [number, number]>> = {
  forehead: [50, 27],
  left_eye: [38, 44],
  right_eye: [62, 44],
  nose: [50, 55],
  left_cheek: [36, 60],
  right_cheek: [64, 60],
  mouth: [50, 69],
  chin: [50, 80],
};
const SPOKEN: readonly LivenessPrompt[] = ["read_number", "read_phrase"];

function Hand({ part }: { part: LivenessPart }) {
  const [x, y] = AT[part];
  return <path class="hand" transform={`translate(${x - 50} ${y - 60})`} d="M39 66v-9q0-3 2.6-3t2.6 3v-5q0-3 2.9-3t2.9 3v-1q0-3 2.9-3t2.9 3v3q0-2.6 2.6-2.6t2.6 2.6v9q0 9-10 9h-3q-9 0-9.5-9zM44.2 57v4M50 52v8M55.8 54v7" />;
}

function Mouth({ prompt, dx, dy }: { prompt: LivenessPrompt; dx: number; dy: number }) {
  if (prompt === "smile") return <path d="M36 62q14 16 28 0" />;
  if (SPOKEN.includes(prompt)) return <path d="M44 68a6 5 0 1 0 12 0a6 5 0 1 0 -12 0M72 60q5 8 0 16M79 55q9 13 0 26" />;
  return <path d={`M${42 + dx} ${68 + dy}h16`} />;
}

/** `mirror`: as the customer sees themselves; otherwise as the one who looks at them. */
export function PromptPicture({ prompt, mirror }: { prompt: Pick<PromptView, "prompt" | "part">; mirror: boolean }) {
  const is = prompt.prompt;
  const [dx, dy] = TURN[is] ?? [0, 0];
  const near = is === "move_closer";
  const part = prompt.part ?? null;
  const eye = (x: number) => (is === "blink_twice" ? <path d={`M${x - 5} ${44 + dy}q5 4 10 0`} /> : <circle cx={x} cy={44 + dy} r="3" class="solid" />);
  return (
    <svg class={`prompt-picture ${is}`} viewBox="0 0 100 100" aria-hidden="true">
      <g transform={mirror ? undefined : "matrix(-1 0 0 1 100 0)"}>
        {is === "screen_colors" && <path class="rays" d="M50 2v8M84 16l-6 6M98 50h-8M84 84l-6-6M50 98v-8M16 84l6-6M2 50h8M16 16l6 6" />}
        <ellipse cx="50" cy="50" rx={near ? 34 : is === "screen_colors" ? 24 : 27} ry={near ? 42 : is === "screen_colors" ? 30 : 34} />
        {eye(40 + dx)}
        {eye(60 + dx)}
        <path d={`M${50 + dx} ${48 + dy}v8h${dx < 0 ? -4 : 4}`} />
        <Mouth prompt={is} dx={dx} dy={dy} />
        {is === "follow_dot" && <path class="arrow" d="M68 8q20 2 24 22m-7-5 7 6 5-8" />}
        {is === "follow_dot" && <circle class="spot" cx="60" cy="8" r="5" />}
        {part && <Hand part={part} />}
        {is === "pass_document" && <path class="hand" d="M30 46h40q3 0 3 3v22q0 3-3 3h-40q-3 0-3-3v-22q0-3 3-3zM34 53h10v10h-10zM50 55h16M50 62h12" />}
        {is === "pass_document" && <path class="arrow" d="M20 88h58m-8-7 8 7-8 7" />}
        {ARROWS[is] && <path class="arrow" d={ARROWS[is]} />}
      </g>
    </svg>
  );
}
