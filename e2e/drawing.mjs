// Finding marks on the glass and strokes in canvases, by their colour alone: nothing here knows how
// content is fitted, mirrored or turned. Must not know: what a walk promises.
import { waitFor } from './rig.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{x: number, y: number}} Spot */

/** Where the two marks lie, as shares of the content: the cameras `mark` and `mark_tall` have them in pink and blue, pictures in lime and orange. */
const PLACES = Object.freeze([{ x: 0.3, y: 0.25 }, { x: 0.7, y: 0.7 }]);
/** @typedef {'pink' | 'blue' | 'lime' | 'orange'} Mark */
/** What each person draws in. */
export const INK = Object.freeze({ agent: [47, 214, 255], customer: [255, 214, 51] });


/**
 * The middle of a mark on the glass of a page, within `within`, in its own pixels.
 * @param {Page} page @param {Mark} mark @param {string} within a selector
 * @returns {Promise<Spot>}
 */
export async function onGlass(page, mark, within) {
  return waitFor(`the ${mark} mark in ${within}`, async () => {
    const box = await page.locator(within).first().boundingBox();
    if (!box) return null;
    const size = page.viewportSize() ?? { width: 0, height: 0 };
    const x = Math.max(0, box.x);
    const y = Math.max(0, box.y);
    const clip = { x, y, width: Math.min(size.width, box.x + box.width) - x, height: Math.min(size.height, box.y + box.height) - y };
    const picture = (await page.screenshot({ clip, scale: 'css', animations: 'disabled', timeout: 60_000 })).toString('base64');
    const middle = await page.evaluate(async ([bytes, test]) => {
      const blob = new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], { type: 'image/png' });
      const bitmap = await createImageBitmap(blob);
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
      context.drawImage(bitmap, 0, 0);
      const { data, width } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let [n, sx, sy] = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) {
        const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
        const hit = test === 'pink' ? r > 150 && g < 110 && b > 150 : test === 'blue' ? b > 150 && r < 95 && g < 95 : test === 'lime' ? g > 190 && r < 110 && b < 110 : r > 200 && g > 90 && g < 180 && b < 80;
        if (!hit) continue;
        n += 1;
        sx += (i / 4) % width;
        sy += Math.floor(i / 4 / width);
      }
      return n > 8 ? { x: sx / n + 0.5, y: sy / n + 0.5 } : null;
    }, /** @type {const} */ ([picture, mark]));
    return middle && { x: middle.x + clip.x, y: middle.y + clip.y };
  }, { timeout: 30_000 });
}

/**
 * Where ink of a colour stands in the canvas over the picture, in pixels of the page; null without ink.
 * @param {Page} page @param {readonly number[]} ink
 * @returns {Promise<(Spot & {width: number, height: number, pixels: number}) | null>}
 */
export async function inked(page, ink) {
  return page.locator('.annotate canvas').evaluate((element, [r, g, b]) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    const rect = canvas.getBoundingClientRect();
    const { data, width } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, canvas.width, canvas.height);
    let [n, left, right, top, bottom] = [0, Infinity, -1, Infinity, -1];
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 90 || Math.abs(data[i] - r) > 40 || Math.abs(data[i + 1] - g) > 40 || Math.abs(data[i + 2] - b) > 40) continue;
      const x = (i / 4) % width;
      const y = Math.floor(i / 4 / width);
      n += 1;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    if (n === 0) return null;
    const scale = rect.width / canvas.width;
    return { x: rect.left + ((left + right + 1) / 2) * scale, y: rect.top + ((top + bottom + 1) / 2) * scale, width: (right - left + 1) * scale, height: (bottom - top + 1) * scale, pixels: n };
  }, ink);
}

/** A short press of the pen. @param {Page} page @param {Spot} at */
export async function dot(page, at) {
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.up();
}

/** A line drawn by hand. @param {Page} page @param {Spot} from @param {Spot} to @param {number} [steps] */
export async function line(page, from, to, steps = 12) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps });
  await page.mouse.up();
}

/**
 * A picture with both marks, as a file. @param {Page} page any open page @param {number} width @param {number} height
 */
export async function markedPicture(page, width, height) {
  const text = await page.evaluate(([w, h, places]) => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: w, height: h });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.fillStyle = '#808080';
    context.fillRect(0, 0, w, h);
    const size = Math.round(Math.min(w, h) / 16);
    for (const [at, { x, y }] of places.entries()) {
      context.fillStyle = at === 0 ? '#00ff00' : '#ff8000';
      context.fillRect(Math.round(x * w - size / 2), Math.round(y * h - size / 2), size, size);
    }
    return canvas.toDataURL('image/png').split(',')[1];
  }, /** @type {const} */ ([width, height, PLACES]));
  return Buffer.from(text, 'base64');
}
