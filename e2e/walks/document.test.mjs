// The agent's hands: flip, light, zoom and focus on the customer's camera, a document framed until it is good and
// photographed by itself, and the customer who takes the device back into their own hand.
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adminAt, agentAt, Customer, moves, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

const ANDROID = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36';
const photograph = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'crates', 'server', 'demo', 'document.jpg');

/** Runs in the page: the one fake camera as the two of a phone, with zoom, a focus on the back, and a light that refuses. */
function twoLenses() {
  const asked = { zoom: 1, facing: 'user', points: /** @type {{x: number, y: number}[]} */ ([]) };
  Object.assign(globalThis, { asked });
  const media = navigator.mediaDevices;
  const [open, list] = [media.getUserMedia.bind(media), media.enumerateDevices.bind(media)];
  media.getUserMedia = async (/** @type {any} */ wish) => {
    if (!wish.video) return open(wish);
    const { facingMode, deviceId, ...video } = wish.video;
    const side = facingMode?.exact ?? facingMode ?? (deviceId?.exact === 'back' ? 'environment' : 'user');
    const stream = await open({ ...wish, video });
    Object.assign(asked, { zoom: 1, facing: side });
    return stream;
  };
  media.enumerateDevices = async () => {
    const others = (await list()).filter((each) => each.kind !== 'videoinput');
    const lens = (/** @type {string} */ deviceId, /** @type {string} */ label) => ({ deviceId, label, kind: 'videoinput', groupId: '', toJSON: () => '' });
    return /** @type {any} */ ([lens('front', 'Front camera'), lens('back', 'Back camera'), ...others]);
  };
  const proto = /** @type {any} */ (MediaStreamTrack.prototype);
  const { getCapabilities, getSettings, applyConstraints } = proto;
  const back = () => asked.facing === 'environment';
  proto.getCapabilities = function () {
    const own = getCapabilities.call(this);
    return this.kind === 'video' ? { ...own, zoom: { min: 1, max: 5, step: 0.05 }, ...(back() ? { torch: true, focusMode: ['continuous', 'single-shot'] } : {}) } : own;
  };
  proto.getSettings = function () {
    const own = getSettings.call(this);
    return this.kind === 'video' ? { ...own, facingMode: asked.facing, zoom: asked.zoom, deviceId: back() ? 'back' : 'front' } : own;
  };
  proto.applyConstraints = async function (/** @type {any} */ wish) {
    const set = wish?.advanced?.[0] ?? {};
    if ('torch' in set) throw new DOMException('another app uses the light', 'NotReadableError');
    if ('pointsOfInterest' in set) asked.points.push(...set.pointsOfInterest);
    if ('zoom' in set) asked.zoom = set.zoom;
    if (!('zoom' in set) && !('pointsOfInterest' in set)) await applyConstraints.call(this, wish);
  };
}

/** Runs in the page: which hints the customer was shown. */
function collectHints() {
  const seen = /** @type {any} */ (globalThis).hints = new Set();
  new MutationObserver(() => {
    const hint = document.querySelector('.guide')?.getAttribute('data-hint');
    if (hint) seen.add(hint);
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-hint'] });
}

/** @param {import('../people.mjs').Desk} desk @param {string | RegExp} words */
async function effect(desk, words) {
  await desk.page.locator('.effect .pill', { hasText: words }).waitFor();
}

/** @param {import('../rig.mjs').Stage} stage @param {string[]} [args] */
async function faceToFace(stage, args = []) {
  const { urls } = await stage.recourse();
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls);
  const { page, context } = await stage.person('customer', { camera: 'framed', args, context: { ...PHONE, userAgent: ANDROID } });
  await context.addInitScript(twoLenses);
  await context.addInitScript(collectHints);
  await page.goto(made.recovery.url);
  const customer = new Customer(page);
  await customer.start();
  await desk.answer();
  const stream = await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  return { urls, desk, page, customer, id: made.id, stream };
}

walk('an agent moves the camera, frames the document until it is good, and the phone photographs it by itself', async (stage) => {
  const { urls, desk, page, id } = await faceToFace(stage);
  const agent = desk.page;
  const light = agent.locator('.lens-bar').getByRole('button', { name: /^Light/ });

  await waitFor('the light to be told as missing', async () => (await light.getAttribute('aria-disabled')) === 'true');
  assert.match((await light.getAttribute('title')) ?? '', /the front camera has none; flip first/);
  await agent.keyboard.press('t');
  await effect(desk, 'Light: the front camera has none; flip first');
  await agent.keyboard.press('f');
  await effect(desk, 'Camera flipped');
  await page.locator('.hold', { hasText: /is using: your camera/ }).waitFor();
  await expectNoAxeViolations(page);
  await waitFor('the light of the back', async () => (await light.getAttribute('aria-disabled')) === 'false');
  await agent.keyboard.press('t');
  await effect(desk, 'Light: it did not work');

  await agent.keyboard.press('+');
  await effect(desk, 'Zoom 1.3× confirmed');
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).asked.zoom), 1.25);
  await page.locator('.hold', { hasText: /the zoom/ }).waitFor();
  await agent.keyboard.press('-');
  await effect(desk, 'Zoom 1.0× confirmed');
  await agent.keyboard.press('o');
  await agent.getByRole('region', { name: 'Camera controls' }).waitFor();
  await expectNoAxeViolations(agent);
  await agent.keyboard.press('Escape');
  await agent.locator('.face-zoom').click();
  await effect(desk, 'Focused');
  const [point] = await page.evaluate(() => /** @type {any} */ (globalThis).asked.points);
  assert.ok(Math.abs(point.x - 0.5) < 0.02 && Math.abs(point.y - 0.5) < 0.02, `the middle of the picture, and not ${point.x} ${point.y}`);

  await agent.locator('.checklist').getByRole('button', { name: 'Mark done' }).click();
  await agent.locator('.checklist [data-current=true]', { hasText: 'Document, front' }).waitFor();
  await agent.keyboard.press('u');
  await agent.keyboard.press('g');
  await page.locator('.guide .frame.card').waitFor();
  await agent.locator('.meters').waitFor();
  await expectNoAxeViolations(agent);
  await agent.locator('.meters[data-hint=good]').waitFor();
  const note = agent.locator('.pair .still-note', { hasText: /:\d\d$/ }).first();
  await note.waitFor();
  const [width = 0, height = 0] = (await note.innerText()).match(/\d+/g)?.map(Number) ?? [];
  const stream = await moves(desk.face, 'the customer still');
  assert.ok(width * height >= 2 * stream.width * stream.height, `a photograph of ${width}x${height} from a stream of ${stream.width}x${stream.height}`);
  const hints = await page.evaluate(() => [.../** @type {any} */ (globalThis).hints]);
  assert.ok(hints.includes('good') && hints.some((hint) => hint === 'glare' || hint === 'blur'), `the hints were ${hints}`);
  await agent.keyboard.press('g');
  await page.locator('.guide').waitFor({ state: 'detached' });

  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await agent.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed' });
  const { admin } = await adminAt(stage, urls.admin_url);
  const file = await admin.file(id);
  const said = JSON.stringify(file);
  for (const word of ['command_sent', 'command_done', 'still_taken', 'zoom=1.25']) assert.ok(said.includes(word), `the case's file tells of ${word}`);
  const front = file.evidence.filter((/** @type {any} */ each) => each.slot === 'document_front' && each.source === 'live');
  assert.ok(front.length === 1 && front[0].step === 'document_front', 'taken by itself, for its step, and once');
}, { timeout: 180_000 });

