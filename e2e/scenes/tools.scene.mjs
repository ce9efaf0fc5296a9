// The agent's tools on both screens: the camera's controls, fields beside the form, drawing together, the one-time code, the
// place, and more people in the call.
import { codeAt, Customer, Desk, moves, reportFailedCheck } from '../people.mjs';
import { PHONE, waitFor } from '../rig.mjs';
import { deskAt, HERE, loaded } from './cast.mjs';

const NUMBER = '+919812300052';
/** The specimen passport of ICAO 9303. */
const LINES = 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../screens.mjs').Shoot} Shoot */
/** @typedef {{urls: import('../recourse.mjs').Urls, desk: Desk, agent: Page, page: Page, customer: Customer, shoot: Shoot}} Both */

/** @param {import('../rig.mjs').Stage} stage @param {Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  const { desk, page: agent } = await deskAt(stage, urls.agent_url);
  await desk.goAvailable();
  const check = { reason: 'name_mismatch', name: 'Nguyễn Văn Đức', phone: NUMBER, jurisdiction: 'IN', address: '1 Marine Drive, Mumbai, India' };
  const made = await reportFailedCheck(urls, check);
  const { page } = await stage.person('phone', {
    camera: 'calm',
    context: { ...PHONE, ...HERE, geolocation: { latitude: 19.07612, longitude: 72.87732, accuracy: 35 }, permissions: ['geolocation', 'camera', 'microphone'] },
  });
  await page.goto(made.recovery.url);
  const customer = new Customer(page);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  const both = { urls, desk, agent, page, customer, shoot };
  await optics(both);
  await details(both);
  await together(both);
  await people(stage, both);
  await asked(both);
}

/** @param {Both} both */
async function optics({ agent, page, shoot }) {
  await agent.keyboard.press('o');
  await agent.getByRole('region', { name: 'Camera controls' }).waitFor();
  await agent.locator('.optics label.switch', { hasText: 'They check it first' }).click();
  await shoot(agent, 'agent-camera', { dark: true });
  await agent.keyboard.press('Escape');
  await agent.keyboard.press(' ');
  await page.getByRole('dialog', { name: 'Check your photo' }).waitFor();
  await loaded(page);
  await shoot(page, 'customer-photo-check', { dark: true });
  await page.getByRole('button', { name: 'Use photo' }).click();
  await agent.locator('.pair .still-note', { hasText: /:\d\d$/ }).first().waitFor();
  await agent.keyboard.press('g');
  await page.locator('.guide').waitFor();
  await page.locator('.hold').waitFor();
  await shoot(page, 'customer-controlled');
  await agent.keyboard.press('g');
  await page.locator('.guide').waitFor({ state: 'detached' });
  await agent.keyboard.press('o');
  await agent.locator('.optics label.switch', { hasText: 'They check it first' }).click();
  await agent.keyboard.press('Escape');
}

/** @param {Both} both */
async function details({ agent, shoot }) {
  await agent.keyboard.press('s');
  const panel = agent.locator('.details');
  const name = panel.locator('[data-field=name]');
  await name.locator('input').fill('NGUYEN VAN DUC');
  await name.locator('input').press('Enter');
  await waitFor('the name to be compared', async () => (await name.getAttribute('data-outcome')) !== '');
  const lines = panel.getByRole('textbox', { name: 'Lines, as read' });
  await lines.fill(LINES.replace('7408122', '7408132'));
  await panel.getByText(/check digits? do(es)? not fit/).waitFor();
  await loaded(agent);
  await shoot(agent, 'agent-details', { dark: true });
  await panel.getByRole('button', { name: 'Back to the checklist' }).click();
}

/** The agent draws a circle on the customer's picture. @param {Page} agent */
async function circle(agent) {
  await agent.getByRole('button', { name: 'Draw', exact: true }).click();
  await agent.locator('.annotate canvas').waitFor();
  const glass = await agent.locator('.face video').boundingBox();
  if (!glass) throw new Error('no picture to draw on');
  const at = (/** @type {number} */ x, /** @type {number} */ y) => /** @type {const} */ ([glass.x + glass.width * x, glass.y + glass.height * y]);
  await agent.mouse.move(...at(0.38, 0.3));
  await agent.mouse.down();
  for (let i = 1; i <= 24; i += 1) await agent.mouse.move(...at(0.5 - 0.12 * Math.cos((i / 24) * 2 * Math.PI), 0.4 - 0.16 * Math.sin((i / 24) * 2 * Math.PI)));
  await agent.mouse.up();
}

