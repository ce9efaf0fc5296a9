// A card before the camera on both sides of a call, compared, decided, and the stars of the customer.
import { moves } from '../people.mjs';
import { waitFor } from '../rig.mjs';
import { deskAt, failedCheck, guideOn, inLanguages, loaded, phoneAt } from './cast.mjs';

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  const { desk, page: agent } = await deskAt(stage, urls.agent_url);
  await desk.goAvailable();
  const { page, customer } = await phoneAt(stage, (await failedCheck(urls)).recovery.url, { camera: 'card' });
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  await agent.locator('.checklist').getByRole('button', { name: 'Mark done' }).click();

  const off = await guideOn(desk, page);
  await moves(customer.own, 'the own picture');
  await shoot(page, 'customer-document-guide');
  for (const language of ['ta', 'th', 'en']) {
    await page.evaluate((tag) => localStorage.setItem('recourse.language', tag), language);
    await page.reload();
    await page.locator(`html[lang=${language}]`).waitFor();
    await page.locator('.guide .frame').waitFor();
    await moves(customer.own, 'the own picture');
    if (language !== 'en') await shoot(page, 'customer-document-guide', { language });
  }
  await agent.getByRole('button', { name: /^Photograph: / }).click();
  await agent.locator('.pair .still-note', { hasText: /:\d\d$/ }).first().waitFor();
  await loaded(agent);
  await shoot(agent, 'agent-document', { dark: true });
  await off();
  await agent.locator('.images').getByRole('button', { name: /^Compare/ }).click();
  await agent.locator('.lightbox .panes').waitFor();
  await loaded(agent);
  await shoot(agent, 'agent-compare', { dark: true });
  await agent.keyboard.press('Escape');
  await decide(desk, agent, shoot);
  await customer.title("You're verified");
  await page.locator('label.star').nth(4).click();
  await shoot(page, 'customer-verified', { dark: true });
  await inLanguages(page, (language) => shoot(page, 'customer-verified', { language }));
  await customer.rate(5, 'Quick and kind');
  await agent.locator('.wrap-up .rating svg').first().waitFor();
  await shoot(agent, 'agent-wrap-up', { dark: true });
}

/** @param {import('../people.mjs').Desk} desk @param {import('playwright-core').Page} agent @param {import('../screens.mjs').Shoot} shoot */
async function decide(desk, agent, shoot) {
  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await agent.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 45_000 });
  await agent.locator('.verdict').getByRole('button', { name: 'Approve' }).click();
  const sheet = agent.locator('.verdict-sheet');
  await sheet.getByRole('checkbox', { name: 'Identity confirmed', exact: true }).check();
  await loaded(agent);
  await shoot(agent, 'agent-verdict', { dark: true });
  await sheet.locator('.confirm').click();
  await desk.stage('wrap');
}
