// The agent from the sign-in to a call, and the call on both sides up to the first prompt.
import { moves } from '../people.mjs';
import { DESK, waitFor } from '../rig.mjs';
import { deskAt, drawPrompt, failedCheck, HERE, loaded, phoneAt } from './cast.mjs';

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  stage.complaints.expect(/status of 401/);
  await signIn(stage, shoot, urls);
  const { desk, page: agent } = await deskAt(stage, urls.agent_url);
  await shoot(agent, 'agent-away', { dark: true });
  await agent.getByRole('button', { name: /^Keys/ }).click();
  await agent.getByRole('dialog').waitFor();
  await shoot(agent, 'agent-help');
  await agent.keyboard.press('Escape');
  // The ring must stay for as long as it is photographed.
  await agent.getByRole('switch', { name: 'Auto-accept' }).uncheck({ force: true });
  await desk.goAvailable();
  await moves(desk.page.locator('.self-view video'), 'the agent');
  await shoot(agent, 'agent-available');

  const made = await failedCheck(urls, { failure: 'liveness_failed', confidence: 0.44 });
  const { page, customer } = await phoneAt(stage, made.recovery.url);
  await customer.start();
  await ring(desk, shoot);
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  await live({ desk, agent, page, customer, shoot });
  await prompted({ desk, agent, page, customer, shoot });
}

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot @param {import('../recourse.mjs').Urls} urls */
async function signIn(stage, shoot, urls) {
  const { page, browser } = await stage.person('stranger', { camera: 'none', context: { ...DESK, ...HERE } });
  await page.goto(new URL('/agent', urls.api_url).href);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await shoot(page, 'agent-sign-in', { dark: true });
  await page.goto(new URL('/admin', urls.api_url).href);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await shoot(page, 'admin-sign-in');
  await browser.close();
}

/** @param {import('../people.mjs').Desk} desk @param {import('../screens.mjs').Shoot} shoot */
async function ring(desk, shoot) {
  const agent = desk.page;
  await desk.stage('ring');
  await loaded(agent);
  await shoot(agent, 'agent-ring', { dark: true });
  // On a slow machine three pictures last longer than a ring does.
  if ((await desk.stage('ring', 'away')) === 'away') await desk.goAvailable();
  await desk.answer();
}

/** @typedef {{desk: import('../people.mjs').Desk, agent: import('playwright-core').Page, page: import('playwright-core').Page, customer: import('../people.mjs').Customer, shoot: import('../screens.mjs').Shoot}} Both */

/** @param {Both} both */
async function live({ desk, agent, page, customer, shoot }) {
  await page.locator('.call-head .recording').waitFor();
  await shoot(page, 'customer-live', { copy: 'customer-live' });
  await desk.write('Hello Priya, I am Ana. Please have your card at hand.');
  await waitFor('the unread mark', async () => (await page.locator('.controls .badge').count()) > 0);
  await customer.openChat();
  await customer.write('Hello, it is right here');
  await agent.locator('#chat .bubble', { hasText: 'it is right here' }).waitFor();
  await shoot(page, 'customer-chat', { dark: true });
  await page.getByRole('dialog', { name: 'Chat' }).getByRole('button', { name: 'Close' }).click();

  await waitFor('sealed segments', async () => (await agent.locator('.pill[data-rec=recording]').count()) > 0);
  await agent.locator('.pill[data-line=good]').first().waitFor({ timeout: 20_000 }).catch(() => undefined);
  await loaded(agent);
  await shoot(agent, 'agent-live', { dark: true, copy: 'agent-live' });

  await agent.locator('.ways').getByRole('button', { name: 'Approve' }).click();
  await agent.locator('.verdict-sheet .locks').waitFor();
  await shoot(agent, 'agent-approve-locked');
  await agent.keyboard.press('Escape');
  await agent.locator('.verdict-sheet').waitFor({ state: 'detached' });
}

/** The question the camera must answer, as a picture and in words. @param {Both} both */
async function prompted({ desk, agent, page, shoot }) {
  await drawPrompt(desk);
  await page.locator('.prompt-words').waitFor();
  await shoot(page, 'customer-liveness-prompt');
  await shoot(agent, 'agent-liveness-prompt', { dark: true });
}
