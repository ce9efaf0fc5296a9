// A face compared at one scale, and prompts of every look on both sides. Which prompt comes is drawn, so for the pictures
// the newest one is dressed as the one to be shown.
import { Customer, Desk, moves } from '../people.mjs';
import { DESK, PHONE, waitFor } from '../rig.mjs';
import { drawPrompt, failedCheck, HERE, loaded } from './cast.mjs';

const PATIENCE = 45_000;
const SPOTS = [[0, 0], [2, 1], [1, 2], [0, 1], [2, 2], [1, 0]].map(([x, y]) => ({ x, y }));
/** Name of the picture, what the prompt is, and the languages it is shown in besides English. */
const LOOKS = [
  { name: 'cover', prompt: { prompt: 'cover_part', part: 'left_cheek', needs: ['hands'] }, languages: ['ta', 'th'] },
  { name: 'phrase', prompt: { prompt: 'read_phrase', words: [6, 19, 30], needs: ['speech', 'hearing', 'sight'] }, languages: ['ta'] },
  { name: 'document', prompt: { prompt: 'pass_document', needs: ['hands'] } },
  { name: 'dot', prompt: { prompt: 'follow_dot', path: SPOTS, step_ms: 60_000, needs: ['sight'] } },
  { name: 'colors', prompt: { prompt: 'screen_colors', colors: ['green', 'lilac'], step_ms: 60_000, needs: ['light'] } },
];

/** The page hears of its prompts as they are dressed. @param {import('playwright-core').BrowserContext} context @param {() => object} dress */
async function dressed(context, dress) {
  const plain = { number: null, part: null, words: null, path: null, colors: null, step_ms: null };
  await context.routeWebSocket(/\/v1\/(agent|customer)\/socket/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((heard) => {
      const message = JSON.parse(String(heard));
      const owner = message.type === 'case' ? (message.view.session ?? message.view) : null;
      if (owner?.prompt) {
        const dressed = { ...plain, ...dress() };
        owner.prompt = { ...owner.prompt, ...dressed };
        for (const step of message.view.procedure?.steps ?? message.view.steps ?? []) {
          step.challenges = step.challenges.map((/** @type {{id: number}} */ each) => (each.id === owner.prompt.id ? { ...each, ...dressed } : each));
        }
      }
      socket.send(JSON.stringify(message));
    });
  });
}

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  let look = LOOKS[0]?.prompt ?? {};
  const agent = await stage.person('agent', { camera: 'agent', context: { ...DESK, ...HERE } });
  const phone = await stage.person('phone', { camera: 'calm', context: { ...PHONE, ...HERE } });
  for (const { context } of [agent, phone]) {
    context.setDefaultTimeout(PATIENCE);
    await dressed(context, () => look);
  }
  const desk = new Desk(agent.page);
  await desk.signIn(urls.agent_url);
  await desk.goAvailable();
  await phone.page.goto((await failedCheck(urls, { failure: 'face_mismatch', confidence: 0.41 })).recovery.url);
  const customer = new Customer(phone.page);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await desk.workThrough('Face and portrait');
  await compared(desk, shoot);
  await desk.workThrough('Liveness');
  for (const { name, prompt, languages = [] } of LOOKS) {
    look = prompt;
    await drawPrompt(desk);
    await phone.page.locator(`section.prompt[data-prompt=${prompt.prompt}]`).waitFor();
    await agent.page.locator(`.stage .prompt[data-prompt=${prompt.prompt}][data-shown=true]`).waitFor();
    await shoot(phone.page, `customer-prompt-${name}`);
    await shoot(agent.page, `agent-prompt-${name}`, { dark: name === 'cover' });
    for (const language of [...languages, ...(languages.length > 0 ? ['en'] : [])]) {
      await phone.page.evaluate((tag) => localStorage.setItem('recourse.language', tag), language);
      await phone.page.reload();
      await phone.page.locator(`html[lang=${language}]`).waitFor();
      await phone.page.locator('section.prompt').waitFor();
      await moves(customer.own, 'the own picture');
      if (language !== 'en') await shoot(phone.page, `customer-prompt-${name}`, { language });
    }
  }
}

/** @param {Desk} desk @param {import('../screens.mjs').Shoot} shoot */
async function compared(desk, shoot) {
  const agent = desk.page;
  const current = await desk.currentStep();
  await current?.step.getByRole('button', { name: /^Photograph/ }).click();
  await waitFor('the photographed face', async () => ((await current?.step.locator('.step-stills img').count()) ?? 0) > 0);
  await loaded(agent);
  await agent.keyboard.press('c');
  await agent.locator('.sheet.compare').waitFor();
  await loaded(agent);
  await shoot(agent, 'agent-compare-faces', { dark: true });
  await agent.keyboard.press('3');
  await agent.keyboard.press('4');
  await agent.keyboard.press('o');
  await shoot(agent, 'agent-compare-onion');
  await agent.keyboard.press('s');
  await agent.keyboard.press('3');
  await agent.keyboard.press('4');
  await agent.keyboard.press('Escape');
}
