// A country's rules at work: security features that are looked for while the document moves, and a code that comes last.
import { Customer, Desk, moves, reportFailedCheck } from '../people.mjs';
import { DESK, PHONE } from '../rig.mjs';
import { HERE } from './cast.mjs';

const PATIENCE = 45_000;

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  const agent = await stage.person('agent', { camera: 'agent', context: { ...DESK, ...HERE } });
  const phone = await stage.person('phone', { camera: 'card', context: { ...PHONE, ...HERE } });
  for (const { context } of [agent, phone]) context.setDefaultTimeout(PATIENCE);
  const desk = new Desk(agent.page);
  await desk.signIn(urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls, { name: 'Priya Devi De La Cruz', phone: '+4915112345678', jurisdiction: 'DE' });
  await phone.page.goto(made.recovery.url);
  const customer = new Customer(phone.page);
  await customer.start();
  // Each photograph is agreed to as it comes.
  await phone.page.evaluate(() => {
    setInterval(() => [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === 'Use photo')?.click(), 400);
  });
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await desk.workThrough('Security features');
  await agent.page.locator('.lens-bar').getByRole('button', { name: /^Frame/ }).click();
  await phone.page.locator('.guide .tilt-picture').waitFor();
  await shoot(agent.page, 'agent-features');
  await shoot(phone.page, 'customer-features', { dark: true });
  const code = agent.page.locator('.checklist li.step', { hasText: 'One-time code' });
  await code.locator('.step-head').click();
  await shoot(agent.page, 'agent-code-last');
  for (const language of ['ta', 'th']) {
    await phone.page.evaluate((tag) => localStorage.setItem('recourse.language', tag), language);
    await phone.page.reload();
    await phone.page.locator(`html[lang=${language}]`).waitFor();
    await phone.page.locator('.guide .tilt-picture').waitFor();
    // The rules of this country void what was captured, and the page says so for a while.
    await moves(customer.own, 'the own picture');
    await phone.page.locator('.toast').waitFor({ state: 'detached' });
    await shoot(phone.page, 'customer-features', { language });
  }
}
