// A face that did not match, recovered: faces compared at one scale, prompts shown and judged, other ones for who cannot do them.
import assert from 'node:assert/strict';
import { Admin, agentAt, Bank, Customer, moves, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

/** @typedef {import('../people.mjs').Desk} Desk */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Page | import('playwright-core').FrameLocator} Root */

/** What the agent's page calls the things an accessible way does without. */
const WITHOUT = ['blink', 'move', 'speak', 'hear'];

/** Where a picture lies in its pane. @param {Page} page @param {string} source */
const placed = (page, source) => page.locator(`.cmp-pane[data-source=${source}] .layer`).evaluate((layer) => getComputedStyle(layer).transform);

/** @param {Page} page @param {string} source */
const shows = (page, source) => page.locator(`.cmp-pane[data-source=${source}] .layer`).evaluate((layer) => {
  const picture = /** @type {any} */ (layer);
  return (picture.naturalWidth || picture.videoWidth || 0) > 0;
});

/** The compare view from its key to the end of the step. @param {Desk} desk */
async function compareFaces(desk) {
  const { page } = desk;
  await page.keyboard.press('c');
  const sheet = page.getByRole('dialog', { name: 'Compare faces' });
  await sheet.waitFor();
  for (const source of ['document', 'live', 'selfie', 'portrait']) {
    await waitFor(`the ${source} in its pane`, () => shows(page, source));
  }
  await moves(page.locator('.cmp-pane video'), 'the live face in the comparison');
  await expectNoAxeViolations(page);

  await boxByPointer(page);
  await eyesByKeys(page, 'portrait');
  await eyesByPointer(page, 'selfie');
  await expectSameScale(page, ['portrait', 'selfie']);

  const mirrored = await placed(page, 'selfie');
  await page.keyboard.press('f');
  await waitFor('the mirror', async () => (await placed(page, 'selfie')) !== mirrored);

  await sheet.getByRole('button', { name: /^Blink/ }).click();
  const top = page.locator('.cmp-note[data-on-top]');
  const seen = new Set();
  await waitFor('each of the four on top in its turn', async () => seen.add(await top.getAttribute('data-on-top')).size === 4);
  await page.keyboard.press('o');
  const upper = page.locator('.cmp-pane[data-source=stack] .layer').nth(1);
  const opacity = () => upper.evaluate((layer) => Number(getComputedStyle(layer).opacity));
  const before = await opacity();
  await page.keyboard.press('.');
  await waitFor('more of the upper picture', async () => (await opacity()) > before);
  await page.keyboard.press('s');

  await page.locator('.cmp-pane[data-source=live] .cmp-view').focus();
  await page.keyboard.press('h');
  await page.locator('.cmp-pane[data-source=live] canvas').waitFor();
  await expectNoAxeViolations(page);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await page.keyboard.press('c');
  await waitFor('the box to be remembered', () => page.locator('.cmp-pane[data-source=document] .layer').evaluate((layer) => getComputedStyle(layer).clipPath !== 'none'));
  await page.keyboard.press('Enter');
  await sheet.waitFor({ state: 'detached' });
}

/** @param {Page} page */
async function boxByPointer(page) {
  const pane = page.locator('.cmp-pane[data-source=document] .cmp-view');
  await pane.focus();
  await page.keyboard.press('x');
  const { x, y, width, height } = /** @type {{x: number, y: number, width: number, height: number}} */ (await pane.boundingBox());
  await page.mouse.move(x + width * 0.25, y + height * 0.42);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.6, y + height * 0.58, { steps: 4 });
  await page.mouse.up();
  await waitFor('the box', () => page.locator('.cmp-pane[data-source=document] .layer').evaluate((layer) => getComputedStyle(layer).clipPath !== 'none'));
}

