// What people do on the pages, in their words: the agent, the bank's customer, the admin.
// Must not know: what a walk promises.
import assert from 'node:assert/strict';
import { videoFrames, waitFor } from './rig.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').FrameLocator} FrameLocator */

const PATIENCE = 30_000;

/** A picture that moves: its frames grow from where they are. @param {import('playwright-core').Locator} video @param {string} whose */
export async function moves(video, whose, { by = 5, timeout = PATIENCE } = {}) {
  let before = -1;
  return waitFor(`${whose} moves`, async () => {
    const now = await videoFrames(video);
    // A page that was loaded again, or a new connection, counts from nothing.
    if (before < 0 || now.frames < before) before = now.frames;
    return now.width > 0 && now.frames >= before + by && now;
  }, { timeout });
}

/** The agent console. */
export class Desk {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.face = page.locator('.face video');
    this.own = page.locator('.self-tile video');
  }

  /** @param {string} url a one-time link */
  async signIn(url) {
    await this.page.goto(url);
    await this.stage('away', 'ready');
  }

  async goAvailable() {
    await this.page.getByRole('button', { name: 'Go available', exact: true }).click();
    await this.stage('ready', 'ring', 'call');
  }

  /** Waits until the desk is at one of these stages and tells at which. @param {...string} wanted */
  async stage(...wanted) {
    const desk = this.page.locator('.desk');
    return waitFor(`the desk at ${wanted.join(' or ')}`, async () => {
      const at = await desk.getAttribute('data-stage', { timeout: 1_000 });
      return at && wanted.includes(at) && at;
    }, { timeout: PATIENCE });
  }

  /** Answers the ring; with auto-accept the desk may be quicker. */
  async answer() {
    const button = this.page.getByRole('button', { name: /^Answer/ });
    await waitFor('the call to begin', async () => {
      if ((await this.stage('ring', 'call')) === 'call') return true;
      await button.click({ timeout: 1_000 });
      return false;
    }, { timeout: PATIENCE });
  }

  /** A ring is then answered by hand. @param {boolean} on */
  async autoAccept(on) {
    const box = this.page.getByRole('switch', { name: 'Auto-accept' });
    if ((await box.isChecked()) !== on) await this.page.locator('label.switch').click();
    await waitFor(`auto-accept ${on ? 'on' : 'off'}`, async () => (await box.isChecked()) === on);
  }

  /** The step the work is at, or null when nothing is open. */
  async currentStep() {
    const open = this.page.locator('.checklist li.step[data-state=pending]');
    if ((await open.count()) === 0) return null;
    const step = open.first();
    if ((await step.getAttribute('data-current')) !== 'true') await step.locator('.step-head').click();
    return { step, name: await step.locator('.step-head .grow').innerText() };
  }

  /** Every step by the controls of the list, or those before the one named; answers their names in order. */
  async workThrough(until = '') {
    const done = [];
    for (let next = await this.currentStep(); next; next = await this.currentStep()) {
      const { name } = next;
      if (name === until) return done;
      const step = this.page.locator('.checklist li.step', { has: this.page.locator('.step-head .grow', { hasText: new RegExp(`^${name}$`) }) });
      await this.#provide(step, name);
      await step.getByRole('button', { name: 'Mark done' }).click();
      await waitFor(`the step ${name} to be done`, async () => (await step.getAttribute('data-state')) === 'done');
      done.push(name);
      if (done.length > 20) throw new Error(`steps without end: ${done.join(', ')}`);
    }
    return done;
  }

  /** What a step asks for before it can be done. @param {import('playwright-core').Locator} step @param {string} name */
  async #provide(step, name) {
    const photograph = step.getByRole('button', { name: /^Photograph/ });
    if ((await photograph.count()) > 0) {
      await photograph.click();
      await waitFor(`a photograph for ${name}`, async () => (await step.locator('.step-stills img').count()) > 0, { timeout: PATIENCE });
    }
    const questions = step.locator('.question');
    for (let i = 0; i < (await questions.count()); i += 1) {
      const match = questions.nth(i).getByRole('button', { name: /^(Match|Seen)$/ });
      await match.click();
      await waitFor(`answer ${i + 1} of ${name}`, async () => (await match.getAttribute('aria-pressed')) === 'true');
    }
    await this.#passPrompts(step);
    const code = step.getByRole('button', { name: /^Send (a new one )?by / });
    if ((await code.count()) > 0) {
      await code.first().click();
      await this.onCode();
      await step.getByText('They typed the right code.').waitFor();
    }
    const place = step.getByRole('button', { name: 'Ask where they are' });
    if ((await place.count()) > 0) {
      await place.click();
      await this.onPlace(step);
      await step.locator('.found').waitFor();
    }
  }

  /** @param {import('playwright-core').Locator} step */
  async #passPrompts(step) {
    const draw = step.getByRole('button', { name: /^Draw a/ });
    if ((await draw.count()) === 0) return;
    const score = step.getByText(/^\d+ of \d+ passed$/);
    for (;;) {
      const [passed, wanted] = (await score.innerText()).match(/\d+/g)?.map(Number) ?? [];
      if (passed >= wanted) return;
      await draw.click();
      const pass = step.getByRole('button', { name: /^Pass/ });
      await pass.waitFor();
      await this.onPrompt();
      await pass.click();
      await waitFor('the prompt to count', async () => Number.parseInt(await score.innerText(), 10) > passed);
    }
  }

  /** A walk that wants to see the prompt on the other side hangs in here. */
  onPrompt = async () => {};

  /** Who types the code that was just sent. */
  onCode = async () => {
    throw new Error('nobody types the code');
  };

  /** Who answers where they are. @type {(step: import('playwright-core').Locator) => Promise<void>} */
  onPlace = async () => {
    throw new Error('nobody says where they are');
  };

  /**
   * @param {'Approve' | 'Reject' | 'Escalate' | 'Not finished'} way
   * @param {{reason?: string, note?: string, look?: () => Promise<void>}} [options] look: what is done before the confirmation
   */
  async decide(way, { reason, note, look } = {}) {
    await this.page.locator('.verdict').getByRole('button', { name: way }).click();
    const sheet = this.page.locator('.verdict-sheet');
    await sheet.waitFor();
    if (reason) await sheet.getByRole('checkbox', { name: reason, exact: true }).check();
    if (note) await sheet.getByLabel(/Note for colleagues/).fill(note);
    await look?.();
    await sheet.locator('.confirm').click();
    await this.stage('wrap');
  }

  async readyForNext() {
    await this.page.getByRole('button', { name: 'Ready for the next' }).click();
    await this.stage('ready', 'ring', 'call');
  }

  /** @param {string} text */
  async write(text) {
    await this.page.locator('#chat textarea').fill(text);
    await this.page.locator('#chat').getByRole('button', { name: 'Send', exact: true }).click();
  }

  /** Chat messages with a tick of the server under them. */
  async acknowledged() {
    return this.page.locator('#chat .bubble.mine', { has: this.page.locator('svg[aria-label]') }).count();
  }
}

