// Small decisions of the customer's page that need no page: ways out of apps, times to call back, camera errors, light.
import assert from "node:assert/strict";
import { test } from "node:test";
import { outside as way } from "../customer/Aids.tsx";
import { times } from "../customer/CallBack.tsx";
import { nameOf } from "../customer/keep.ts";
import { offersCallBack } from "../customer/Stage.tsx";
import { endingOf, filled } from "../bank/bank.ts";
import { LANGUAGES } from "../lib/i18n.ts";
import { around, cameraProblem, judgeLight } from "../lib/camera.ts";
import { parseRoute, routeTo } from "../lib/router.ts";

const outside = (link: string, agent: string) => way(link, around(agent, 5));

const LINK = "https://bank.example/v#secret";
const ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";

test("an app on Android is left by an intent that carries the secret and a way back", () => {
  const out = outside(LINK, `${ANDROID} [FBAN/FB4A;FBAV/400]`);
  assert.ok(out?.startsWith("intent://bank.example/v#secret#Intent;scheme=https;"));
  assert.ok(out?.includes(`S.browser_fallback_url=${encodeURIComponent(LINK)}`));
});

test("LINE opens its outside browser by a parameter of its own", () => {
  assert.equal(outside(LINK, `${IPHONE} Line/13.0`), "https://bank.example/v?openExternalBrowser=1#secret");
});

test("a real browser needs no way out, and an app on an iPhone has none but copying", () => {
  assert.equal(outside(LINK, ANDROID), null);
  assert.equal(outside(LINK, `${IPHONE} Instagram 300`), null);
});

test("apps are told from browsers", () => {
  assert.deepEqual(around(ANDROID, 5), { ios: false, android: true, app: null });
  assert.equal(around(`${ANDROID}; wv)`, 5).app, "app");
  assert.equal(around(`${IPHONE} Safari/604.1`, 5).app, null);
  assert.equal(around(IPHONE, 5).app, "app");
  assert.equal(around("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/18 Safari/605", 5).ios, true);
  assert.equal(around("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/18 Safari/605", 0).ios, false);
});

test("each error of the browser has a state the agent can read", () => {
  assert.equal(cameraProblem("NotAllowedError"), "denied");
  assert.equal(cameraProblem("NotFoundError"), "missing");
  assert.equal(cameraProblem("NotReadableError"), "busy");
  assert.equal(cameraProblem("TypeError"), "blocked");
  assert.equal(cameraProblem("SomethingNewError"), "blocked");
});

test("light is judged from dark to bright", () => {
  assert.deepEqual([10, 60, 120, 240].map(judgeLight), ["dark", "dim", "good", "bright"]);
});

test("times to call back lie ahead, in order, none twice", () => {
  for (const hour of [0, 7, 12, 17, 20, 23]) {
    const now = new Date(2026, 5, 15, hour, 30);
    const all = times(now);
    assert.ok(all.length >= 4);
    all.forEach((each, at) => assert.ok(each > (all[at - 1] ?? now), `${hour}: ${String(each)}`));
    assert.ok((all.at(-1)?.getTime() ?? 0) - now.getTime() < 7 * 24 * 3_600_000);
  }
});

test("two links never share a seat, and nothing of a link is in its name", () => {
  assert.notEqual(nameOf("abc"), nameOf("abd"));
  assert.equal(nameOf("abc"), nameOf("abc"));
  assert.ok(!nameOf("secret").includes("secret"));
});

test("the bank shows an outcome for closed cases only", () => {
  assert.equal(endingOf("live"), null);
  assert.equal(endingOf("deciding"), null);
  assert.equal(endingOf("verified"), "verified");
  assert.equal(endingOf("under_review"), "escalated");
  assert.equal(endingOf("expired"), "open");
});

test("the bank has a customer for every language", () => {
  const names = Object.keys(LANGUAGES).map((tag) => filled(tag).name);
  assert.equal(new Set(names).size, names.length);
});

test("a route survives its own address", () => {
  const made = parseRoute(routeTo(["cases", "case_a/b"], { tab: "video & chat" }));
  assert.deepEqual(made.parts, ["cases", "case_a/b"]);
  assert.equal(made.query.get("tab"), "video & chat");
  assert.deepEqual(parseRoute("").parts, []);
});

test("a call back is offered when the wait was or will be long, or nobody is there, and not before", () => {
  const soon = { place: 1, seconds: 30 };
  assert.equal(offersCallBack(undefined, 60_000), false, "not before there is a place to give up");
  assert.equal(offersCallBack(soon, 0), false);
  assert.equal(offersCallBack(soon, 44_999), false);
  assert.equal(offersCallBack(soon, 45_000), true, "waited for 45 s");
  assert.equal(offersCallBack({ place: 2, seconds: 60 }, 0), true, "expected to wait for longer");
  assert.equal(offersCallBack({ place: 1, seconds: 0 }, 0), false, "in a moment");
  assert.equal(offersCallBack({ place: 1 }, 0), true, "nobody is on duty");
  assert.equal(offersCallBack({}, 0), false, "nothing is known yet");
});