/** @param {Page} page @param {string} source */
async function eyesByKeys(page, source) {
  const pane = page.locator(`.cmp-pane[data-source=${source}]`);
  await pane.locator('.cmp-view').focus();
  await page.keyboard.press('e');
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  for (let i = 0; i < 8; i += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await pane.getByText('Eyes set').waitFor();
}

/** @param {Page} page @param {string} source */
async function eyesByPointer(page, source) {
  const pane = page.locator(`.cmp-pane[data-source=${source}]`);
  const view = pane.locator('.cmp-view');
  await view.focus();
  await page.keyboard.press('e');
  const { x, y, width, height } = /** @type {{x: number, y: number, width: number, height: number}} */ (await view.boundingBox());
  await page.mouse.click(x + width * 0.42, y + height * 0.5);
  await page.mouse.click(x + width * 0.58, y + height * 0.5);
  await pane.getByText('Eyes set').waitFor();
}

/** The marked places of every picture lie on the same two places of their panes. @param {Page} page @param {string[]} sources */
async function expectSameScale(page, sources) {
  const found = [];
  for (const source of sources) {
    found.push(await page.locator(`.cmp-pane[data-source=${source}] .layer`).evaluate((layer) => {
      const box = /** @type {HTMLElement} */ (layer.parentElement).getBoundingClientRect();
      const { a, b } = new DOMMatrix(getComputedStyle(layer).transform);
      const of = JSON.parse(sessionStorage.getItem('recourse.agent.compare') ?? '{}');
      const id = decodeURIComponent(/** @type {HTMLImageElement} */ (layer).src.split('/').at(-2) ?? '');
      const { one, two } = of[id].eyes;
      const picture = /** @type {HTMLImageElement} */ (layer);
      const apart = Math.hypot((one.x - two.x) * picture.naturalWidth, (one.y - two.y) * picture.naturalHeight) * Math.hypot(a, b);
      return apart / Math.min(box.width, box.height);
    }));
  }
  for (const apart of found) assert.ok(Math.abs(apart - 0.24) < 0.005, `eyes ${apart} of the pane apart, of ${sources}`);
}

/** The prompt that stands on the customer's page, once the agent's page knows that it does. @param {Desk} desk @param {Root} root */
async function onBothPages(desk, root) {
  await root.locator('.prompt .prompt-words').waitFor();
  await desk.page.locator('.stage .prompt[data-shown=true]').waitFor();
  const [theirs, mine] = await Promise.all([root.locator('section.prompt').getAttribute('data-prompt'), desk.page.locator('.stage .prompt').getAttribute('data-prompt')]);
  assert.equal(theirs, mine, 'both pages show the same prompt');
  return theirs;
}

/** @param {Desk} desk */
const passed = async (desk) => Number.parseInt(await desk.page.getByText(/^\d+ of \d+ passed$/).innerText(), 10);

/** @param {Desk} desk @param {Root} root */
async function passByKey(desk, root) {
  const before = await passed(desk);
  await desk.page.keyboard.press('p');
  await waitFor('the prompt to count', async () => (await passed(desk)) === before + 1);
  await root.locator('section.prompt').waitFor({ state: 'detached' });
}

walk('a face that did not match is compared at one scale, asked three times, and approved with its evidence listed', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, page: agent } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const { page } = await stage.person('customer', { camera: 'liveness' });
  const bank = new Bank(page);
  await page.goto(urls.bank_url);
  await bank.check('Face does not match');
  await bank.customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await desk.workThrough('Face and portrait');

  const { step } = /** @type {{step: import('playwright-core').Locator}} */ (await desk.currentStep());
  await step.getByRole('button', { name: /^Photograph/ }).click();
  await waitFor('the photographed face', async () => (await step.locator('.step-stills img').count()) > 0);
  await step.getByRole('button', { name: /^Compare faces/ }).waitFor();
  await compareFaces(desk);

  // One passed, one taken back by the agent's key, one declined by the customer and exchanged.
  await agent.keyboard.press('d');
  await onBothPages(desk, bank.frame);
  await expectNoAxeViolations(page);
  await expectNoAxeViolations(agent);
  await passByKey(desk, bank.frame);

  await agent.keyboard.press('d');
  const first = await onBothPages(desk, bank.frame);
  await agent.keyboard.press('k');
  await bank.frame.locator(`section.prompt:not([data-prompt=${first}])`).waitFor();
  await onBothPages(desk, bank.frame);
  await passByKey(desk, bank.frame);

  await agent.keyboard.press('d');
  const second = await onBothPages(desk, bank.frame);
  await bank.frame.getByRole('button', { name: "I can't do this" }).click();
  await bank.frame.getByText('will choose something else').waitFor();
  await agent.getByText('They say they cannot do this').waitFor();
  await expectNoAxeViolations(page);
  await agent.getByRole('group', { name: 'They cannot' }).getByRole('button').first().click();
  await bank.frame.locator(`section.prompt:not([data-prompt=${second}])`).waitFor();
  await onBothPages(desk, bank.frame);
  await passByKey(desk, bank.frame);
  assert.equal(await passed(desk), 3);
  assert.equal(await agent.locator('.challenge[data-outcome=withdrawn]').count(), 2);

  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await agent.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed' });
  await bank.customer.title("You're verified");
  await evidenceIsListed(stage, urls.admin_url, await bank.caseId());
}, { timeout: 240_000 });

