// The replay of a case: both sides in step at any place, what was drawn comes back at its moment, every entry is proven in the
// browser, a changed answer is noticed, who watched is in the log.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictures } from '../ffmpeg.mjs';
import { adminAt } from '../people.mjs';
import { eventfulCall, frameOf, inkOver, marked, noteFrames, openReplay, proofMarks, seekTo, standsAt } from '../replay.mjs';
import { expectNoAxeViolations, waitFor, walk } from '../rig.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** How far two sides may be apart, milliseconds. */
const APART = 80;
/** How far a click on the slider may be from the place that was meant, milliseconds. */
const SLIDER = 20;

/** When each side's pictures are shown, on the session's clock. @param {import('../rig.mjs').Stage} stage @param {Page} page @param {any} recording */
async function picturesOf(stage, page, recording) {
  /** @type {Record<string, number[]>} */
  const shown = { customer: [], agent: [] };
  for (const [n, file] of recording.files.entries()) {
    if (!file.mime.startsWith('video/')) continue;
    const path = join(stage.dir, `side-${n}`);
    await writeFile(path, await (await page.context().request.get(new URL(file.url, page.url()).href)).body());
    shown[file.seat]?.push(...(await pictures(path)).map((at) => at * 1000 + file.starts_at_ms));
  }
  return shown;
}

/**
 * In each tenth of the recording a place where both cameras have given a picture just before: one that has none, as on a busy
 * machine, is no fault of the replay. @param {Record<string, number[]>} shown @param {number} duration
 */
function tenPlaces(shown, duration) {
  const fresh = (/** @type {number} */ at) => Object.values(shown).every((all) => {
    const before = all.filter((each) => each <= at).at(-1);
    return before !== undefined && at - before < APART - SLIDER;
  });
  return Array.from({ length: 10 }, (_, n) => {
    for (let at = duration * (0.06 + n * 0.09); at < duration * (0.14 + n * 0.09); at += 5) if (fresh(at - SLIDER) && fresh(at) && fresh(at + SLIDER)) return at;
    return assert.fail(`no picture of both sides in the ${n + 1}. tenth: ${JSON.stringify(shown)}`);
  });
}

/** Ten places spread over the recording: both sides stand at the same instant. @param {import('../rig.mjs').Stage} stage @param {Page} page @param {any} recording */
async function inStepEverywhere(stage, page, recording) {
  const places = tenPlaces(await picturesOf(stage, page, recording), recording.duration_ms);
  await noteFrames(page);
  const worst = [];
  const frames = [];
  for (const [n, place] of places.entries()) {
    await seekTo(page, place / recording.duration_ms);
    const pair = await waitFor(`both sides at place ${n}`, async () => {
      const [customer, agent] = [await standsAt(page, recording.files, 'customer'), await standsAt(page, recording.files, 'agent')];
      if (customer === null || agent === null) return null;
      // Where the clock says they should be, by its own label.
      const said = await page.locator('.player .track-bar').getAttribute('aria-valuenow');
      return Math.abs(customer / 1000 - Number(said)) < 1.5 && { customer, agent };
    }, { timeout: 30_000 });
    worst.push(Math.abs(pair.customer - pair.agent));
    // The pictures on the screen themselves: each by the time stamp it was recorded with.
    frames.push(await waitFor(`the pictures of place ${n}`, async () => {
      const [customer, agent] = [await frameOf(page, recording.files, 'customer'), await frameOf(page, recording.files, 'agent')];
      const near = (/** @type {number | null} */ shown, /** @type {number} */ wanted) => shown !== null && Math.abs(shown - wanted) <= APART;
      return near(customer, pair.customer) && near(agent, pair.agent) && { apart: Math.abs((customer ?? 0) - (agent ?? 0)) };
    }, { timeout: 20_000 }));
  }
  const seen = frames.map(({ apart }) => apart);
  console.log(`pictures apart at ten places, ms: ${seen.map((ms) => ms.toFixed(1)).join(' ')}`);
  assert.ok(Math.max(...seen) <= APART, `pictures apart: ${seen}`);
  console.log(`apart at ten places, ms: ${worst.map((ms) => ms.toFixed(1)).join(' ')}`);
  assert.ok(Math.max(...worst) <= APART, `apart: ${worst}`);
}

