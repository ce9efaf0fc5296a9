// More people than two: who hears whom is measured in the sound that arrives, not read from what pages say.
import assert from 'node:assert/strict';
import { dot, INK, inked, onGlass } from '../drawing.mjs';
import { adminAt, agentAt, Customer, Desk, moves, reportFailedCheck } from '../people.mjs';
import { expectNoAxeViolations, PHONE, waitFor, walk } from '../rig.mjs';
import { heardAt, speakTone, TONES } from '../tones.mjs';

const LOUD = { args: ['--autoplay-policy=no-user-gesture-required'] };

/** @param {import('../rig.mjs').Stage} stage @param {keyof typeof TONES} name @param {any} [options] */
async function voice(stage, name, options = {}) {
  const person = await stage.person(name, { ...LOUD, ...options });
  await speakTone(person.context, TONES[name]);
  return { ...person, page: await person.context.newPage() };
}

/** Waits until exactly these voices arrive at a page. @param {string} when @param {import('playwright-core').Page} page @param {string[]} wanted */
async function hears(when, page, wanted) {
  let last = {};
  try {
    await waitFor(`${when}: ${wanted.join(', ') || 'nobody'}`, async () => {
      const { names, levels } = await heardAt(page);
      last = levels;
      return names.join() === [...wanted].sort().join();
    }, { timeout: 25_000 });
  } catch (error) {
    throw new Error(`${when}: measured ${JSON.stringify(last)}`, { cause: error });
  }
}

/** Four seats, each with a tone: what arrives where. @param {string} when @param {Record<string, import('playwright-core').Page>} pages @param {Record<string, string[]>} table */
async function heard(when, pages, table) {
  for (const [who, wanted] of Object.entries(table)) await hears(`${when}, ${who} hears`, pages[who], wanted);
}

/** An agent and a customer face to face. @param {import('../rig.mjs').Stage} stage @param {import('../recourse.mjs').Urls} urls */
async function call(stage, urls) {
  const { page, context } = await voice(stage, 'agent', { camera: 'agent' });
  const desk = new Desk(page);
  await desk.signIn(urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls, { locale: 'en' });
  const guest = await voice(stage, 'customer', { camera: 'mark', context: PHONE });
  await guest.page.goto(made.recovery.url);
  const customer = new Customer(guest.page);
  await customer.start();
  await desk.answer();
  await desk.stage('call');
  await moves(desk.face, 'the customer at the desk');
  await moves(customer.agentFace, 'the agent on the phone');
  return { desk, context, made, customer, phone: guest.page };
}

/**
 * The agent's dot on the pink mark of the customer's picture stands on that mark on the supervisor's glass too.
 * @param {Desk} desk @param {import('playwright-core').Page} boss @param {string} of the agent's picture @param {string} there the supervisor's
 */
async function seesTheStroke(desk, boss, of, there) {
  const [from, goal] = [await onGlass(desk.page, 'pink', of), await onGlass(boss, 'pink', there)];
  await dot(desk.page, from);
  const seen = await waitFor(`the agent's dot before the supervisor, ${there}`, () => inked(boss, INK.agent));
  assert.ok(Math.hypot(seen.x - goal.x, seen.y - goal.y) <= 4, `on the same place of ${there}: ${JSON.stringify({ seen, goal })}`);
}

