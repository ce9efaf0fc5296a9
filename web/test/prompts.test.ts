/** What a prompt shows over time, and that every language has the words it may name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PromptView } from '../generated/api.ts';
import { LANGUAGES } from '../lib/i18n.ts';
import { phrase, wordsOf } from '../lib/phrases.ts';
import { colorAt, secondsOf, spotAt, stepAt, wordOf } from '../lib/prompts.ts';

const base: PromptView = { id: 1, prompt: 'smile', needs: ['movement'], seconds: 20, declined: false };

test('every language has 32 different words, the same number as the server draws from', () => {
  for (const tag of Object.keys(LANGUAGES)) {
    const words = wordsOf(tag);
    assert.equal(words.length, 32, tag);
    assert.equal(new Set(words.map(w => w.trim().toLowerCase())).size, 32, tag);
    assert.ok(words.every(w => w.trim() === w && w.length > 0), tag);
  }
});

test('a phrase is read in the language of the page, English where there is none', () => {
  assert.deepEqual(phrase([0, 31], 'ms'), ['sungai', 'beg']);
  assert.deepEqual(phrase([0], 'xx'), ['river']);
  assert.deepEqual(phrase([0, 99], 'en'), ['river']);
});

test('the dot goes along the path and starts over', () => {
  const path = [{ x: 0, y: 0 }, { x: 2, y: 1 }, { x: 1, y: 2 }];
  const p: PromptView = { ...base, prompt: 'follow_dot', path, step_ms: 1_000 };
  assert.deepEqual([-5, 0, 999, 1_000, 2_500, 3_000].map(ms => spotAt(p, ms)), [path[0], path[0], path[0], path[1], path[2], path[0]]);
  assert.equal(spotAt(base, 0), null);
  assert.equal(stepAt({ step_ms: 0 }, 3, 100), 0);
});

test('the light ends with the time, so that nobody sits in it for longer', () => {
  const p: PromptView = { ...base, prompt: 'screen_colors', colors: ['blue', 'green'], step_ms: 600 };
  assert.deepEqual([0, 599, 600, 1_200, 19_999, 20_000, 60_000].map(ms => colorAt(p, ms)), ['blue', 'blue', 'green', 'blue', 'green', null, null]);
});

test('seconds run down to nothing and not below', () => {
  assert.deepEqual([0, 1, 19_500, 20_000, 90_000].map(ms => secondsOf(base, ms)), [20, 20, 1, 0, 0]);
});

test('a part to cover has its own words', () => {
  assert.equal(wordOf({ prompt: 'cover_part', part: 'left_cheek' }), 'cover_left_cheek');
  assert.equal(wordOf({ prompt: 'cover_part' }), 'cover_nose');
  assert.equal(wordOf(base), 'smile');
});
