// The rig itself, without the product: cameras, complaints, accessibility, starting and killing.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  PHONE,
  axeViolations,
  expectNoAxeViolations,
  meanColour,
  playOn,
  screenshot,
  videoFrames,
  waitFor,
  walk,
  within,
} from '../rig.mjs';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '..', 'fixtures');
const standIn = { command: [process.execPath, join(fixtures, 'stand-in.mjs')] };

/** A web server with the given pages. @param {import('../rig.mjs').Stage} stage @param {Record<string, string>} pages */
async function serve(stage, pages) {
  const server = createServer((request, response) => {
    const body = pages[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(body ?? 'not here');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  stage.onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://localhost:${port}`;
}

const page = (/** @type {string} */ body) =>
  `<!doctype html><html lang="en"><head><title>Page</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head><body><main>${body}</main></body></html>`;

/** @param {import('../rig.mjs').Stage} stage @param {import('../browser.mjs').CameraOptions} options */
async function openCamera(stage, options) {
  const origin = await serve(stage, { '/': await readFile(join(fixtures, 'camera.html'), 'utf8') });
  const { page: tab } = await stage.person(`someone with ${options.camera}`, options);
  await tab.goto(origin);
  await tab.getByRole('button', { name: 'Open the camera' }).click();
  const status = tab.getByRole('status');
  await waitFor('an answer of the camera', async () => (await status.textContent()) !== 'closed');
  return { tab, status: await status.textContent(), video: tab.locator('video') };
}

walk('two browsers play different footage at the same time', async (stage) => {
  const customer = await openCamera(stage, { camera: 'document' });
  const agent = await openCamera(stage, { camera: 'agent' });
  for (const [who, width, height] of /** @type {const} */ ([[customer, 1280, 720], [agent, 640, 480]])) {
    assert.equal(who.status, 'open');
    const first = await videoFrames(who.video);
    await waitFor('twenty more pictures', async () => (await videoFrames(who.video)).frames >= first.frames + 20);
    const { width: w, height: h } = await videoFrames(who.video);
    assert.deepEqual([w, h], [width, height]);
  }
});

walk('a camera has the name of a camera, not of a file', async (stage) => {
  const { tab } = await openCamera(stage, { camera: 'document' });
  assert.equal(await tab.evaluate('label'), 'Front camera');
  const labels = await tab.evaluate(async () => (await navigator.mediaDevices.enumerateDevices()).map((device) => device.label));
  assert.ok(labels.length > 0 && labels.every((label) => !label.includes('/')), `${labels}`);
});

walk('the agent and the customer can be told apart by colour', async (stage) => {
  const warmth = async (/** @type {'agent' | 'liveness'} */ camera) => {
    const { video } = await openCamera(stage, { camera });
    await waitFor('a picture', async () => (await videoFrames(video)).frames > 0);
    const { r, g, b } = await meanColour(video);
    assert.ok(r + g + b > 60, 'the picture is black');
    return r / b;
  };
  const [agent, customer] = [await warmth('agent'), await warmth('liveness')];
  assert.ok(customer > agent * 1.15, `agent ${agent}, customer ${customer}`);
});

walk('the microphone is heard and falls silent', async (stage) => {
  const { tab } = await openCamera(stage, { camera: 'liveness' });
  await waitFor('a tone', async () => Number(await tab.evaluate('loudness()')) > 0.1);
  await waitFor('silence', async () => Number(await tab.evaluate('loudness()')) < 0.01);
});

walk('a refused camera and a missing one are told apart', async (stage) => {
  assert.equal((await openCamera(stage, { camera: 'denied' })).status, 'NotAllowedError');
  assert.equal((await openCamera(stage, { camera: 'none' })).status, 'NotFoundError');
});

walk('axe finds what is planted and passes a clean page', async (stage) => {
  const origin = await serve(stage, {
    '/clean': page('<h1>Hello</h1><button type="button">Start video</button>'),
    '/planted': '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><button></button><img src="data:,"></body></html>',
  });
  const { page: tab } = await stage.person('someone', { camera: 'none' });
  await tab.goto(`${origin}/clean`);
  await expectNoAxeViolations(tab);
  await tab.goto(`${origin}/planted`);
  const ids = (await axeViolations(tab)).map(({ id }) => id);
  for (const id of ['button-name', 'image-alt', 'html-has-lang', 'document-title']) {
    assert.ok(ids.includes(id), `${id} was not found among ${ids}`);
  }
  await assert.rejects(expectNoAxeViolations(tab), /button-name/);
});

test('axe runs under the strictest policy a page can have', () =>
  playOn('strict policy', async (stage) => {
    const policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:">';
    const origin = await serve(stage, { '/': page('<h1>Hello</h1>').replace('<head>', `<head>${policy}`) });
    const { page: tab } = await stage.person('someone', { camera: 'none' });
    await tab.goto(origin);
    await expectNoAxeViolations(tab);
  }));

for (const [what, script, pattern] of /** @type {const} */ ([
  ['an error on the console', 'console.error("planted")', /planted/],
  ['an uncaught error', 'throw new Error("planted")', /uncaught: .*planted/],
  ['a rejected promise nobody handles', 'Promise.reject(new Error("planted"))', /uncaught: .*planted/],
  ['a failed request', 'fetch("/missing")', /404/],
])) {
  test(`${what} fails a walk, unless it is expected`, async () => {
    const play = (/** @type {boolean} */ expected) =>
      playOn('complaints', async (stage) => {
        const origin = await serve(stage, { '/': page(`<h1>Hello</h1><script>${script}</script>`) });
        const { page: tab } = await stage.person('someone', { camera: 'none' });
        await tab.goto(origin);
        await waitFor('the complaint', () => stage.complaints.unexpected().length > 0);
        if (expected) stage.complaints.expect(pattern);
      });
    await assert.rejects(play(false), pattern);
    await play(true);
  });
}

test('a walk that failed leaves pictures, and its folder is gone either way', async () => {
  let dir = '';
  await assert.rejects(
    playOn('rig leaves pictures', async (stage) => {
      dir = stage.dir;
      const { page: tab } = await stage.person('someone', { camera: 'none' });
      await tab.setContent(page('<h1>Hello</h1>'));
      throw new Error('planted');
    }),
    /planted/,
  );
  assert.equal(existsSync(dir), false);
  const picture = join(fixtures, '..', 'report', 'rig-leaves-pictures-someone-0.png');
  assert.equal((await readFile(picture)).subarray(1, 4).toString(), 'PNG');
});

walk('a screenshot has the size of the screen it shows', async (stage) => {
  const { page: tab } = await stage.person('someone', { camera: 'none', context: PHONE });
  await tab.setContent(page('<h1>Hello</h1>'));
  const path = join(stage.dir, 'deep', 'shot.png');
  await screenshot(tab, path);
  const png = await readFile(path);
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [390 * 2, 844 * 2]);
});

walk('a killed server comes back on the same port and data', async (stage) => {
  const server = await stage.recourse(standIn);
  const ask = async () => /** @type {any} */ (await (await fetch(server.urls.api_url)).json());
  const before = { ...server.urls };
  const first = await ask();
  assert.deepEqual([first.starts, first.pid], [1, server.pid]);
  await server.killAndRestart();
  const second = await ask();
  assert.equal(second.starts, 2);
  assert.notEqual(second.pid, first.pid);
  assert.deepEqual(server.urls, before);
  assert.equal(await server.stop(), 0);
  await assert.rejects(ask());
});

walk('a server that does not start says why', async (stage) => {
  const start = stage.recourse({ ...standIn, env: { STAND_IN_BROKEN: '1' } });
  await assert.rejects(start, (/** @type {Error} */ error) => {
    assert.match(error.message, /stand-in started 1/);
    assert.match(String(error.cause), /ended with 7/);
    return true;
  });
});

test('waiting in vain tells what for, and the last error', async () => {
  const ask = () => Promise.reject(new Error('not yet'));
  await assert.rejects(waitFor('a bus', ask, { timeout: 60 }), (/** @type {Error} */ error) => {
    assert.match(error.message, /in vain for: a bus/);
    assert.match(String(error.cause), /not yet/);
    return true;
  });
  await assert.rejects(within('a bus', new Promise(() => {}), 20), /a bus took more than 20 ms/);
});
