// Makes crates/domain/data/countries.txt: `node scripts/outlines.mjs FOLDER`, where FOLDER holds the unpacked npm packages
// world-atlas (Natural Earth, 1:50m) and i18n-iso-countries. Run by hand when borders change; the result is committed.
// A line a country: alpha-2, alpha-3, name, then rings; coordinates in hundredths of a degree, delta-encoded (see `geo.rs`).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Hundredths of a degree, about a kilometre: what an honest accuracy of a phone or an address needs. */
const GRID = 100;
/** Points nearer than this to the line between their neighbours are left out, in hundredths of a degree. */
const SLACK = 1.6;
/** Islets below this area are left out where the country has more, in square hundredths of a degree. */
const LEAST = 30;
/** Territories without a code of their own stand under the state that ISO 3166 counts them to. */
const BY_NAME = { Kosovo: ['XK', 'XKX', 'Kosovo'], Somaliland: 'Somalia', 'N. Cyprus': 'Cyprus', 'Indian Ocean Ter.': 'Australia' };

const folder = process.argv[2];
const topology = JSON.parse(readFileSync(join(folder, 'world-atlas/countries-50m.json'), 'utf8'));
const codes = new Map(JSON.parse(readFileSync(join(folder, 'i18n-iso-countries/codes.json'), 'utf8')).map(([two, three, number]) => [number, [two, three]]));
const { scale, translate } = topology.transform;

const arcs = topology.arcs.map((arc) => {
  let [x, y] = [0, 0];
  return arc.map(([dx, dy]) => {
    x += dx;
    y += dy;
    return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
  });
});
// Simplified arc by arc, so that neighbours keep one border.
const full = arcs.map((arc) => arc.map(([x, y]) => [Math.round(x * GRID), Math.round(y * GRID)]));
const simple = full.map(thin);

/** Douglas and Peucker. */
function thin(points) {
  if (points.length < 3) return points;
  const [a, b] = [points[0], points.at(-1)];
  let [far, at] = [0, 0];
  for (let i = 1; i < points.length - 1; i += 1) {
    const d = distance(points[i], a, b);
    if (d > far) [far, at] = [d, i];
  }
  return far <= SLACK ? [a, b] : [...thin(points.slice(0, at + 1)).slice(0, -1), ...thin(points.slice(at))];
}

function distance([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

function ring(indexes, from) {
  const points = [];
  for (const index of indexes) {
    const arc = index < 0 ? [...from[~index]].reverse() : from[index];
    points.push(...(points.length > 0 ? arc.slice(1) : arc));
  }
  return points.filter(([x, y], i) => i === 0 || x !== points[i - 1][0] || y !== points[i - 1][1]);
}

const area = (points) => Math.abs(points.reduce((sum, [x, y], i) => {
  const [nx, ny] = points[(i + 1) % points.length];
  return sum + x * ny - nx * y;
}, 0) / 2);

/** Google's polyline encoding, longitude first. */
function encode(points) {
  let [px, py] = [0, 0];
  const number = (value) => {
    let rest = value < 0 ? ~(value << 1) : value << 1;
    let out = '';
    while (rest >= 0x20) {
      out += String.fromCharCode((0x20 | (rest & 0x1f)) + 63);
      rest >>= 5;
    }
    return out + String.fromCharCode(rest + 63);
  };
  return points.map(([x, y]) => {
    const out = number(x - px) + number(y - py);
    [px, py] = [x, y];
    return out;
  }).join('');
}

const countries = new Map();
for (const each of topology.objects.countries.geometries) {
  const polygons = each.type === 'Polygon' ? [each.arcs] : each.arcs ?? [];
  const named = BY_NAME[each.properties.name];
  const own = Array.isArray(named) ? named : codes.has(each.id) ? [...codes.get(each.id), each.properties.name] : null;
  const key = own ? own[2] : named;
  if (!key) continue;
  const kept = countries.get(key) ?? { codes: null, rings: [] };
  if (own) kept.codes = own;
  kept.rings.push(...polygons.flatMap((polygon) => polygon.map((indexes) => [ring(indexes, simple), ring(indexes, full)])));
  countries.set(key, kept);
}

const lines = [...countries.values()].filter((each) => each.codes).map(({ codes: [two, three, name], rings }) => {
  const sized = rings.map(([thinned, whole]) => (thinned.length >= 4 && area(thinned) > 0 ? thinned : whole)).filter((points) => points.length >= 4).sort((a, b) => area(b) - area(a));
  const kept = sized.filter((points, i) => i === 0 || area(points) >= LEAST);
  return [two, three, name, ...kept.map((points) => encode(points.slice(0, -1)))].join('\t');
}).sort();
writeFileSync(new URL('../crates/domain/data/countries.txt', import.meta.url), `${lines.join('\n')}\n`);
console.log(`${lines.length} countries, ${lines.join('\n').length} bytes`);
