// What the customer's page loads while the first screen is read: everything that is neither the way to the face nor the face.
import { addEnglish } from "./context.ts";
import { more } from "./text/en-more.ts";

addEnglish(more);

export { Aids } from "./Aids.tsx";
export { Company } from "./Company.tsx";
export { Hands } from "./hands.ts";
export { Over } from "./Over.tsx";
export { Prompt } from "./Prompt.tsx";
export { Page } from "./Pages.tsx";
export { Together } from "./Together.tsx";
