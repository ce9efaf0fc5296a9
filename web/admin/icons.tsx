// Icons only this page shows (lucide, ISC licence), beside those of the library.
import { Icon as Shared, type IconName as SharedName } from "../lib/ui/icons.tsx";

const OWN = {
  activity: "M22 12h-2.48a2 2 0 0 0-1.93 1.46l-2.35 8.36a.25.25 0 0 1-.48 0L9.24 2.18a.25.25 0 0 0-.48 0l-2.35 8.36A2 2 0 0 1 4.49 12H2",
  webhook: "M18 16.98h-5.99c-1.1 0-1.95.94-2.48 1.9A4 4 0 0 1 2 17c.01-.7.2-1.4.57-2m3.43 2 3.13-5.78c.53-.97.1-2.18-.5-3.1a4 4 0 1 1 6.89-4.06M12 6l3.13 5.73C15.66 12.7 16.9 13 18 13a4 4 0 0 1 0 8",
  scroll: "M15 12h-5m5-4h-5m9 9V5a2 2 0 0 0-2-2H4m4 18h12a2 2 0 0 0 2-2v-1a1 1 0 0 0-1-1H11a1 1 0 0 0-1 1v1a2 2 0 1 1-4 0V5a2 2 0 1 0-4 0v2a1 1 0 0 0 1 1h3",
  volume_off: "M11 4.7a.705.705 0 0 0-1.2-.5L6.41 7.59A1.4 1.4 0 0 1 5.42 8H3a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2.42a1.4 1.4 0 0 1 .99.41l3.39 3.39a.705.705 0 0 0 1.2-.5zM22 9l-6 6m0-6 6 6",
  rewind: "M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8m0-5v5h5",
  forward: "M21 12a9 9 0 1 1-9-9c2.52 0 4.93 1 6.74 2.74L21 8m0-5v5h-5",
  enlarge: "M15 3h6v6m0-6-7 7M9 21H3v-6m0 6 7-7",
  shrink: "m14 10 7-7m-1 7h-6V4M3 21l7-7m-6 0h6v6",
  sign_out: "m16 17 5-5-5-5m5 5H9m0 9H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4",
  menu: "M4 6h16M4 12h16M4 18h16",
  pencil: "M21.17 6.81a1 1 0 0 0-3.98-3.98L3.84 16.17a2 2 0 0 0-.5.83l-1.32 4.35a.5.5 0 0 0 .62.62l4.35-1.32a2 2 0 0 0 .83-.5zM15 5l4 4",
  user_off: "M2 21a8 8 0 0 1 11.87-7M10 3a5 5 0 1 0 0 10 5 5 0 0 0 0-10m7 14 5 5m0-5-5 5",
  pin: "M12 22v-6M9 10.76a2 2 0 0 1-1.11 1.79l-1.78.9A2 2 0 0 0 5 15.24V16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-.76a2 2 0 0 0-1.11-1.79l-1.78-.9A2 2 0 0 1 15 10.76V7a1 1 0 0 1 1-1 2 2 0 0 0 0-4H8a2 2 0 0 0 0 4 1 1 0 0 1 1 1z",
  gavel: "m14 13-8.38 8.38a1 1 0 0 1-3-3L11 10m5 6 6-6m-.5.5-8-8M8 8l6-6M8.5 7.5l8 8",
  rules: "M3 5h4v4H3zM3 15h4v4H3zM11 7h10M11 17h10",
} as const;

export type IconName = SharedName | keyof typeof OWN;

export function Icon({ name, size = 20, filled }: { name: IconName; size?: number; filled?: boolean }) {
  if (!(name in OWN)) return <Shared name={name as SharedName} size={size} {...(filled ? { filled } : {})} />;
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" style={{ width: `${size}px`, height: `${size}px` }}>
      <path d={OWN[name as keyof typeof OWN]} />
    </svg>
  );
}
