// The whole flow once per failure reason of the demo bank, and once from the link of a text message.
import assert from 'node:assert/strict';
import { Admin, agentAt, Bank, codeAt, Customer, moves } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';

const [FRONT, FACE] = ['Document, front', 'Face and portrait'];
/** What the agent works through for each reason after the greeting. */
const REASONS = Object.entries({
  'Glare on the document': [FRONT, FACE],
  'Blurred photo': [FRONT, FACE],
  'Cropped document': [FRONT, FACE],
  'Face does not match': [FRONT, FACE, 'Liveness'],
  'Liveness failed': [FRONT, FACE, 'Liveness'],
  'Name with special characters': [FRONT, FACE, 'Questions', 'One-time code'],
  'Unusual document': [FRONT, 'Document, back', 'Document, tilted', FACE, 'Questions'],
});
/** What the bank must have been told of a recovered case, in this order; others may lie between. */
const TOLD = ['case.created', 'case.invited', 'case.claimed', 'case.waiting', 'session.started', 'session.ended', 'case.verified'];

/** @param {(string | null)[]} heard @param {string[]} wanted */
function inOrder(heard, wanted) {
  let at = 0;
  for (const each of heard) if (each === wanted[at]) at += 1;
  return at === wanted.length;
}

/** @param {import('../people.mjs').Desk} desk */
async function newestStill(desk) {
  const note = await desk.page.locator('.pair .still-note').last().innerText();
  const [width, height] = note.match(/\d+/g)?.map(Number) ?? [];
  return { width, height };
}

/** Before the answer the agent knows who calls, in which language, and why, and has seen the images. @param {import('../people.mjs').Desk} desk */
async function ringTells(desk) {
  await desk.stage('ring');
  const ring = desk.page.locator('main.ring');
  const words = await ring.innerText();
  for (const each of ['Grace Tan', 'Greet in English', 'Glare on the document', '0.35', '1 attempt', '17 Apr 1991']) {
    assert.ok(words.includes(each), `the ring says "${each}": ${words}`);
  }
  const images = ring.locator('.ring-images img');
  await waitFor('both submitted images', async () =>
    (await images.evaluateAll((all) => all.filter((image) => /** @type {HTMLImageElement} */ (image).naturalWidth > 300).length)) === 2);
}

walk('a failed check of every reason is recovered by a live agent, and the bank is told', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, page: agentPage } = await agentAt(stage, urls.agent_url);
  await expectNoAxeViolations(agentPage);
  await desk.goAvailable();
  await expectNoAxeViolations(agentPage);

  const { page } = await stage.person('customer', { camera: 'card' });
  const bank = new Bank(page);
  await page.goto(urls.bank_url);
  await expectNoAxeViolations(page);
  const { customer } = bank;
  const cases = [];

  for (const [round, [reason, steps]] of REASONS.entries()) {
    const first = round === 0;
    await bank.check(reason);
    await bank.frame.getByRole('button', { name: 'Verify now with a live agent' }).waitFor();
    if (first) await expectNoAxeViolations(page);
    if (first) await desk.autoAccept(false);
    await customer.start();
    if (first) {
      await ringTells(desk);
      await expectNoAxeViolations(agentPage);
    }
    await desk.answer();
    if (first) await desk.autoAccept(true);
    const seen = await moves(desk.face, 'the customer at the agent');
    await moves(customer.agentFace, 'the agent at the customer');
    if (first) {
      await expectNoAxeViolations(page);
      await expectNoAxeViolations(agentPage);
    }

    let prompts = 0;
    desk.onPrompt = async () => {
      await bank.frame.locator('.prompt-words').waitFor();
      prompts += 1;
    };
    desk.onCode = async () => customer.typeCode((await codeAt(urls, '+6591230001')).code);
    assert.deepEqual(await desk.workThrough(), ['Greet and consent', ...steps], `the procedure for "${reason}"`);
    assert.equal(prompts > 0, steps.includes('Liveness'), `the customer saw ${prompts} prompts`);
    const still = await newestStill(desk);
    assert.ok(still.width * still.height >= 2 * seen.width * seen.height, `a photograph of ${still.width}x${still.height} from a stream of ${seen.width}x${seen.height}`);
    await waitFor('the approval to unlock', async () => (await agentPage.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
    await desk.decide('Approve', {
      reason: 'Identity confirmed',
      note: `${reason}, seen live`,
      look: async () => first && expectNoAxeViolations(agentPage),
    });
    if (first) await expectNoAxeViolations(agentPage);

    await customer.title("You're verified");
    if (first) await expectNoAxeViolations(page);
    await customer.rate(5, 'Quick and kind');
    await bank.outcome('verified');
    await waitFor('the webhooks of the whole case', async () => {
      const heard = await bank.webhooks();
      return inOrder(heard, TOLD) && heard.includes('recording.sealed');
    }, { timeout: 40_000 });
    cases.push({ id: await bank.caseId(), reason });
    await bank.again();
    await desk.readyForNext();
  }

  await adminSeesAll(stage, urls.admin_url, cases);
}, { timeout: 600_000 });

