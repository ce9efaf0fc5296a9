/** Outlines of countries around a point, as paths of a drawing. Plain functions. Must not know the DOM or who stands there. */

type Point = readonly [number, number];
/** West, south, east, north. */
type Box = readonly [number, number, number, number];
export interface Ring { points: readonly Point[]; box: Box }
export interface Land { code: string; name: string; rings: readonly Ring[] }
export interface Window { lat: number; lon: number; km: number }

/** Kilometres of one degree of latitude. */
const DEGREE = 111.195;

/** The text of outlines: a line a country, see crates/domain/src/geo.rs. */
export function readOutlines(text: string): readonly Land[] {
  return text.split('\n').filter(line => line !== '').map(line => {
    const [code = '', , name = '', ...rings] = line.split('\t');
    return { code, name, rings: rings.map(text => ring(text)).map(points => ({ points, box: boxOf(points) })) };
  });
}

function boxOf(points: readonly Point[]): Box {
  const xs = points.map(p => p[0]);
  const ys = points.map(p => p[1]);
  const least = (n: number[]): number => n.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (n: number[]): number => n.reduce((a, b) => Math.max(a, b), -Infinity);
  return [least(xs), least(ys), most(xs), most(ys)];
}

/** Five bits a character, low ones first, the sign in the lowest. */
function ring(text: string): Point[] {
  const numbers: number[] = [];
  let rest = 0;
  let shift = 0;
  for (let i = 0; i < text.length; i += 1) {
    const bits = text.charCodeAt(i) - 63;
    rest |= (bits & 0x1f) << shift;
    shift += 5;
    if (bits >= 0x20) continue;
    numbers.push(rest & 1 ? ~(rest >> 1) : rest >> 1);
    rest = 0;
    shift = 0;
  }
  const points: Point[] = [];
  let [x, y] = [0, 0];
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    x += numbers[i] ?? 0;
    y += numbers[i + 1] ?? 0;
    points.push([x / 100, y / 100]);
  }
  return points;
}

/** Where a place lies in a drawing of `width` by `height` whose width is `km` kilometres around the window's centre. */
export function project(view: Window, width: number, height: number, lon: number, lat: number): readonly [number, number] {
  const scale = width / view.km;
  const squeeze = Math.max(0.05, Math.cos((view.lat * Math.PI) / 180));
  let east = lon - view.lon;
  if (east > 180) east -= 360;
  if (east < -180) east += 360;
  return [width / 2 + east * squeeze * DEGREE * scale, height / 2 - (lat - view.lat) * DEGREE * scale];
}

/** The countries that can be seen, each as one path. */
export function seen(lands: readonly Land[], view: Window, width: number, height: number): ReadonlyArray<{ code: string; name: string; path: string }> {
  const squeeze = Math.max(0.05, Math.cos((view.lat * Math.PI) / 180));
  const dx = view.km / 2 / DEGREE / squeeze;
  const dy = (view.km * height) / width / 2 / DEGREE;
  const near = ([west, south, east, north]: Box): boolean => {
    if (south > view.lat + dy || north < view.lat - dy) return false;
    return [-360, 0, 360].some(turn => west + turn <= view.lon + dx && east + turn >= view.lon - dx);
  };
  return lands.flatMap(({ code, name, rings }) => {
    const visible = rings.filter(r => near(r.box));
    return visible.length === 0 ? [] : [{ code, name, path: visible.map(r => whole(r.points, view, width, height)).join('') }];
  });
}

/** A ring keeps together: its corners follow the first one over the date line. */
function whole(points: readonly Point[], view: Window, width: number, height: number): string {
  const first = points[0];
  if (!first) return '';
  const [x0] = project(view, width, height, first[0], first[1]);
  const squeeze = Math.max(0.05, Math.cos((view.lat * Math.PI) / 180));
  const unit = squeeze * DEGREE * (width / view.km);
  const parts = points.map(([lon, lat]) => {
    const [, y] = project(view, width, height, lon, lat);
    return `${(x0 + (lon - first[0]) * unit).toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${parts.join('L')}Z`;
}

/** How wide the map begins: the circle whole, the claimed country's edge in sight where it is near. */
export function firstWidth(accuracyM: number, distanceKm: number | null): number {
  const wanted = Math.max(120, (accuracyM / 1_000) * 5, distanceKm === null || distanceKm > 4_000 ? 0 : distanceKm * 2.4);
  return WIDTHS.find(km => km >= wanted) ?? WIDTHS[WIDTHS.length - 1] ?? 20_000;
}

/** Outlines are true to about two kilometres, so nearer than this they would lie. */
export const WIDTHS: readonly number[] = [60, 150, 400, 1_000, 2_500, 6_000, 16_000];

/** A round length for the scale, and how much of the width it takes. */
export function scaleOf(km: number): { km: number; share: number } {
  const target = km / 4;
  const base = 10 ** Math.floor(Math.log10(target));
  const round = [5, 2, 1].map(n => n * base).find(n => n <= target) ?? base;
  return { km: round, share: round / km };
}
