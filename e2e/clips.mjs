// What the fake cameras and microphones play: made from the fixtures by ffmpeg once, kept in .cache.
// Must not know: browsers, the product.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '.cache');
const run = promisify(execFile);

/**
 * Raw video is large (a 640x480 picture is 450 kB), so clips are cut to what a walk needs.
 * @type {Record<string, {source?: string, ext: string, args: string[]}>}
 */
const RECIPES = {
  // A person who turns the head, blinks and speaks: the customer's camera.
  liveness: {
    source: 'liveness.webm',
    ext: 'y4m',
    args: ['-vf', 'scale=640:480,fps=15', '-pix_fmt', 'yuv420p'],
  },
  // The same person looks ahead all the time: for pictures that are looked at.
  calm: {
    source: 'liveness.webm',
    ext: 'y4m',
    args: ['-t', '1', '-vf', 'scale=640:480,fps=15', '-pix_fmt', 'yuv420p'],
  },
  // The card rises, glares, blurs and is held clean: seconds 1.5 to 7.5 of the source.
  document: {
    source: 'document.webm',
    ext: 'y4m',
    args: ['-ss', '1.5', '-t', '6', '-vf', 'scale=1280:720,fps=8', '-pix_fmt', 'yuv420p'],
  },
  // The same at the size of a good phone camera: larger than what is streamed.
  framed: {
    source: 'document.webm',
    ext: 'y4m',
    args: ['-ss', '1.5', '-t', '6', '-vf', 'scale=1920:1080,fps=6', '-pix_fmt', 'yuv420p'],
  },
  // The card held clean, at the size of a good phone camera: larger than what is streamed.
  card: {
    source: 'document.webm',
    ext: 'y4m',
    args: ['-ss', '4.5', '-t', '3', '-vf', 'scale=1920:1080,fps=6', '-pix_fmt', 'yuv420p'],
  },
  // The agent's camera: a drawn face that sways, so that the two sides of a call can be told
  // apart in pictures and by their pixels.
  agent: {
    source: 'agent.png',
    ext: 'y4m',
    args: ['-filter_complex', sway(), '-pix_fmt', 'yuv420p'],
  },
  // Two marks on a grey wall, lying and upright: for looking where a stroke lands.
  mark: { ext: 'y4m', args: marks(640, 480) },
  mark_tall: { ext: 'y4m', args: marks(480, 640) },
  // A tone of half a second each second: a microphone that is heard and falls silent.
  speech: {
    ext: 'wav',
    args: [
      '-f', 'lavfi', '-i', 'aevalsrc=0.4*sin(2*PI*330*t)*lt(mod(t\\,1)\\,0.5):s=48000:d=10',
      '-c:a', 'pcm_s16le',
    ],
  },
};

/** @typedef {'liveness' | 'calm' | 'document' | 'framed' | 'card' | 'agent' | 'mark' | 'mark_tall' | 'speech'} Clip */

/** Magenta at 30 % and 25 %, blue at 70 % and 70 %, with a little noise so that the encoder never rests. @param {number} w @param {number} h */
function marks(w, h) {
  const size = 32;
  const box = (/** @type {string} */ colour, /** @type {number} */ x, /** @type {number} */ y) => `drawbox=x=${Math.round(x * w - size / 2)}:y=${Math.round(y * h - size / 2)}:w=${size}:h=${size}:color=${colour}:t=fill`;
  return ['-f', 'lavfi', '-i', `color=c=0x808080:s=${w}x${h}:r=15:d=2`, '-vf', `noise=alls=4:allf=t,${box('magenta', 0.3, 0.25)},${box('blue', 0.7, 0.7)}`, '-pix_fmt', 'yuv420p'];
}

/** One portrait, its sides faded into a blur, as four seconds of somebody who sits and breathes; the end meets the beginning. */
function sway() {
  const faded = "format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*min(1,min(X,W-1-X)/70)'";
  return [
    'split[wide][near]',
    '[wide]scale=664:664,crop=664:496:0:90,gblur=16[room]',
    `[near]scale=540:540,crop=540:496:0:2,${faded}[person]`,
    '[room][person]overlay=62:0,loop=loop=59:size=1,setpts=N/15/TB,fps=15',
  ].join(';') + ",crop=640:480:'12+12*sin(2*PI*t/4)':'8+8*sin(2*PI*t/2)'";
}

/**
 * The path of a clip in the form Chromium plays; made when it is missing.
 * The name carries a hash of source and recipe, so a changed recipe is never served stale.
 * @param {Clip} name
 * @returns {Promise<string>}
 */
export async function clip(name) {
  const recipe = RECIPES[name];
  if (!recipe) throw new Error(`no clip named ${name}; there are ${Object.keys(RECIPES).join(', ')}`);
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  const source = recipe.source && join(here, 'fixtures', 'clips', recipe.source);
  if (source) hash.update(await readFile(source));
  const target = join(cache, `${name}-${hash.digest('hex').slice(0, 12)}.${recipe.ext}`);
  if (existsSync(target)) return target;

  await mkdir(cache, { recursive: true });
  // Renamed when complete: another test process never plays half a file.
  const part = `${target}.${process.pid}.part.${recipe.ext}`;
  try {
    const input = source ? ['-i', source] : [];
    await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, ...recipe.args, part]);
    await rename(part, target);
  } finally {
    await rm(part, { force: true });
  }
  return target;
}
