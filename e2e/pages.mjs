// The admin's quieter pages, one state after the other: profiles, keeping, the evidence pack, witnesses, own questions.
// Must not know: what is done with each state, a picture or a check.
import { moves } from './people.mjs';
import { waitFor } from './rig.mjs';
import { policy } from './scenes/cast.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./people.mjs').Admin} Admin */
/** @typedef {(page: Page, name: string, place?: string) => Promise<void>} Each place: what is to be in sight, at any size */

/** What nobody demonstrates with one server: a witness that signs, one that is behind, one that refuses, and notes laid elsewhere. */
const WITNESSES = {
  witnesses: [
    { name: 'witness.example/w1', key: 'witness.example/w1+dd2a1b0c+BAq3', behind: 0 },
    { name: 'auditor.example/recourse', key: 'auditor.example/recourse+91c0f7a2+BKm8', behind: 12 },
    { name: 'witness.example/w2', key: 'witness.example/w2+0b64e1d9+BFt1', behind: null, why: 'The witness could not be reached' },
  ],
  published: [{ kind: 'folder', behind: 0 }, { kind: 'mail', behind: 12, why: 'the mail server did not answer' }],
};

/**
 * A call that its agent passes on; nothing needs to be worked through for that. Answers when the case is closed.
 * @param {import('./people.mjs').Desk} desk @param {import('./people.mjs').Customer} customer
 */
export async function passedOn(desk, customer) {
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await desk.page.getByRole('button', { name: /^Photograph: / }).click();
  await desk.page.locator('.pair .still-note', { hasText: /:\d\d$/ }).first().waitFor();
  await moves(desk.face, 'the customer after the photograph');
  await desk.decide('Escalate', { reason: 'A specialist must look' });
  await customer.title(/will take it from here/);
}

/**
 * A case whose link nobody opens within its minute: it may be erased before its time.
 * @template T @param {Admin} admin @param {() => Promise<T>} report @returns {Promise<T>}
 */
export async function unopened(admin, report) {
  await policy(admin, { invitation_minutes: 1 });
  const made = await report();
  await policy(admin, { invitation_minutes: 15 });
  return made;
}

/** @param {Admin} admin @param {string} id */
export const expired = (admin, id) => waitFor('the link that nobody opened to expire', async () => (await admin.file(id)).row.phase === 'expired', { timeout: 90_000 });

/** @param {Page} page @param {string} name */
async function open(page, name) {
  await page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name, exact: true }).click();
  await page.locator('main .skeleton').waitFor({ state: 'detached' });
}

/** @param {Page} page @param {string} place */
export const top = (page, place) => page.locator(place).evaluate((each) => {
  each.scrollIntoView({ block: 'start' });
  // A phone keeps its bar above everything.
  if (window.innerWidth < 700) window.scrollBy(0, -72);
});

/**
 * Every state in turn.
 * @param {Admin} admin signed in @param {{passed: string, left: string}} cases one that was passed on, one whose link expired
 * @param {Each} each
 */
export async function visit(admin, { passed, left }, each) {
  await profiles(admin.page, each);
  await certificates(admin.page, each);
  await witnesses(admin.page, each);
  await questions(admin.page, each);
  await pack(admin, passed, each);
  await keeping(admin, passed, left, each);
}

