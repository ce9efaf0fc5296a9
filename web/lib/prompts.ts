// A liveness prompt over time: how much is left, where the dot is, which colour the screen has. Pure; time is given.
import type { LivenessColor, LivenessPart, LivenessPrompt, PromptSpot, PromptView } from "../generated/api.ts";

/** The word keys of a prompt: `cover_part` says which part. */
export type PromptWord = Exclude<LivenessPrompt, "cover_part"> | `cover_${LivenessPart}`;

export const wordOf = (prompt: Pick<PromptView, "prompt" | "part">): PromptWord => (prompt.prompt === "cover_part" ? `cover_${prompt.part ?? "nose"}` : prompt.prompt);

/** Which step of a path or a sequence it is, `ms` after it began; paths start over, nothing is before the first. */
export function stepAt(prompt: Pick<PromptView, "step_ms">, length: number, ms: number): number {
  const each = prompt.step_ms ?? 0;
  if (each <= 0 || length <= 0) return 0;
  return Math.floor(Math.max(0, ms) / each) % length;
}

export const spotAt = (prompt: PromptView, ms: number): PromptSpot | null => prompt.path?.[stepAt(prompt, prompt.path.length, ms)] ?? null;

/** The colour of the screen; none when the time is over, so that no light goes on for longer than it was asked for. */
export function colorAt(prompt: PromptView, ms: number): LivenessColor | null {
  if (!prompt.colors || ms >= prompt.seconds * 1_000) return null;
  return prompt.colors[stepAt(prompt, prompt.colors.length, ms)] ?? null;
}

/** Whole seconds left, never below zero. */
export const secondsOf = (prompt: Pick<PromptView, "seconds">, ms: number): number => Math.max(0, Math.ceil(prompt.seconds - ms / 1_000));
