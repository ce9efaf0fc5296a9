// A name that a machine could not match: fields read beside the form, check digits, questions, a code, the place.
import assert from 'node:assert/strict';
import { agentAt, codeAt, Customer, moves, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

const NUMBER = '+919812300010';
/** The specimen passport of ICAO 9303 with the claimed birth date; its check digits fit. */
const LINES = ['P<UTODUC<<NGUYEN<VAN<<<<<<<<<<<<<<<<<<<<<<<<', 'L898902C36UTO9104174M3108309<<<<<<<<<<<<<<0'];
const FALSE_DAY = LINES.join('\n').replace('910417', '910418');

/** The check digit over some places: weights 7, 3, 1, letters from 10, modulo 10. @param {string} places */
function digit(places) {
  const value = (/** @type {string} */ c) => (c === '<' ? 0 : /\d/.test(c) ? Number(c) : c.charCodeAt(0) - 55);
  return [...places].reduce((sum, c, i) => sum + value(c) * ([7, 3, 1][i % 3] ?? 0), 0) % 10;
}

/** @param {string} second the second line without its last digit */
const closed = (second) => second + digit(second.slice(0, 10) + second.slice(13, 20) + second.slice(21, 43));

/** @param {import('playwright-core').Locator} panel @param {string} field @param {string} text */
async function read(panel, field, text) {
  const row = panel.locator(`[data-field=${field}]`);
  await row.locator('input').fill(text);
  await row.locator('input').press('Enter');
  await waitFor(`${field} to be compared`, async () => (await row.getAttribute('data-outcome')) !== '');
  return { outcome: () => row.getAttribute('data-outcome'), pieces: () => row.locator('.piece').allInnerTexts() };
}

/** Claimed beside read, and the machine-readable lines. @param {import('playwright-core').Page} page */
async function details(page) {
  await page.locator('.left').getByRole('button', { name: 'Check fields' }).click();
  const panel = page.locator('.details');
  const name = await read(panel, 'name', 'DUC VAN NGUYEN');
  assert.equal(await name.outcome(), 'same_but_order');
  const again = await read(panel, 'name', 'NGUYEN VAN DUC');
  await waitFor('the marks', async () => (await again.outcome()) === 'same_but_marks');
  assert.ok((await again.pieces()).includes('ễ'), `the marked letters: ${await again.pieces()}`);
  const number = await read(panel, 'document_number', 'D1234576X');
  assert.equal(await number.outcome(), 'different');
  await expectNoAxeViolations(page);

  const lines = panel.getByRole('textbox', { name: 'Lines, as read' });
  await lines.fill('P<UTO');
  await lines.blur();
  await panel.getByText('5 places typed').waitFor();
  await lines.fill(`${FALSE_DAY.split('\n')[0]}\n${closed(/** @type {string} */ (FALSE_DAY.split('\n')[1]))}`);
  await panel.getByText('1 check digit does not fit').waitFor();
  assert.match(await panel.locator('.checks [data-fits=false]').innerText(), /Date of birth.*stands 4, should be 5 \(line 2, place 20\)/s);
  await lines.fill(`${LINES[0]}\n${closed(/** @type {string} */ (LINES[1]))}`);
  await panel.getByText('Every check digit fits').waitFor();
  await expectNoAxeViolations(page);
  await panel.getByRole('button', { name: 'Fill the fields above' }).click();
  await waitFor('the birth date to be taken over', async () => (await panel.locator('[data-field=birth_date]').getAttribute('data-outcome')) === 'same');
  assert.equal(await panel.locator('[data-field=document_number] input').inputValue(), 'L898902C3');
  await panel.getByRole('button', { name: 'Back to the checklist' }).click();
}

walk('a name is recovered by what the document says, questions, a code and the place, each with its "no"', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, page: agent } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls, { reason: 'name_mismatch', name: 'Nguyễn Văn Đức', phone: NUMBER, jurisdiction: 'IN', address: '1 Marine Drive, Mumbai, India' });
  const { page } = await stage.person('phone', {
    camera: 'card',
    context: { ...PHONE, geolocation: { latitude: 19.07612, longitude: 72.87732, accuracy: 35 }, permissions: ['geolocation', 'camera', 'microphone'] },
  });
  const customer = new Customer(page);
  await page.goto(made.recovery.url);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await details(agent);

  desk.onCode = async () => {
    const { code, text } = await codeAt(urls, NUMBER);
    assert.match(text, /Harbour Bank/);
    await expectNoAxeViolations(page);
    await customer.typeCode(code === '000000' ? '000001' : '000000');
    await page.getByText('That is not the code. You have 2 tries left.').waitFor();
    await agent.getByText('They are typing; 2 tries left.').waitFor();
    assert.ok(!(await agent.content()).includes(code), 'the agent never sees the code');
    await expectNoAxeViolations(page);
    await customer.typeCode(code);
    await page.getByText('That is the right code.').waitFor();
  };
  desk.onPlace = async (step) => {
    await page.getByRole('dialog', { name: 'May we see where you are?' }).waitFor();
    await expectNoAxeViolations(page);
    await page.getByRole('button', { name: 'No, don\'t share' }).click();
    await step.getByText('They said no on the page.').waitFor();
    assert.ok(await step.getByRole('button', { name: 'Mark done' }).isVisible());
    assert.equal(await step.getByRole('button', { name: 'Mark done' }).getAttribute('aria-disabled'), 'true', 'a "no" is no evidence');
    await step.getByRole('button', { name: 'Ask again' }).click();
    await page.getByRole('button', { name: 'Share my place' }).click();
    await step.locator('.found .map path').first().waitFor();
    const words = await step.locator('.found').innerText();
    for (const each of ['India', 'named in the address', 'inside', 'within 35 m', 'no address database']) assert.ok(words.includes(each), `"${each}" in ${words}`);
    await expectNoAxeViolations(agent);
  };
  const steps = await desk.workThrough();
  assert.deepEqual(steps, ['Greet and consent', 'Document, front', 'Face and portrait', 'Liveness', 'Questions', 'One-time code', 'Place']);
  await waitFor('the approval to unlock', async () => (await agent.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed, a field corrected', note: 'marks and order of the name' });
  await customer.title('A second colleague is checking');
});
