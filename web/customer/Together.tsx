// The door to the board: loads it when something is shown, and draws it over the stage.
import { useEffect, useState } from "preact/hooks";
import type { Props } from "./context.ts";
import type { Canvas } from "./hands.ts";

export function Together({ s, act, own }: Props & { own: () => HTMLVideoElement | null }) {
  const [canvas, setCanvas] = useState<Canvas | null>(null);
  useEffect(() => {
    let here = true;
    void act.canvas().then((made) => here && setCanvas(made));
    return () => {
      here = false;
    };
  }, []);
  return canvas && <canvas.Board s={s} easel={canvas.easel} own={own} load={act.imageUrl} />;
}
