// Who is in the pictures, and the few steps that several scenes share. Must not know: what is photographed.
import { Admin, Customer, Desk } from '../people.mjs';
import { DESK, PHONE } from '../rig.mjs';

/** @typedef {import('../rig.mjs').Stage} Stage */
/** @typedef {import('playwright-core').Page} Page */

/** Where the demo bank is: clocks in pictures agree with its opening hours. */
export const HERE = Object.freeze({ timezoneId: 'Asia/Singapore' });
/** What a phone says it is: the page's help follows it. */
const ANDROID = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36';

/** Taking pictures slows every page of the machine down. */
const PATIENCE = 45_000;

/** The holder of the card that the cameras hold. */
const HOLDER = {
  failure: 'document_glare', confidence: 0.35, attempt: 2, locale: 'en', name: 'Priya Devi De La Cruz', birth_date: '1982-09-08', phone: '+6591230001',
  email: 'priya@example.com', address: '12 Kampong Row, #04-11, Singapore', document_type: 'id_card', document_number: '804S4N46L',
  document_expiry: '2027-01-12', image: 'reason',
};
/** The same person as other languages write her. */
const NAMES = { en: HOLDER.name, ta: 'பிரியா தேவி', th: 'ปรียา เทวี' };

/**
 * A check that failed, with its images, as the demo bank reports it; answers case and link.
 * @param {import('../recourse.mjs').Urls} urls @param {Partial<typeof HOLDER>} [change]
 * @returns {Promise<{case: string, recovery: {url: string, mode: string}}>}
 */
export async function failedCheck(urls, change = {}) {
  const name = NAMES[/** @type {keyof typeof NAMES} */ (change.locale ?? 'en')];
  const answer = await fetch(new URL('/bank/api/check', urls.api_url), {
    method: 'POST', headers: { 'content-type': 'application/json', 'recourse-page': '1' }, body: JSON.stringify({ ...HOLDER, name, ...change }),
  });
  if (!answer.ok) throw new Error(`the bank answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/**
 * A customer with a link on a phone.
 * @param {Stage} stage @param {string} url
 * @param {{name?: string, camera?: import('../browser.mjs').CameraOptions['camera'], context?: object, before?: () => void}} [options]
 *   before: runs in the page ahead of its own code
 */
export async function phoneAt(stage, url, { name = 'phone', camera = 'calm', context = {}, before } = {}) {
  const person = await stage.person(name, { camera, context: { ...PHONE, ...HERE, userAgent: ANDROID, ...context } });
  person.context.setDefaultTimeout(PATIENCE);
  if (before) await person.context.addInitScript(before);
  await person.page.goto(url);
  await person.page.locator('h1').first().waitFor();
  return { ...person, customer: new Customer(person.page) };
}

/** An agent, signed in and away. @param {Stage} stage @param {string} url @param {string} [name] */
export async function deskAt(stage, url, name = 'agent') {
  const person = await stage.person(name, { camera: 'agent', context: { ...DESK, ...HERE } });
  person.context.setDefaultTimeout(PATIENCE);
  const desk = new Desk(person.page);
  await desk.signIn(url);
  return { ...person, desk };
}

/** An admin, signed in. @param {Stage} stage @param {string} url */
export async function adminAt(stage, url) {
  const person = await stage.person('admin', { camera: 'none', context: { ...DESK, ...HERE } });
  person.context.setDefaultTimeout(PATIENCE);
  const admin = new Admin(person.page);
  await admin.signIn(url);
  return { ...person, admin };
}

/** A browser whose question about the camera stays open. */
export function askForever() {
  navigator.mediaDevices.getUserMedia = () => new Promise(() => undefined);
}

/** A camera that another program holds. */
export function heldElsewhere() {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('held', 'NotReadableError'));
}

/** Every image of the page is there. @param {Page} page */
export const loaded = (page) => page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));

/** Puts the frame on the customer's screen; answers how it is taken off. @param {Desk} desk @param {Page} page */
export async function guideOn(desk, page) {
  const frame = desk.page.locator('.lens-bar').getByRole('button', { name: /^Frame/ });
  if ((await page.locator('.guide .frame').count()) === 0) await frame.click();
  await page.locator('.guide .frame').waitFor();
  return async () => {
    await frame.click();
    await page.locator('.guide').waitFor({ state: 'detached' });
  };
}

/** Goes to the step with prompts and draws one. @param {Desk} desk */
export async function drawPrompt(desk) {
  const draw = desk.page.locator('.checklist').getByRole('button', { name: /^Draw a/ });
  const heads = desk.page.locator('.checklist .step-head');
  for (let i = 0; (await draw.count()) === 0 && i < (await heads.count()); i += 1) await heads.nth(i).click();
  await draw.click();
}

/** The page in other languages, by its own menu, and back. @param {Page} page @param {(language: string) => Promise<void>} each */
export async function inLanguages(page, each) {
  const menu = page.locator('.language select');
  for (const language of ['ta', 'th']) {
    await menu.selectOption(language);
    await page.locator(`html[lang=${language}]`).waitFor();
    await each(language);
  }
  await menu.selectOption('en');
  await page.locator('html[lang=en]').waitFor();
}

/** Changes the trigger policy. @param {import('../people.mjs').Admin} admin @param {object} change */
export async function policy(admin, change) {
  const status = await admin.page.evaluate(async (wanted) => {
    const { version, body } = await (await fetch('/v1/admin/policy')).json();
    const answer = await fetch('/v1/admin/policy', {
      method: 'PUT', headers: { 'content-type': 'application/json', 'recourse-page': '1' },
      body: JSON.stringify({ from_version: version, body: { ...body, ...wanted } }),
    });
    return answer.status;
  }, change);
  if (status !== 200) throw new Error(`the policy was answered ${status}`);
}
