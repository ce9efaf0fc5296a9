// The photographer, without the product: a picture per colour scheme and size, and no silent emptiness.
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { walk } from '../rig.mjs';
import { photograph } from '../screens.mjs';

const SCENE = `export async function play(stage, shoot) {
  const { page } = await stage.person('someone', { camera: 'none' });
  await page.setContent('<style>@media (prefers-color-scheme: dark) { body { background: #000 } }</style><h1>Hello</h1>');
  await shoot(page, 'hello', { dark: true, copy: 'hello' });
  await shoot(page, 'hello', { language: 'ta' });
}`;

walk('a scene is photographed light and dark, at both sizes, under names that say so', async (stage) => {
  const [scenes, pictures] = [join(stage.dir, 'scenes'), join(stage.dir, 'pictures')];
  await mkdir(scenes);
  await assert.rejects(photograph(scenes, pictures, []), /no scene/);
  await writeFile(join(scenes, 'hello.scene.mjs'), SCENE);
  await assert.rejects(photograph(scenes, pictures, ['other']), /no scene .* matches other/);
  assert.equal(await photograph(scenes, pictures, ['hel']), 1);
  const names = ['hello-1366x768-light.png', 'hello-1366x768-dark.png', 'hello-390x844-light.png', 'hello.png', 'hello-1366x768-light-ta.png'];
  assert.deepEqual((await readdir(pictures)).sort(), [...names].sort());
  const [light, dark, small, copy] = await Promise.all(names.map((name) => readFile(join(pictures, name))));
  assert.equal(light.subarray(1, 4).toString(), 'PNG');
  assert.notDeepEqual(light, dark);
  assert.deepEqual(light, copy);
  // Width and height stand in the header of a PNG.
  assert.deepEqual([small.readUInt32BE(16) / small.readUInt32BE(20)], [390 / 844]);
});

walk('a scene that fails fails the run', async (stage) => {
  const scenes = join(stage.dir, 'scenes');
  await mkdir(scenes);
  await writeFile(join(scenes, 'broken.scene.mjs'), 'export function play() { throw new Error("planted"); }');
  await assert.rejects(photograph(scenes, stage.dir, []), /planted/);
});
