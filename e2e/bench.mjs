// `make bench`: our server, built as it ships, beside Debian's janus, as Debian ships it, under the same synthetic load, and the
// tap in real browsers. Prints a table, writes target/bench.json. Ratios of one run on one machine; judges nothing.
// Usage: node e2e/bench.mjs [--seconds N] [--rounds N] [--taps N] [--sessions 10,30,60] [--points N] [--only annotation]
import { execFileSync, spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { delays } from './delays.mjs';
import { Desk } from './people.mjs';
import { DESK, PHONE, Recourse, launch } from './rig.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const load = join(root, 'target/release/examples/sfu_load');
process.env.RECOURSE ??= join(root, 'target/release/recourse');

/** @param {string} name @param {string} or */
function option(name, or) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? or : (process.argv[at + 1] ?? or);
}
const seconds = option('seconds', '10');
const rounds = Number(option('rounds', '5'));
const taps = Number(option('taps', '8'));
const sessions = option('sessions', '10,30,60').split(',').map(Number);

/** @param {number[]} values @param {number} share */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
const median = (/** @type {number[]} */ values) => quantile(values, 0.5);

/** One measured run. @param {string[]} args @returns {any} */
function run(...args) {
  const { status, stdout, stderr } = spawnSync(load, args, { encoding: 'utf8', timeout: 240_000 });
  if (status !== 0) throw new Error(`sfu_load ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** Each kind of server in turn, several rounds, so that the machine's moods fall on all alike. @param {number} count */
function compare(count) {
  const kinds = /** @type {const} */ ([
    ['ours', ['run']],
    ['janus', ['janus']],
    ['ours_recording', ['product']],
    ['janus_recording', ['janus', '--record']],
  ]);
  /** @type {Record<string, any[]>} */
  const all = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, args] of kinds) {
      const figures = run(...args, '--sessions', String(count), '--seconds', seconds);
      (all[name] ??= []).push(figures);
      process.stderr.write(`  ${count} sessions, round ${round + 1}, ${name}: ${figures.cpu_us_per_packet} us/packet\n`);
    }
  }
  const of = (/** @type {string} */ name, /** @type {string} */ key) => median(all[name].map((f) => f[key]));
  const ratio = (/** @type {string} */ a, /** @type {string} */ b, /** @type {string} */ key) => median(all[a].map((f, i) => f[key] / all[b][i][key]));
  return {
    sessions: count,
    packets_per_cpu_second: { ours: of('ours', 'packets_per_cpu_second'), ours_recording: of('ours_recording', 'packets_per_cpu_second'), janus: of('janus', 'packets_per_cpu_second'), janus_recording: of('janus_recording', 'packets_per_cpu_second') },
    cpu_us_per_packet: { ours: of('ours', 'cpu_us_per_packet'), ours_recording: of('ours_recording', 'cpu_us_per_packet'), janus: of('janus', 'cpu_us_per_packet'), janus_recording: of('janus_recording', 'cpu_us_per_packet') },
    latency_us: { ours: [of('ours', 'latency_p50_us'), of('ours', 'latency_p99_us')], janus: [of('janus', 'latency_p50_us'), of('janus', 'latency_p99_us')] },
    setup_ms: { ours: of('ours_recording', 'setup_p50_us') / 1000, janus: of('janus', 'setup_p50_us') / 1000 },
    rss_kb_per_session: { ours: of('ours', 'rss_per_session_kb'), ours_recording: of('ours_recording', 'rss_per_session_kb'), janus: of('janus', 'rss_per_session_kb'), janus_recording: of('janus_recording', 'rss_per_session_kb') },
    lost: { ours: Math.max(...all.ours.map((f) => f.lost)), ours_recording: Math.max(...all.ours_recording.map((f) => f.lost)), janus: Math.max(...all.janus.map((f) => f.lost)) },
    ratios: {
      cpu: ratio('ours', 'janus', 'cpu_us_per_packet'),
      cpu_recording: ratio('ours_recording', 'janus_recording', 'cpu_us_per_packet'),
      latency_p50: ratio('ours', 'janus', 'latency_p50_us'),
      latency_p99: ratio('ours', 'janus', 'latency_p99_us'),
      setup: ratio('ours_recording', 'janus', 'setup_p50_us'),
      rss: ratio('ours_recording', 'janus_recording', 'rss_per_session_kb'),
    },
    raw: all,
  };
}

/** Reports a failed check as a bank would; the link. @param {Recourse} server @param {number} n */
async function failedCheck(server, n) {
  const answer = await fetch(`${server.urls.api_url}/v1/cases`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.urls.api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      reference: `bench-${n}`,
      customer: { name: 'Grace Tan', locale: 'en' },
      check: { attempt: 2, outcome: 'failed', reasons: ['document_glare'], scores: { document: 0.3 } },
    }),
  });
  const made = await answer.json();
  if (!made.recovery?.url) throw new Error(`no link: ${JSON.stringify(made)}`);
  return made.recovery.url;
}

/** Milliseconds from the tap to the first picture of the agent. @param {import('playwright-core').Page} page */
async function tapToFace(page) {
  const button = page.getByRole('button', { name: 'Start video' });
  await button.waitFor();
  await page.evaluate(() => {
    const w = /** @type {any} */ (globalThis);
    document.addEventListener('click', () => { w.tapped ??= performance.now(); }, { capture: true });
    const look = () => {
      const video = /** @type {HTMLVideoElement | null} */ (document.querySelector('.tile.agent video'));
      if (video && w.tapped && video.getVideoPlaybackQuality().totalVideoFrames > 0) w.faced = performance.now();
      else requestAnimationFrame(look);
    };
    look();
  });
  await button.click();
  await page.waitForFunction(() => /** @type {any} */ (globalThis).faced, undefined, { timeout: 30_000 });
  return page.evaluate(() => /** @type {any} */ (globalThis).faced - /** @type {any} */ (globalThis).tapped);
}

/** Real browsers: a page that was open for a while (warm) and one tapped as soon as it can be (cold). */
async function tapping() {
  const dir = mkdtempSync(join(tmpdir(), 'recourse-bench-'));
  const server = new Recourse({ dataDir: join(dir, 'data') });
  const browsers = [];
  const figures = /** @type {{warm: number[], cold: number[]}} */ ({ warm: [], cold: [] });
  try {
    await server.start();
    const agentBrowser = await launch({ camera: 'agent' });
    browsers.push(agentBrowser);
    const desk = new Desk(await (await agentBrowser.newContext(DESK)).newPage());
    await desk.signIn(server.urls.agent_url);
    await desk.goAvailable();
    const customerBrowser = await launch({ camera: 'liveness' });
    browsers.push(customerBrowser);
    for (let n = 0; n < taps * 2; n += 1) {
      const kind = n % 2 === 0 ? 'warm' : 'cold';
      const link = await failedCheck(server, n);
      const context = await customerBrowser.newContext(PHONE);
      const page = await context.newPage();
      const ready = kind === 'warm' ? page.waitForEvent('websocket').then((ws) => ws.waitForEvent('framereceived', { predicate: (f) => String(f.payload).includes('"answer"') })) : null;
      await page.goto(link);
      await ready;
      figures[kind].push(await tapToFace(page));
      process.stderr.write(`  tap ${n + 1}, ${kind}: ${Math.round(figures[kind].at(-1) ?? 0)} ms\n`);
      await desk.stage('call');
      await desk.decide('Not finished', { reason: 'Connection too poor' });
      await context.close();
      await desk.readyForNext();
    }
  } finally {
    for (const browser of browsers) await browser.close();
    await server.kill();
    rmSync(dir, { recursive: true, force: true });
  }
  const of = (/** @type {number[]} */ v) => ({ p50_ms: Math.round(median(v)), p95_ms: Math.round(quantile(v, 0.95)), taps: v.length });
  return { warm: of(figures.warm), cold: of(figures.cold), chime_ms: 1500 };
}

/** @param {string[]} row */
const line = (row) => console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(13))).join(''));
const round = (/** @type {number} */ v, digits = 2) => Number.isFinite(v) ? v.toFixed(digits) : '-';

/** @param {Awaited<ReturnType<typeof delays>>} found */
function tellDelays(found) {
  for (const [way, { p50_ms, p95_ms, points }] of Object.entries(found)) console.log(`annotation, ${way.replaceAll('_', ' ')}: a stroke's point is on the other screen after p50 ${p50_ms} ms, p95 ${p95_ms} ms (${points} points; goal p95 < 150)`);
}
execFileSync('cargo', ['build', '-q', '--release', '-p', 'media', '--example', 'sfu_load', '-p', 'server', '--bin', 'recourse'], { cwd: root, stdio: 'inherit' });
if (option('only', '') === 'annotation') {
  const annotation = await delays(Number(option('points', '120')), quantile);
  writeFileSync(join(root, 'target/bench-annotation.json'), `${JSON.stringify(annotation, null, 2)}\n`);
  tellDelays(annotation);
  process.exit(0);
}

const floor = run('floor');
const tap = await tapping();
const annotation = await delays(Number(option('points', '120')), quantile);
const compared = sessions.map(compare);
const result = { machine: { cpu: cpus()[0]?.model, cores: cpus().length, memory_gib: Math.round(totalmem() / 2 ** 30) }, floor, tap, annotation, compared };
writeFileSync(join(root, 'target/bench.json'), `${JSON.stringify(result, null, 2)}\n`);

console.log(`\n${result.machine.cores} cores, ${result.machine.cpu}; medians of ${rounds} interleaved rounds of ${seconds} s`);
console.log(`tap to the agent's face (auto-accept chime of 1.5 s included): warm p50 ${tap.warm.p50_ms} ms, p95 ${tap.warm.p95_ms} ms; cold p50 ${tap.cold.p50_ms} ms, p95 ${tap.cold.p95_ms} ms (${tap.warm.taps} taps each)`);
console.log(`physical floor: ${floor.us_per_packet} us per packet (socket ${floor.socket_us}, cryptography ${floor.crypto_us})\n`);
tellDelays(annotation);
line(['', ...compared.map((c) => `${c.sessions} sessions`), 'goal']);
for (const [title, pick, goal] of /** @type {[string, (c: any) => string, string][]} */ ([
  ['packets per CPU-second, ours', (c) => round(c.packets_per_cpu_second.ours, 0), ''],
  ['  recording and encrypting', (c) => round(c.packets_per_cpu_second.ours_recording, 0), ''],
  ['  janus', (c) => round(c.packets_per_cpu_second.janus, 0), ''],
  ['  janus recording', (c) => round(c.packets_per_cpu_second.janus_recording, 0), ''],
  ['CPU per packet, ours / janus', (c) => round(c.ratios.cpu), '<= 0.50'],
  ['  both recording', (c) => round(c.ratios.cpu_recording), '<= 0.60'],
  ['CPU per packet, ours / floor', (c) => round(c.cpu_us_per_packet.ours / floor.us_per_packet, 1), ''],
  ['added latency p50, ours / janus', (c) => round(c.ratios.latency_p50), '<= 0.70'],
  ['added latency p99, ours / janus', (c) => round(c.ratios.latency_p99), '<= 1.00'],
  ['set-up p50 ms, ours', (c) => round(c.setup_ms.ours, 0), ''],
  ['set-up, ours / janus', (c) => round(c.ratios.setup), '<= 0.50'],
  ['memory KiB per session, ours', (c) => round(c.rss_kb_per_session.ours_recording, 0), ''],
  ['memory, both recording', (c) => round(c.ratios.rss), '<= 1.50'],
  ['packets lost by the server', (c) => String(Math.max(c.lost.ours, c.lost.ours_recording)), '0'],
])) line([title, ...compared.map(pick), goal]);
console.log('\nwritten to target/bench.json');
