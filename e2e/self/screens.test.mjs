// The photographer, without the product: a picture per colour scheme, and no silent emptiness.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { walk } from '../rig.mjs';
import { photograph } from '../screens.mjs';

const SCENE = `export async function play(stage, shoot) {
  const { page } = await stage.person('someone', { camera: 'none' });
  await page.setContent('<style>@media (prefers-color-scheme: dark) { body { background: #000 } }</style><h1>Hello</h1>');
  await shoot(page, 'hello');
}`;

walk('a scene is photographed light and dark', async (stage) => {
  const [scenes, pictures] = [join(stage.dir, 'scenes'), join(stage.dir, 'pictures')];
  await mkdir(scenes);
  await assert.rejects(photograph(scenes, pictures, []), /no scene/);
  await writeFile(join(scenes, 'hello.scene.mjs'), SCENE);
  await assert.rejects(photograph(scenes, pictures, ['other']), /no scene .* matches other/);
  assert.equal(await photograph(scenes, pictures, ['hel']), 1);
  const [light, dark] = await Promise.all(['hello.png', 'hello-dark.png'].map((name) => readFile(join(pictures, name))));
  assert.equal(light.subarray(1, 4).toString(), 'PNG');
  assert.notDeepEqual(light, dark);
});

walk('a scene that fails fails the run', async (stage) => {
  const scenes = join(stage.dir, 'scenes');
  await mkdir(scenes);
  await writeFile(join(scenes, 'broken.scene.mjs'), 'export function play() { throw new Error("planted"); }');
  await assert.rejects(photograph(scenes, stage.dir, []), /planted/);
});
