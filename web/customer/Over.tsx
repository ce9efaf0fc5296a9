// The place of the part that photographs and obeys, over the call, as soon as it is loaded.
import { useEffect, useState } from "preact/hooks";
import type { Props } from "./context.ts";
import { loadCapture, type Capture } from "./far.ts";

export function Over(props: Props & { own: HTMLVideoElement | null }) {
  const [part, setPart] = useState<Capture | null>(null);
  useEffect(() => {
    // Made now, so that the first command is not the one that waits for it; without a line the command itself asks again.
    props.act.far(() => undefined);
    loadCapture().then(setPart, () => undefined);
  }, []);
  return part && <part.Over {...props} />;
}
