// The admin's quieter pages at a desk and on a phone: nothing a machine can object to, and nothing beside the screen.
import assert from 'node:assert/strict';
import { adminAt, agentAt, Customer, reportFailedCheck } from '../people.mjs';
import { expired, passedOn, unopened, visit } from '../pages.mjs';
import { DESK, expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

/** @param {import('playwright-core').Page} page @param {string} name */
async function soundAtBothSizes(page, name) {
  for (const { width, height } of [PHONE.viewport, DESK.viewport]) {
    await page.setViewportSize({ width, height });
    await expectNoAxeViolations(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${name} is ${wide} wide on a screen of ${width}`);
    const dialog = page.locator('dialog[open] .dialog-body');
    if ((await dialog.count()) === 0) continue;
    const [inner, outer] = await dialog.evaluate((body) => [body.scrollWidth, body.clientWidth]);
    assert.ok(inner <= outer, `the dialog of ${name} is ${inner} wide in ${outer}`);
  }
}

walk('every page of the admin fits a phone and a desk and is accessible on both', async (stage) => {
  const { urls } = await stage.recourse();
  const { admin, page } = await adminAt(stage, urls.admin_url);
  // That an erasure is refused before its time is an answer.
  stage.complaints.expect(/status of 409/);
  const left = await unopened(admin, () => reportFailedCheck(urls, { name: 'Arif Budiman' }));
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls);
  const phone = await stage.person('phone', { camera: 'document', context: PHONE });
  await phone.page.goto(made.recovery.url);
  await passedOn(desk, new Customer(phone.page));
  await phone.browser.close();

  for (const place of ['', 'cases', 'review', 'agents', 'policy', 'profiles', 'webhooks', 'keys', 'settings', 'log', `cases/${made.id}`]) {
    await page.goto(new URL(`/admin#/${place}`, page.url()).href);
    await page.locator('main h1').first().waitFor();
    await waitFor('everything to be loaded', async () => (await page.locator('main .skeleton').count()) === 0);
    await soundAtBothSizes(page, place);
  }

  await expired(admin, left.id);

  const seen = /** @type {string[]} */ ([]);
  await visit(admin, { passed: made.id, left: left.id }, async (of, name) => {
    await soundAtBothSizes(of, name);
    seen.push(name);
  });
  assert.ok(seen.length > 12, seen.join(', '));
}, { timeout: 420_000 });
