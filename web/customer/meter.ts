// The meters, beside the page's own thread: pictures come in, measures go out.
import { measure, type Measures, type Pixels, type Shown } from "../lib/measure.ts";
import type { Box } from "../lib/picture.ts";

export interface Question extends Pixels {
  frame: Box;
  shown: Shown;
}

const here = globalThis as unknown as { onmessage: (event: MessageEvent<Question>) => void; postMessage: (answer: Measures) => void };
here.onmessage = ({ data: { frame, shown, ...pixels } }) => here.postMessage(measure(pixels, frame, shown));
