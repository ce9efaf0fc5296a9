// The admin's quieter pages: profiles, training, witnesses, the bank's own questions, the evidence pack, and how long a case is kept.
import { expired, passedOn, top, unopened, visit } from '../pages.mjs';
import { adminAt, deskAt, failedCheck, phoneAt } from './cast.mjs';

/** Pages that are looked at for long have their dark picture too. */
const DARK = ['admin-profile', 'admin-keeping-held', 'admin-case-erased'];

/** @param {import('../rig.mjs').Stage} stage @param {import('../screens.mjs').Shoot} shoot */
export async function play(stage, shoot) {
  const { urls } = await stage.recourse();
  // That an erasure is refused before its time is an answer.
  stage.complaints.expect(/status of 409/);
  const { admin } = await adminAt(stage, urls.admin_url);
  const left = await unopened(admin, () => failedCheck(urls, { failure: 'document_blur', name: 'Grace Tan' }));
  const { desk } = await deskAt(stage, urls.agent_url);
  await desk.goAvailable();
  const made = await failedCheck(urls);
  const phone = await phoneAt(stage, made.recovery.url);
  await passedOn(desk, phone.customer);
  await phone.browser.close();
  await expired(admin, left.case);
  await visit(admin, { passed: made.case, left: left.case }, async (of, name, place) => {
    await shoot(of, name, { dark: DARK.includes(name), settle: place ? () => top(of, place) : undefined });
  });
}
