// What a role may do on this page. The server decides again; this only hides what it would refuse.

import type { Role } from "../generated/api.ts";

export type Act = "read" | "review" | "edit_agents" | "edit_policy" | "edit_webhooks" | "edit_keys" | "edit_settings" | "simulate" | "hold" | "erase";

const ACTS: Record<Role, ReadonlyArray<Act>> = {
  agent: [],
  supervisor: ["read", "review", "simulate", "hold"],
  auditor: ["read", "review", "simulate"],
  admin: ["read", "simulate", "edit_agents", "edit_policy", "edit_webhooks", "edit_keys", "edit_settings", "hold", "erase"],
};

/** Whether this role is offered that act. */
export function may(role: Role, act: Act): boolean {
  return ACTS[role].includes(act);
}
