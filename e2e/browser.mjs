// Starts Chromium with a chosen camera and keeps account of what its pages complain about.
// Must not know: the product's pages.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { clip } from './clips.mjs';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The installed Chromium (or the one named by CHROMIUM); nothing is ever downloaded. */
export function chromiumPath() {
  const named = process.env.CHROMIUM;
  if (named) return named;
  const found = CANDIDATES.find((path) => existsSync(path));
  if (!found) throw new Error(`no Chromium found (looked at ${CANDIDATES.join(', ')}; set CHROMIUM)`);
  return found;
}

/**
 * @typedef {object} CameraOptions
 * @property {import('./clips.mjs').Clip | 'generated' | 'none' | 'denied'} [camera]
 *   a clip; Chromium's own test picture on three devices (use 0 and 2: the encoder never sends
 *   what device 1 delivers); no device at all; or a person who refuses.
 * @property {import('./clips.mjs').Clip} [microphone] what is heard; only with a camera
 */

/** @param {CameraOptions} options */
async function cameraFlags({ camera = 'liveness', microphone = 'speech' }) {
  switch (camera) {
    case 'none':
      return [];
    case 'denied':
      return ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny'];
    case 'generated':
      return ['--use-fake-device-for-media-stream=device-count=3', '--use-fake-ui-for-media-stream'];
    default:
      return [
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-video-capture=${await clip(camera)}`,
        `--use-file-for-fake-audio-capture=${await clip(microphone)}`,
      ];
  }
}

/** Flags without which Chromium looks for hosts on the internet at every start. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  // Two browsers share the machine; a page in the background must not be slowed down.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  // Server and browsers meet on the loopback address, also on a machine without a network.
  '--allow-loopback-in-peer-connection',
];

/**
 * One Chromium process of its own: two people in a call are two of these.
 * @param {CameraOptions & {args?: string[]}} [options]
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launch(options = {}) {
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    // Chromium refuses to start its sandbox as root, which is who runs in many a container.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [...QUIET, ...(await cameraFlags(options)), ...(options.args ?? [])],
  });
}

/** The sizes every screen is judged at. */
export const PHONE = Object.freeze({
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
});
export const DESK = Object.freeze({ viewport: { width: 1366, height: 768 } });

/** What pages complained about, minus what a walk said it expects. */
export class Complaints {
  /** @type {{page: string, text: string}[]} */
  #heard = [];
  /** @type {RegExp[]} */
  #expected = [];

  /** @param {import('playwright-core').Page} page @param {string} name */
  listen(page, name) {
    const hear = (/** @type {string} */ text) => this.#heard.push({ page: name, text });
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url } = message.location();
      hear(url ? `${message.text()} (${url})` : message.text());
    });
    page.on('pageerror', (error) => hear(`uncaught: ${error.stack ?? error.message}`));
    page.on('crash', () => hear('the page crashed'));
  }

  /** A complaint that belongs to the walk, such as a refused connection while the server is down. */
  expect(/** @type {RegExp} */ pattern) {
    this.#expected.push(pattern);
  }

  unexpected() {
    return this.#heard.filter(({ text }) => !this.#expected.some((pattern) => pattern.test(text)));
  }

  assertNone() {
    const left = this.unexpected();
    if (left.length === 0) return;
    throw new Error(`pages complained:\n${left.map(({ page, text }) => `  [${page}] ${text}`).join('\n')}`);
  }
}