/** @param {import('../rig.mjs').Stage} stage @param {string} url @param {{id: string, reason: string}[]} cases */
async function adminSeesAll(stage, url, cases) {
  const { page } = await stage.person('admin', { camera: 'none' });
  const admin = new Admin(page);
  await admin.signIn(url);
  await waitFor('the numbers of the day', async () => (await page.getByText(`${cases.length} of ${cases.length} decided cases recovered`).count()) > 0);
  await expectNoAxeViolations(page);
  for (const [round, { id }] of cases.entries()) {
    await admin.openCase(id);
    assert.match(await page.locator('#outcome').innerText(), /Verified/);
    assert.doesNotMatch(await page.locator('#steps').innerText(), /Open/, 'no step of a decided case is told as open');
    const timeline = page.locator('#timeline');
    for (const words of ['The customer consented', 'The agent answered', 'The recording was sealed', 'The case closed', 'The customer rated the agent']) {
      await timeline.getByText(words).first().waitFor();
    }
    await admin.playRecording();
    if (round === 0) await expectNoAxeViolations(page);
  }
}

walk('the link of a text message leads a phone to the same face', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const { page: bankPage } = await stage.person('bank', { camera: 'none' });
  const bank = new Bank(bankPage);
  await bankPage.goto(urls.bank_url);
  await bank.check('Blurred photo');

  const { page } = await stage.person('phone', { camera: 'liveness', context: PHONE });
  const customer = new Customer(page);
  await page.goto(await bank.link());
  await page.getByRole('button', { name: 'Start video' }).waitFor();
  await expectNoAxeViolations(page);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the phone at the agent');
  await moves(customer.agentFace, 'the agent at the phone');
  await expectNoAxeViolations(page);

  await customer.openChat();
  await customer.write('Hello from the bus');
  await desk.page.locator('#chat .bubble', { hasText: 'Hello from the bus' }).waitFor();
  await desk.write('Take your time');
  await page.locator('.bubble', { hasText: 'Take your time' }).waitFor();
  await expectNoAxeViolations(page);

  await desk.decide('Reject', { reason: 'Document cannot be read' });
  await customer.title("We couldn't verify you today");
  await page.getByText('Your document could not be read.').waitFor();
  await bank.outcome('rejected');
  assert.equal(await customer.own.count(), 0, 'no picture is left open after the end');
});

walk('a customer who waits sees the place, the own face and a way to be called back', async (stage) => {
  const { urls } = await stage.recourse();
  const { page } = await stage.person('phone', { camera: 'liveness', context: PHONE });
  const bank = new Bank(page);
  await page.goto(urls.bank_url);
  await bank.check('Glare on the document');
  await bank.customer.start();
  await moves(bank.customer.own, 'the own face');
  await bank.customer.title(/We are finding someone for you|You're next/);
  await expectNoAxeViolations(page);
  await bank.frame.getByRole('button', { name: 'Call me back' }).click();
  await bank.frame.getByRole('button', { name: 'Book it' }).click();
  await bank.customer.title('We will call you back');
});
