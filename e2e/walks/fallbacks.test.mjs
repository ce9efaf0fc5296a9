// Every way that is not the straight one leads on: no camera, another device, an old link, a reload, an agent who is gone.
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adminAt, agentAt, caseOf, Customer, moves, reportFailedCheck } from '../people.mjs';
import { DESK, expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

const photograph = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'crates', 'server', 'demo', 'document.jpg');

/** A customer with the link of a case. @param {import('../rig.mjs').Stage} stage @param {string} url @param {Parameters<import('../rig.mjs').Stage['person']>[1]} [options] */
async function customerAt(stage, url, options = { camera: 'liveness', context: PHONE }) {
  const { page, context } = await stage.person('customer', options);
  await page.goto(url);
  return { customer: new Customer(page), page, context };
}

for (const [camera, title] of /** @type {const} */ ([['denied', 'Your camera is blocked for this page'], ['none', 'We found no camera']])) {
  walk(`a camera that is ${camera === 'none' ? 'missing' : 'denied'} leads to chat and photographs, and the agent is told`, async (stage) => {
    const { urls } = await stage.recourse();
    const { desk } = await agentAt(stage, urls.agent_url);
    await desk.goAvailable();
    const made = await reportFailedCheck(urls);
    const { customer, page } = await customerAt(stage, made.recovery.url, { camera, context: PHONE });
    await customer.start();
    await page.getByRole('dialog', { name: title }).waitFor();
    await expectNoAxeViolations(page);
    await page.getByRole('button', { name: 'Use photos and chat instead' }).click();
    await desk.answer();
    await desk.page.locator('.alerts').getByText('No camera: chat and photographs').waitFor();
    await moves(customer.agentFace, 'the agent at the customer');
    await customer.write('My camera does not work');
    await desk.page.locator('#chat .bubble', { hasText: 'My camera does not work' }).waitFor();

    await desk.page.getByRole('button', { name: /^Photograph: / }).click();
    await page.locator('.photos').getByText(/asks for a photo/).waitFor();
    await page.locator('.by-hand input[type=file]').setInputFiles(photograph);
    await page.getByText('Can you read every line?').waitFor();
    await expectNoAxeViolations(page);
    await page.getByRole('button', { name: 'Use photo' }).click();
    await desk.page.locator('.pair .still-note', { hasText: 'Uploaded' }).waitFor();
    await expectNoAxeViolations(desk.page);
    await desk.decide('Escalate', { reason: 'A specialist must look' });
    await customer.title(/will take it from here/);
  });
}

walk('links: a second device proves who it is, a newer link replaces, an old one makes a new one', async (stage) => {
  const { urls } = await stage.recourse();
  const { admin } = await adminAt(stage, urls.admin_url);
  const status = await admin.page.evaluate(async () => {
    const { version, body } = await (await fetch('/v1/admin/policy')).json();
    const answer = await fetch('/v1/admin/policy', {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'recourse-page': '1' },
      body: JSON.stringify({ from_version: version, body: { ...body, invitation_minutes: 1 } }),
    });
    return answer.status;
  });
  assert.equal(status, 200, 'links now live a minute');
  const short = await reportFailedCheck(urls);
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();

  const made = await reportFailedCheck(urls, { birthDate: '1991-04-17' });
  const first = await customerAt(stage, made.recovery.url);
  await first.customer.start();
  await desk.answer();
  await moves(desk.face, 'the first device at the agent');
  const second = await customerAt(stage, made.recovery.url, { camera: 'document', context: DESK });
  await second.customer.title('This link is open on another device');
  await expectNoAxeViolations(second.page);
  await moves(desk.face, 'the first device, undisturbed');
  // The page before the claim says no more than its own words; a wrong date is refused.
  stage.complaints.expect(/status of 4\d\d/);
  await second.page.getByLabel('Date of birth').fill('1990-01-01');
  await second.page.getByRole('button', { name: 'Continue here' }).click();
  await second.page.getByText('That date does not fit.').waitFor();
  await moves(first.customer.agentFace, 'the agent at the first device');
  await second.page.getByLabel('Date of birth').fill('1991-04-17');
  await second.page.getByRole('button', { name: 'Continue here' }).click();
  await first.customer.title('You continued on another device');
  await moves(second.customer.agentFace, 'the agent at the second device');
  await desk.page.locator('.alerts').getByText('Opened on two devices').waitFor();
  await moves(desk.face, 'the second device at the agent');
  await desk.decide('Not finished', { reason: 'Something broke' });
  await second.customer.title("We couldn't finish today");

  const late = await customerAt(stage, short.recovery.url);
  await waitFor('the short link to run out', async () => {
    await late.page.reload();
    return (await late.page.locator('h1').first().innerText()) === 'This link has run out';
  }, { timeout: 80_000 });
  await expectNoAxeViolations(late.page);
  await late.page.getByRole('button', { name: 'Send me a new link' }).click();
  await late.page.getByText(/You will find a new link on the page of|A new link is on its way to/).or(late.page.getByRole('button', { name: 'Start video' })).waitFor();

  await late.page.goto(new URL('/v#nobody-made-this', urls.api_url).href);
  await late.customer.title("We don't know this link");
}, { timeout: 180_000 });

