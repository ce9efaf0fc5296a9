// The second look: the desk, a decision drawn, its file, the finding, the figures, and one person's log.
import { Admin, Customer, moves, reportFailedCheck } from '../people.mjs';
import { DESK, PHONE, waitFor } from '../rig.mjs';
import { adminAt, deskAt, failedCheck, HERE } from './cast.mjs';

const MUMBAI = { geolocation: { latitude: 19.07612, longitude: 72.87732, accuracy: 35 }, permissions: ['geolocation', 'camera', 'microphone'] };

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  await failedCheck(urls, { failure: 'document_blur' });
  const { desk } = await deskAt(stage, urls.agent_url);
  await desk.goAvailable();
  const { page } = await stage.person('checker', { camera: 'none', context: { ...DESK, ...HERE } });
  const admin = new Admin(page);
  await admin.signIn(urls.supervisor_url);
  await page.getByRole('navigation').getByRole('link', { name: 'Second looks' }).click();
  await page.getByRole('button', { name: 'Take second looks' }).waitFor();
  await shoot(page, 'review-desk-off');

  const made = await reportFailedCheck(urls, { name: 'Priya Sharma', jurisdiction: 'IN', address: '1 Marine Drive, Mumbai, India' });
  const phone = await stage.person('phone', { camera: 'card', context: { ...PHONE, ...MUMBAI } });
  const customer = new Customer(phone.page);
  await phone.page.goto(made.recovery.url);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  desk.onPlace = async () => phone.page.getByRole('button', { name: 'Share my place' }).click();
  await desk.workThrough();
  await waitFor('the approval to unlock', async () => (await desk.page.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed' });
  await page.getByRole('button', { name: 'Take second looks' }).click();
  await page.getByRole('button', { name: /^Begin/ }).waitFor();
  await shoot(page, 'review-desk', { dark: true });

  await page.getByRole('button', { name: /^Begin/ }).click();
  await page.locator('.review-work').waitFor();
  await page.keyboard.press('1');
  await waitFor('the pictures', async () => page.locator('.review-left figure.side').evaluateAll((sides) =>
    sides.length > 1 && sides.every((side) => [...side.querySelectorAll('video')].some((video) => video.readyState >= 2))), { timeout: 45_000 });
  await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
  await shoot(page, 'review-file', { dark: true });
  await page.keyboard.press('c');
  await page.getByRole('dialog', { name: 'Capture again?' }).waitFor();
  await shoot(page, 'review-finding');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.getByRole('dialog', { name: 'Approve?' }).getByRole('button', { name: 'Confirm: Approve' }).click();
  await page.getByText('say the same').waitFor();
  await page.getByText(/of second looks came within a minute/).waitFor();
  for (const summary of await page.locator('.review-tables summary').all()) await summary.click();
  await shoot(page, 'review-numbers', { dark: true });

  const reader = await adminAt(stage, urls.admin_url);
  await reader.page.getByRole('navigation').getByRole('link', { name: 'Agents' }).click();
  await reader.page.getByRole('link', { name: 'Log of Ana Reyes' }).click();
  await reader.page.getByText('The agent decided').first().waitFor();
  await shoot(reader.page, 'person-log', { dark: true });
}
