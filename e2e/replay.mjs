// A call worth replaying, and what the replay shows of it: where each side stands by its own medium, ink over a picture, proof marks.
// Must not know: what a walk promises.
import { dot, INK, line } from './drawing.mjs';
import { agentAt, Customer, moves, reportFailedCheck } from './people.mjs';
import { PHONE, waitFor } from './rig.mjs';

/** @typedef {import('playwright-core').Page} Page */

/**
 * A whole call with a line drawn on the customer's picture, photographs, chat both ways and liveness prompts; answers its case.
 * @param {import('./rig.mjs').Stage} stage @param {import('./recourse.mjs').Urls} urls
 */
export async function eventfulCall(stage, urls) {
  const { desk, page: agent } = await agentAt(stage, urls.agent_url);
  const made = await reportFailedCheck(urls, { reason: 'liveness_failed' });
  const { page, browser } = await stage.person('phone', { camera: 'calm', context: PHONE });
  await page.goto(made.recovery.url);
  const customer = new Customer(page);
  await customer.start();
  await desk.goAvailable();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent', { by: 20 });
  await moves(customer.agentFace, 'the agent at the customer', { by: 20 });

  await desk.write('Please look at the line.');
  await agent.getByRole('button', { name: 'Draw', exact: true }).click();
  for (const side of [agent, page]) await side.locator('.annotate canvas').waitFor();
  const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await agent.locator('.face video').boundingBox());
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await line(agent, { x: middle.x - 60, y: middle.y - 30 }, { x: middle.x + 60, y: middle.y - 30 });
  await dot(agent, middle);
  await moves(desk.face, 'the customer under the line', { by: 20 });
  await agent.getByRole('button', { name: 'Close for both' }).click();
  await page.locator('.annotate').waitFor({ state: 'detached' });
  await customer.openChat();
  await customer.write('The blue one?');
  await agent.locator('#chat .bubble', { hasText: 'The blue one?' }).waitFor();
  await page.getByRole('button', { name: 'Close' }).first().click();
  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await agent.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 20_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed' });
  await customer.title("You're verified");
  await browser.close();
  return { id: made.id, desk };
}

/** The sealed recording, loaded on the admin's page. @param {import('./people.mjs').Admin} admin @param {string} id */
export async function openReplay(admin, id) {
  await waitFor('the sealed recording', async () => (await admin.file(id)).recordings[0]?.sealed, { timeout: 40_000 });
  await admin.openCase(id);
  await pictured(admin.page);
}

/** Both sides have a picture that can be looked at. @param {Page} page */
export const pictured = (page) => waitFor('the pictures of both sides', async () => page.locator('.player figure.side[data-seat]').evaluateAll((sides) =>
  sides.length > 1 && sides.every((side) => [...side.querySelectorAll('video')].some((video) => !video.hidden && video.readyState >= 2 && !video.seeking))), { timeout: 60_000 });

/**
 * Where a seat stands on the session's clock, by the medium itself: the time of the element that is shown, plus where its file begins.
 * @param {Page} page @param {Array<{url: string, starts_at_ms: number}>} files @param {string} seat
 */
export async function standsAt(page, files, seat) {
  const shown = await page.locator(`.player figure.side[data-seat=${seat}] video`).evaluateAll((all) =>
    all.map((each) => /** @type {HTMLVideoElement} */ (each)).filter((video) => !video.hidden && !video.seeking && video.readyState >= 2).map((video) => ({ src: video.getAttribute('src'), at: video.currentTime * 1000 })));
  const file = files.find((each) => each.url === shown[0]?.src);
  return file && shown.length === 1 ? file.starts_at_ms + shown[0].at : null;
}

/** From now on each video notes which picture it last put on the screen. @param {Page} page */
export async function noteFrames(page) {
  await page.locator('.player figure.side[data-seat] video').evaluateAll((all) => {
    for (const each of all) {
      const video = /** @type {HTMLVideoElement} */ (each);
      const note = (/** @type {number} */ _, /** @type {{mediaTime: number}} */ { mediaTime }) => {
        video.dataset.shown = String(mediaTime * 1000);
        video.requestVideoFrameCallback(note);
      };
      video.requestVideoFrameCallback(note);
    }
  });
}

/**
 * Which picture of a seat is on the screen, on the session's clock, by the picture's own time stamp.
 * @param {Page} page @param {Array<{url: string, starts_at_ms: number}>} files @param {string} seat
 */
export async function frameOf(page, files, seat) {
  const shown = await page.locator(`.player figure.side[data-seat=${seat}] video`).evaluateAll((all) =>
    all.map((each) => /** @type {HTMLVideoElement} */ (each)).filter((video) => !video.hidden && video.dataset.shown).map((video) => ({ src: video.getAttribute('src'), at: Number(video.dataset.shown) })));
  const file = files.find((each) => each.url === shown[0]?.src);
  return file ? file.starts_at_ms + shown[0].at : null;
}

/** How much ink of the agent lies over the customer's picture. @param {Page} page */
export async function inkOver(page) {
  return page.locator('.player figure.side[data-seat=customer] canvas').evaluate((element, [r, g, b]) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, canvas.width, canvas.height);
    let n = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 90 && Math.abs(data[i] - r) < 40 && Math.abs(data[i + 1] - g) < 40 && Math.abs(data[i + 2] - b) < 40) n += 1;
    return n;
  }, INK.agent);
}

/** Any light at all in the canvas of a side: the viewer's mark is there. @param {Page} page @param {string} seat */
export async function marked(page, seat) {
  return page.locator(`.player figure.side[data-seat=${seat}] canvas`).evaluate((element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, canvas.width, canvas.height);
    let n = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 20) n += 1;
    return n;
  });
}

/** Puts the clock somewhere by the slider, as a hand would; answers where it stands. @param {Page} page @param {number} share 0 to 1 */
export async function seekTo(page, share) {
  const bar = page.locator('.player .track-bar');
  await bar.evaluate((each) => each.scrollIntoView({ block: 'center' }));
  const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await bar.boundingBox());
  await page.mouse.click(box.x + box.width * share, box.y + 4);
}

/** How many entries have which proof mark. @param {Page} page @returns {Promise<Record<string, number>>} */
export const proofMarks = (page) => page.locator('.player .moments [data-proof]').evaluateAll((all) =>
  all.reduce((/** @type {Record<string, number>} */ sum, each) => {
    const state = /** @type {HTMLElement} */ (each).dataset.proof ?? '';
    return { ...sum, [state]: (sum[state] ?? 0) + 1 };
  }, {}));
