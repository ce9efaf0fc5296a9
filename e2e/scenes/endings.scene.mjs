// The other ends of a call, a call that breaks off, and calls in other languages.
import { moves } from '../people.mjs';
import { askForever, deskAt, drawPrompt, failedCheck, inLanguages, phoneAt } from './cast.mjs';

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  const { desk } = await deskAt(stage, urls.agent_url);
  await desk.goAvailable();
  for (const language of ['ta', 'th']) await inLanguage(stage, shoot, urls, desk, language);
  await interrupted(stage, shoot, urls, desk);
  await asked(stage, shoot, urls, desk);
  await escalated(stage, shoot, urls, desk);
}

/** @typedef {import('../people.mjs').Desk} Desk */
/** @typedef {import('../recourse.mjs').Urls} Urls */
/** @typedef {[stage: import('../rig.mjs').Stage, shoot: import('../screens.mjs').Shoot, urls: Urls, desk: Desk]} Set */

/** Face to face. @param {import('../rig.mjs').Stage} stage @param {Urls} urls @param {Desk} desk @param {Parameters<typeof failedCheck>[1]} [change] @param {Parameters<typeof phoneAt>[2]} [options] */
async function call(stage, urls, desk, change, options) {
  const made = await failedCheck(urls, change);
  const there = await phoneAt(stage, made.recovery.url, options);
  await there.page.locator('button.primary').click();
  await desk.answer();
  return there;
}

/** @param {Set[0]} stage @param {Set[1]} shoot @param {Urls} urls @param {Desk} desk @param {string} language */
async function inLanguage(stage, shoot, urls, desk, language) {
  const { page, customer, browser } = await call(stage, urls, desk, { locale: language, failure: 'liveness_failed' }, { name: language });
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  await page.locator('.call-head .recording').waitFor();
  await shoot(page, 'customer-live', { language });
  await drawPrompt(desk);
  await page.locator('.prompt-words').waitFor();
  await shoot(page, 'customer-liveness-prompt', { language });
  await desk.page.locator('.checklist').getByRole('button', { name: /^Pass/ }).click();
  await desk.decide('Not finished', { reason: 'Something broke' });
  await page.locator('main.result').waitFor();
  await shoot(page, 'customer-incomplete', { language });
  await browser.close();
  await desk.readyForNext();
}

/** @param {Set} set */
async function interrupted(...[stage, shoot, urls, desk]) {
  const { page, customer, browser } = await call(stage, urls, desk);
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  await browser.close();
  await desk.stage('interrupted');
  await shoot(desk.page, 'agent-interrupted', { dark: true });
  await desk.decide('Not finished', { reason: 'Something broke' });
  await desk.readyForNext();
  return page;
}

/** The question about the camera is open while the agent is there already. @param {Set} set */
async function asked(...[stage, shoot, urls, desk]) {
  const { page, customer, browser } = await call(stage, urls, desk, {}, { before: askForever });
  await moves(customer.agentFace, 'the agent at the customer');
  await shoot(page, 'customer-permission-agent-there');
  await desk.decide('Not finished', { reason: 'Something broke' });
  await customer.title("We couldn't finish today");
  await shoot(page, 'customer-incomplete');
  await browser.close();
  await desk.readyForNext();
}

/** @param {Set} set */
async function escalated(...[stage, shoot, urls, desk]) {
  const { page, customer, browser } = await call(stage, urls, desk);
  await moves(desk.face, 'the customer at the agent');
  await desk.page.locator('.round.end').click();
  await desk.page.locator('.overlay .btn.danger').click();
  await customer.title(/./);
  await page.locator('main.deciding').waitFor();
  await shoot(page, 'customer-deciding');
  await inLanguages(page, (language) => shoot(page, 'customer-deciding', { language }));
  await shoot(desk.page, 'agent-deciding');
  await desk.decide('Reject', { reason: 'Document cannot be read' });
  await customer.title("We couldn't verify you today");
  await shoot(page, 'customer-rejected', { dark: true });
  await inLanguages(page, (language) => shoot(page, 'customer-rejected', { language }));
  await browser.close();
  await desk.readyForNext();
  const next = await call(stage, urls, desk);
  await moves(desk.face, 'the customer at the agent');
  await desk.decide('Escalate', { reason: 'A specialist must look' });
  await next.customer.title(/will take it from here/);
  await shoot(next.page, 'customer-escalated');
}