/** The customer's page, on its own or in the bank's frame. */
export class Customer {
  /** @param {Page | FrameLocator} root */
  constructor(root) {
    this.root = root;
    this.agentFace = root.locator('.tile.agent video');
    this.own = root.locator('.tile.self video');
  }

  /** The one tap. */
  async start() {
    await this.root.getByRole('button', { name: /^(Start video|Verify now with a live agent)$/ }).click();
  }

  async openChat() {
    await this.root.getByRole('button', { name: /^Chat/ }).click();
  }

  /** @param {string} text */
  async write(text) {
    await this.root.getByPlaceholder('Write a message').fill(text);
    await this.root.getByRole('button', { name: 'Send', exact: true }).click();
  }

  /** @param {number} stars @param {string} comment */
  async rate(stars, comment) {
    await this.root.locator('label.star').nth(stars - 1).click();
    await this.root.getByLabel('Anything to add?').fill(comment);
    await this.root.getByRole('button', { name: 'Send', exact: true }).click();
    await this.root.getByText('Thank you for telling us.').waitFor();
  }

  /** @param {string} code */
  async typeCode(code) {
    await this.root.getByLabel('The 6 digits').fill(code);
    await this.root.getByRole('button', { name: 'Check the code' }).click();
  }

  /** @param {string | RegExp} words */
  async title(words) {
    await this.root.locator('h1', { hasText: words }).waitFor({ timeout: PATIENCE });
  }
}

/** The demo bank's page. */
export class Bank {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.frame = page.frameLocator('.prompt-frame iframe');
    this.customer = new Customer(this.frame);
  }

  /** Fills in how the check fails and runs it. @param {string} reason @param {{confidence?: number, language?: string}} [options] */
  async check(reason, { language } = {}) {
    if (language) await this.page.getByLabel('Language').selectOption(language);
    await this.page.getByLabel(reason, { exact: true }).check();
    await this.page.getByRole('button', { name: 'Run the check' }).click();
    await this.page.locator('[data-mode]').waitFor({ timeout: PATIENCE });
  }

  /** The one-tap link as the text message carries it. */
  async link() {
    return /** @type {string} */ (await this.page.getByRole('link', { name: 'Open the link' }).getAttribute('href'));
  }

  async caseId() {
    return this.page.locator('dt', { hasText: /^Case$/ }).locator('+ dd').innerText();
  }

  /** Names of the webhooks with a right signature; one with a wrong one is an error. */
  async webhooks() {
    const rows = await this.page.locator('[data-webhook]').evaluateAll((all) =>
      all.map((row) => [row.getAttribute('data-webhook'), row.querySelector('svg')?.getAttribute('aria-label')]));
    for (const [type, word] of rows) assert.equal(word, 'signature verified', `the signature of ${type}`);
    return rows.map(([type]) => type);
  }

  /** @param {string} outcome */
  async outcome(outcome) {
    await this.page.locator(`[data-outcome=${outcome}]`).waitFor({ timeout: PATIENCE });
  }

  async again() {
    await this.page.getByRole('button', { name: 'Start again' }).click();
    await this.page.getByRole('button', { name: 'Run the check' }).waitFor();
  }
}

