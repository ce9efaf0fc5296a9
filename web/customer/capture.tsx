// What the customer's page loads once an agent is there: the hands that obey, the eyes that measure, the photographs.
import { addEnglish, type Props } from "./context.ts";
import { Control, Review } from "./Control.tsx";
import { Guide } from "./Guide.tsx";
import { capture } from "./text/en-capture.ts";

addEnglish(capture);

export { Obey } from "./obey.ts";

export function Over({ own, ...props }: Props & { own: HTMLVideoElement | null }) {
  return (
    <>
      {props.s.review ? <Review {...props} /> : <Guide {...props} own={own} />}
      <Control {...props} />
    </>
  );
}
