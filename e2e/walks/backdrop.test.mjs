// What is behind the agent: a wall or a blur instead of the room, made on the agent's own machine; and when that cannot be
// made, no picture rather than the room.
import assert from 'node:assert/strict';
import { agentAt, Customer, moves, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

/** @typedef {import('playwright-core').Locator} Locator */
/** @typedef {[number, number, number]} Colour */

/** The colour of a place of the picture, given as shares of its size. @param {Locator} video @param {number} x @param {number} y @returns {Promise<Colour>} */
const colourAt = (video, x, y) => video.evaluate((element, [left, top]) => {
  const picture = /** @type {HTMLVideoElement} */ (element);
  const canvas = new OffscreenCanvas(8, 8);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.drawImage(picture, left * picture.videoWidth - 4, top * picture.videoHeight - 4, 8, 8, 0, 0, 8, 8);
  const { data } = context.getImageData(4, 4, 1, 1);
  return /** @type {[number, number, number]} */ ([data[0], data[1], data[2]]);
}, /** @type {const} */ ([x, y]));

/** A light wall, as no corner of the room is. @param {Colour} colour */
const wall = ([r, g, b]) => Math.min(r, g, b) > 150 && Math.max(r, g, b) - Math.min(r, g, b) < 45;
const CORNERS = /** @type {const} */ ([[0.04, 0.08], [0.96, 0.08]]);
/** Whether all upper corners are wall, or none is. @param {Locator} video @param {boolean} wanted */
const corners = async (video, wanted) => (await Promise.all(CORNERS.map(([x, y]) => colourAt(video, x, y)))).every((colour) => wall(colour) === wanted);

/** @param {import('playwright-core').Page} page @param {string} how */
async function stand(page, how) {
  const picker = page.getByLabel('Behind you');
  await picker.selectOption({ label: how });
  await waitFor('the camera to be open again', () => picker.isEnabled());
}

walk('the customer sees a wall instead of the room behind the agent, in the call as before it', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, page } = await agentAt(stage, urls.agent_url, 'agent', 'calm');
  await page.getByRole('button', { name: 'Open camera' }).click();
  const own = page.locator('.self-view video');
  await moves(own, 'the agent in the own picture');
  assert.ok(await corners(own, false), 'the room is seen');
  await stand(page, 'A plain wall');
  await waitFor('the wall in the own picture', () => corners(own, true));
  assert.ok(!wall(await colourAt(own, 0.5, 0.5)), 'the face stands before it');
  await expectNoAxeViolations(page);
  await page.reload();
  await page.getByRole('button', { name: 'Open camera' }).click();
  await moves(own, 'the agent after a reload');
  assert.ok(await corners(own, true), 'the choice was kept, and the room was never shown');

  const made = await reportFailedCheck(urls);
  const { page: phone } = await stage.person('phone', { camera: 'document', context: PHONE });
  await phone.goto(made.recovery.url);
  const customer = new Customer(phone);
  await customer.start();
  await desk.goAvailable();
  await desk.answer();
  await moves(customer.agentFace, 'the agent at the customer');
  await waitFor('the wall at the customer', () => corners(customer.agentFace, true));
  await page.keyboard.press('?');
  await stand(page, 'The room as it is');
  await waitFor('the room at the customer', () => corners(customer.agentFace, false));
  await stand(page, 'The room, blurred');
  await moves(customer.agentFace, 'the agent before a blurred room', { by: 10 });
  await expectNoAxeViolations(page);
});

walk('when the background cannot be hidden nobody sees the agent, and the page says what to do', async (stage) => {
  const { urls } = await stage.recourse();
  stage.complaints.expect(/selfie_segmentation|Failed to load resource/);
  const { page, context } = await agentAt(stage, urls.agent_url, 'agent', 'calm');
  await context.route(/selfie_segmentation/, (route) => route.abort());
  await page.getByRole('button', { name: 'Open camera' }).click();
  const own = page.locator('.self-view video');
  await moves(own, 'the agent in the own picture');
  await stand(page, 'The room, blurred');
  await page.getByRole('alert').filter({ hasText: 'cannot be hidden on this machine' }).waitFor();
  const tracks = () => own.evaluate((element) => {
    const stream = /** @type {MediaStream | null} */ (/** @type {HTMLVideoElement} */ (element).srcObject);
    return [stream?.getVideoTracks().length, stream?.getAudioTracks().length];
  });
  assert.deepEqual(await tracks(), [0, 1], 'heard, not seen');
  await page.getByRole('button', { name: 'Go available', exact: true }).click();
  await page.getByRole('button', { name: 'Go available without camera' }).waitFor();
  await stand(page, 'The room as it is');
  await moves(own, 'the agent, seen again');
  assert.deepEqual(await tracks(), [1, 1]);
});
