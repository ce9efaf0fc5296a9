// A bank sets its own name, colour, words and replies on the admin page, and its customers and agents have them from the next load on.
import assert from 'node:assert/strict';
import { adminAt, agentAt, Customer, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

/** @param {import('playwright-core').Locator} button */
const colours = (button) => button.evaluate((each) => {
  const { backgroundColor, color } = getComputedStyle(each);
  return [backgroundColor, color];
});

walk('what a bank sets is what its customers and agents see', async (stage) => {
  const { urls } = await stage.recourse();
  const { admin, page } = await adminAt(stage, urls.admin_url);
  const own = 'By tapping you let {brand} record this video and keep pictures of you and your card.';

  const version = await admin.changeSettings(async () => {
    await page.getByLabel('Name', { exact: true }).fill('Straits Bank');
    await page.getByLabel('Colour', { exact: true }).fill('#7a7a7a');
    await page.getByText(/Neither white nor dark words/).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Review and save' }).isDisabled(), 'nobody could read the button');
    await page.getByLabel('Colour', { exact: true }).fill('#ffd400');
    await page.getByText(/^Dark words on it, contrast 1\d\.\d : 1/).waitFor();
    await page.getByLabel('Use our own words in this language').check();
    await page.getByLabel('Own text').fill(own);
    await page.getByRole('button', { name: 'Add a reply' }).click();
    const [replies, questions] = [page.locator('.own-replies').first(), page.locator('.own-replies').last()];
    await replies.getByLabel(/^Name\b/).fill('branch');
    await replies.getByLabel('Text in English').fill('Our branches are open until five, {name}.');
    await page.getByRole('button', { name: 'Add a question' }).click();
    await questions.getByLabel('Name of the question').last().fill('opened_at');
    await questions.getByLabel('Text in English').last().fill('At which branch did you open your account?');
    const preview = page.locator('.glass');
    assert.deepEqual(await colours(preview.locator('.glass-button')), ['rgb(255, 212, 0)', 'rgb(11, 18, 24)']);
    await preview.getByText('By tapping you let Straits Bank record').waitFor();
    await expectNoAxeViolations(page);
  });
  assert.equal(version, 2);

  const made = await reportFailedCheck(urls);
  const phone = await stage.person('phone', { camera: 'liveness', context: PHONE });
  await phone.page.goto(made.recovery.url);
  const start = phone.page.getByRole('button', { name: 'Start video' });
  await start.waitFor();
  await phone.page.getByText(own.replace('{brand}', 'Straits Bank')).waitFor();
  assert.deepEqual(await colours(start), ['rgb(255, 212, 0)', 'rgb(11, 18, 24)']);
  await expectNoAxeViolations(phone.page);

  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  await new Customer(phone.page).start();
  await desk.answer();
  await desk.page.locator('#chat textarea').fill('/branch');
  await desk.page.getByRole('option', { name: /Our branches are open until five, Grace Tan/ }).waitFor();

  await page.getByRole('navigation').getByRole('link', { name: 'Audit log' }).click();
  await page.getByText('The settings were changed').first().waitFor();
  const file = await waitFor('the consent in the case', async () => {
    const found = await admin.file(made.id);
    return found.consents.length > 0 && found;
  });
  assert.equal(file.consents[0].text, own.replace('{brand}', 'Straits Bank'), 'the words that were agreed to');
});

walk('of two admins who edit at once the second is told, and loads the newest', async (stage) => {
  const { urls } = await stage.recourse();
  const { admin, page, context } = await adminAt(stage, urls.admin_url);
  await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Late Bank');
  const other = await context.newPage();
  await other.goto(new URL('/admin#/settings', page.url()).href);
  await other.getByLabel('Name', { exact: true }).fill('Early Bank');
  await other.getByRole('button', { name: 'Review and save' }).click();
  await other.getByRole('button', { name: 'Save settings' }).click();
  await other.getByText('Version 2 is in force.').waitFor();

  stage.complaints.expect(/409/);
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('button', { name: 'Save settings' }).click();
  await page.getByText(/Somebody saved version 2 meanwhile/).waitFor();
  await page.getByRole('button', { name: 'Load the newest version' }).click();
  await waitFor('the newest name', async () => (await page.getByLabel('Name', { exact: true }).inputValue()) === 'Early Bank');
  assert.equal((await admin.get('/v1/admin/settings')).body.brand, 'Early Bank');
});
