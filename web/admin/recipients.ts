// Whom a pack is encrypted to, as it is typed and as it is refused. Must not know a component.

import type { Problem } from "../generated/api.ts";
import { packText as said } from "./text-pack.ts";

const POINTER = "/recipients/";

/** One a line; commas and blanks part them too. */
export function listed(typed: string): string[] {
  return typed.split(/[\s,]+/).filter((text) => text !== "");
}

/** What is wrong with the recipients, in words, if they are what is wrong. */
export function recipientFault(problem: Problem | null | undefined): string | undefined {
  const fault = problem?.errors?.find((error) => error.pointer.startsWith(POINTER));
  if (!fault) return undefined;
  const why = said.badRecipient[fault.code];
  return why ? said.recipientAt(Number(fault.pointer.slice(POINTER.length)) + 1, why) : fault.detail;
}
