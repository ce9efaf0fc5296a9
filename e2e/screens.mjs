// Photographs every scene into docs/screens: node screens.mjs [WORD…] for scenes whose name contains one.
// Must not know: what the scenes show.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { playOn, screenshot } from './rig.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const ENDING = '.scene.mjs';

/**
 * Takes the picture of a page as it stands, once light and once dark.
 * @param {string} folder
 * @returns {(page: import('playwright-core').Page, name: string) => Promise<void>}
 */
export const shooter = (folder) => async (page, name) => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await screenshot(page, join(folder, `${name}${colorScheme === 'dark' ? '-dark' : ''}.png`));
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
};

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
