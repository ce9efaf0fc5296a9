// Nine languages say the same things with the same blanks, and blanks are filled by each language's own rules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "../customer/text/en.ts";
import { asks } from "../customer/text/en-asks.ts";
import { board } from "../customer/text/en-board.ts";
import { call } from "../customer/text/en-call.ts";
import { capture } from "../customer/text/en-capture.ts";
import { more } from "../customer/text/en-more.ts";
import { prompts } from "../customer/text/en-prompts.ts";
import { text as fil } from "../customer/text/fil.ts";
import { text as hi } from "../customer/text/hi.ts";
import { text as id } from "../customer/text/id.ts";
import { text as ms } from "../customer/text/ms.ts";
import { text as ta } from "../customer/text/ta.ts";
import { text as th } from "../customer/text/th.ts";
import { text as vi } from "../customer/text/vi.ts";
import { text as zh } from "../customer/text/zh-Hans.ts";
import { chooseLanguage, fill, LANGUAGES, matchLanguage, translator, type Table } from "../lib/i18n.ts";

const english: Table = { ...en, ...call, ...more, ...prompts, ...capture, ...asks, ...board };
const tables: Readonly<Record<string, Table>> = { fil, hi, id, ms, ta, th, vi, "zh-Hans": zh };
const blanks = (sentence: string) => [...sentence.matchAll(/\{(\w+)/g)].map((found) => found[1]).sort();

test("there is a table for every language of the menu", () => {
  assert.deepEqual(Object.keys(LANGUAGES).sort(), ["en", ...Object.keys(tables)].sort());
});

for (const [tag, table] of Object.entries(tables)) {
  test(`${tag} says everything English says, with the same blanks`, () => {
    assert.deepEqual(Object.keys(table).sort(), Object.keys(english).sort());
    for (const [key, sentence] of Object.entries(english)) {
      assert.notEqual(table[key]?.trim(), "", `${tag} ${key} is empty`);
      assert.deepEqual(blanks(table[key] ?? ""), blanks(sentence), `${tag} ${key}`);
    }
  });

  test(`${tag} is not English left over`, () => {
    const same = Object.entries(english).filter(([key, sentence]) => table[key] === sentence && /[a-z]{4}.* /i.test(sentence));
    assert.deepEqual(same, []);
  });

  test(`${tag} has a form for every plural its rules know`, () => {
    for (const [key, sentence] of Object.entries(table)) {
      if (!/\{n[|}]/.test(sentence)) continue;
      for (const n of [1, 2, 5, 21]) assert.doesNotMatch(fill(sentence, { n }, tag), /[{}#]/, `${tag} ${key} ${n}`);
    }
  });
}

test("one minute is not one minutes", () => {
  assert.equal(fill(english["wait.minutes"] ?? "", { n: 1 }, "en"), "About 1 minute");
  assert.equal(fill(english["wait.minutes"] ?? "", { n: 3 }, "en"), "About 3 minutes");
});

test("a name with braces or dollar signs is shown as it is", () => {
  assert.equal(fill("Hello {name}", { name: "$& {n}" }, "en"), "Hello $& {n}");
});

test("a blank nobody filled stays visible", () => {
  assert.equal(translator({ a: "Hi {who}" })("a"), "Hi {who}");
});

test("wishes of browsers find their language", () => {
  const wishes: [string, string | undefined][] = [["ms-MY", "ms"], ["zh-CN", "zh-Hans"], ["zh-Hans-SG", "zh-Hans"], ["tl", "fil"], ["in", "id"], ["TA_in", "ta"], ["EN", "en"], ["de-CH", undefined]];
  for (const [wish, found] of wishes) assert.equal(matchLanguage(wish), found, wish);
  assert.equal(chooseLanguage([null, "de", "th-TH", "en"]), "th");
  assert.equal(chooseLanguage(["de"]), "en");
});
