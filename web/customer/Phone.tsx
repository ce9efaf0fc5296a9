// "Continue on your phone": the link as a square to point a camera at.
import { useEffect, useState } from "preact/hooks";
import { Sheet } from "./Aids.tsx";
import { t, type Props } from "./context.ts";

type QrFile = typeof import("./qr.tsx");

export function Phone({ act, onClose }: Pick<Props, "act"> & { onClose: () => void }) {
  const [made, setMade] = useState<QrFile | null>(null);
  useEffect(() => {
    if (LAZY["qr"]) void (import(LAZY["qr"]) as Promise<QrFile>).then(setMade, () => undefined);
  }, []);
  return (
    <Sheet title={t("phone.title")} onClose={onClose}>
      <p>{t("phone.text")}</p>
      <div class="qr-box">{made ? <made.Qr text={act.link()} label={t("phone.qr")} /> : <span class="quiet">{t("loading")}</span>}</div>
    </Sheet>
  );
}
