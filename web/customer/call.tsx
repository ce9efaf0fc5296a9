// What the customer's page loads right behind its first screen: the stage of the call and what can be asked on it.
import { addEnglish } from "./context.ts";
import { call } from "./text/en-call.ts";

addEnglish(call);

export { actions } from "./actions.ts";
export { Care } from "./care.ts";
export { Stage } from "./Stage.tsx";
export { Talk } from "./talk.ts";