walk('a customer who takes the device back is asked for photographs and controlled no more', async (stage) => {
  const { desk, page } = await faceToFace(stage);
  const agent = desk.page;
  await agent.keyboard.press('+');
  await effect(desk, /Zoom 1\.3× confirmed/);
  await page.locator('.hold').getByRole('button', { name: 'Stop' }).click();
  await page.locator('.hold', { hasText: 'Only you control your camera' }).waitFor();
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).asked.zoom), 1, 'everything goes back to how it was');
  const flip = agent.locator('.lens-bar').getByRole('button', { name: /^Flip/ });
  await waitFor('the agent to be told', async () => (await flip.getAttribute('title'))?.includes('the customer keeps control') === true);
  await agent.keyboard.press('f');
  await effect(desk, 'Flip: the customer keeps control of their device');

  await page.reload();
  await page.locator('.hold', { hasText: 'Only you control your camera' }).waitFor();
  assert.match((await flip.getAttribute('title')) ?? '', /the customer keeps control/, 'a reload gives nothing back');
  await moves(desk.face, 'the customer after the reload');

  await agent.getByRole('button', { name: /^Photograph: / }).click();
  await effect(desk, 'They take the photo by hand');
  await page.locator('.by-hand input[type=file]').setInputFiles(photograph);
  await page.getByRole('button', { name: 'Use photo' }).click();
  await agent.locator('.pair .still-note', { hasText: 'Uploaded' }).waitFor();
  await effect(desk, /^Photographed/);
  await page.locator('.hold').getByRole('button', { name: 'Allow' }).click();
  await waitFor('the control to be given back', async () => (await flip.getAttribute('aria-disabled')) === 'false');
  await expectNoAxeViolations(page);
}, { timeout: 120_000 });

walk('a photograph the customer looks at first is sent when they agree, and taken again when they do not', async (stage) => {
  const { desk, page } = await faceToFace(stage);
  const agent = desk.page;
  await agent.keyboard.press('o');
  await agent.locator('.optics label.switch', { hasText: 'They check it first' }).click();
  await agent.keyboard.press('Escape');
  await agent.keyboard.press(' ');
  const review = page.getByRole('dialog', { name: 'Check your photo' });
  await review.waitFor();
  await effect(desk, 'They look at the photo');
  await expectNoAxeViolations(page);
  assert.equal(await review.locator('.review-shots button').count(), 3, 'a burst of three');
  const first = await review.locator('.review-large').getAttribute('src');
  await review.getByRole('button', { name: 'Retake' }).click();
  await waitFor('other photographs', async () => (await review.locator('.review-large').getAttribute('src', { timeout: 2_000 }).catch(() => first)) !== first);
  await review.getByRole('button', { name: 'Use photo' }).click();
  await agent.locator('.pair .still-note', { hasText: /:\d\d$/ }).first().waitFor();
  await effect(desk, /^Photographed/);
  await review.waitFor({ state: 'detached' });
}, { timeout: 120_000 });

walk('a photograph on its way arrives although its line is down and its page is loaded again', async (stage) => {
  const { desk, page } = await faceToFace(stage);
  const agent = desk.page;
  stage.complaints.expect(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  const pieces = /\/v1\/customer\/uploads\//;
  let cut = 0;
  await page.route(pieces, (route) => {
    cut += 1;
    return route.abort('internetdisconnected');
  });
  await agent.keyboard.press(' ');
  await effect(desk, 'The photo is on its way');
  await waitFor('a piece that was cut off', async () => cut > 0);
  await page.unroute(pieces);
  await page.reload();
  await effect(desk, /^Photographed/);
  await agent.locator('.pair .still-note', { hasText: /:\d\d$/ }).first().waitFor();
}, { timeout: 120_000 });