/** While it plays at a speed the sides stay together. @param {Page} page @param {any} recording @param {string} speed */
async function inStepAt(page, recording, speed) {
  await seekTo(page, 0.2);
  await page.locator('.player').getByLabel('Speed').selectOption(speed);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  let best = Infinity;
  await waitFor(`the sides in step at ${speed}x`, async () => {
    const [customer, agent] = await Promise.all([standsAt(page, recording.files, 'customer'), standsAt(page, recording.files, 'agent')]);
    if (customer === null || agent === null) return false;
    best = Math.min(best, Math.abs(customer - agent));
    return best <= APART;
  }, { timeout: 30_000 });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.locator('.player').getByLabel('Speed').selectOption('1');
}

/** @param {Page} page @param {any} file @param {string} kind */
const rowOf = (page, file, kind) => page.locator(`.moments li[data-entry="${file.timeline.find((/** @type {any} */ each) => each.kind === kind).id}"]`);

walk('a recorded case is replayed in step, with its drawings, its chat and its proofs', async (stage) => {
  const { urls } = await stage.recourse();
  const { id } = await eventfulCall(stage, urls);
  const { admin, page } = await adminAt(stage, urls.admin_url);
  await openReplay(admin, id);
  const file = /** @type {any} */ (await admin.file(id));
  const [recording] = file.recordings;

  await inStepEverywhere(stage, page, recording);
  for (const speed of ['0.5', '2']) await inStepAt(page, recording, speed);

  // What was drawn is there at its moment and not before.
  const started = Date.parse(recording.started_at);
  const at = (/** @type {string} */ kind) => Date.parse(file.timeline.find((/** @type {any} */ each) => each.kind === kind).at) - started;
  const drawings = /** @type {any} */ (await admin.get(`/v1/admin/cases/${id}/drawings`));
  const [piece] = drawings.pieces;
  const begun = Date.parse(piece.shown_at) - started + piece.ops[0].at_ms;
  assert.ok(begun > at('surface_shown') && piece.ops.length > 5, JSON.stringify({ begun, ops: piece.ops.length }));
  const ended = Date.parse(file.timeline.filter((/** @type {any} */ each) => each.kind === 'surface_shown')[1].at) - started;
  const inkAt = async (/** @type {number} */ ms) => {
    await seekTo(page, ms / recording.duration_ms);
    await waitFor('the customer to stand there', async () => (await standsAt(page, recording.files, 'customer')) !== null);
    return inkOver(page);
  };
  assert.equal(await inkAt(begun - 900), 0, 'nothing is drawn before');
  await waitFor('the line over the picture', async () => (await inkAt(Math.min(ended - 300, begun + 2_000))) > 150);
  assert.equal(await inkAt(ended + 1_500), 0, 'it went with its surface');
  for (const seat of ['customer', 'agent']) assert.ok((await marked(page, seat)) > 300, `the viewer's mark over the ${seat}`);

  // Everything that happened is in the list, in words, and each leads to its place.
  const list = page.locator('.moments');
  for (const words of ['Please look at the line.', 'The blue one?', 'The agent decided', 'A photograph was taken', 'A liveness prompt was asked']) await list.getByText(words).first().waitFor();
  const chat = rowOf(page, file, 'chat_sent');
  await chat.locator('button.moment').click();
  await waitFor('the recording at the chat', async () => Math.abs(((await standsAt(page, recording.files, 'customer')) ?? -9_999) - at('chat_sent')) < 100);
  await chat.locator('[aria-current=true]').waitFor();
  await rowOf(page, file, 'still_taken').locator('button.moment-image').click();
  await page.getByRole('dialog').locator('img').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.moments-filter summary').click();
  await page.getByLabel(/^Chat \d/).check();
  await waitFor('only the chat', async () => (await list.locator('li').count()) === 2);
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.locator('.moments-filter summary').click();

  // Every entry is proven, here.
  const marks = await waitFor('every entry to be proven', async () => {
    const now = await proofMarks(page);
    return now.proven > 20 && Object.keys(now).length === 1 && now;
  }, { timeout: 30_000 });
  const signature = await page.locator('.proof-line').getAttribute('data-signature');
  console.log(`proven: ${marks.proven}, signature ${signature}, log of ${await page.locator('.proof-line').getAttribute('data-size')}`);
  assert.equal(signature, 'valid');
  await expectNoAxeViolations(page);

  await keys(page);

  // Who watched is in the log, once.
  const watched = /** @type {any} */ (await admin.file(id)).timeline.filter((/** @type {any} */ each) => each.kind === 'recording_viewed');
  assert.equal(watched.length, 1, 'one viewing, one entry');
  assert.match(watched[0].actor, /^agent:agt_/);
}, { timeout: 400_000 });

