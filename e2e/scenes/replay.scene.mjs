// The replay of a call with everything in it: at a drawing, at a filter, its keys, and an answer that was changed.
import { eventfulCall, inkOver, openReplay, proofMarks, seekTo } from '../replay.mjs';
import { waitFor } from '../rig.mjs';
import { adminAt } from './cast.mjs';

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  const { id } = await eventfulCall(stage, urls);
  const { admin, page } = await adminAt(stage, urls.admin_url);
  await openReplay(admin, id);
  const file = /** @type {any} */ (await admin.file(id));
  const [recording] = file.recordings;
  const { pieces } = /** @type {any} */ (await admin.get(`/v1/admin/cases/${id}/drawings`));
  const drawn = Date.parse(pieces[0].shown_at) - Date.parse(recording.started_at) + pieces[0].ops.at(-1).at_ms + 100;
  const top = () => page.locator('#recording').evaluate((card) => card.scrollIntoView({ block: 'start' }));
  await waitFor('the line over the picture', async () => {
    await seekTo(page, drawn / recording.duration_ms);
    return (await inkOver(page)) > 100;
  }, { timeout: 30_000 });
  await waitFor('the proofs', async () => Object.keys(await proofMarks(page)).join() === 'proven', { timeout: 30_000 });
  await top();
  await shoot(page, 'admin-replay', { dark: true, settle: top });
  await page.locator('.moments-filter summary').click();
  await page.getByLabel(/^Liveness prompts/).check();
  await top();
  await shoot(page, 'admin-replay-filter', { settle: () => page.locator('.moments-filter').evaluate((filter) => filter.scrollIntoView({ block: 'center' })) });
  await page.locator('.moments-filter summary').click();
  await page.getByRole('button', { name: 'Keys' }).click();
  await page.getByRole('dialog').waitFor();
  await shoot(page, 'admin-replay-keys');
  await page.keyboard.press('Escape');

  const decided = file.timeline.find((/** @type {any} */ each) => each.kind === 'decided').id;
  await page.route(`**/v1/admin/cases/${id}`, async (route) => {
    const answer = await route.fetch();
    const changed = await answer.json();
    changed.timeline.find((/** @type {any} */ each) => each.id === decided).body.verdict = 'rejected';
    await route.fulfill({ response: answer, json: changed });
  });
  await page.goto(`${page.url().split('#')[0]}#/cases/${id}?at=${decided}`);
  await page.reload();
  await page.locator('.proof-line.bad').waitFor();
  await top();
  await shoot(page, 'admin-replay-changed', { settle: () => page.locator('.proof-line.bad').evaluate((line) => line.scrollIntoView({ block: 'center' })) });
}
