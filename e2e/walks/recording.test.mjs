// The recording of a call decodes, lasts as long as the call, keeps sound with picture, and survives a turned phone.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adminAt, agentAt, Customer, moves, reportFailedCheck } from '../people.mjs';
import { PHONE, videoFrames, waitFor, walk } from '../rig.mjs';
import { beeps, faults, flashes, probe } from '../ffmpeg.mjs';
import { flashAndBeep, turnPhone } from '../source.mjs';

/** Seconds the console's recording clock shows. @param {import('../people.mjs').Desk} desk */
async function recorded(desk) {
  const [minutes, seconds] = (await desk.page.locator('.pill[data-rec=recording] .num').innerText()).split(':').map(Number);
  return minutes * 60 + seconds;
}

/**
 * Distances of each beep to the flash next to it, in milliseconds.
 * @param {number[]} seen @param {number[]} heard
 */
const offsets = (seen, heard) => heard
  .map((beep) => Math.min(...seen.map((flash) => Math.abs(flash - beep))) * 1000)
  // A beep whose flash lies beyond the edge of the file has no partner.
  .filter((ms) => ms < 500);

walk('a recorded call decodes to the end, in sync, through a turned phone', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls);
  const { page, context } = await stage.person('phone', { camera: 'none', context: PHONE, args: ['--autoplay-policy=no-user-gesture-required'] });
  await flashAndBeep(context);
  const customer = new Customer(page);
  await page.goto(made.recovery.url);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await waitFor('ten seconds of recording', async () => (await recorded(desk)) >= 10, { timeout: 60_000 });
  const lying = await videoFrames(desk.face);
  assert.ok(lying.width > lying.height);
  await turnPhone(page);
  await waitFor('the standing picture at the agent', async () => {
    const { width, height } = await videoFrames(desk.face);
    return height > width;
  });
  const turnedAt = await recorded(desk);
  await waitFor('ten more seconds', async () => (await recorded(desk)) >= turnedAt + 10, { timeout: 40_000 });
  await desk.decide('Escalate', { reason: 'A specialist must look' });

  const { admin, context: adminContext } = await adminAt(stage, urls.admin_url);
  const file = await waitFor('the sealed recording', async () => {
    const now = await admin.file(made.id);
    return now.recordings[0]?.sealed && now;
  }, { timeout: 40_000 });
  const [recording] = file.recordings;
  const at = (/** @type {string} */ kind) => Date.parse(file.timeline.find((/** @type {any} */ e) => e.kind === kind)?.at);

  const sizes = new Set();
  const apart = [];
  for (const [n, each] of recording.files.entries()) {
    const answer = await adminContext.request.get(new URL(each.url, urls.api_url).href);
    assert.equal(answer.status(), 200);
    const path = join(stage.dir, `${each.seat}-${n}.${each.mime.includes('matroska') ? 'mkv' : 'webm'}`);
    await writeFile(path, await answer.body());
    assert.equal(await faults(path), '', `${each.seat} ${n} decodes without a word`);
    const { duration, streams } = await probe(path);
    assert.ok(Math.abs(duration * 1000 - each.duration_ms) <= Math.max(50, each.duration_ms * 0.02), `${each.seat} ${n} lasts ${duration} s, announced ${each.duration_ms} ms`);
    if (each.seat !== 'customer') continue;
    const picture = streams.find((s) => s.codec_type === 'video');
    if (picture) sizes.add(Number(picture.width) > Number(picture.height) ? 'lying' : 'standing');
    if (picture && streams.some((s) => s.codec_type === 'audio')) apart.push(...offsets(await flashes(path), await beeps(path)));
  }
  assert.deepEqual([...sizes].sort(), ['lying', 'standing'], 'both ways of holding the phone are recorded');
  assert.ok(apart.length >= 6, `flashes and beeps to compare: ${apart}`);
  const worst = Math.max(...apart);
  assert.ok(worst < 80, `sound and picture are ${worst} ms apart at worst: ${apart.map(Math.round)}`);

  for (const seat of ['customer', 'agent']) {
    const files = recording.files.filter((/** @type {any} */ f) => f.seat === seat);
    const from = Math.min(...files.map((/** @type {any} */ f) => f.starts_at_ms));
    const to = Math.max(...files.map((/** @type {any} */ f) => f.starts_at_ms + f.duration_ms));
    const kept = files.reduce((/** @type {number} */ sum, /** @type {any} */ f) => sum + f.duration_ms, 0);
    const session = at('session_ended') - at('media_up');
    assert.ok(Math.abs(to - from - session) <= session * 0.02, `${seat}: ${to - from} ms recorded of a session of ${session} ms`);
    assert.ok(Math.abs(kept - (to - from)) <= (to - from) * 0.02, `${seat}: the files follow each other (${kept} of ${to - from} ms)`);
  }
});
