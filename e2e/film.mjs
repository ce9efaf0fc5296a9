// Films one recovery, the customer's phone beside the agent's desk, into docs/walk.webp: a looping
// picture for the README. Must not know: how pages are tested.
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentAt, Customer, moves, reportFailedCheck } from './people.mjs';
import { DESK, playOn, waitFor } from './rig.mjs';

const target = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'walk.webp');
const PER_SECOND = 5;
const HEIGHT = 540;
/** Longer than a minute nobody watches. */
const SECONDS_MAX = 60;

/** What a page showed, with the time of each picture in seconds. */
class Reel {
  /** @type {{at: number, data: string}[]} */
  frames = [];

  /** @param {import('playwright-core').Page} page */
  async start(page) {
    const session = await page.context().newCDPSession(page);
    session.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
      this.frames.push({ at: metadata.timestamp ?? Date.now() / 1000, data });
      // A page that has closed needs no answer.
      session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
    });
    await session.send('Page.startScreencast', { format: 'jpeg', quality: 85, maxHeight: 1080, maxWidth: 1440 });
  }

  /** The picture that stood at a time. @param {number} at */
  frame(at) {
    let found = this.frames[0];
    for (const frame of this.frames) {
      if (frame.at > at) break;
      found = frame;
    }
    if (!found) throw new Error('nothing was filmed');
    return Buffer.from(found.data, 'base64');
  }
}

/** People look before they act; a film without pauses shows nothing. @param {number} ms */
const lookFor = (ms) => {
  const end = Date.now() + ms;
  return waitFor('time to look', async () => Date.now() >= end);
};

/** One side as a row of pictures. @param {string} dir @param {string} name @param {Reel} reel @param {number} from @param {number} to */
async function unroll(dir, name, reel, from, to) {
  await mkdir(join(dir, name), { recursive: true });
  let count = 0;
  for (let at = from; at < to; at += 1 / PER_SECOND) {
    await writeFile(join(dir, name, `${String(count).padStart(4, '0')}.jpg`), reel.frame(at));
    count += 1;
  }
}

/** @param {string} dir @param {number} seconds */
async function compose(dir, seconds) {
  const speed = Math.max(1, seconds / SECONDS_MAX);
  const side = (/** @type {number} */ n) => `[${n}:v]scale=-2:${HEIGHT - 24}:flags=lanczos,pad=iw+24:ih+24:12:12:0xE7EAEE,setpts=PTS/${speed.toFixed(3)}[s${n}]`;
  const args = ['-v', 'error', '-nostdin', '-y'];
  for (const name of ['phone', 'desk']) args.push('-framerate', String(PER_SECOND), '-i', join(dir, name, '%04d.jpg'));
  args.push('-filter_complex', `${side(0)};${side(1)};[s0][s1]hstack`, '-r', String(PER_SECOND), '-loop', '0', '-c:v', 'libwebp_anim', '-quality', '70', '-compression_level', '6', target);
  await new Promise((resolve, reject) => {
    spawn('ffmpeg', args, { stdio: 'inherit' }).on('error', reject).on('exit', (code) => (code === 0 ? resolve(code) : reject(new Error(`ffmpeg ended with ${code}`))));
  });
}

await playOn('film', async (stage) => {
  const { urls } = await stage.recourse();
  const { desk, page: agentPage } = await agentAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await reportFailedCheck(urls, { name: 'Nur Aisyah binti Rahman', reason: 'face_mismatch' });
  // Pictures of a screencast are as large as the window: no sharper glass than the film shows.
  const { page } = await stage.person('customer', { camera: 'liveness', context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 } });
  await page.goto(made.recovery.url);
  const customer = new Customer(page);
  await page.getByRole('button', { name: 'Start video' }).waitFor();
  const [phone, console] = [new Reel(), new Reel()];
  await phone.start(page);
  await agentPage.setViewportSize(DESK.viewport);
  await console.start(agentPage);
  const from = Date.now() / 1000;
  await lookFor(1_500);
  await customer.start();
  await desk.answer();
  await moves(desk.face, 'the customer at the agent', { by: 30 });
  await moves(customer.agentFace, 'the agent at the customer');
  await desk.write('Hello! Hold your card in front of the camera, please.');
  // People look at a prompt before they follow it.
  desk.onPrompt = async () => { await lookFor(2_500); };
  await desk.workThrough();
  for (const key of ['c', 's']) {
    await agentPage.keyboard.press(key);
    await lookFor(3_500);
    await agentPage.keyboard.press('Escape');
  }
  await waitFor('the approval to unlock', async () => (await agentPage.locator('.verdict [data-way=verified]').getAttribute('data-locked')) === 'false', { timeout: 40_000 });
  await desk.decide('Approve', { reason: 'Identity confirmed', note: 'Seen live', look: async () => { await lookFor(1_500); } });
  await customer.title("You're verified");
  await lookFor(2_500);
  const to = Date.now() / 1000;
  await unroll(stage.dir, 'phone', phone, from, to);
  await unroll(stage.dir, 'desk', console, from, to);
  await compose(stage.dir, to - from);
});