/** @param {import('../rig.mjs').Stage} stage @param {string} url @param {string} id */
async function evidenceIsListed(stage, url, id) {
  const { page } = await stage.person('admin', { camera: 'none' });
  const admin = new Admin(page);
  await admin.signIn(url);
  await admin.openCase(id);
  assert.match(await page.locator('#outcome').innerText(), /Verified/);
  const file = await admin.file(id);
  const steps = new Map(file.steps.map((/** @type {any} */ s) => [s.key, s]));
  assert.ok(steps.get('document_front').evidence.length > 0 && steps.get('portrait_match').evidence.length > 0, 'photographs are bound to their steps');
  const went = steps.get('liveness').challenges.map((/** @type {any} */ c) => c.outcome);
  assert.deepEqual(went, ['passed', 'withdrawn', 'passed', 'withdrawn', 'passed']);
  const timeline = page.locator('#timeline');
  for (const words of ['A liveness prompt was asked', "A liveness prompt was on the customer's screen", 'A liveness prompt was taken back', 'The customer said they cannot do a prompt']) {
    await timeline.getByText(words).first().waitFor();
  }
}

walk('who cannot blink, move, speak or hear completes the same procedure with other prompts, nothing counted against them', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, page: agent } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls, { reason: 'liveness_failed', locale: 'ta' });
  const { page } = await stage.person('phone', { camera: 'liveness', context: { ...PHONE, reducedMotion: 'reduce' } });
  const customer = new Customer(page);
  await page.goto(made.recovery.url);
  await page.locator('button.primary').first().click();
  await desk.answer();
  await moves(customer.agentFace, 'the agent at the phone');
  await desk.workThrough('Liveness');
  const left = async () => Number.parseInt(await agent.getByText(/more may be drawn$/).innerText(), 10);
  const [, wanted] = (await agent.getByText(/^\d+ of \d+ passed$/).innerText()).match(/\d+/g)?.map(Number) ?? [];
  const tries = await left();
  for (let n = 1; n <= (wanted ?? 0); n += 1) {
    await agent.keyboard.press('d');
    for (;;) {
      const prompt = await onBothPages(desk, page);
      const cannot = agent.getByRole('group', { name: 'They cannot' });
      const words = (await cannot.getByRole('button').allInnerTexts()).map((text) => text.split('\n')[0]?.trim() ?? '');
      const lacked = words.find((word) => WITHOUT.includes(word));
      if (!lacked) break;
      await cannot.getByRole('button', { name: lacked }).click();
      await page.locator(`section.prompt:not([data-prompt=${prompt}])`).waitFor();
    }
    assert.equal(await left(), tries - n, 'only what they could do is a try');
    await passByKey(desk, page);
  }
  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await agent.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed' });
}, { timeout: 240_000 });
