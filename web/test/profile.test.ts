// What the desk decides about a profile without a server: features that are enough, ones that may be replaced, words for locks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapWords, unmet } from '../agent/text-profile.ts';
import { enoughFeatures, replaceable } from '../lib/features.ts';
import type { FeaturesView, LineView } from '../generated/api.ts';

const view = (seen: ReadonlyArray<boolean | null>, left = 5): FeaturesView => ({
  wanted: 3, categories: 3, left,
  drawn: seen.map((each, n) => ({
    feature: (['hologram', 'laser_engraving', 'window', 'microprint'] as const)[n] ?? 'hologram',
    category: (['diffractive', 'personalisation', 'material', 'print'] as const)[n] ?? 'print',
    seen: each,
  })),
});

test('features are enough when each was looked at and enough of enough kinds were seen', () => {
  assert.equal(enoughFeatures(view([true, true, true])), true);
  assert.equal(enoughFeatures(view([true, true, null])), false);
  assert.equal(enoughFeatures(view([true, true, false])), false);
  assert.equal(enoughFeatures(view([true, true, false, true])), true);
  const same = view([true, true, true]);
  assert.equal(enoughFeatures({ ...same, drawn: same.drawn.map(f => ({ ...f, category: 'print' as const })) }), false);
});

test('another is drawn only in the place of one that is not there, and not without end', () => {
  assert.equal(replaceable(view([true, null, true])), false);
  assert.equal(replaceable(view([true, false, true])), true);
  assert.equal(replaceable(view([true, false, true], 0)), false);
});

test('a line that is missing is told by its title and why, and a code nobody knows as itself', () => {
  const line = { title: 'A code is typed', why: 'step_open' } as LineView;
  assert.equal(unmet(line), 'A code is typed: its step is open');
  assert.equal(gapWords('some_new_gap'), 'some new gap');
});
