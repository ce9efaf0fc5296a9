// Icons by name, for the consoles; the customer's page takes single paths instead.
import { Glyph } from "./glyph.tsx";
import * as paths from "./paths.ts";

export { Logo } from "./glyph.tsx";

export type IconName = keyof typeof paths;

export function Icon({ name, label, size, filled }: { name: IconName; label?: string | undefined; size?: number | undefined; filled?: boolean | undefined }) {
  return <Glyph path={paths[name]} label={label} size={size} filled={filled} />;
}
