// Everything that keeps a camera away, and the way around it by photographs.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deskAt, failedCheck, heldElsewhere, inLanguages, phoneAt } from './cast.mjs';

const card = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'crates', 'server', 'demo', 'document.jpg');
const LINE = 'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36 Line/14.9.0';

/** A page inside another app, which has no camera to give. */
function noDevices() {
  Object.defineProperty(Navigator.prototype, 'mediaDevices', { get: () => undefined });
}

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  for (const language of ['en', 'ta', 'th']) {
    const also = language === 'en' ? { dark: true } : { language };
    const denied = await phoneAt(stage, (await failedCheck(urls, { locale: language })).recovery.url, { camera: 'denied', name: `denied ${language}` });
    await denied.page.locator('button.primary').click();
    await denied.page.locator('.sheet.help').waitFor();
    await shoot(denied.page, 'customer-camera-denied', also);
    await denied.browser.close();
    const inApp = await phoneAt(stage, (await failedCheck(urls, { locale: language })).recovery.url, { before: noDevices, context: { userAgent: LINE }, name: `in an app ${language}` });
    await inApp.page.locator('button.primary').click();
    await inApp.page.locator('.sheet.help').waitFor();
    await shoot(inApp.page, 'customer-in-app', also);
    await inApp.browser.close();
  }
  for (const [name, options] of /** @type {const} */ ([['missing', { camera: 'none' }], ['busy', { before: heldElsewhere }]])) {
    const { page, customer, browser } = await phoneAt(stage, (await failedCheck(urls)).recovery.url, { ...options, name });
    await customer.start();
    await page.locator('.sheet.help').waitFor();
    await shoot(page, `customer-camera-${name}`);
    await browser.close();
  }
  await byPhotographs(stage, shoot, urls);
}

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot @param {import('../recourse.mjs').Urls} urls */
async function byPhotographs(stage, shoot, urls) {
  const { desk } = await deskAt(stage, urls.agent_url);
  await desk.goAvailable();
  const { page, customer } = await phoneAt(stage, (await failedCheck(urls)).recovery.url, { camera: 'none' });
  await page.getByRole('button', { name: 'I have no camera' }).click();
  await desk.answer();
  await customer.agentFace.waitFor();
  await customer.write('My camera does not work');
  await desk.page.locator('#chat .bubble', { hasText: 'My camera does not work' }).waitFor();
  await desk.write('No problem, a photo of your card is enough to go on.');
  await page.locator('.bubble', { hasText: 'No problem' }).waitFor();
  await desk.page.getByRole('button', { name: /^Photograph: / }).click();
  await page.locator('.photos').getByText(/asks for a photo/).waitFor();
  await shoot(page, 'customer-photos', { dark: true });
  await page.locator('.by-hand input[type=file]').setInputFiles(card);
  await page.getByText('Can you read every line?').waitFor();
  await shoot(page, 'customer-photos-check');
  await page.getByRole('button', { name: 'Use photo' }).click();
  await desk.page.locator('.pair .still-note', { hasText: /from a file|upload/i }).first().waitFor();
  await shoot(desk.page, 'agent-photos');
  await desk.decide('Not finished', { reason: 'Something broke' });
  await page.locator('main.result').waitFor();
  await inLanguages(page, async () => undefined);
}