/** @param {Page} page @param {Each} each */
async function profiles(page, each) {
  await open(page, 'Profiles');
  await page.locator('.profile-line').first().waitFor();
  await each(page, 'admin-profiles');
  await page.getByRole('link', { name: /^DE/ }).click();
  await page.getByRole('heading', { name: 'Germany (BaFin)' }).waitFor();
  await each(page, 'admin-profile');
  await page.getByRole('button', { name: /^Make stricter: The agent was trained/ }).click();
  await page.getByRole('dialog').waitFor();
  await each(page, 'admin-profile-stricter');
  await page.getByLabel('Days a training counts').fill('180');
  await page.getByLabel('Reason').fill('Our own rule: trained twice a year.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('180, by the profile 365').waitFor();
  await each(page, 'admin-profile-edited', '.profile-line:has-text("180, by the profile 365")');
  await page.getByRole('button', { name: /^(Declare|Change): / }).first().click();
  await page.getByRole('dialog').waitFor();
  await each(page, 'admin-profile-declare');
  await page.keyboard.press('Escape');
}

/** @param {Page} page @param {Each} each */
async function certificates(page, each) {
  await open(page, 'Agents');
  await page.getByRole('button', { name: /^Certificates: Ana/ }).first().click();
  await page.getByRole('dialog').waitFor();
  await each(page, 'admin-certificates');
  await page.keyboard.press('Escape');
}

/** @param {Page} page @param {Each} each */
async function witnesses(page, each) {
  await page.route('**/v1/admin/log', async (route) => {
    const answer = await route.fetch();
    const log = await answer.json();
    const at = log.entries[0]?.at;
    const sized = ({ behind, ...one }) => ({ ...one, size: behind === null ? 0 : Math.max(0, log.size - behind), ...(behind === null ? {} : { at }) });
    await route.fulfill({ response: answer, json: { ...log, witnesses: WITNESSES.witnesses.map(sized), published: WITNESSES.published.map(sized) } });
  });
  await open(page, 'Audit log');
  await page.getByText('Signs', { exact: true }).waitFor();
  await each(page, 'admin-log-witnesses', '.card:has(> * h2:text-is("Witnesses"))');
  await page.unroute('**/v1/admin/log');
}

/** @param {Page} page @param {Each} each */
async function questions(page, each) {
  await open(page, 'Settings');
  await page.getByRole('button', { name: 'Add a question' }).click();
  const own = page.locator('.own-replies').last();
  await own.getByLabel('Name of the question').last().fill('opened_at');
  await own.getByLabel('Text in English').last().fill('At which branch did you open your account?');
  await each(page, 'admin-settings-questions', '.card:has(> * h2:text-is("Questions"))');
  await page.getByRole('button', { name: 'Discard changes' }).click();
}

/** @param {Admin} admin @param {string} id @param {Each} each */
async function pack(admin, id, each) {
  const { page } = admin;
  await waitFor('the sealed recording', async () => (await admin.file(id)).recordings[0]?.sealed, { timeout: 40_000 });
  await admin.openCase(id);
  await page.getByRole('button', { name: 'Evidence pack' }).click();
  await page.getByRole('button', { name: 'Make the pack' }).waitFor();
  await each(page, 'admin-pack');
  // A short call's pack is made too soon to be looked at, so its being made is told for as long as it takes.
  let working = true;
  await page.route(`**/v1/admin/cases/${id}/pack`, async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    await route.fulfill({ response: answer, json: working ? { ...told, state: 'working', permille: 430, url: null } : told });
  });
  await page.getByRole('button', { name: 'Make the pack' }).click();
  await page.getByRole('progressbar').waitFor();
  await each(page, 'admin-pack-working');
  working = false;
  await page.getByRole('link', { name: 'Save the pack' }).waitFor({ timeout: 180_000 });
  await each(page, 'admin-pack-ready');
  await page.unroute(`**/v1/admin/cases/${id}/pack`);
  await page.keyboard.press('Escape');
}

/** @param {Admin} admin @param {string} passed @param {string} left @param {Each} each */
async function keeping(admin, passed, left, each) {
  const { page } = admin;
  await admin.openCase(passed);
  await each(page, 'admin-keeping', '#custody');
  await page.getByRole('button', { name: 'Set a hold' }).click();
  await page.getByRole('dialog').waitFor();
  await page.getByLabel('Reason').fill('Complaint 2026-117: the customer disputes the outcome.');
  await each(page, 'admin-keeping-hold');
  await page.getByRole('dialog').getByRole('button', { name: 'Set a hold' }).click();
  await page.getByText(/set a hold/).first().waitFor();
  await each(page, 'admin-keeping-held', '#custody');

  await page.getByRole('button', { name: 'Lift the hold' }).click();
  await page.getByRole('dialog').waitFor();
  await each(page, 'admin-keeping-lift');
  await page.getByLabel('Reason').fill('The complaint is settled.');
  await page.getByRole('dialog').getByRole('button', { name: 'Lift the hold' }).click();
  await page.getByRole('button', { name: 'Set a hold' }).waitFor();
  await page.getByRole('button', { name: 'Erase the evidence' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Erase the evidence' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await each(page, 'admin-keeping-refused');
  await page.keyboard.press('Escape');

  await admin.openCase(left);
  await page.getByRole('button', { name: 'Erase the evidence' }).click();
  await page.getByRole('dialog').waitFor();
  await each(page, 'admin-keeping-erase');
  await page.getByRole('dialog').getByRole('button', { name: 'Erase the evidence' }).click();
  await page.getByRole('heading', { name: 'The evidence was erased' }).waitFor();
  await waitFor('the proof of the erasure', async () => {
    if (/Proof: entry/.test(await page.locator('.erased').innerText())) return true;
    await page.getByRole('button', { name: 'Reload' }).click();
    return false;
  });
  await each(page, 'admin-case-erased', '.back');
  await each(page, 'admin-keeping-erased', '#custody');
}
