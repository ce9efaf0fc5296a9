// The host-page snippet against a page made of nothing: origins, the port, the box and its growth.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

type Anything = any;

class Element {
  style: Record<string, string> = {};
  children: Anything[] = [];
  listeners: Record<string, (event?: unknown) => void> = {};
  posted: [unknown, string, Anything[]][] = [];
  contentWindow = { postMessage: (message: unknown, origin: string, ports: Anything[]) => this.posted.push([message, origin, ports]) };
  append(child: Anything) {
    this.children.push(child);
  }
  addEventListener(type: string, listener: () => void) {
    this.listeners[type] = listener;
  }
  remove() {}
  focus() {}
}

let made: Anything[] = [];
const page = globalThis as Anything;
let place = new Element();

beforeEach(async () => {
  made = [];
  place = new Element();
  page.HTMLScriptElement = class {
    src = "https://verify.example/embed.js";
  };
  page.HTMLElement = Element;
  page.location = { origin: "https://bank.example" };
  page.document = {
    currentScript: new page.HTMLScriptElement(),
    createElement: () => {
      const element = new Element();
      made.push(element);
      return element;
    },
    querySelector: () => place,
    body: new Element(),
    documentElement: new Element(),
    activeElement: null,
  };
  if (!page.Recourse) await import("../embed/embed.ts");
});

const inside = (frame: Anything): MessagePort => {
  frame.listeners.load();
  return frame.posted.at(-1)[2][0];
};
const heard = (port: MessagePort, news: unknown) =>
  new Promise<void>((done) => {
    port.postMessage(news);
    setImmediate(() => setImmediate(done));
  });

test("the frame shows our page, told that it is embedded, with the secret only in the fragment", () => {
  page.Recourse.create({ url: "https://verify.example/v#s3cret", lang: "ta" }).mount("#x");
  assert.equal(made[0].src, "https://verify.example/v?embed=1&lang=ta#s3cret");
  assert.match(made[0].allow, /camera; microphone/);
});

test("a secret alone is taken to where the script came from", () => {
  page.Recourse.create({ token: "abc" }).mount("#x");
  assert.equal(new URL(made[0].src).hash, "#abc");
  assert.equal(new URL(made[0].src).pathname, "/v");
});

test("without a link there is an error and not an empty frame", () => {
  assert.throws(() => page.Recourse.create({}), TypeError);
});

test("the port goes to our origin and to nobody else", () => {
  page.Recourse.create({ url: "https://verify.example/v#s" }).mount("#x");
  const port = inside(made[0]);
  assert.deepEqual(made[0].posted[0].slice(0, 2), [{ recourse: "hello" }, "https://verify.example"]);
  port.close();
  page.Recourse.create({ url: "https://verify.example/v#s" }).destroy();
});

test("events reach their own listener and the one for all", async () => {
  const seen: string[] = [];
  const frame = page.Recourse.create({ url: "https://verify.example/v#s", on: { completed: (detail: Anything) => seen.push(detail.outcome), "*": (_: unknown, type: string) => seen.push(type) } }).mount("#x");
  const port = inside(made[0]);
  await heard(port, { type: "event", name: "completed", detail: { outcome: "verified" } });
  frame.destroy();
  port.close();
  assert.deepEqual(seen, ["verified", "completed"]);
});

test("the box follows its page, grows to the whole glass for the call, and comes back", async () => {
  const frame = page.Recourse.create({ url: "https://verify.example/v#s" }).mount("#x");
  const [box] = made;
  const port = inside(box);
  await heard(port, { type: "size", height: 512 });
  assert.equal(box.style.height, "512px");
  await heard(port, { type: "stage", stage: "call" });
  assert.equal(box.style.position, "fixed");
  assert.equal(page.document.documentElement.style.overflow, "hidden");
  await heard(port, { type: "size", height: 90_000 });
  assert.equal(box.style.height, "100%");
  await heard(port, { type: "stage", stage: "result" });
  assert.equal(box.style.position, "static");
  assert.equal(box.style.height, "2000px");
  assert.notEqual(page.document.documentElement.style.overflow, "hidden");
  frame.destroy();
  port.close();
});
