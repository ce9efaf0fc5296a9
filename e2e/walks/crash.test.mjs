// The power goes in mid-call: both browsers are back in the same session, and nothing that was kept is lost.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { adminAt, agentAt, Customer, moves, reportFailedCheck } from '../people.mjs';
import { program } from '../recourse.mjs';
import { PHONE, waitFor, walk } from '../rig.mjs';

const BACK_WITHIN_MS = 10_000;

/** The parts of a case's recording by name. @param {string} dir @param {string} id @returns {Promise<Map<string, Buffer>>} */
async function parts(dir, id) {
  const names = (await readdir(dir, { recursive: true })).filter((name) => name.includes(id) && /rec-.*\.\d{4}$/.test(name)).sort();
  return new Map(await Promise.all(names.map(async (name) => /** @type {const} */ ([name, await readFile(join(dir, name))]))));
}

/** The whole records of a part; what follows the last one was being written. @param {Buffer} bytes */
function wholeRecords(bytes) {
  let at = 0;
  let count = 0;
  while (at + 4 <= bytes.length && at + 4 + bytes.readUInt32BE(at) <= bytes.length) {
    at += 4 + bytes.readUInt32BE(at);
    count += 1;
  }
  return { bytes: bytes.subarray(0, at), count };
}

walk('after kill -9 both are back in the same session within 10 s, and all that was sealed or acknowledged is there', async (stage) => {
  const server = await stage.recourse();
  const { urls } = server;
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls);
  const { page } = await stage.person('phone', { camera: 'liveness', context: PHONE });
  const customer = new Customer(page);
  await page.goto(made.recovery.url);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await moves(customer.agentFace, 'the agent at the customer');
  await customer.openChat();
  for (const text of ['Hello', 'I am on the bus']) await customer.write(text);
  await desk.write('I can see you well');
  await waitFor('the customer\'s ticks', async () => (await page.locator('.bubble.mine svg:is([aria-label=Delivered], [aria-label=Seen])').count()) === 2);
  await waitFor('the agent\'s tick', async () => (await desk.acknowledged()) === 1);
  await customer.root.getByRole('button', { name: 'Close' }).first().click();

  const { admin } = await adminAt(stage, urls.admin_url);
  const before = await waitFor('four sealed segments', async () => {
    const file = await admin.file(made.id);
    return file.recordings[0]?.segments >= 4 && file.recordings[0];
  }, { timeout: 40_000 });
  stage.complaints.expect(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket|Failed to fetch/);

  await server.kill();
  const kept = await parts(server.dataDir, made.id);
  const began = performance.now();
  await server.start();
  await Promise.all([
    moves(desk.face, 'the customer at the agent again'),
    moves(customer.agentFace, 'the agent at the customer again'),
  ]);
  const took = performance.now() - began;
  assert.ok(took <= BACK_WITHIN_MS, `back after ${Math.round(took)} ms`);
  assert.equal(await desk.stage('call'), 'call');

  const after = await waitFor('the gap in the log', async () => {
    const file = await admin.file(made.id);
    return file.timeline.some((/** @type {any} */ e) => e.kind === 'recording_gap' && e.body.why === 'server_stopped') && file;
  }, { timeout: 40_000 });
  assert.deepEqual(after.recordings.map((/** @type {any} */ r) => r.session), [before.session], 'the session is the same one');
  assert.ok(after.recordings[0].segments >= before.segments, 'no sealed segment is lost');
  assert.deepEqual(after.chat.map((/** @type {any} */ m) => m.text), ['Hello', 'I am on the bus', 'I can see you well']);
  const now = await parts(server.dataDir, made.id);
  for (const [name, bytes] of kept) {
    const whole = wholeRecords(bytes);
    assert.ok(whole.count > 0, `${name} had whole segments`);
    assert.ok(now.get(name)?.subarray(0, whole.bytes.length).equals(whole.bytes), `${name} begins as it was`);
  }

  await customer.openChat();
  await customer.write('Back again');
  await desk.page.locator('#chat .bubble', { hasText: 'Back again' }).waitFor();
  await desk.decide('Escalate', { reason: 'A specialist must look' });
  await customer.title(/will take it from here/);
  await waitFor('the sealed recording', async () => (await admin.file(made.id)).recordings[0].sealed, { timeout: 40_000 });
  assert.equal(await server.stop(), 0);
  const { stdout } = await promisify(execFile)(program(), ['verify', server.dataDir]);
  assert.match(stdout, /everything fits/);
});
