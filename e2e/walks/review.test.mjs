// Four eyes with two browsers: a decision is drawn for a checker, who looks and says what they find; the maker may not.
import assert from 'node:assert/strict';
import { adminAt, Admin, agentAt, caseOf, Customer, moves, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

const MUMBAI = { geolocation: { latitude: 19.07612, longitude: 72.87732, accuracy: 35 }, permissions: ['geolocation', 'camera', 'microphone'] };

/**
 * A case under the Indian profile, verified by its agent.
 * @param {import('../rig.mjs').Stage} stage @param {import('../recourse.mjs').Urls} urls @param {import('../people.mjs').Desk} desk
 */
async function verifiedByAgent(stage, urls, desk, name = 'Priya Sharma') {
  const made = await reportFailedCheck(urls, { name, jurisdiction: 'IN', address: '1 Marine Drive, Mumbai, India' });
  const { page, browser } = await stage.person('phone', { camera: 'card', context: { ...PHONE, ...MUMBAI } });
  const customer = new Customer(page);
  await page.goto(made.recovery.url);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  desk.onPlace = async () => page.getByRole('button', { name: 'Share my place' }).click();
  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await desk.page.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed' });
  await customer.title('A second colleague is checking');
  return { made, customer, phone: page, browser };
}

/** A checker at the review desk. @param {import('../rig.mjs').Stage} stage @param {string} url */
async function checkerAt(stage, url) {
  const { page } = await stage.person('checker', { camera: 'none' });
  const admin = new Admin(page);
  await admin.signIn(url);
  await page.getByRole('navigation').getByRole('link', { name: 'Second looks' }).click();
  await page.getByRole('button', { name: 'Take second looks' }).click();
  return { admin, page };
}

walk('a decision is drawn for a checker within the target, looked at and approved, and the maker may not', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const { page } = await checkerAt(stage, urls.supervisor_url);
  await page.getByText('Nothing is drawn for you yet').waitFor();
  await expectNoAxeViolations(page);

  const { made, customer } = await verifiedByAgent(stage, urls, desk);
  const decided = Date.now();
  const mine = page.getByRole('region', { name: 'Drawn for you' });
  await mine.waitFor();
  assert.ok(Date.now() - decided < 60_000, 'drawn within the target');
  await expectNoAxeViolations(page);

  stage.complaints.expect(/status of 403/);
  const own = await desk.page.evaluate(async (id) => {
    const answer = await fetch(`/v1/admin/cases/${id}/review`, { method: 'POST', headers: { 'content-type': 'application/json', 'recourse-page': '1' }, body: JSON.stringify({ finding: 'approve', reasons: ['evidence_holds'] }) });
    return answer.status;
  }, made.id);
  assert.equal(own, 403, 'the maker does not check');

  await page.locator('main h1').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('.review-work').waitFor();
  await page.getByRole('navigation', { name: 'Moments that matter' }).getByRole('button').first().waitFor();
  await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
  const fits = await page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight + 1);
  await page.keyboard.press('1');
  await waitFor('a picture of the moment', async () => page.locator('.review-left video').evaluateAll((all) => all.some((each) => /** @type {HTMLVideoElement} */ (each).readyState >= 2)));
  await expectNoAxeViolations(page);
  assert.ok(fits, 'everything is in sight without scrolling');

  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog', { name: 'Approve?' });
  await dialog.waitFor();
  await expectNoAxeViolations(page);
  await dialog.getByRole('button', { name: 'Confirm: Approve' }).click();
  await page.getByText('say the same').waitFor();
  await customer.title("You're verified");
  assert.equal((await caseOf(urls, made.id)).phase, 'verified');
  await page.getByText(/of second looks came within a minute/).waitFor();
});

walk('a checker asks for a photograph again, and the customer gets a new link', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const { page } = await checkerAt(stage, urls.supervisor_url);
  const { made, customer } = await verifiedByAgent(stage, urls, desk);
  await page.getByRole('button', { name: /^Begin/ }).click();
  await page.locator('.review-work').waitFor();
  await page.keyboard.press('c');
  const dialog = page.getByRole('dialog', { name: 'Capture again?' });
  await dialog.getByRole('button', { name: 'Confirm: Capture again' }).click();
  await dialog.getByText('Choose at least one step.').waitFor();
  await dialog.getByRole('checkbox', { name: /The document cannot be read/ }).check();
  await dialog.getByRole('checkbox', { name: 'Document front' }).check();
  await dialog.getByRole('button', { name: 'Confirm: Capture again' }).click();
  await page.getByText('decided otherwise').waitFor();
  assert.equal((await caseOf(urls, made.id)).phase, 'invited');
  await customer.title("We couldn't finish today");

  const { admin, page: reader } = await adminAt(stage, urls.admin_url);
  await admin.openCase(made.id);
  await reader.locator('#second-look').getByText('Document front').waitFor();
  await reader.getByRole('navigation').getByRole('link', { name: 'Agents' }).click();
  await reader.getByRole('link', { name: 'Log of Ana Reyes' }).click();
  await reader.getByText('The agent decided').first().waitFor();
  await reader.getByRole('button', { name: 'Second looks' }).click();
  await reader.getByText('A second person looked at the decision').first().waitFor();
  await expectNoAxeViolations(reader);
});
