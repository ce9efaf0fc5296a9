// A profile with many lines, met in a browser: what is missing is named, security features are judged, and the admin sees what proves each.
import assert from 'node:assert/strict';
import { adminAt, agentAt, codeAt, Customer, moves, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

const NUMBER = '+4915112345678';
/** The specimen passport of ICAO 9303; its check digits fit. */
const LINES = 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10';

walk('a German case names each line that is missing and is approved when none is', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, page: agent } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls, { reason: 'document_glare', phone: NUMBER, jurisdiction: 'DE' });
  const { page } = await stage.person('phone', { camera: 'card', context: PHONE });
  const customer = new Customer(page);
  await page.goto(made.recovery.url);
  await customer.start();
  // The profile asks the customer to look at each photograph; this one agrees to each as it comes.
  await page.evaluate(() => {
    setInterval(() => [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === 'Use photo')?.click(), 400);
  });
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');

  const rules = agent.locator('details.rules');
  await rules.locator('summary').click();
  await rules.getByText('Three security features of three categories, drawn at random, are seen').waitFor();
  await rules.getByText('BaFin Circular 3/2017 (GW), paragraph not verified').first().waitFor();
  await expectNoAxeViolations(agent);
  let sent = '';
  desk.onCode = async () => {
    const message = await codeAt(urls, NUMBER, sent);
    sent = message.at;
    await customer.typeCode(message.code);
  };
  const code = agent.locator('.checklist li.step', { hasText: 'One-time code' });
  await code.getByText('Last', { exact: true }).waitFor();
  const steps = await desk.workThrough('Security features');
  // The customer reads in their own words what the agent looks for, and nobody tells them to hold still.
  const frame = agent.locator('.lens-bar').getByRole('button', { name: /^Frame/ });
  await frame.click();
  await page.locator('.guide-words', { hasText: 'Tilt it slowly to each side. We look for what shines.' }).waitFor();
  assert.equal(await page.locator('.guide .tilt-picture').count(), 1);
  await expectNoAxeViolations(page);
  await frame.click();
  await page.locator('.guide').waitFor({ state: 'detached' });
  steps.push(...await desk.workThrough('One-time code'));
  assert.ok(steps.includes('Security features') && steps.includes('Document, back'), steps.join(', '));

  const lock = agent.locator('.verdict .locks-line');
  // The code ends the session: it is not offered while a field is to be read.
  await code.getByText(/^Finish first: The machine-readable lines/).waitFor();
  assert.equal(await code.getByRole('button', { name: /^Send/ }).count(), 0);
  await expectNoAxeViolations(agent);
  await waitFor('the lines that are left', async () => (await lock.getAttribute('title'))?.includes('machine-readable lines'));
  assert.equal(await agent.locator('.verdict [data-way=verified]').getAttribute('data-locked'), 'true');
  await agent.locator('.left').getByRole('button', { name: 'Check fields' }).click();
  const panel = agent.locator('.details');
  await panel.getByRole('textbox', { name: 'Lines, as read' }).fill(LINES);
  await panel.getByRole('textbox', { name: 'Lines, as read' }).blur();
  await panel.getByText('Every check digit fits').waitFor();
  await panel.getByRole('button', { name: 'Fill the fields above' }).click();
  await panel.getByRole('button', { name: 'Back to the checklist' }).click();
  await desk.workThrough();
  // What is done again after it takes the code's worth away, and the agent is told so.
  const declaration = agent.locator('.checklist li.step', { hasText: 'Declaration' });
  await declaration.locator('.step-head').click();
  await declaration.getByRole('button', { name: 'Open again' }).click();
  await waitFor('the code to count no more', async () => (await code.getAttribute('data-state')) === 'pending');
  await desk.workThrough('One-time code');
  await code.getByText(/^They typed the right code, but something before it changed/).waitFor();
  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await agent.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed' });

  const { page: admin } = await adminAt(stage, urls.admin_url);
  stage.complaints.expect(/422/);
  await admin.getByRole('link', { name: 'Profiles' }).click();
  await admin.getByRole('link', { name: /^DE/ }).click();
  await admin.getByRole('heading', { name: 'Germany (BaFin)' }).waitFor();
  await expectNoAxeViolations(admin);
  await admin.getByRole('button', { name: /^Make stricter: The agent was trained/ }).click();
  await admin.getByLabel('Days a training counts').fill('400');
  await admin.getByLabel('Reason').fill('our own rule');
  await admin.getByRole('button', { name: 'Save' }).click();
  await admin.getByText(/days may not be more than 365/).waitFor();
  await admin.getByLabel('Days a training counts').fill('180');
  await admin.getByRole('button', { name: 'Save' }).click();
  await admin.getByText('180, by the profile 365').waitFor();
  await admin.goto(`${urls.admin_url.split('#')[0]}#/cases/${made.id}`);
  await admin.getByRole('heading', { name: /of \d+ mandatory lines met/ }).waitFor();
  await expectNoAxeViolations(admin);
});
