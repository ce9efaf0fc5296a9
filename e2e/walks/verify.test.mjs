// The data folder of a finished call is proven offline, and any changed byte is found and named.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { agentAt, caseOf, Customer, moves, reportFailedCheck } from '../people.mjs';
import { program } from '../recourse.mjs';
import { PHONE, waitFor, walk } from '../rig.mjs';

const run = promisify(execFile);

/** What `recourse verify` answers and says. @param {string} dir @returns {Promise<{code: number, said: string}>} */
const verify = (dir) => run(program(), ['verify', dir]).then(
  ({ stdout }) => ({ code: 0, said: stdout }),
  (error) => ({ code: error.code, said: `${error.stdout}${error.stderr}` }),
);

/** @param {string} path */
async function flipByte(path) {
  const bytes = await readFile(path);
  bytes[Math.floor(bytes.length / 2)] ^= 1;
  await writeFile(path, bytes);
}

/** Node has no SQLite before 22; Python always has. @param {string} db @param {string} work */
const edit = (db, work) => run('python3', ['-c', `import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\n${work}\ndb.commit()`, db]);

/** A call with a photograph, from the tap to the verdict. @param {import('../rig.mjs').Stage} stage @param {import('../recourse.mjs').Urls} urls */
async function call(stage, urls) {
  const { desk } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls);
  const { page } = await stage.person('phone', { camera: 'document', context: PHONE });
  await page.goto(made.recovery.url);
  await new Customer(page).start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent');
  await desk.page.getByRole('button', { name: /^Photograph: / }).click();
  await desk.page.locator('.pair .still-note', { hasText: /:\d\d$/ }).first().waitFor();
  await desk.decide('Escalate', { reason: 'A specialist must look' });
  await waitFor('the case to be closed', async () => (await caseOf(urls, made.id)).phase === 'escalated');
  return made.id;
}

walk('a stopped folder verifies, and a changed segment, still or audit row is named', async (stage) => {
  const server = await stage.recourse();
  const id = await call(stage, server.urls);
  stage.complaints.expect(/ERR_CONNECTION_REFUSED|WebSocket/);
  assert.equal(await server.stop(), 0, 'the server stops in order');

  const whole = await verify(server.dataDir);
  assert.equal(whole.code, 0, whole.said);

  const names = await readdir(server.dataDir, { recursive: true });
  const part = names.find((name) => name.includes(id) && /rec-.*\.\d{4}$/.test(name));
  const still = names.find((name) => name.includes(id) && name.includes('evd_'));
  assert.ok(part && still, `recording and still are kept: ${names.join(' ')}`);

  /** @param {(dir: string) => Promise<void>} change @param {RegExp} name */
  const finds = async (change, name) => {
    const dir = join(stage.dir, 'changed');
    await cp(server.dataDir, dir, { recursive: true });
    await change(dir);
    const { code, said } = await verify(dir);
    assert.equal(code, 1, said);
    assert.match(said, name);
    await rm(dir, { recursive: true });
  };
  await finds((dir) => flipByte(join(dir, part)), new RegExp(`segment \\d+ of session ses_\\w+ of case ${id}`));
  await finds((dir) => flipByte(join(dir, still)), new RegExp(`image evd_\\w+ \\(\\w+\\) of case ${id}`));
  await finds(async (dir) => {
    // Whoever holds the file can take the guards away first.
    await edit(join(dir, 'recourse.db'), `
for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall(): db.execute(f'drop trigger "{name}"')
changed = db.execute("update audit set body = replace(body, 'escalated', 'verified_') where kind = 'case_closed'").rowcount
assert changed == 1, changed`);
  }, /audit entry \d+/);
});
