// The evidence pack of a real call: it plays, it reads, and it proves itself by our tool and by hand.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { faults, probe, spread } from '../ffmpeg.mjs';
import { passedOn } from '../pages.mjs';
import { adminAt, agentAt, caseOf, Customer, reportFailedCheck } from '../people.mjs';
import { program } from '../recourse.mjs';
import { PHONE, waitFor, walk } from '../rig.mjs';

const run = promisify(execFile);
const MUCH = { maxBuffer: 16 * 1024 * 1024 };
const script = join(dirname(fileURLToPath(import.meta.url)), '../../scripts/verify-by-hand.sh');
const verifier = join(dirname(program()), 'recourse-verify');

/** What a program answers and says. @param {string} name @param {string[]} args @returns {Promise<{code: number, said: string}>} */
const ends = (name, args) => run(name, args, MUCH).then(
  ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
  (error) => ({ code: error.code, said: `${error.stdout}${error.stderr}` }),
);

/** Node unpacks no ZIP; Python always does. @param {string} zip @param {string} to */
const unpack = (zip, to) => run('python3', ['-m', 'zipfile', '-e', zip, to]);

/** A call with both stills and a message, decided. @param {import('../rig.mjs').Stage} stage @param {import('../recourse.mjs').Urls} urls */
async function call(stage, urls) {
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls, { name: 'Nguyễn Thị Ánh สมชาย' });
  const { page } = await stage.person('phone', { camera: 'document', context: PHONE });
  await page.goto(made.recovery.url);
  await passedOn(desk, new Customer(page));
  await waitFor('the case to be closed', async () => (await caseOf(urls, made.id)).phase === 'escalated');
  return made.id;
}

walk('a real call leaves a pack that plays, reads, and verifies by our tool and by hand', async (stage) => {
  const server = await stage.recourse();
  const { urls } = server;
  const id = await call(stage, urls);
  const { page, admin, context } = await adminAt(stage, urls.admin_url);
  await waitFor('the sealed recording', async () => (await admin.file(id)).recordings[0]?.sealed, { timeout: 40_000 });

  await admin.openCase(id);
  await page.getByRole('button', { name: 'Evidence pack' }).click();
  await page.getByRole('button', { name: 'Make the pack' }).click();
  const link = page.getByRole('link', { name: 'Save the pack' });
  await link.waitFor({ timeout: 180_000 });
  const answer = await context.request.get(new URL(await link.getAttribute('href') ?? '', urls.api_url).href);
  assert.equal(answer.status(), 200);
  const zip = join(stage.dir, 'pack.zip');
  await writeFile(zip, await answer.body());
  const told = await admin.file(id);
  for (const kind of ['pack_exported', 'pack_downloaded']) assert.ok(told.timeline.some((/** @type {any} */ e) => e.kind === kind), kind);

  // Our tool, twice: the whole program and the small one.
  const key = join(server.dataDir, 'keys/log.pub');
  for (const [name, args] of [[program(), ['verify', zip, '--key', key]], [verifier, [zip, '--key', key]]]) {
    const { code, said } = await ends(String(name), /** @type {string[]} */ (args));
    assert.equal(code, 0, said);
    assert.match(said, /everything fits/);
    const [, played, recorded] = /tracks +(\d+) frames and sounds, each one of the (\d+) recorded/.exec(said) ?? [];
    assert.ok(Number(played) > 100 && Number(played) <= Number(recorded) && Number(played) >= Number(recorded) * 0.9, said);
  }

  // By hand: openssl, sha256sum, coreutils; the script in the pack is the one of the repository and of the README.
  const dir = join(stage.dir, 'unpacked');
  await mkdir(dir);
  await unpack(zip, dir);
  const source = await readFile(script, 'utf8');
  assert.equal(await readFile(join(dir, 'verify-by-hand.sh'), 'utf8'), source);
  assert.ok((await readFile(join(dir, 'README.txt'), 'utf8')).endsWith(source));
  const byHand = await ends('bash', [join(dir, 'verify-by-hand.sh'), dir, key]);
  assert.equal(byHand.code, 0, byHand.said);
  assert.match(byHand.said, /everything fits that can be checked by hand/);

  // The composed picture: both people, the length of the session, and Chromium plays it.
  const names = await readdir(dir, { recursive: true });
  const film = join(dir, String(names.find((name) => name.endsWith('side-by-side.mp4'))));
  assert.equal(await faults(film), '');
  const { duration, streams } = await probe(film);
  const recording = told.recordings[0];
  assert.ok(Math.abs(duration * 1000 - recording.duration_ms) < 500, `${duration} s for ${recording.duration_ms} ms`);
  assert.deepEqual(streams.map((s) => s.codec_name).sort(), ['aac', 'h264']);
  for (const [who, x] of [['customer', 8], ['agent', 648]]) {
    const seen = await spread(film, { x: Number(x), y: 8, width: 624, height: 468 }, duration * 0.6);
    assert.ok(seen > 60, `${who} is a picture and not a plain area: ${seen}`);
  }
  const { page: player } = await stage.person('player', { camera: 'none' });
  await player.goto(`file://${film}`);
  const video = player.locator('video');
  await video.evaluate((/** @type {HTMLVideoElement} */ v) => { v.muted = true; return v.play(); });
  await waitFor('a second of it to play', () => video.evaluate((/** @type {HTMLVideoElement} */ v) => v.currentTime > 1 && v.videoWidth === 1280));

  // The report: its words are words, in every script a font is at hand for.
  // Not -layout: a name that breaks over two lines of its column stays together.
  const { stdout } = await run('pdftotext', [join(dir, 'report.pdf'), '-'], MUCH);
  const pdf = stdout.replaceAll(/\s+/g, ' ');
  for (const word of ['Identity verification report', 'Escalated', id, 'Nguyễn Thị Ánh', 'Front of the document photographed', 'Annex B', 'Signed checkpoint']) {
    assert.ok(pdf.includes(word), `${word} is in the report`);
  }
  assert.match(pdf, /Decision done/, 'the decision is not told as open');
  await run('pdftoppm', ['-r', '80', '-png', join(dir, 'report.pdf'), join(stage.dir, 'report')]);
  assert.ok((await readdir(stage.dir)).filter((name) => /^report-\d+\.png$/.test(name)).length >= 2);

  // One changed byte, anywhere: found and named, by hand and by the tool.
  const image = String(names.find((name) => name.startsWith('images/')));
  const bytes = await readFile(join(dir, image));
  bytes[bytes.length >> 1] ^= 1;
  await writeFile(join(dir, image), bytes);
  const spoiled = await ends('bash', [join(dir, 'verify-by-hand.sh'), dir, key]);
  assert.equal(spoiled.code, 1, spoiled.said);
  assert.ok(spoiled.said.includes(image), spoiled.said);
  const whole = await readFile(zip);
  whole[whole.indexOf('recordings/') + 400] ^= 1;
  await writeFile(zip, whole);
  const changed = await ends(verifier, [zip]);
  assert.equal(changed.code, 1, changed.said);
  assert.match(changed.said, /does not fit: recordings\//);
});
