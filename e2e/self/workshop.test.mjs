// The workshop's scripts: that totals are counted right, that no failure is lost, and that the
// private PostgreSQL leaves nothing behind.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../rig.mjs';

const scripts = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'scripts');

const count = (/** @type {string} */ output) =>
  spawnSync('awk', ['-f', join(scripts, 'count-tests.awk')], { input: output, encoding: 'utf8' }).stdout.trim();

test('the totals of every runner are counted as passed, failed and ignored', () => {
  const cargo = (/** @type {number} */ p, /** @type {number} */ f, /** @type {number} */ i) =>
    `running 3 tests\ntest result: ok. ${p} passed; ${f} failed; ${i} ignored; 0 measured; 0 filtered out; finished in 0.01s\n`;
  assert.equal(count(cargo(12, 1, 2) + cargo(3, 0, 0)), '15 1 2');
  assert.equal(count('ℹ tests 9\nℹ pass 3\nℹ fail 2\nℹ cancelled 1\nℹ skipped 2\nℹ todo 1\n'), '3 3 3');
  assert.equal(count('# tests 5\n# pass 4\n# fail 1\n# duration_ms 12\n'), '4 1 0');
  assert.equal(count('\u001b[2m      Tests \u001b[22m \u001b[1m1 failed\u001b[22m | 11 passed | 2 skipped (14)\n'), '11 1 2');
  assert.equal(count('3 passed in a sentence\n'), '0 0 0');
});

/**
 * Runs scripts/test.sh in a folder of its own with stand-ins for cargo and npm.
 * @param {{web?: string, rust?: string, e2e?: string, build?: string, types?: string}} parts
 *   shell for each part
 */
function runTests(parts) {
  const dir = mkdtempSync(join(tmpdir(), 'recourse-workshop-'));
  try {
    cpSync(scripts, join(dir, 'scripts'), { recursive: true });
    writeFileSync(join(dir, 'scripts/install-test-deps.sh'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(dir, 'scripts/with-postgres.sh'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
    for (const folder of ['bin', 'web/node_modules', 'e2e/node_modules']) mkdirSync(join(dir, folder), { recursive: true });
    for (const folder of ['web', 'e2e']) writeFileSync(join(dir, folder, 'package-lock.json'), '{}');
    const { web = 'echo "# pass 2"', rust = 'echo "test result: ok. 3 passed; 0 failed;"' } = parts;
    const { e2e = 'echo "ℹ pass 4"', build = 'true', types = 'true' } = parts;
    const npm = `case "$*" in
      *"web ci"*|*"e2e ci"*) ;;
      *"web run"*build) ${build} ;;
      *typecheck) ${types} ;;
      *"web run"*test) ${web} ;;
      *"e2e run"*test) ${e2e} ;;
      *) echo "unknown: $*"; exit 9 ;;
    esac`;
    const cargo = `case "$*" in *--no-run|build*) ;; test*) ${rust} ;; *) echo "unknown: $*"; exit 9 ;; esac`;
    writeFileSync(join(dir, 'bin/npm'), `#!/bin/bash\n${npm}\n`, { mode: 0o755 });
    writeFileSync(join(dir, 'bin/cargo'), `#!/bin/bash\n${cargo}\n`, { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync('bash', [join(dir, 'scripts/test.sh')], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(dir, 'bin')}:${process.env.PATH}` },
    });
    return { status, last: stdout.trimEnd().split('\n').at(-1), output: stdout + stderr };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('the last line sums all suites', () => {
  const { status, last, output } = runTests({});
  assert.equal(last, '9 passed, 0 failed', output);
  assert.equal(status, 0);
  assert.match(output, /^rust +3 passed, 0 failed, 0 ignored$/m);
});

for (const [what, parts, line] of /** @type {const} */ ([
  ['a failed test', { rust: 'echo "test result: FAILED. 2 passed; 1 failed;"; exit 101' }, '8 passed, 1 failed'],
  ['a suite that breaks without a failed test', { e2e: 'echo "ℹ pass 4"; exit 1' }, '9 passed, 1 failed'],
  ['a suite that runs no test', { web: 'true' }, '7 passed, 1 failed'],
  ['pages that do not build', { build: 'exit 1' }, '0 passed, 1 failed'],
  ['types that do not fit', { types: 'exit 2' }, '9 passed, 1 failed'],
])) {
  test(`${what} fails the run and is counted once`, () => {
    const { status, last, output } = runTests(parts);
    assert.equal(last, line, output);
    assert.equal(status, 1);
  });
}

const withPostgres = join(scripts, 'with-postgres.sh');
const bare = { ...process.env };
delete bare.RECOURSE_TEST_POSTGRES;

test('the private PostgreSQL answers, and is gone with its folder afterwards', () => {
  const script = 'echo "$RECOURSE_TEST_POSTGRES"; psql "$RECOURSE_TEST_POSTGRES" -Atc "show unix_socket_directories; select 6*7"; exit 3';
  const { status, stdout, stderr } = spawnSync(withPostgres, ['bash', '-c', script], { encoding: 'utf8', env: bare });
  const [url, folder, answer] = stdout.trim().split('\n');
  assert.match(url ?? '', /^postgres:\/\/recourse@127\.0\.0\.1:\d+\/recourse$/, stderr);
  assert.equal(answer, '42');
  assert.equal(status, 3);
  assert.equal(existsSync(folder ?? ''), false);
});

test('the private PostgreSQL is gone also when the run is interrupted', async () => {
  const script = 'psql "$RECOURSE_TEST_POSTGRES" -Atc "show unix_socket_directories"; exec tail -f /dev/null';
  const child = spawn(withPostgres, ['bash', '-c', script], { env: bare, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const folder = await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  assert.equal(existsSync(folder), true);
  child.kill('SIGTERM');
  assert.equal(await gone, 143);
  await waitFor('the folder to be gone', () => !existsSync(folder));
});

test('a server given from outside is used as it is', () => {
  const env = { ...bare, RECOURSE_TEST_POSTGRES: 'postgres://elsewhere/x' };
  const { stdout } = spawnSync(withPostgres, ['bash', '-c', 'echo "$RECOURSE_TEST_POSTGRES"'], { encoding: 'utf8', env });
  assert.equal(stdout.trim(), 'postgres://elsewhere/x');
});
