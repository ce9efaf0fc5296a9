// Two people draw on what both look at: what one draws lands on the same place of the content on the
// other's screen, on the live picture, on a submitted image, on a picture of the chat.
import assert from 'node:assert/strict';
import { dot, INK, inked, line, markedPicture, onGlass } from '../drawing.mjs';
import { adminAt, agentAt, Customer, moves, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{page: Page, of: string, ink: readonly number[]}} Side */

const SIDES = (/** @type {Page} */ agent, /** @type {Page} */ customer, /** @type {boolean} */ live) => ({
  agent: { page: agent, of: live ? '.face video' : '.board-image', ink: INK.agent },
  customer: { page: customer, of: live ? '.tile.self video' : '.board-image', ink: INK.customer },
});

/** Everything gone, on both sides. @param {Page} agent @param {Page} customer */
async function clearAll(agent, customer) {
  const button = agent.getByRole('button', { name: 'Clear all' });
  if (await button.isEnabled()) await button.click();
  for (const page of [agent, customer]) {
    for (const ink of Object.values(INK)) await waitFor('an empty board', async () => (await inked(page, ink)) === null);
  }
}

/** How wide the content is on a page: between the marks lie 40 % of it. @param {import('../drawing.mjs').Spot} first @param {import('../drawing.mjs').Spot} second */
const widthOf = (first, second) => Math.hypot(second.x - first.x, second.y - first.y);

/**
 * Each side marks both marks with its pen; the dots stand on the marks on the other glass, within 1 % of the width.
 * @param {Page} agent @param {Page} customer @param {boolean} live @param {string} what @param {number} ratio height of the content by its width
 */
async function landsOnTheSamePlace(agent, customer, live, what, ratio) {
  await clearAll(agent, customer);
  const sides = SIDES(agent, customer, live);
  /** @type {Record<string, Record<'first' | 'second', import('../drawing.mjs').Spot>>} */
  const seen = {};
  for (const [name, { page, of }] of Object.entries(sides)) seen[name] = { first: await onGlass(page, live ? 'pink' : 'lime', of), second: await onGlass(page, live ? 'blue' : 'orange', of) };
  for (const [by, to] of /** @type {const} */ ([['agent', 'customer'], ['customer', 'agent']])) {
    for (const mark of /** @type {const} */ (['first', 'second'])) {
      await dot(sides[by].page, seen[by][mark]);
      const { ink } = sides[by];
      const there = await waitFor(`${by}'s dot at the ${to}, ${what}`, () => inked(sides[to].page, ink));
      const goal = seen[to][mark];
      // The marks lie 0.4 of the width and 0.45 of the height apart.
      const width = widthOf(seen[to].first, seen[to].second) / Math.hypot(0.4, 0.45 * ratio);
      const off = Math.hypot(there.x - goal.x, there.y - goal.y) / width;
      assert.ok(off <= 0.01, `${by} to ${to}, ${mark}, ${what}: ${(off * 100).toFixed(2)} % of the width off (${JSON.stringify({ there, goal, width })})`);
      const own = await waitFor(`${by}'s own dot, ${what}`, () => inked(sides[by].page, ink));
      assert.ok(Math.hypot(own.x - seen[by][mark].x, own.y - seen[by][mark].y) / width <= 0.01, `${by} sees the own dot where it was put, ${what}`);
      await clearAll(agent, customer);
    }
  }
}

/** @param {import('../rig.mjs').Stage} stage @param {'mark' | 'mark_tall'} camera @param {Buffer} [submitted] */
async function inACall(stage, camera, submitted) {
  const server = await stage.recourse();
  const { desk, page: agent } = await agentAt(stage, server.urls.agent_url);
  const made = await reportFailedCheck(server.urls);
  if (submitted) {
    const sent = await fetch(new URL(`/v1/cases/${made.id}/images?slot=document_front`, server.urls.api_url), { method: 'POST', headers: { authorization: `Bearer ${server.urls.api_key}`, 'content-type': 'image/png' }, body: submitted });
    assert.equal(sent.status, 201, await sent.text());
  }
  const { page } = await stage.person('phone', { camera, context: PHONE });
  await page.goto(made.recovery.url);
  const customer = new Customer(page);
  await customer.start();
  await desk.goAvailable();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  return { server, desk, agent, customer, page, id: made.id };
}

