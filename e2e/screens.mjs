// Photographs every scene into docs/screens: node screens.mjs [WORD…] for scenes whose name contains one.
// Must not know: what the scenes show.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { DESK, PHONE, playOn, screenshot } from './rig.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const ENDING = '.scene.mjs';
const run = promisify(execFile);

/**
 * What else to take besides the light picture at the size the page has.
 * @typedef {object} Also
 * @property {boolean} [dark] the dark picture too
 * @property {string} [language] which language the page speaks, when it is not English: how long its words are shows at one size
 * @property {() => Promise<unknown>} [settle] brings what the picture is of into view, at each size
 * @property {string} [copy] a name under which the light picture is kept a second time
 */
/** @typedef {(page: import('playwright-core').Page, name: string, also?: Also) => Promise<void>} Shoot */

/**
 * Takes pictures of a page as it stands, as a phone and as a desk see it: NAME-WIDTHxHEIGHT-THEME[-LANGUAGE].png.
 * @param {string} folder
 * @returns {Shoot}
 */
export const shooter = (folder) => async (page, name, { dark = false, language, settle, copy } = {}) => {
  const own = page.viewportSize();
  /** @param {'light' | 'dark'} theme @param {string} [as] */
  const take = async (theme, as) => {
    const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const path = join(folder, `${as ?? [name, `${width}x${height}`, theme, language].filter(Boolean).join('-')}.png`);
    // The sharpness of a phone's glass is shown once; the others are for the length of words.
    await screenshot(page, path, width > 600 || language ? 'css' : 'device');
    await shrink(path);
  };
  await settle?.();
  await take('light');
  if (copy) await take('light', copy);
  if (dark) await take('dark');
  if (own && !language) {
    await page.setViewportSize(own.width > own.height ? PHONE.viewport : DESK.viewport);
    await settle?.();
    await take('light');
    await page.setViewportSize(own);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
};

/** 256 colours chosen for the picture: a face costs a quarter, and nobody sees it. @param {string} path */
async function shrink(path) {
  const part = `${path}.part.png`;
  const palette = 'split[a][b];[a]palettegen=max_colors=256:reserve_transparent=0[p];[b][p]paletteuse=dither=sierra2_4a';
  try {
    await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-i', path, '-filter_complex', palette, '-compression_level', '100', part]);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

/**
 * Plays the scenes of a folder one after the other; answers how many.
 * @param {string} scenes @param {string} pictures @param {string[]} words
 */
export async function photograph(scenes, pictures, words) {
  const files = readdirSync(scenes)
    .filter((name) => name.endsWith(ENDING))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort();
  if (files.length === 0) throw new Error(`no scene in ${scenes} matches ${words.join(' ') || 'anything'}`);
  for (const file of files) {
    const { play } = await import(pathToFileURL(join(scenes, file)).href);
    await playOn(file.slice(0, -ENDING.length), (stage) => play(stage, shooter(pictures)));
    console.log(file);
  }
  return files.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await photograph(join(here, 'scenes'), join(here, '..', 'docs', 'screens'), process.argv.slice(2));
}
