// How long a point of a stroke takes from one screen to the other: two real browsers, the real program,
// from the pointer's event on one page to ink of its colour in the other page's canvas.
// Must not know: how figures are shown.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INK } from './drawing.mjs';
import { Customer, Desk, reportFailedCheck } from './people.mjs';
import { DESK, PHONE, Recourse, launch, waitFor } from './rig.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Notes when ink of a colour appears right of where it was before. @param {Page} page @param {readonly number[]} ink */
const watch = (page, ink) => page.evaluate(([r, g, b]) => {
  const w = /** @type {any} */ (globalThis);
  w.inkAt = [];
  w.inkRight = -1;
  const id = (w.inkWatch = (w.inkWatch ?? 0) + 1);
  const look = () => {
    if (w.inkWatch !== id) return;
    requestAnimationFrame(look);
    const canvas = /** @type {HTMLCanvasElement | null} */ (document.querySelector('.annotate canvas'));
    if (!canvas) return;
    const { data, width } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, canvas.width, canvas.height);
    let right = -1;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 90 || Math.abs(data[i] - r) > 40 || Math.abs(data[i + 1] - g) > 40 || Math.abs(data[i + 2] - b) > 40) continue;
      right = Math.max(right, (i / 4) % width);
    }
    if (right <= w.inkRight) return;
    w.inkRight = right;
    w.inkAt.push(performance.timeOrigin + performance.now());
  };
  look();
}, ink);

/** One point after the other, each seen on the other side before the next. @param {Page} from @param {Page} to @param {readonly number[]} ink @param {number} points @param {boolean} mirrored */
async function oneWay(from, to, ink, points, mirrored) {
  const times = [];
  const box = await from.locator('.annotate canvas').boundingBox();
  if (!box) throw new Error('no canvas');
  for (let stroke = 0; times.length < points; stroke += 1) {
    await watch(to, ink);
    const y = box.y + box.height * (0.42 + 0.02 * (stroke % 8));
    // From the left to the right of the other side's screen.
    const x = (/** @type {number} */ share) => box.x + box.width * (mirrored ? 1 - share : share);
    await from.mouse.move(x(0.3), y);
    await from.mouse.down();
    for (let step = 1; step <= 12 && times.length < points; step += 1) {
      const before = await to.evaluate(() => /** @type {any} */ (globalThis).inkAt.length);
      const moved = from.evaluate(() => new Promise((done) => {
        document.addEventListener('pointermove', () => done(performance.timeOrigin + performance.now()), { capture: true, once: true });
      }));
      await from.mouse.move(x(0.3 + step * 0.03), y);
      const at = Number(await moved);
      const seen = await waitFor('a point on the other side', () => to.evaluate((n) => /** @type {any} */ (globalThis).inkAt[n] ?? 0, before));
      times.push(Number(seen) - at);
    }
    await from.mouse.up();
    await to.evaluate(() => { /** @type {any} */ (globalThis).inkWatch += 1; });
    await from.getByRole('button', { name: /^Clear (mine|what I drew)$/ }).click();
    await waitFor('a clean board', () => to.locator('.annotate canvas').evaluate((element) => {
      const canvas = /** @type {HTMLCanvasElement} */ (element);
      return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, canvas.width, canvas.height).data.every((v) => v === 0);
    }));
  }
  return times;
}

/**
 * @param {number} points each way
 * @param {(values: number[], share: number) => number} quantile
 */
export async function delays(points, quantile) {
  const dir = mkdtempSync(join(tmpdir(), 'recourse-bench-'));
  const server = new Recourse({ dataDir: join(dir, 'data') });
  const browsers = [];
  try {
    await server.start();
    const agentBrowser = await launch({ camera: 'agent' });
    browsers.push(agentBrowser);
    const agent = await (await agentBrowser.newContext(DESK)).newPage();
    const desk = new Desk(agent);
    await desk.signIn(server.urls.agent_url);
    await desk.goAvailable();
    const customerBrowser = await launch({ camera: 'liveness' });
    browsers.push(customerBrowser);
    const page = await (await customerBrowser.newContext(PHONE)).newPage();
    await page.goto((await reportFailedCheck(server.urls)).recovery.url);
    await new Customer(page).start();
    await desk.answer();
    await desk.stage('call');
    await agent.getByRole('button', { name: 'Draw', exact: true }).click();
    for (const side of [agent, page]) await side.locator('.annotate canvas').waitFor();
    await waitFor('the picture', () => agent.locator('.face video').evaluate((v) => /** @type {HTMLVideoElement} */ (v).videoWidth > 0));
    // The customer sees the own picture as in a mirror: what goes left here goes right there.
    const figures = { agent_to_customer: await oneWay(agent, page, INK.agent, points, true), customer_to_agent: await oneWay(page, agent, INK.customer, points, true) };
    const of = (/** @type {number[]} */ v) => ({ p50_ms: Math.round(quantile(v, 0.5)), p95_ms: Math.round(quantile(v, 0.95)), points: v.length });
    return { agent_to_customer: of(figures.agent_to_customer), customer_to_agent: of(figures.customer_to_agent) };
  } finally {
    for (const browser of browsers) await browser.close();
    await server.kill();
    rmSync(dir, { recursive: true, force: true });
  }
}