/** @param {Page} agent @param {Page} page */
async function opened(agent, page) {
  for (const side of [agent, page]) await side.locator('.annotate canvas').waitFor();
}

walk('strokes land on the same place of the live picture, mirrored, cut, letterboxed and turned', async (stage) => {
  const { agent, page, customer } = await inACall(stage, 'mark');
  await agent.getByRole('button', { name: 'Draw', exact: true }).click();
  await opened(agent, page);
  await expectNoAxeViolations(agent);
  await expectNoAxeViolations(page);
  await landsOnTheSamePlace(agent, page, true, 'upright phone, mirrored', 480 / 640);
  await page.setViewportSize({ width: 844, height: 390 });
  await landsOnTheSamePlace(agent, page, true, 'phone laid down', 480 / 640);
  await page.setViewportSize({ width: 1366, height: 768 });
  await landsOnTheSamePlace(agent, page, true, 'a desk', 480 / 640);
  await agent.setViewportSize({ width: 1024, height: 900 });
  await landsOnTheSamePlace(agent, page, true, 'an upright console', 480 / 640);
  await page.setViewportSize(PHONE.viewport);
  await agent.setViewportSize({ width: 1366, height: 768 });

  // A line is seen on the other side while it is drawn.
  const pink = await onGlass(page, 'pink', '.tile.self video');
  await page.mouse.move(pink.x, pink.y);
  await page.mouse.down();
  await page.mouse.move(pink.x - 40, pink.y + 60, { steps: 6 });
  const half = await waitFor('half a line at the agent', () => inked(agent, INK.customer));
  await page.mouse.move(pink.x - 40, pink.y + 160, { steps: 6 });
  await waitFor('the rest of it', async () => ((await inked(agent, INK.customer))?.height ?? 0) > half.height * 1.5);
  await page.mouse.up();

  // Undo and redo are each person's own; a page that is loaded again has the board.
  await dot(agent, { x: 683, y: 300 });
  await waitFor("the agent's dot", () => inked(page, INK.agent));
  await page.getByRole('button', { name: 'Undo' }).click();
  await waitFor('the line to be gone', async () => (await inked(agent, INK.customer)) === null);
  assert.ok(await inked(page, INK.agent), 'the other one stays');
  await page.getByRole('button', { name: 'Redo' }).click();
  const back = await waitFor('the line again', () => inked(agent, INK.customer));
  await agent.reload();
  await agent.locator('.annotate canvas').waitFor();
  const after = await waitFor('the line after the reload', () => inked(agent, INK.customer));
  assert.ok(Math.abs(after.height - back.height) <= 3 && Math.abs(after.x - back.x) <= 3, JSON.stringify({ back, after }));
  await page.reload();
  await page.locator('.annotate canvas').waitFor();
  await waitFor("the agent's dot after the customer's reload", () => inked(page, INK.agent));

  // By keyboard: the cross goes up and draws.
  await clearAll(agent, page);
  await agent.locator('.annotate canvas').focus();
  for (const key of ['Space', 'Shift+ArrowUp', 'Shift+ArrowUp', 'Space']) await agent.keyboard.press(key);
  await waitFor('the line drawn by keys at the customer', async () => ((await inked(page, INK.agent))?.height ?? 0) > 8);
  await agent.keyboard.press('Control+z');
  await waitFor('it to be taken back', async () => (await inked(page, INK.agent)) === null);

  await agent.getByRole('button', { name: 'Close for both' }).click();
  await page.locator('.annotate').waitFor({ state: 'detached' });
  await moves(customer.agentFace, 'the agent at the customer again');
}, { timeout: 400_000 });