/** The admin page. */
export class Admin {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} url */
  async signIn(url) {
    await this.page.goto(url);
    await this.page.getByRole('heading', { level: 1 }).first().waitFor();
    await this.page.getByRole('link', { name: 'Cases' }).waitFor();
  }

  /** @param {string} id */
  async openCase(id) {
    await this.page.goto(new URL(`/admin#/cases/${id}`, this.page.url()).href);
    await this.page.locator('.case #outcome').waitFor();
  }

  /** Changes settings as a person would and saves them; answers the version now in force. @param {() => Promise<void>} edit */
  async changeSettings(edit) {
    await this.page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
    await this.page.locator('.settings').waitFor();
    await edit();
    await this.page.getByRole('button', { name: 'Review and save' }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Save settings' }).click();
    const done = this.page.getByText(/^Version \d+ is in force\.$/);
    await done.waitFor();
    return Number((await done.innerText()).match(/\d+/)?.[0]);
  }

  /** What the server says of a case, with this page's sign-in. @param {string} id */
  async file(id) {
    return this.get(`/v1/admin/cases/${id}`);
  }

  /** @param {string} path */
  async get(path) {
    return this.page.evaluate(async (address) => {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
      return answer.json();
    }, path);
  }

  /** The sides of the player that move after a press on play. */
  async playRecording() {
    const player = this.page.locator('.player').first();
    await player.waitFor({ timeout: PATIENCE });
    await player.getByRole('button', { name: 'Play', exact: true }).click();
    for (const seat of ['Customer', 'Agent']) {
      const side = player.locator('figure.side[data-seat]', { hasText: seat });
      await waitFor(`the ${seat} of the recording to move`, async () => {
        const frames = await side.locator('video').evaluateAll((all) =>
          all.map((v) => /** @type {HTMLVideoElement} */ (v).getVideoPlaybackQuality().totalVideoFrames));
        return Math.max(0, ...frames) >= 8;
      }, { timeout: PATIENCE });
    }
  }
}

/** A person at the agent console, signed in. @param {import('./rig.mjs').Stage} stage @param {string} url @param {string} name */
export async function agentAt(stage, url, name = 'agent', camera = /** @type {import('./clips.mjs').Clip} */ ('agent')) {
  const { page, context } = await stage.person(name, { camera });
  const desk = new Desk(page);
  await desk.signIn(url);
  return { desk, page, context };
}

/**
 * What a bank's system sends when a check failed; answers the case as the API tells it.
 * @param {import('./recourse.mjs').Urls} urls
 * @param {{reason?: string, locale?: string, name?: string, birthDate?: string, address?: string, phone?: string, jurisdiction?: string}} [check]
 * @returns {Promise<{id: string, phase: string, recovery: {url: string, mode: string}}>}
 */
export async function reportFailedCheck(urls, { reason = 'document_glare', locale = 'en', name = 'Grace Tan', birthDate = '1991-04-17', address = '12 Kampong Row', phone, jurisdiction } = {}) {
  const answer = await fetch(new URL('/v1/cases', urls.api_url), {
    method: 'POST',
    headers: { authorization: `Bearer ${urls.api_key}`, 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify({
      reference: `ref-${crypto.randomUUID()}`,
      customer: { name, locale, phone },
      jurisdiction,
      check: { attempt: 1, outcome: 'failed', reasons: [reason], scores: { document: 0.3, face: reason === 'face_mismatch' ? 0.4 : 0.9, liveness: reason === 'liveness_failed' ? 0.4 : 0.9 } },
      claimed: { name, birth_date: birthDate, document_type: 'id_card', document_number: 'D1234567X', address },
    }),
  });
  const body = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(body));
  return body;
}

/**
 * The newest one-time code that reached a phone of the demo.
 * @param {import('./recourse.mjs').Urls} urls @param {string} phone @param {string} [before] the time of an older one
 */
export async function codeAt(urls, phone, before = '') {
  return waitFor('a code on the phone', async () => {
    const answer = await fetch(new URL('/bank/api/inbox', urls.api_url));
    const { messages } = await answer.json();
    const newest = messages.find((/** @type {{to: string, at: string, text: string}} */ m) => m.to === phone && /\b\d{6}\b/.test(m.text));
    if (!newest || newest.at <= before) return null;
    return { at: newest.at, code: /** @type {RegExpMatchArray} */ (newest.text.match(/\b\d{6}\b/))[0], text: newest.text };
  }, { timeout: PATIENCE });
}

/** What the bank's system sees of a case. @param {import('./recourse.mjs').Urls} urls @param {string} id */
export async function caseOf(urls, id) {
  const answer = await fetch(new URL(`/v1/cases/${id}`, urls.api_url), { headers: { authorization: `Bearer ${urls.api_key}` } });
  return answer.json();
}

/** An admin, signed in. @param {import('./rig.mjs').Stage} stage @param {string} url */
export async function adminAt(stage, url) {
  const { page, context } = await stage.person('admin', { camera: 'none' });
  const admin = new Admin(page);
  await admin.signIn(url);
  return { admin, page, context };
}
