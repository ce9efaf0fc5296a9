// The stage a walk is played on: temp folder, server, browsers, complaints, pictures, and taking
// everything down again. Must not know: what the pages say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Complaints, DESK, launch } from './browser.mjs';
import { Recourse } from './recourse.mjs';

export { DESK, PHONE, chromiumPath, launch } from './browser.mjs';
export { clip } from './clips.mjs';
export { Recourse } from './recourse.mjs';
export { waitFor, within } from './wait.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const report = join(here, 'report');
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const WALK_MS = 240_000;
/** Long enough for two browsers and a compiler on two cores; what passes never waits for it. */
const ACTION_MS = 30_000;
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Everything one walk owns. */
export class Stage {
  #name;
  /** @type {(() => unknown)[]} */
  #undo = [];
  /** @type {{name: string, page: import('playwright-core').Page}[]} */
  #pages = [];
  complaints = new Complaints();

  /** @param {string} name @param {string} dir */
  constructor(name, dir) {
    this.#name = name;
    /** A folder that is gone when the walk is over. */
    this.dir = dir;
  }

  /** Called when the walk is over, the latest first. @param {() => unknown} undo */
  onEnd(undo) {
    this.#undo.push(undo);
  }

  /**
   * The product, started on a data directory of its own.
   * @param {{command?: string[], env?: Record<string, string>, dataDir?: string}} [options]
   */
  async recourse(options = {}) {
    const server = new Recourse({ dataDir: join(this.dir, 'data'), ...options });
    this.onEnd(() => server.kill());
    this.onEnd(() => this.#keepLog(server));
    await server.start();
    return server;
  }

  /** @param {Recourse} server */
  async #keepLog(server) {
    if (!this.failed) return;
    await mkdir(report, { recursive: true });
    await writeFile(join(report, `${fileName(this.#name)}.server.log`), server.log);
  }

  /**
   * A person: a Chromium process of their own with one page.
   * @param {string} name who it is, in complaints and file names
   * @param {import('./browser.mjs').CameraOptions & {args?: string[], context?: import('playwright-core').BrowserContextOptions}} [options]
   */
  async person(name, { context: contextOptions = {}, ...camera } = {}) {
    const browser = await launch(camera);
    this.onEnd(() => browser.close());
    const context = await browser.newContext({ locale: 'en-GB', ...DESK, ...contextOptions });
    context.setDefaultTimeout(ACTION_MS);
    await context.addInitScript(nameDevices);
    context.on('page', (page) => this.#watch(page, name));
    return { browser, context, page: await context.newPage() };
  }

  /** @param {import('playwright-core').Page} page @param {string} name */
  #watch(page, name) {
    this.complaints.listen(page, name);
    this.#pages.push({ name, page });
  }

  failed = false;

