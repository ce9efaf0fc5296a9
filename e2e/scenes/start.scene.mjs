// Before anybody answers: the bank's prompt, the start, the question about the camera, the wait, calling back.
import { Bank, moves } from '../people.mjs';
import { DESK } from '../rig.mjs';
import { askForever, failedCheck, HERE, inLanguages, phoneAt } from './cast.mjs';

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  await bank(stage, shoot, urls);
  await start(stage, shoot, urls);
  await waiting(stage, shoot, urls);
}

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot @param {import('../recourse.mjs').Urls} urls */
async function bank(stage, shoot, urls) {
  const { page } = await stage.person('bank', { camera: 'none', context: { ...DESK, ...HERE } });
  const there = new Bank(page);
  await page.goto(urls.bank_url);
  await page.getByRole('button', { name: 'Run the check' }).waitFor();
  await shoot(page, 'bank-form', { dark: true });
  await there.check('Glare on the document');
  await there.frame.getByRole('button', { name: 'Verify now with a live agent' }).waitFor();
  await shoot(page, 'bank-prompt', { dark: true });
}

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot @param {import('../recourse.mjs').Urls} urls */
async function start(stage, shoot, urls) {
  const made = await failedCheck(urls);
  const { page, customer } = await phoneAt(stage, made.recovery.url, { before: askForever });
  await page.getByRole('button', { name: 'Start video' }).waitFor();
  await shoot(page, 'customer-start', { dark: true });
  await inLanguages(page, (language) => shoot(page, 'customer-start', { language, dark: language === 'ta' }));
  await page.getByRole('button', { name: 'Not now: call me back' }).click();
  await customer.title('When shall we call you back?');
  await shoot(page, 'customer-call-back');
  await inLanguages(page, (language) => shoot(page, 'customer-call-back', { language }));
  await page.getByRole('button', { name: 'Close' }).click();
  await customer.start();
  await page.locator('.allow').waitFor();
  await shoot(page, 'customer-permission');
  await page.getByRole('dialog', { name: 'We are waiting for your camera' }).waitFor();
  await shoot(page, 'customer-permission-slow');

  for (const language of ['ta', 'th']) {
    const other = await failedCheck(urls, { locale: language });
    const { page: tab } = await phoneAt(stage, other.recovery.url, { name: language, before: askForever });
    await tab.locator('button.primary').click();
    await tab.locator('.allow').waitFor();
    await shoot(tab, 'customer-permission', { language });
    await tab.context().browser()?.close();
  }

  const desk = await stage.person('desk', { camera: 'none', context: { ...DESK, ...HERE } });
  await desk.page.goto((await failedCheck(urls)).recovery.url);
  await desk.page.getByRole('button', { name: 'Start video' }).waitFor();
  await shoot(desk.page, 'customer-start');
  await desk.page.getByRole('button', { name: 'Continue on your phone' }).click();
  await desk.page.locator('.qr-box svg').waitFor();
  await shoot(desk.page, 'customer-continue-on-phone', { dark: true });
}

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot @param {import('../recourse.mjs').Urls} urls */
async function waiting(stage, shoot, urls) {
  for (const language of ['en', 'ta', 'th']) {
    const made = await failedCheck(urls, { locale: language });
    const { page, customer, browser } = await phoneAt(stage, made.recovery.url, { name: `waiting ${language}`});
    await page.locator('button.primary').click();
    await moves(customer.own, 'the own face');
    await page.locator('.waiting .light').waitFor();
    await page.locator('.waiting .links button').waitFor();
    const english = language === 'en';
    await shoot(page, 'customer-waiting', english ? {} : { language });
    if (english) {
      await page.getByRole('button', { name: 'End', exact: true }).click();
      await page.getByRole('dialog', { name: 'Leave the video?' }).waitFor();
      await shoot(page, 'customer-leave');
      await page.getByRole('button', { name: 'Stay' }).click();
      await page.getByRole('button', { name: 'Call me back' }).click();
      await shoot(page, 'customer-call-back-sheet');
      await page.getByRole('button', { name: 'Book it' }).click();
      await customer.title('We will call you back');
      await shoot(page, 'customer-call-back-booked');
      await inLanguages(page, (tag) => shoot(page, 'customer-call-back-booked', { language: tag }));
    }
    await browser.close();
  }
}
