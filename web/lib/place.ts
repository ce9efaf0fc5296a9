// Where this device is, asked once and answered once: the only file that names the browser's geolocation.
// Knows no page, and asks nobody before the customer has said yes.
import type { FixSaid, LocationRefusal } from "../generated/api.ts";

export type Place = { fixes: FixSaid[] } | { why: LocationRefusal };

/** A receiver that finds nothing in this time will not find it in a minute either. */
const PATIENCE = 20_000;
/** After the first reading so long is waited for a finer one. */
const REFINE = 4_000;
/** Fine enough to stop at once, metres. */
const FINE = 20;
/** Readings kept: enough to see whether they move as real ones do. */
const MOST = 5;

function said(found: GeolocationPosition): FixSaid {
  const { latitude, longitude, accuracy, altitude } = found.coords;
  const age = Math.min(86_400_000, Math.max(0, Math.round(Date.now() - found.timestamp)));
  return { lat: latitude, lon: longitude, accuracy, height: altitude !== null, age_ms: age };
}

/** Asks the browser, which asks the customer. */
export function findPlace(): Promise<Place> {
  const place = navigator.geolocation as Geolocation | undefined;
  if (!place) return Promise.resolve({ why: "unavailable" });
  return new Promise((done) => {
    const fixes: FixSaid[] = [];
    let refine: ReturnType<typeof setTimeout> | undefined;
    // Some devices never answer, not even with an error, while the question stands open.
    const late = setTimeout(() => end({ why: "timed_out" }), PATIENCE * 3);
    const end = (answer: Place): void => {
      clearTimeout(late);
      clearTimeout(refine);
      place.clearWatch(watch);
      done(answer);
    };
    const watch = place.watchPosition(
      (found) => {
        fixes.push(said(found));
        if (fixes.length >= MOST || found.coords.accuracy <= FINE) return end({ fixes });
        refine ??= setTimeout(() => end({ fixes }), REFINE);
      },
      (error) => {
        if (fixes.length > 0) return end({ fixes });
        end({ why: error.code === error.PERMISSION_DENIED ? "browser" : error.code === error.TIMEOUT ? "timed_out" : "unavailable" });
      },
      { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 0 },
    );
  });
}