walk('strokes land on the same place of submitted images and pictures of the chat, and a snapshot keeps both pictures', async (stage) => {
  const { page: bench } = await stage.person('bench', { camera: 'none' });
  const [wide, tall] = [await markedPicture(bench, 900, 500), await markedPicture(bench, 600, 900)];
  const { server, agent, page, customer, desk, id } = await inACall(stage, 'mark_tall', wide);
  await agent.keyboard.press('.');
  await opened(agent, page);
  await landsOnTheSamePlace(agent, page, true, 'an upright camera', 640 / 480);

  // The submitted image.
  await agent.getByRole('button', { name: /^Submitted: Front/ }).first().click();
  await agent.getByRole('button', { name: 'Show to customer' }).click();
  await page.locator('.board-image img').waitFor();
  await landsOnTheSamePlace(agent, page, false, 'a submitted image', 500 / 900);
  await agent.getByRole('button', { name: 'Turn my view' }).click();
  await landsOnTheSamePlace(agent, page, false, 'turned at the agent', 500 / 900);
  await agent.getByRole('button', { name: 'Larger', exact: true }).click();
  await landsOnTheSamePlace(agent, page, false, 'turned and larger at the agent', 500 / 900);
  await page.getByRole('button', { name: 'Turn the picture' }).click();
  await landsOnTheSamePlace(agent, page, false, 'turned on both sides', 500 / 900);
  await expectNoAxeViolations(agent);
  await expectNoAxeViolations(page);

  // A picture of the chat, sent by the customer after its notice.
  await customer.openChat();
  await page.locator('.chat input[type=file]').setInputFiles({ name: 'page.png', mimeType: 'image/png', buffer: tall });
  await page.getByText('This picture becomes part of your verification').waitFor();
  await page.getByRole('button', { name: 'Send picture', exact: true }).click();
  await agent.getByRole('button', { name: 'Look at it together' }).click();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await waitFor('the picture of the chat on both screens', async () => {
    const sizes = await Promise.all([agent, page].map((side) => side.locator('.board-image img').evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth)));
    return sizes.every((width) => width === 600);
  });
  await landsOnTheSamePlace(agent, page, false, 'a picture of the chat', 900 / 600);

  // The snapshot: the untouched picture and the drawn one, both in the case.
  const pink = await onGlass(agent, 'lime', '.board-image');
  await line(agent, pink, { x: pink.x + 60, y: pink.y + 60 });
  await waitFor('the line at the customer', () => inked(page, INK.agent));
  await agent.getByRole('button', { name: 'Snapshot' }).click();
  await agent.getByText('Saved as evidence').waitFor();
  await agent.getByRole('button', { name: 'Close for both' }).click();
  for (const side of [agent, page]) await side.locator('.annotate').waitFor({ state: 'detached' });
  await agent.keyboard.press('.');
  await opened(agent, page);
  await agent.getByRole('button', { name: 'Freeze' }).click();
  await waitFor('the frozen frame on both screens', async () => {
    const sizes = await Promise.all([agent, page].map((side) => side.locator('.board-image img').evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalHeight)));
    return sizes.every((height) => height === 640);
  });
  await desk.decide('Not finished', { reason: 'Connection too poor' });
  await page.locator('.annotate').waitFor({ state: 'detached' });

  // In the file of the case: the drawn picture names the untouched one, and the log names every piece of the trail.
  const { admin } = await adminAt(stage, server.urls.admin_url);
  const file = /** @type {any} */ (await admin.file(id));
  const drawn = file.evidence.filter((/** @type {any} */ e) => e.source === 'annotated');
  const chat = file.evidence.find((/** @type {any} */ e) => e.source !== 'annotated' && e.id === drawn[0]?.of);
  assert.deepEqual([drawn.length, drawn[0].width, drawn[0].height], [1, 600, 900], 'drawn on the picture in its own pixels');
  assert.ok(chat, 'the untouched picture is kept beside it');
  assert.equal(file.evidence.filter((/** @type {any} */ e) => e.source === 'screen' && e.width === 480 && e.height === 640).length, 1, 'the frozen frame');
  await waitFor('the trail in the log', async () => {
    const kinds = /** @type {any} */ (await admin.file(id)).timeline.map((/** @type {any} */ each) => each.kind);
    return kinds.includes('drawing_kept') && kinds.includes('surface_shown');
  });
}, { timeout: 400_000 });
