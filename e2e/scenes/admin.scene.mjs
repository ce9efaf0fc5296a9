// The admin page over a day's work: one finished call with its recording, one that runs, some that wait or never came.
import { moves } from '../people.mjs';
import { waitFor } from '../rig.mjs';
import { adminAt, deskAt, failedCheck, phoneAt } from './cast.mjs';

/** Reports of a morning: what failed, how sure the check was, which attempt, in which language, whose. */
const MORNING = /** @type {const} */ ([
  ['document_blur', 0.41, 1, 'id', 'Dewi Lestari Putri'], ['face_mismatch', 0.38, 2, 'ms', 'Nur Aisyah binti Rahman'],
  ['document_cropped', 0.66, 1, 'fil', 'Ma. Luisa Dela Peña'], ['liveness_failed', 0.44, 1, 'vi', 'Nguyễn Thị Ánh'],
  ['name_mismatch', 0.52, 3, 'en', "Zoë O'Brien-d'Açúcar"], ['document_unsupported', 0.2, 1, 'th', 'สมชาย ใจดี'],
  ['document_glare', 0.35, 2, 'zh-Hans', '陈美玲'], ['document_blur', 0.61, 1, 'hi', 'आराध्या शर्मा'],
]);

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  for (const [failure, confidence, attempt, locale, name] of MORNING) await failedCheck(urls, { failure, confidence, attempt, locale, name });
  const { desk } = await deskAt(stage, urls.agent_url);
  await desk.goAvailable();
  const done = await wholeCall(stage, urls, desk);
  const { admin, page } = await adminAt(stage, urls.admin_url);
  await waitFor('the sealed recording', async () => (await admin.file(done)).recordings[0]?.sealed, { timeout: 30_000 });

  await desk.readyForNext();
  const now = await phoneAt(stage, (await failedCheck(urls, { failure: 'document_blur', name: 'Grace Tan' })).recovery.url, { name: 'in a call' });
  await now.customer.start();
  await desk.answer();
  await moves(now.customer.agentFace, 'the agent');
  const next = await phoneAt(stage, (await failedCheck(urls, { failure: 'face_mismatch', name: 'Arif Budiman' })).recovery.url, { name: 'waiting', camera: 'none' });
  await next.page.getByRole('button', { name: 'I have no camera' }).click();
  await page.locator('.overview .strip').waitFor();
  await page.getByRole('link', { name: 'Arif Budiman' }).first().waitFor();
  await shoot(page, 'admin-overview', { dark: true });
  await next.browser.close();
  await desk.decide('Escalate', { reason: 'A specialist must look' });
  await now.customer.title(/will take it from here/);
  await now.browser.close();

  await lists(page, shoot);
  await caseFile(admin, shoot, done);
  await policyPage(page, shoot);
  await settingsPage(page, shoot);
}

/** @param {import('../rig.mjs').Stage} stage @param {import('../recourse.mjs').Urls} urls @param {import('../people.mjs').Desk} desk */
async function wholeCall(stage, urls, desk) {
  const made = await failedCheck(urls, { failure: 'liveness_failed', confidence: 0.44 });
  const { page, customer, browser } = await phoneAt(stage, made.recovery.url);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  await desk.write('Hello Priya, please hold your card inside the frame.');
  await page.locator('.badge').waitFor();
  await customer.openChat();
  await customer.write('Like this?');
  await desk.page.locator('#chat .bubble', { hasText: 'Like this?' }).waitFor();
  await page.getByRole('button', { name: 'Close' }).first().click();
  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await desk.page.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 20_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed', note: 'Card, face and answers agree.' });
  await customer.title("You're verified");
  await customer.rate(5, 'Quick and kind');
  await browser.close();
  return made.case;
}

/** @param {import('playwright-core').Page} page @param {string} name */
async function open(page, name) {
  await page.getByRole('navigation').getByRole('link', { name }).click();
  await page.locator('main h1').first().waitFor();
  await page.locator('main .skeleton').waitFor({ state: 'detached' });
}

/** @param {import('playwright-core').Page} page @param {import('../screens.mjs').Shoot} shoot */
async function lists(page, shoot) {
  for (const [link, name, row, also] of /** @type {const} */ ([
    ['Cases', 'cases', 'Priya Devi', { dark: true }], ['Agents', 'agents', 'Ana Reyes', {}],
    ['Webhooks', 'webhooks', 'case.verified', {}], ['API keys', 'keys', 'Demo bank', {}], ['Audit log', 'audit-log', 'tree', {}],
  ])) {
    await open(page, link);
    if (row !== 'tree') await page.locator('main').getByText(row).first().waitFor();
    else await page.locator('main pre.note-text').waitFor();
    await shoot(page, `admin-${name}`, also);
  }
}

/** @param {import('../people.mjs').Admin} admin @param {import('../screens.mjs').Shoot} shoot @param {string} id */
async function caseFile(admin, shoot, id) {
  const { page } = admin;
  await admin.openCase(id);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await waitFor('the first picture of either side', async () => page.locator('.player figure.side').evaluateAll((sides) =>
    sides.length > 1 && sides.every((side) => [...side.querySelectorAll('video')].some((video) => video.readyState >= 2))), { timeout: 45_000 });
  await shoot(page, 'admin-case', { dark: true });
  await admin.playRecording();
  await page.locator('.player').first().scrollIntoViewIfNeeded();
  await page.locator('#recording, .player').first().evaluate((player) => player.scrollIntoView({ block: 'start' }));
  await shoot(page, 'admin-case-player', { dark: true });
  await page.locator('#timeline').evaluate((timeline) => timeline.scrollIntoView({ block: 'start' }));
  await shoot(page, 'admin-case-timeline');
}

/** @param {import('playwright-core').Page} page @param {import('../screens.mjs').Shoot} shoot */
async function policyPage(page, shoot) {
  await open(page, 'Policy');
  await page.locator('.rules .rule').first().waitFor();
  await shoot(page, 'admin-policy', { dark: true });
  const rule = page.locator('.rules .rule', { hasText: 'low confidence' });
  await rule.locator('button[aria-expanded]').click();
  await rule.scrollIntoViewIfNeeded();
  await rule.evaluate((each) => each.scrollIntoView({ block: 'start' }));
  await shoot(page, 'admin-policy-rule');
  await page.getByLabel('Confidence below').fill('0.4');
  await page.locator('.rules button[aria-expanded=true]').click();
  await page.getByRole('button', { name: 'Run the simulation' }).click();
  await page.locator('.offers').waitFor();
  await page.locator('.offers').evaluate((table) => table.closest('section, .card')?.scrollIntoView({ block: 'start' }));
  await shoot(page, 'admin-policy-simulator');
}

/** @param {import('playwright-core').Page} page @param {import('../screens.mjs').Shoot} shoot */
async function settingsPage(page, shoot) {
  await open(page, 'Settings');
  await page.getByLabel('Origins, one a line').fill('https://www.harbour.example');
  await shoot(page, 'admin-settings', { dark: true });
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').waitFor();
  await shoot(page, 'admin-settings-save');
}
