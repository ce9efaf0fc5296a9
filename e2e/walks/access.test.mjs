// What a page of somebody else cannot do with ours: frame the staff's pages, frame the customer's unless allowed, open a socket.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { adminAt, agentAt, reportFailedCheck } from '../people.mjs';
import { waitFor, walk } from '../rig.mjs';

/** A site of somebody else that shows one address in a frame. @param {import('../rig.mjs').Stage} stage @param {() => string} framed */
async function foreignSite(stage, framed) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Elsewhere</title><iframe src="${framed()}" allow="camera; microphone"></iframe>`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  stage.onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
}

/** What became of the frame. @param {import('playwright-core').Page} page @returns {Promise<'refused' | 'shown'>} */
async function frameOf(page) {
  return waitFor('the frame to be shown or refused', async () => {
    return page.frames()[1]?.evaluate(() => {
      if (location.protocol === 'chrome-error:') return 'refused';
      return document.querySelector('#app > *') ? 'shown' : undefined;
    });
  });
}

/** The status of asking for a socket. @param {string} origin of the page that asks @param {string} address */
const upgrade = (origin, address, headers = {}) => new Promise((resolve, reject) => {
  const asked = request(address, {
    headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', origin, ...headers },
  });
  asked.on('upgrade', (response, socket) => {
    socket.destroy();
    resolve(response.statusCode);
  });
  asked.on('response', (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  asked.on('error', reject);
  asked.end();
});

walk('a page of somebody else frames none of our pages, and the customer\'s only where the bank allowed it', async (stage) => {
  const server = await stage.recourse();
  const { context } = await agentAt(stage, server.urls.agent_url);
  const made = await reportFailedCheck(server.urls);
  let framed = '';
  const site = await foreignSite(stage, () => framed);
  const page = await context.newPage();
  stage.complaints.expect(/frame-ancestors|Refused to frame|Framing .* violates/);
  stage.complaints.expect(/ERR_BLOCKED_BY_RESPONSE/);
  const link = new URL(made.recovery.url);
  link.searchParams.set('embed', '1');
  for (const address of ['/agent', '/admin', '/bank', link.href]) {
    framed = new URL(address, server.urls.api_url).href;
    await page.goto(site);
    assert.equal(await frameOf(page), 'refused', `${address} in a foreign frame`);
  }

  const { admin } = await adminAt(stage, server.urls.admin_url);
  await admin.changeSettings(() => admin.page.getByLabel('Origins, one a line').fill(`${site}/some/page`));
  for (const [address, expected] of [['/agent', 'refused'], ['/admin', 'refused'], [link.href, 'shown']]) {
    framed = new URL(address, server.urls.api_url).href;
    await page.goto(site);
    assert.equal(await frameOf(page), expected, `${address} in the frame of a bank that is allowed`);
  }
});

walk('a socket opens for our own pages only', async (stage) => {
  const { urls } = await stage.recourse();
  const { context } = await agentAt(stage, urls.agent_url);
  const own = new URL(urls.api_url).origin;
  const cookie = (await context.cookies(own)).map(({ name, value }) => `${name}=${value}`).join('; ');
  assert.ok(cookie, 'the agent is signed in');
  for (const path of ['/v1/customer/socket', '/v1/agent/socket']) {
    const address = new URL(path, urls.api_url).href;
    assert.equal(await upgrade(own, address, { cookie }), 101, `${path} for our page`);
    for (const origin of ['https://evil.example', 'null', `${own}.evil.example`]) {
      assert.equal(await upgrade(origin, address, { cookie }), 403, `${path} for ${origin}`);
    }
  }
  assert.equal(await upgrade(own, new URL('/v1/agent/socket', urls.api_url).href), 401, 'without a sign-in');
});