walk('a supervisor watches, whispers, joins and takes over, an interpreter is heard, and each hears whom they should', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, made, customer, phone } = await call(stage, urls);
  await desk.write('Good morning');

  const boss = await voice(stage, 'supervisor', { camera: 'liveness' });
  const floor = new Desk(boss.page);
  await floor.signIn(urls.supervisor_url.replace('/admin', '/agent'));
  await boss.page.getByRole('button', { name: 'Watch', exact: true }).click();
  const watched = boss.page.locator('.observe');
  await watched.waitFor();
  await moves(boss.page.locator('.observed-customer video'), 'the customer before the supervisor');
  await moves(boss.page.locator('.observed-agent video'), 'the agent before the supervisor');

  const pages = { customer: phone, agent: desk.page, supervisor: boss.page };
  await heard('watching', pages, { supervisor: ['agent', 'customer'], agent: ['customer'], customer: ['agent'] });
  assert.equal(await phone.locator('.company .pill').count(), 0, 'the customer is told nothing of who only watches');
  await desk.page.locator('[data-supervisor=watch]').waitFor();

  const chat = watched.getByRole('region', { name: 'Chat' });
  await chat.locator('.bubble', { hasText: 'Good morning' }).waitFor();
  await customer.openChat();
  await customer.write('Which side of the card?');
  await chat.locator('.bubble', { hasText: 'Which side of the card?' }).waitFor();
  await phone.getByRole('button', { name: 'Close', exact: true }).click();
  assert.equal(await watched.locator('textarea, input').count(), 0, 'who watches writes nothing');
  await desk.page.getByRole('button', { name: 'Draw', exact: true }).click();
  await watched.getByText('Agent and customer draw on the live picture').waitFor();
  await seesTheStroke(desk, boss.page, '.face video', '.observed-customer video');
  await expectNoAxeViolations(boss.page);
  await desk.page.getByRole('button', { name: 'Freeze' }).click();
  await watched.getByText('Agent and customer see this').waitFor();
  await seesTheStroke(desk, boss.page, '.board-image', '.board-image');
  await expectNoAxeViolations(boss.page);
  await desk.page.getByRole('button', { name: 'Close for both' }).click();
  await watched.locator('.annotate').waitFor({ state: 'detached' });

  const mode = (/** @type {string} */ name) => watched.getByRole('button', { name, exact: true }).click();
  await mode('Whisper');
  await heard('whispering', pages, { agent: ['customer', 'supervisor'], customer: ['agent'], supervisor: ['agent', 'customer'] });

  await mode('Join');
  await heard('joined', pages, { customer: ['agent', 'supervisor'], agent: ['customer', 'supervisor'], supervisor: ['agent', 'customer'] });
  await phone.locator('.company', { hasText: 'has joined' }).waitFor();
  await moves(phone.locator('video[data-seat=supervisor]'), 'the supervisor on the phone');
  await mode('Whisper');
  await hears('no longer joined, the customer hears', phone, ['agent']);

  await desk.page.getByRole('button', { name: 'People and handing on' }).click();
  const sheet = desk.page.locator('dialog.people');
  await sheet.getByRole('button', { name: 'Make a link' }).click();
  const link = await sheet.locator('[data-interpreter-link]').inputValue();
  await expectNoAxeViolations(desk.page);
  await sheet.getByRole('button', { name: 'Close' }).click();

  const third = await voice(stage, 'interpreter');
  await third.page.goto(link);
  await third.page.getByLabel('Your name').fill('Ravi');
  await expectNoAxeViolations(third.page);
  await third.page.getByRole('button', { name: 'Agree and join' }).click();
  await third.page.getByText('Both sides hear you').waitFor();
  await phone.locator('.company', { hasText: 'Ravi' }).waitFor();
  await desk.page.locator('[data-interpreter]').waitFor();
  const four = { ...pages, interpreter: third.page };
  await heard('interpreted', four, {
    interpreter: ['agent', 'customer'],
    customer: ['agent', 'interpreter'],
    agent: ['customer', 'interpreter', 'supervisor'],
    supervisor: ['agent', 'customer', 'interpreter'],
  });
  const again = await stage.person('a second interpreter', { camera: 'none' });
  await again.page.goto(link);
  await again.page.getByText('This link is not valid any more').waitFor();

  await desk.page.keyboard.press(',');
  await sheet.getByRole('button', { name: 'Put on hold' }).click();
  await phone.getByText('You\'re on hold').waitFor();
  await hears('on hold, the customer hears', phone, []);
  await hears('on hold, the agent hears', desk.page, ['interpreter', 'supervisor']);
  await sheet.getByRole('button', { name: 'Take off hold' }).click();
  await sheet.getByRole('button', { name: 'Close' }).click();
  await hears('off hold, the customer hears', phone, ['agent', 'interpreter']);

  await mode('Join');
  await watched.getByRole('button', { name: 'Take over', exact: true }).click();
  await watched.getByRole('button', { name: 'Take over now' }).click();
  await floor.stage('call');
  await desk.stage('wrap');
  await moves(floor.face, 'the customer at the supervisor\'s desk');
  // What the supervisor says now comes from the agent's seat; the former agent is out of the room.
  await hears('taken over, the customer hears', phone, ['interpreter', 'supervisor']);
  await hears('taken over, the former agent hears', desk.page, []);
  await hears('taken over, the supervisor hears', boss.page, ['customer', 'interpreter']);

  const kinds = await facts(stage, urls, made.id);
  for (const kind of ['supervisor_came', 'supervisor_changed', 'interpreter_invited', 'interpreter_came', 'hold_began', 'hold_ended', 'taken_over']) {
    assert.ok(kinds.includes(kind), `${kind} is in the log: ${kinds}`);
  }
});

/** @param {import('../rig.mjs').Stage} stage @param {import('../recourse.mjs').Urls} urls @param {string} id */
async function facts(stage, urls, id) {
  const { admin } = await adminAt(stage, urls.admin_url);
  const file = await admin.file(id);
  return file.timeline.map((/** @type {{kind: string}} */ entry) => entry.kind);
}

walk('a customer who is handed on keeps the work that was done, and the next agent reads why', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, phone } = await call(stage, urls);
  const first = await desk.currentStep();
  await first?.step.getByRole('button', { name: 'Mark done' }).click();
  await waitFor('a step done', async () => (await desk.page.locator('.checklist li.step[data-state=done]').count()) === 1);

  const { desk: next } = await agentAt(stage, urls.supervisor_url.replace('/admin', '/agent'), 'colleague');
  await next.goAvailable();
  await desk.page.keyboard.press(',');
  const sheet = desk.page.locator('dialog.people');
  const to = sheet.locator('select:has(option[value=senior])');
  await waitFor('the colleague in the list', async () => (await to.locator('option[value^=agt_]').count()) > 0);
  await to.selectOption(/** @type {string} */ (await to.locator('option[value^=agt_]').first().getAttribute('value')));
  await sheet.getByLabel('Why, for the next agent').fill('needs a second pair of eyes');
  await sheet.getByRole('button', { name: 'Hand on now' }).click();
  await desk.stage('wrap');
  await next.answer();
  await next.stage('call');
  await moves(next.face, 'the customer at the colleague\'s desk');
  await next.page.locator('.handed', { hasText: 'needs a second pair of eyes' }).waitFor();
  assert.equal(await next.page.locator('.checklist li.step[data-state=done]').count(), 1, 'the work that was done is kept');

  await next.page.keyboard.press(',');
  await next.page.locator('dialog.people').getByRole('button', { name: 'Send a new link' }).click();
  await next.stage('wrap');
  await phone.locator('h1', { hasText: 'We couldn\'t finish today' }).waitFor();
});
