// Runs the browser tests one file after the other: two browsers and a server fill a small machine.
//   node run.mjs [WORD…]    only files whose path contains one of the words
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);

const files = ['self', 'walks'].flatMap((folder) =>
  readdirSync(join(here, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
    .map((name) => join(folder, name)),
);
const chosen = words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)));
if (chosen.length === 0) {
  console.error(`no test file matches ${words.join(' ')}`);
  process.exit(2);
}

const { status, error } = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=1', '--test-reporter=spec', ...chosen],
  { cwd: here, stdio: 'inherit' },
);
if (error) throw error;
process.exit(status ?? 1);