walk('a reload in mid-call brings either side back into the call', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, page: agentPage } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls);
  const { customer, page } = await customerAt(stage, made.recovery.url);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  await page.reload();
  await moves(customer.agentFace, 'the agent at the customer after the reload');
  await moves(desk.face, 'the customer at the agent after the reload');
  await agentPage.reload();
  await desk.stage('call');
  await moves(desk.face, 'the customer at the agent who reloaded');
  await moves(customer.agentFace, 'the agent who reloaded at the customer');
  assert.equal((await caseOf(urls, made.id)).phase, 'live');
  const { admin } = await adminAt(stage, urls.admin_url);
  const file = await admin.file(made.id);
  assert.equal(file.recordings.length, 1, 'one session all along');
});

walk('an agent who is gone gives the customer to the next one, ahead of the queue', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, context } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls);
  const { customer } = await customerAt(stage, made.recovery.url);
  await customer.start();
  await desk.answer();
  await moves(customer.agentFace, 'the first agent');

  const other = await reportFailedCheck(urls, { name: 'Dewi Lestari' });
  const later = await customerAt(stage, other.recovery.url);
  await later.customer.start();
  await waitFor('the other customer to wait', async () => (await caseOf(urls, other.id)).phase === 'waiting');

  await context.close();
  await waitFor('the customer to wait again', async () => (await caseOf(urls, made.id)).phase === 'waiting', { timeout: 90_000 });
  const next = await agentAt(stage, urls.supervisor_url.replace('/admin', '/agent'), 'supervisor');
  await next.desk.goAvailable();
  await next.desk.answer();
  await next.page.locator('.whois h1', { hasText: 'Grace Tan' }).waitFor();
  await moves(customer.agentFace, 'the second agent');
  await moves(next.desk.face, 'the customer at the second agent');
  assert.equal((await caseOf(urls, other.id)).phase, 'waiting', 'who came later waits on');
}, { timeout: 180_000 });

walk('the page speaks the language of the link, and English where it has none', async (stage) => {
  const { urls } = await stage.recourse();
  const { page } = await stage.person('customer', { camera: 'none', context: PHONE });
  const wanted = { th: 'มายืนยันตัวตนของคุณให้เสร็จกัน', ta: 'உங்கள் சரிபார்ப்பை முடிப்போம்', ar: "Let's finish verifying you" };
  for (const [locale, title] of Object.entries(wanted)) {
    const made = await reportFailedCheck(urls, { locale });
    await page.goto(made.recovery.url);
    await page.locator('h1', { hasText: title }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), locale === 'ar' ? 'en' : locale);
    await expectNoAxeViolations(page);
    await page.goto('about:blank');
  }
});
