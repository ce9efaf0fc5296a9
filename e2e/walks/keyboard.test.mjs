// The whole call on a phone without a finger or an eye: every screen by keys alone, each as a screen reader tells it,
// each judged by the rules of WCAG 2.2 AA that a machine can check.
import assert from 'node:assert/strict';
import { agentAt, codeAt, Customer, Desk, moves, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

/** @typedef {import('playwright-core').Page} Page */

const NUMBER = '+919812300044';
/** More stops than any screen has. */
const STOPS = 40;

/** What has the focus, as it is announced and shown. @param {Page} page */
const focused = (page) => page.evaluate(() => {
  const at = /** @type {HTMLElement} */ (document.activeElement);
  const label = at.getAttribute('aria-label') ?? at.closest('label')?.textContent ?? /** @type {any} */ (at).labels?.[0]?.textContent ?? at.textContent ?? '';
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  const ring = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0;
  return { name: label.trim(), ring, inside: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth };
});

/** Goes on by Tab until this has the focus; it must be in sight and say so. @param {Page} page @param {RegExp} name */
async function tabTo(page, name) {
  const passed = [];
  for (let stop = 0; stop < STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    passed.push(at.name);
    if (!name.test(at.name)) continue;
    assert.ok(at.inside, `${at.name} is in sight when it has the focus`);
    assert.ok(at.ring, `${at.name} shows that it has the focus`);
    return;
  }
  throw new Error(`no Tab leads to ${name}: ${passed.join(' | ')}`);
}

/** @param {Page} page @param {RegExp} name */
async function press(page, name) {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

/** What a screen reader tells of the page holds all of this, and axe has nothing to say. @param {Page} page @param {string} screen @param {string[]} told */
async function reads(page, screen, told) {
  let tree = '';
  try {
    await waitFor(`${screen} as it is told`, async () => {
      tree = await page.locator('body').ariaSnapshot();
      return told.every((line) => tree.includes(line));
    });
  } catch (error) {
    throw new Error(`${screen}: ${told.filter((line) => !tree.includes(line)).join(' | ')} is missing in\n${tree}`, { cause: error });
  }
  await expectNoAxeViolations(page);
}

/** @param {import('../rig.mjs').Stage} stage @param {Parameters<typeof reportFailedCheck>[1]} check */
async function calling(stage, check) {
  const { urls } = await stage.recourse();
  const { desk, page: agent } = await agentAt(stage, urls.agent_url);
  const made = await reportFailedCheck(urls, check);
  const { page } = await stage.person('phone', {
    camera: 'framed',
    context: { ...PHONE, hasTouch: false, geolocation: { latitude: 19.07612, longitude: 72.87732, accuracy: 35 }, permissions: ['geolocation', 'camera', 'microphone'] },
  });
  await page.goto(made.recovery.url);
  await reads(page, 'the invitation', ['heading "Let\'s finish verifying you" [level=1]', 'button "Start video"', 'link "How we use your data"']);
  await press(page, /^Start video$/);
  await reads(page, 'the waiting', ['heading "You\'re next" [level=1]', 'button "Call me back"', 'button "End"']);
  await desk.goAvailable();
  await desk.answer();
  const customer = new Customer(page);
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  return { urls, desk, agent, page, customer };
}

/** @param {Page} page @param {Page} agent @param {Desk} desk */
async function chat(page, agent, desk) {
  await desk.write('Hello Grace, please have your card at hand.');
  await reads(page, 'the call', ['button "Chat, 1 new message"', 'button "Mute"', 'button "End"', 'Recording']);
  await press(page, /^Chat, 1 new message$/);
  await reads(page, 'the chat', ['dialog "Chat"', 'Hello Grace, please have your card at hand.', 'textbox "Write a message"']);
  if (!/Write a message/.test((await focused(page)).name)) await tabTo(page, /^Write a message$/);
  await page.keyboard.type('It is here');
  await press(page, /^Send$/);
  await agent.locator('#chat .bubble', { hasText: 'It is here' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Chat' }).waitFor({ state: 'detached' });
  assert.match((await focused(page)).name, /^Chat/, 'the focus is back where the chat was opened');
}

/** @param {Page} page @param {Page} agent */
async function camera(page, agent) {
  await agent.keyboard.press('g');
  await reads(page, 'the frame', ['status']);
  await page.locator('.guide [role=status]', { hasText: /\w/ }).waitFor();
  await agent.keyboard.press('g');
  await page.locator('.guide').waitFor({ state: 'detached' });

  const looksFirst = async () => {
    await agent.keyboard.press('o');
    await agent.locator('.optics label.switch', { hasText: 'They check it first' }).click();
    await agent.keyboard.press('Escape');
  };
  await looksFirst();
  await agent.keyboard.press(' ');
  await reads(page, 'the photographs to look at', ['dialog "Check your photo"', 'button "Use photo"', 'button "Retake"', 'group "Other photos"', 'the sharpest']);
  await press(page, /^Photo \d$/);
  await press(page, /^Use photo$/);
  await agent.locator('.pair .still-note', { hasText: /:\d\d$/ }).first().waitFor();
  await page.getByRole('dialog', { name: 'Check your photo' }).waitFor({ state: 'detached' });
  await looksFirst();

  await press(page, /^Stop$/);
  await reads(page, 'the device taken back', ['Only you control your camera', 'button "Allow"']);
  await press(page, /^Allow$/);
}

/** @param {Page} page @param {Page} agent */
async function drawing(page, agent) {
  await agent.getByRole('button', { name: 'Draw', exact: true }).click();
  await reads(page, 'the board', ['region "You and', 'button "Pen"', 'button "Pointer that fades"', 'button "Undo"', 'Drawing over the picture. Arrow keys move the cross']);
  await tabTo(page, /^Drawing over the picture/);
  for (const key of ['ArrowRight', 'ArrowDown', ' ', 'ArrowRight', 'ArrowRight', 'ArrowDown', ' ']) await page.keyboard.press(key);
  await tabTo(page, /^Undo$/);
  await waitFor('a line drawn by keys, which can be undone', () => page.getByRole('button', { name: 'Undo' }).isEnabled());
  await page.keyboard.press('Enter');
  await waitFor('the line to be undone', () => page.getByRole('button', { name: 'Undo' }).isDisabled());
  await agent.getByRole('button', { name: /^(Stop drawing|Draw)$/ }).click();
  await page.locator('.board').waitFor({ state: 'detached' });
}

/** @param {import('../rig.mjs').Stage} stage @param {import('../recourse.mjs').Urls} urls @param {Page} page @param {Page} agent */
async function company(stage, urls, page, agent) {
  const { page: boss } = await stage.person('supervisor', { camera: 'agent' });
  await new Desk(boss).signIn(urls.supervisor_url.replace('/admin', '/agent'));
  await boss.getByRole('button', { name: 'Watch', exact: true }).click();
  await boss.locator('.observe').getByRole('button', { name: 'Join', exact: true }).click();
  await reads(page, 'one more person in the call', ['has joined and hears you']);
  await boss.locator('.observe').getByRole('button', { name: /^(Leave|Stop watching)$/ }).click();
  await page.locator('.company .pill').waitFor({ state: 'detached' });
  await agent.keyboard.press(',');
  const sheet = agent.locator('dialog.people');
  await sheet.getByRole('button', { name: 'Put on hold' }).click();
  await reads(page, 'the hold', ['alert', 'heading "You\'re on hold" [level=2]']);
  await sheet.getByRole('button', { name: 'Take off hold' }).click();
  await sheet.getByRole('button', { name: 'Close' }).click();
  await page.locator('.on-hold').waitFor({ state: 'detached' });
}

walk('a customer on a phone goes through a whole call by keys alone, and a screen reader tells every screen of it', async (stage) => {
  const check = { reason: 'name_mismatch', phone: NUMBER, jurisdiction: 'IN', address: '1 Marine Drive, Mumbai, India' };
  const { urls, desk, agent, page, customer } = await calling(stage, check);
  await chat(page, agent, desk);
  await camera(page, agent);
  await drawing(page, agent);
  await company(stage, urls, page, agent);

  desk.onCode = async () => {
    const { code } = await codeAt(urls, NUMBER);
    await reads(page, 'the code', ['dialog "Type your code"', 'textbox "The 6 digits"', 'button "Check the code" [disabled]', 'will never ask you to say it']);
    assert.equal((await focused(page)).name, 'The 6 digits', 'one may type at once');
    await page.keyboard.type(code === '000000' ? '000001' : '000000');
    await page.keyboard.press('Enter');
    await reads(page, 'a wrong code', ['That is not the code. You have 2 tries left.']);
    assert.equal((await focused(page)).name, 'The 6 digits', 'one may type again at once');
    await page.keyboard.type(code);
    await page.keyboard.press('Enter');
    await reads(page, 'the right code', ['That is the right code. Thank you.']);
  };
  desk.onPlace = async () => {
    await reads(page, 'the question for the place', ['dialog "May we see where you are?"', 'button "Share my place"', 'button "No, don\'t share"']);
    await press(page, /^Share my place$/);
  };
  desk.onPrompt = async () => {
    await reads(page, 'a prompt', ['alert', 'button "I can\'t do this"', /** the picture has words */ 'img']);
  };
  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await agent.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed' });
  await customer.title('A second colleague is checking');
  await reads(page, 'the end', ['heading "A second colleague is checking" [level=1]', 'group "How was']);
  await tabTo(page, /star/);
  for (let star = 0; star < 4; star += 1) await page.keyboard.press('ArrowRight');
  await tabTo(page, /^Anything to add\?$/);
  await page.keyboard.type('Everything by keys');
  await press(page, /^Send$/);
  await reads(page, 'the thanks', ['Thank you for telling us.']);
}, { timeout: 240_000 });

walk('a prompt is told, shown as words, and declined by a key without being counted against anybody', async (stage) => {
  const { desk, agent, page } = await calling(stage, { reason: 'liveness_failed' });
  await desk.workThrough('Liveness');
  const draw = agent.locator('.checklist').getByRole('button', { name: /^Draw a/ });
  await draw.first().click();
  await reads(page, 'the prompt', ['alert', 'button "I can\'t do this"']);
  await press(page, /^I can't do this$/);
  await reads(page, 'another one to come', ['No problem.']);
}, { timeout: 180_000 });
