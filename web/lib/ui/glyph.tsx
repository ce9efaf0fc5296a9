// Draws one path of paths.ts, and the mark. Decorative by default; give `label` where no word stands beside.

export interface GlyphProps {
  path: string;
  label?: string | undefined;
  size?: number | undefined;
  filled?: boolean | undefined;
}

export function Glyph({ path, label, size, filled }: GlyphProps) {
  return (
    <svg class="icon" viewBox="0 0 24 24" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : "true"} style={size ? { width: `${size}px`, height: `${size}px` } : undefined}>
      <path d={path} fill={filled ? "currentColor" : undefined} />
    </svg>
  );
}

/** The mark: a speech bubble that is also a check. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path fill="var(--brand)" d="M16 2.5C8.3 2.5 2.2 7.8 2.2 14.6c0 3.9 2 7.2 5.2 9.4l-.9 4.3c-.2.9.7 1.6 1.5 1.2l5-2.6c1 .2 2 .3 3 .3 7.7 0 13.8-5.4 13.8-12.6C29.8 7.8 23.7 2.5 16 2.5Z" />
      <path fill="none" stroke="var(--on-brand)" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round" d="m10 14.8 4.3 4.3 8-8.4" />
    </svg>
  );
}