/** @param {Both} both */
async function together({ agent, page, shoot }) {
  await circle(agent);
  await page.locator('.annotate canvas').waitFor();
  await page.locator('.board-head').waitFor();
  await shoot(agent, 'agent-draw', { dark: true });
  await shoot(page, 'customer-draw');
  await agent.getByRole('button', { name: /^(Stop drawing|Draw)$/ }).click();
  await page.locator('.board').waitFor({ state: 'detached' });
}

/** @param {import('../rig.mjs').Stage} stage @param {Both} both */
async function people(stage, { urls, desk, agent, page, customer, shoot }) {
  const boss = await deskAt(stage, urls.supervisor_url.replace('/admin', '/agent'), 'supervisor');
  await shoot(boss.page, 'agent-floor');
  await boss.page.getByRole('button', { name: 'Watch', exact: true }).click();
  await moves(boss.page.locator('.observed-customer video'), 'the customer before the supervisor');
  await moves(boss.page.locator('.observed-agent video'), 'the agent before the supervisor');
  const chat = boss.page.getByRole('region', { name: 'Chat' });
  await shoot(boss.page, 'supervisor-watch', { dark: true });
  await desk.write('Good morning. Hold your card beside your face, please.');
  await customer.openChat();
  await customer.write('Which side of it?');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await desk.write('The side with your picture. I draw where.');
  await chat.getByText('I draw where').waitFor();
  await circle(agent);
  await boss.page.locator('.board-head').waitFor();
  await shoot(boss.page, 'supervisor-watch-together', { dark: true });
  await agent.getByRole('button', { name: /^(Stop drawing|Draw)$/ }).click();
  await boss.page.locator('.board').waitFor({ state: 'detached' });
  await boss.page.locator('.observe').getByRole('button', { name: 'Join', exact: true }).click();
  await page.locator('.company', { hasText: 'has joined' }).waitFor();
  await moves(page.locator('video[data-seat=supervisor]'), 'the supervisor on the phone');
  await shoot(page, 'customer-company');
  await agent.keyboard.press(',');
  const sheet = agent.locator('dialog.people');
  await sheet.getByRole('button', { name: 'Make a link' }).click();
  const link = await sheet.locator('[data-interpreter-link]').inputValue();
  await shoot(agent, 'agent-people', { dark: true });
  const third = await stage.person('interpreter', { camera: 'none', context: { ...PHONE, ...HERE } });
  await third.page.goto(link);
  await third.page.getByLabel('Your name').fill('Ravi');
  await shoot(third.page, 'interpreter-join');
  await third.browser.close();
  await sheet.getByRole('button', { name: 'Put on hold' }).click();
  await page.getByText('You\'re on hold').waitFor();
  await shoot(page, 'customer-hold', { dark: true });
  await sheet.getByRole('button', { name: 'Take off hold' }).click();
  await sheet.getByRole('button', { name: 'Close' }).click();
  await page.locator('.on-hold').waitFor({ state: 'detached' });
  await boss.browser.close();
}

/** @param {Both} both */
async function asked({ urls, desk, agent, page, customer, shoot }) {
  desk.onCode = async () => {
    const { code } = await codeAt(urls, NUMBER);
    await page.getByRole('dialog', { name: 'Type your code' }).waitFor();
    await shoot(page, 'customer-code', { dark: true });
    await shoot(agent, 'agent-code');
    await customer.typeCode(code);
    await page.getByText('That is the right code.').waitFor();
  };
  desk.onPlace = async (step) => {
    await page.getByRole('dialog', { name: 'May we see where you are?' }).waitFor();
    await shoot(page, 'customer-place');
    await page.getByRole('button', { name: 'Share my place' }).click();
    await step.locator('.found .map path').first().waitFor();
    await loaded(agent);
    await shoot(agent, 'agent-place', { dark: true });
  };
  await desk.workThrough();
}
