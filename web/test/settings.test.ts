// Edits of a bank's settings before they are saved, and what the browser is let start.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SettingsBody } from "../generated/api.ts";
import { bodyOf, changes, faults, inkOn, isAddress, isOrigin, parseOrigins } from "../admin/settings.ts";
import { partWords, settingsFaults } from "../admin/text-settings.ts";
import { workerUrl } from "../lib/worker.ts";

const body = (change: Partial<SettingsBody> = {}): SettingsBody => ({ brand: "Harbour Bank", color: "#0b5d66", privacy_url: "/privacy", send_first_link: false, frame_ancestors: [], consent: {}, canned: [], questions: [], ...change });
const found = (change: Partial<SettingsBody>) => faults(body(change)).map((fault) => `${fault.pointer} ${fault.code}`);

test("good settings have no fault", () => {
  const own = { en: "By tapping you let {brand} record this call." };
  const canned = [{ key: "branch_hours", texts: { en: "{agent} of {brand} is here, {name}.", th: "สวัสดี" } }];
  assert.deepEqual(found({ return_url: "https://bank.example/app", frame_ancestors: ["https://www.bank.example", "https://*.bank.example:8443"], consent: own, canned }), []);
});

test("a colour on which neither ink can be read is told before it is saved", () => {
  assert.deepEqual(inkOn("#ffd400")?.ink, "#0b1218");
  assert.deepEqual(inkOn("#0b5d66")?.ink, "#ffffff");
  assert.equal(inkOn("red"), undefined);
  assert.deepEqual(found({ color: "#7a7a7a" }), ["/color contrast"]);
  assert.deepEqual(found({ color: "#7a7a7" }), ["/color color"]);
});

test("origins and addresses are those the server takes", () => {
  for (const fine of ["https://bank.example", "https://*.bank.example", "http://localhost:3000", "http://127.0.0.1"]) assert.ok(isOrigin(fine), fine);
  for (const bad of ["*", "https://*", "https://*.com", "bank.example", "http://bank.example", "https://bank.example/", "https://a;b", "https://u:p@b.example", "https://b.example:0"]) assert.ok(!isOrigin(bad), bad);
  for (const fine of ["/privacy", "/", "https://bank.example/a?b#c", "http://localhost:8080/x"]) assert.ok(isAddress(fine), fine);
  for (const bad of ["", "//evil.example", "javascript:alert(1)", "http://bank.example", "https://u@bank.example", "https://a b"]) assert.ok(!isAddress(bad), bad);
});

test("pasted addresses become origins", () => {
  assert.deepEqual(parseOrigins("https://www.bank.example/login?a=b\n\n https://app.bank.example , nonsense"), ["https://www.bank.example", "https://app.bank.example", "nonsense"]);
});

test("every fault is told where it is", () => {
  assert.deepEqual(found({ brand: " " }), ["/brand brand"]);
  assert.deepEqual(found({ frame_ancestors: ["https://a.example", "https://A.example", "x"] }), ["/frame_ancestors/1 origin_repeated", "/frame_ancestors/2 origin"]);
  assert.deepEqual(found({ consent: { en: "By tapping you agree to be recorded." } }), ["/consent/en consent_brand"]);
  assert.deepEqual(found({ consent: { en: "{brand}" } }), ["/consent/en consent_length"]);
  assert.deepEqual(found({ canned: [{ key: "Hi", texts: { en: "{phone}" } }, { key: "b", texts: {} }] }), ["/canned/0/key reply_key", "/canned/0/texts/en blank", "/canned/1/texts reply_none"]);
});

test("what was only typed around is no change, and emptied texts are gone", () => {
  const was = body({ return_url: "/bank", consent: { en: "a", th: "b" } });
  assert.deepEqual(changes(was, bodyOf({ ...was, brand: " Harbour Bank ", color: "#0B5D66", consent: { th: "b", en: "a" } })), []);
  assert.deepEqual(changes(was, bodyOf({ ...was, return_url: " ", consent: { en: "a", th: " " } })), ["return_url", "consent"]);
  assert.equal("return_url" in bodyOf({ ...was, return_url: "" }), false);
});

test("every fault and part has words", () => {
  assert.ok(Object.values(settingsFaults).every((words) => words.endsWith(".")));
  assert.ok(changes(body(), body({ brand: "x", color: "#000000", canned: [{ key: "a", texts: {} }] })).every((part) => partWords[part]));
});

test("only our own assets become workers, by the one policy the pages may make", () => {
  const made: string[] = [];
  const maker = {
    createPolicy: (name: string, rules: { createScriptURL: (url: string) => string }) => {
      made.push(name);
      return rules;
    },
  };
  assert.equal(workerUrl("/assets/heartbeat-abc.js", maker), "/assets/heartbeat-abc.js");
  assert.equal(workerUrl("/assets/other-abc.js", maker), "/assets/other-abc.js");
  assert.deepEqual(made, ["recourse-worker"]);
  for (const bad of ["https://evil.example/a.js", "/assets/../v1/evidence/x.js", "/assets/a.js?x", "blob:x", "data:text/javascript,1", "//evil/assets/a.js"]) assert.throws(() => workerUrl(bad, maker), TypeError, bad);
});

test("a question of the bank's own has a name of its own, a text, and no blanks", () => {
  assert.deepEqual(found({ questions: [{ key: "branch", texts: { en: "Which is your branch?" } }] }), []);
  assert.deepEqual(found({ questions: [{ key: "purpose", texts: { en: "Why?" } }, { key: "a", texts: { en: "{name}?" } }, { key: "a", texts: {} }] }), [
    "/questions/0/key question_ours", "/questions/1/texts/en question_blank", "/questions/2/key reply_repeated", "/questions/2/texts question_none",
  ]);
});