/** The replay by keys alone. @param {Page} page */
async function keys(page) {
  const bar = page.locator('.player .track-bar');
  const stands = async () => Number((await page.locator('.player .clock p').first().innerText()).split('/')[0].split(':').reduce((sum, part) => String(Number(sum) * 60 + Number(part)), '0'));
  await bar.focus();
  await page.keyboard.press('Home');
  assert.equal(await stands(), 0);
  await page.keyboard.press('ArrowRight');
  assert.equal(await stands(), 5);
  await page.keyboard.press('Shift+ArrowLeft');
  assert.equal(await stands(), 4);
  // From entry to entry, and back.
  const current = () => page.locator('.moments li:has([aria-current=true])').getAttribute('data-entry');
  const seen = [await current()];
  for (const key of ['n', 'n', 'p']) {
    await page.keyboard.press(key);
    seen.push(await current());
  }
  assert.equal(new Set(seen).size, 3, String(seen));
  assert.equal(seen[3], seen[1]);
  await page.keyboard.press('>');
  assert.equal(await page.locator('.player').getByLabel('Speed').inputValue(), '1.5');
  await page.keyboard.press('s');
  assert.equal(await page.locator('.player').getByLabel('Sound').inputValue(), 'customer');
  const silent = await page.locator('.player video').evaluateAll((all) => all.map((each) => `${each.closest('figure')?.dataset.seat} ${/** @type {HTMLVideoElement} */ (each).muted}`));
  assert.ok(silent.includes('agent true') && silent.includes('customer false'), String(silent));
  await page.keyboard.press('k');
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  await page.keyboard.press('k');
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Previous and next entry').waitFor();
  await expectNoAxeViolations(page);
  await page.keyboard.press('Escape');
  await page.locator('.moments li button.moment').first().focus();
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowDown');
  const row = await page.evaluate(() => document.activeElement?.closest('li')?.dataset.entry);
  assert.equal(row, await page.locator('.moments li').nth(3).getAttribute('data-entry'));
}

walk('an answer of the server that was changed on its way gets red marks', async (stage) => {
  const { urls } = await stage.recourse();
  const { id } = await eventfulCall(stage, urls);
  const { admin, page } = await adminAt(stage, urls.admin_url);
  await waitFor('the sealed recording', async () => (await admin.file(id)).recordings[0]?.sealed, { timeout: 40_000 });
  const truth = /** @type {any} */ (await admin.file(id));
  const decided = truth.timeline.find((/** @type {any} */ each) => each.kind === 'decided');

  // The page is shown another verdict than the one that was signed.
  await page.route(`**/v1/admin/cases/${id}`, async (route) => {
    const answer = await route.fetch();
    const file = await answer.json();
    file.timeline.find((/** @type {any} */ each) => each.id === decided.id).body.verdict = 'rejected';
    await route.fulfill({ response: answer, json: file });
  });
  await admin.openCase(id);
  const row = page.locator(`.moments li[data-entry="${decided.id}"]`);
  await row.locator('[data-proof=broken]').waitFor();
  await page.locator('.proof-line.bad').getByText('1 entry does not match the signed log.').waitFor();
  assert.equal((await proofMarks(page)).broken, 1);
  await expectNoAxeViolations(page);
  await page.unroute(`**/v1/admin/cases/${id}`);

  // A path that leads elsewhere.
  await page.route('**/proofs', async (route) => {
    const answer = await route.fetch();
    const view = await answer.json();
    view.proofs[3].path[0] = '00'.repeat(32);
    await route.fulfill({ response: answer, json: view });
  });
  await page.reload();
  await waitFor('one broken proof', async () => (await proofMarks(page)).broken === 1);
  await page.unroute('**/proofs');

  // Another checkpoint than the one that was signed.
  await page.route('**/proofs', async (route) => {
    const answer = await route.fetch();
    const view = await answer.json();
    const lines = view.checkpoint.split('\n');
    lines[2] = Buffer.alloc(32, 7).toString('base64');
    await route.fulfill({ response: answer, json: { ...view, checkpoint: lines.join('\n') } });
  });
  await page.reload();
  await page.locator('.proof-line.bad').getByText('signature is not valid').waitFor();
  assert.equal((await proofMarks(page)).proven, undefined);
}, { timeout: 400_000 });