  /** Pictures of every open page, for the person who has to find out why. */
  async keepPictures() {
    await mkdir(report, { recursive: true });
    for (const [index, { name, page }] of this.#pages.entries()) {
      const path = join(report, `${fileName(`${this.#name}-${name}-${index}`)}.png`);
      // A page that crashed or closed has no picture; the walk's own error is the one to tell.
      await page.screenshot({ path, timeout: 5_000 }).catch(() => undefined);
    }
  }

  async end() {
    const errors = [];
    for (const undo of this.#undo.reverse()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#undo = [];
    if (errors.length > 0) throw new AggregateError(errors, 'taking the stage down failed');
  }
}

/** Runs in the page: a fake camera is named after the file it plays, a fake microphone is called fake; nobody's are. */
function nameDevices() {
  /** @param {any} owner @param {(of: any) => boolean} isCamera */
  const rename = (owner, isCamera) => {
    const label = owner && Object.getOwnPropertyDescriptor(owner.prototype, 'label');
    if (!label?.get) return;
    Object.defineProperty(owner.prototype, 'label', {
      ...label,
      get() {
        const own = /** @type {() => string} */ (label.get).call(this);
        return /\/|^Fake /.test(own) ? (isCamera(this) ? 'Front camera' : 'Microphone') : own;
      },
    });
  };
  rename(globalThis.MediaDeviceInfo, (device) => device.kind === 'videoinput');
  rename(globalThis.MediaStreamTrack, (track) => track.kind === 'video');
}

/** @param {string} text */
const fileName = (text) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').slice(0, 120);

/**
 * One test on a stage of its own. It fails also when a page complained and nobody expected it.
 * @param {string} promise what is promised, in words
 * @param {(stage: Stage) => Promise<void>} play
 * @param {{timeout?: number}} [options]
 */
export function walk(promise, play, { timeout = WALK_MS } = {}) {
  test(promise, { timeout }, () => playOn(promise, play));
}

/**
 * What `walk` registers, for whoever wants to see it fail.
 * @param {string} name
 * @param {(stage: Stage) => Promise<void>} play
 */
export async function playOn(name, play) {
  const dir = await mkdtemp(join(tmpdir(), 'recourse-e2e-'));
  const stage = new Stage(name, dir);
  try {
    await play(stage);
    stage.complaints.assertNone();
  } catch (error) {
    stage.failed = true;
    await stage.keepPictures();
    throw error;
  } finally {
    try {
      await stage.end();
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }
}

/**
 * The rules of WCAG 2.2 AA that a machine can check, on the page as it stands, frames within it included.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{id: string, help: string, nodes: string[]}[]>}
 */
export async function axeViolations(page) {
  const found = [];
  for (const frame of page.frames()) found.push(...(await axeIn(frame)));
  return found;
}

/** @param {import('playwright-core').Frame} frame @returns {Promise<{id: string, help: string, nodes: string[]}[]>} */
async function axeIn(frame) {
  // Evaluated rather than added as a script element, which the pages' own policy would refuse.
  await frame.evaluate(`if (!globalThis.axe) { ${axeSource} }`);
  return frame.evaluate(async (tags) => {
    const axe = /** @type {any} */ (globalThis).axe;
    // What is still fading in has no contrast of its own yet; what pulses for ever is judged as it is.
    const passing = document.getAnimations().filter((each) => Number.isFinite(each.effect?.getComputedTiming().endTime));
    await Promise.all(passing.map((each) => each.finished.catch(() => undefined)));
    const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags }, iframes: false });
    return violations.map((/** @type {any} */ v) => ({
      id: v.id,
      help: v.help,
      nodes: v.nodes.map((/** @type {any} */ n) => n.target.join(' ')),
    }));
  }, AXE_TAGS);
}

/** @param {import('playwright-core').Page} page */
export async function expectNoAxeViolations(page) {
  const found = await axeViolations(page);
  const text = found.map(({ id, help, nodes }) => `  ${id}: ${help}\n    ${nodes.join('\n    ')}`);
  assert.equal(found.length, 0, `${page.url()} is not accessible:\n${text.join('\n')}`);
}

/**
 * A picture for docs/screens, without carets and motion, so that it changes only when the page does.
 * @param {import('playwright-core').Page} page
 * @param {string} path
 * @param {'css' | 'device'} [scale] a pixel of the picture is one of the page or of the glass
 */
export async function screenshot(page, path, scale = 'device') {
  await mkdir(dirname(path), { recursive: true });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  // A machine that also plays two calls needs its time for a picture of a phone's many pixels.
  await page.screenshot({ path, animations: 'disabled', caret: 'hide', scale, timeout: 60_000 });
}

/**
 * How many pictures a video element has shown; poll it to see that a face is live.
 * @param {import('playwright-core').Locator} video
 * @returns {Promise<{frames: number, width: number, height: number}>}
 */
export async function videoFrames(video) {
  return video.evaluate((element) => {
    const v = /** @type {HTMLVideoElement} */ (element);
    return {
      frames: v.getVideoPlaybackQuality().totalVideoFrames,
      width: v.videoWidth,
      height: v.videoHeight,
    };
  });
}

/**
 * The mean colour a video element shows now: tells whose face it is, and that it is not black.
 * @param {import('playwright-core').Locator} video
 * @returns {Promise<{r: number, g: number, b: number}>}
 */
export async function meanColour(video) {
  return video.evaluate((element) => {
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 48;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('no canvas');
    context.drawImage(/** @type {HTMLVideoElement} */ (element), 0, 0, 64, 48);
    const { data } = context.getImageData(0, 0, 64, 48);
    const sum = [0, 0, 0];
    for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c += 1) sum[c] += data[i + c];
    const [r, g, b] = sum.map((s) => Math.round(s / (data.length / 4)));
    return { r, g, b };
  });
}
