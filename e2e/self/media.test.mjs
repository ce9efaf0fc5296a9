// What the media walks stand on: two processes reach each other over loopback, and the made source
// flashes and beeps at the same time. Without the product.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { meanColour, videoFrames, waitFor, walk } from '../rig.mjs';
import { flashAndBeep, turnPhone } from '../source.mjs';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '..', 'fixtures');

/** @param {import('../rig.mjs').Stage} stage */
async function camera(stage) {
  const body = await readFile(join(fixtures, 'camera.html'), 'utf8');
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(body));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  stage.onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://localhost:${port}`;
}

/** Opens a peer connection in the page that sends the camera and shows what comes back. */
function preparePeer() {
  const peer = new RTCPeerConnection();
  const own = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
  for (const track of /** @type {MediaStream} */ (own.srcObject).getTracks()) peer.addTrack(track);
  peer.ontrack = ({ track }) => {
    if (track.kind !== 'video') return;
    const video = Object.assign(document.createElement('video'), { id: 'other', muted: true, autoplay: true });
    video.srcObject = new MediaStream([track]);
    document.body.append(video);
  };
  const gathered = () =>
    new Promise((resolve) => {
      const done = () => peer.iceGatheringState === 'complete' && resolve(peer.localDescription?.toJSON());
      peer.addEventListener('icegatheringstatechange', done);
      done();
    });
  Object.assign(globalThis, {
    offer: async () => {
      await peer.setLocalDescription();
      return gathered();
    },
    answer: async (/** @type {RTCSessionDescriptionInit} */ offer) => {
      await peer.setRemoteDescription(offer);
      await peer.setLocalDescription();
      return gathered();
    },
    accept: (/** @type {RTCSessionDescriptionInit} */ answer) => peer.setRemoteDescription(answer),
  });
}

walk('two browser processes see each other over loopback', async (stage) => {
  const origin = await camera(stage);
  const tabs = [];
  for (const clip of /** @type {const} */ (['liveness', 'agent'])) {
    const { page } = await stage.person(clip, { camera: clip });
    await page.goto(origin);
    await page.getByRole('button', { name: 'Open the camera' }).click();
    await page.getByText('open', { exact: true }).waitFor();
    await page.evaluate(preparePeer);
    tabs.push(page);
  }
  const [customer, agent] = tabs;
  const offer = await customer.evaluate('offer()');
  const answer = await agent.evaluate((o) => /** @type {any} */ (globalThis).answer(o), offer);
  await customer.evaluate((a) => /** @type {any} */ (globalThis).accept(a), answer);

  const warmth = [];
  for (const page of tabs) {
    const other = page.locator('#other');
    await waitFor('thirty pictures of the other side', async () => (await videoFrames(other)).frames >= 30);
    const { r, b } = await meanColour(other);
    warmth.push(r / b);
  }
  assert.ok(warmth[1] > warmth[0] * 1.1, `the customer sees the agent: ${warmth}`);
});

walk('the made source flashes and beeps within 80 ms, and can be turned', async (stage) => {
  const origin = await camera(stage);
  const { page, context } = await stage.person('someone', {
    camera: 'none',
    args: ['--autoplay-policy=no-user-gesture-required'],
  });
  await flashAndBeep(context);
  await page.goto(origin);
  await page.getByRole('button', { name: 'Open the camera' }).click();
  await page.getByText('open', { exact: true }).waitFor();

  const offsets = await page.evaluate(async () => {
    const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
    const loudness = /** @type {any} */ (globalThis).loudness;
    const canvas = Object.assign(document.createElement('canvas'), { width: 8, height: 8 });
    const pixels = canvas.getContext('2d', { willReadFrequently: true });
    if (!pixels) throw new Error('no canvas');
    /** @type {{seen: number[], heard: number[]}} */
    const rises = { seen: [], heard: [] };
    const was = { seen: true, heard: true };
    const note = (/** @type {'seen' | 'heard'} */ sense, /** @type {boolean} */ on) => {
      if (on && !was[sense]) rises[sense].push(performance.now());
      was[sense] = on;
    };
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        pixels.drawImage(video, 0, 0, 8, 8);
        note('seen', pixels.getImageData(2, 2, 1, 1).data[0] > 128);
        note('heard', loudness() > 0.1);
        if (rises.seen.length < 3 || rises.heard.length < 3) return;
        clearInterval(timer);
        resolve(undefined);
      }, 5);
    });
    return rises.seen.map((at) => Math.min(...rises.heard.map((heard) => Math.abs(heard - at))));
  });
  const near = offsets.filter((offset) => offset < 80);
  assert.ok(near.length >= 2, `offsets in ms: ${offsets}`);

  const { width, height } = await videoFrames(page.locator('video'));
  await turnPhone(page);
  await waitFor('a standing picture', async () => {
    const turned = await videoFrames(page.locator('video'));
    return turned.width === height && turned.height === width;
  });
});
