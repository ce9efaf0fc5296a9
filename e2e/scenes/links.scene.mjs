// Links that do not lead to a call, and where each of them leads instead.
import { waitFor } from '../rig.mjs';
import { adminAt, failedCheck, inLanguages, phoneAt, policy } from './cast.mjs';

/** @typedef {import('../screens.mjs').Shoot} Shoot */

/** @param {import('../rig.mjs').Stage} stage @param {Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  const { admin } = await adminAt(stage, urls.admin_url);
  await policy(admin, { invitation_minutes: 1 });
  const short = await failedCheck(urls);
  await policy(admin, { invitation_minutes: 15 });

  const unknown = await phoneAt(stage, new URL('/v#nobody-made-this', urls.api_url).href);
  await photograph(shoot, unknown.page, "We don't know this link", 'customer-link-unknown');
  await twoDevices(stage, shoot, urls);

  const open = await failedCheck(urls);
  // Closed on every day but for the minute that is over.
  await policy(admin, { hours: { zone: 'Asia/Singapore', week: Array.from({ length: 7 }, () => [closedNow()]) } });
  const closed = await phoneAt(stage, open.recovery.url, { name: 'at night' });
  await photograph(shoot, closed.page, 'We are closed right now', 'customer-link-closed-hours', { dark: true });
  await closed.browser.close();
  await policy(admin, { hours: { zone: 'Asia/Singapore', week: Array.from({ length: 7 }, () => [[0, 1440]]) } });

  const late = await phoneAt(stage, short.recovery.url, { name: 'late' });
  await waitFor('the short link to run out', async () => {
    await late.page.reload();
    return (await late.page.locator('h1').first().innerText()) === 'This link has run out';
  }, { timeout: 80_000 });
  await photograph(shoot, late.page, 'This link has run out', 'customer-link-expired', { dark: true });
  await late.page.getByRole('button', { name: 'Send me a new link' }).click();
  await late.page.locator('.notice').waitFor();
  await shoot(late.page, 'customer-link-new');
  await late.page.reload();
  await late.customer.title(/newer link|run out/);
  await shoot(late.page, 'customer-link-replaced');
}

/** A span of opening hours, in minutes of the day in Singapore, that is not now. */
function closedNow() {
  const hour = (new Date().getUTCHours() + 8) % 24;
  return hour < 12 ? [14 * 60, 20 * 60] : [9 * 60, 11 * 60];
}

/** @param {Shoot} shoot @param {import('playwright-core').Page} page @param {string} title @param {string} name @param {import('../screens.mjs').Also} [also] */
async function photograph(shoot, page, title, name, also = {}) {
  await page.locator('h1', { hasText: title }).waitFor();
  await shoot(page, name, also);
  await inLanguages(page, (language) => shoot(page, name, { language }));
}

/** @param {import('../rig.mjs').Stage} stage @param {Shoot} shoot @param {import('../recourse.mjs').Urls} urls */
async function twoDevices(stage, shoot, urls) {
  const made = await failedCheck(urls);
  const first = await phoneAt(stage, made.recovery.url, { name: 'first device' });
  await first.customer.start();
  await first.page.locator('.waiting h1').waitFor();
  const second = await phoneAt(stage, made.recovery.url, { name: 'second device' });
  await photograph(shoot, second.page, 'This link is open on another device', 'customer-second-device', { dark: true });
  await second.page.getByLabel('Date of birth').fill('1982-09-08');
  await second.page.getByRole('button', { name: 'Continue here' }).click();
  await photograph(shoot, first.page, 'You continued on another device', 'customer-first-device-replaced');
  await first.browser.close();
  await second.browser.close();
}
