// What the customer's page promises to show, told by events alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatMessage, CustomerView, LinkView } from "../generated/api.ts";
import { chatAfter, guideOf, isBroken, reduce, screenOf, selfIsLarge, START, troubleOf, type CustomerEvent, type CustomerState } from "../lib/room.ts";
import { talked, type TalkEvent } from "../lib/talk.ts";

const brand = { name: "Harbour Bank", color: "#0b6bcb", privacy_url: "/privacy" };
const link = (state: LinkView["state"]): CustomerEvent => ({
  type: "link",
  link: { state, brand, locale: "en", consent: { version: 1, text: "", sha256: "", locale: "en" }, reasons: [], wait: {}, ice_servers: [] },
});
const view = (version: number, change: Partial<CustomerView>): CustomerEvent => ({
  type: "view",
  view: { version, phase: "waiting", brand, wait: {}, seats: [], recording: false, mode: "video", controls_allowed: true, rated: false, asks_location: false, ...change },
});
const message = (nonce: string, from: ChatMessage["from"] = "agent", image?: string): ChatMessage => ({ id: `msg_${nonce}`, nonce, from, name: "Ana", at: "2026-01-01T00:00:00Z", text: "x", ...(image ? { image } : {}) });
const after = (...events: CustomerEvent[]): CustomerState => events.reduce(reduce, START);
const talk = (...events: TalkEvent[]): CustomerState => events.reduce(talked, START);

test("a fresh link leads to the start page, a used one never to a blank page", () => {
  assert.equal(screenOf(START), "loading");
  assert.equal(screenOf(after(link("ready"))), "start");
  for (const state of ["open_elsewhere", "locked", "expired", "replaced", "closed_hours", "verified", "ended", "unknown"] as const) assert.equal(screenOf(after(link(state))), "link");
  assert.equal(screenOf(after({ type: "link_failed", code: "offline" })), "broken");
});

test("the browser that holds the link goes straight back in", () => {
  assert.equal(screenOf(after(link("yours"))), "waiting");
});

test("the tap shows the stage at once and a refusal gives the button back", () => {
  assert.equal(screenOf(after(link("ready"), { type: "tapped" })), "waiting");
  const refused = after(link("ready"), { type: "tapped" }, { type: "join_failed", code: "offline" });
  assert.equal(screenOf(refused), "start");
  assert.equal(refused.joinFailed, "offline");
});

test("an older view that comes late changes nothing", () => {
  const state = after(link("yours"), view(5, { phase: "live" }), view(4, { phase: "waiting" }));
  assert.equal(state.view?.phase, "live");
});

test("every phase has its screen", () => {
  const shown = (phase: CustomerView["phase"]) => screenOf(after(link("yours"), view(1, { phase })));
  assert.equal(shown("waiting"), "waiting");
  assert.equal(shown("live"), "live");
  assert.equal(shown("interrupted"), "live");
  assert.equal(shown("deciding"), "deciding");
  assert.equal(shown("callback"), "callback");
  for (const phase of ["under_review", "verified", "rejected", "escalated", "abandoned", "expired"] as const) assert.equal(shown(phase), "result");
});

test("another device that took the seat over wins over every screen", () => {
  assert.equal(screenOf(after(link("yours"), view(1, { phase: "live" }), { type: "set", change: { replaced: true } })), "replaced");
});

test("chat that is sent twice is shown once, and an own message loses its waiting mark", () => {
  const state = talk(
    { type: "wrote", message: { nonce: "n1", text: "hello" } },
    { type: "chat", from: 0, messages: [message("a0"), message("n1", "customer")] },
    { type: "chat", from: 0, messages: [message("a0"), message("n1", "customer"), message("a2")] },
  );
  assert.deepEqual(state.chat.map((each) => each.nonce), ["a0", "n1", "a2"]);
  assert.equal(state.unsent.length, 0);
  assert.equal(chatAfter(state), 3);
});

test("unread counts what others wrote while the chat was shut", () => {
  const state = talk({ type: "chat", from: 0, messages: [message("a0"), message("c1", "customer"), message("a2")] });
  assert.equal(state.unread, 2);
  assert.equal(talked(state, { type: "chat_open", open: true }).unread, 0);
});

test("a picture the customer sent stands once, before and after the server gives it back", () => {
  const own = { ...message("evd_1", "customer", "evd_1"), id: "own_evd_1" };
  const before = talk({ type: "own_picture", message: own }, { type: "own_picture", message: own });
  assert.equal(before.chat.length, 1);
  assert.equal(chatAfter(before), 0);
  const kept = talked(before, { type: "chat", from: 0, messages: [message("x", "customer", "evd_1")] });
  assert.deepEqual(kept.chat.map((each) => each.id), ["msg_x"]);
});

test("camera trouble is said only after the tap, and never to who takes part by photographs", () => {
  const denied: CustomerEvent = { type: "set", change: { camera: "denied" } };
  assert.equal(troubleOf(after(link("ready"), denied)), null);
  assert.equal(troubleOf(after(link("yours"), denied)), "denied");
  assert.equal(troubleOf(after(link("yours"), denied, view(1, { mode: "photos" }))), null);
});

test("a browser that never answers the request for a camera is noticed", () => {
  const asking = after(link("yours"), { type: "set", change: { camera: "prompting" } });
  assert.equal(troubleOf(asking), null);
  assert.equal(troubleOf(reduce(asking, { type: "set", change: { slow: true } })), "slow");
});

test("the frame of a command stands until the procedure's own frame changes", () => {
  const asked = after(link("yours"), view(1, { phase: "live", guide: "document_front" }), { type: "set", change: { guide: null } });
  assert.equal(guideOf(asked), null);
  assert.equal(guideOf(reduce(asked, view(2, { phase: "live", guide: "document_front" }))), null);
  assert.equal(guideOf(reduce(asked, view(2, { phase: "live", guide: "document_back" }))), "document_back");
});

test("a prompt or a frame makes the customer's own picture the large one", () => {
  const live = after(link("yours"), view(1, { phase: "live" }));
  assert.equal(selfIsLarge(live), false);
  assert.equal(selfIsLarge(reduce(live, view(2, { phase: "live", prompt: { id: 1, prompt: "smile", needs: ["movement"], seconds: 20, declined: false } }))), true);
  assert.equal(selfIsLarge(reduce(live, view(2, { phase: "live", guide: "portrait" }))), true);
});

test("a lost line, lost media and an interrupted session are each said", () => {
  const live = after(link("yours"), { type: "set", change: { line: "open", media: "connected" } }, view(1, { phase: "live" }));
  assert.equal(isBroken(live), false);
  assert.equal(isBroken(reduce(live, { type: "set", change: { line: "lost" } })), true);
  assert.equal(isBroken(reduce(live, { type: "set", change: { media: "interrupted" } })), true);
  assert.equal(isBroken(reduce(live, view(2, { phase: "interrupted" }))), true);
});

test("a wish for a photograph ends when it was sent or the case is over", () => {
  const wish = { command: 3, slot: "document_front" as const, step: null };
  const asked = after(link("yours"), view(1, { phase: "live" }), { type: "set", change: { wish } });
  assert.equal(reduce(asked, { type: "photo", photo: "sent" }).wish, null);
  assert.deepEqual(reduce(asked, { type: "photo", photo: "failed" }).wish, wish);
  assert.equal(reduce(asked, view(2, { phase: "verified" })).wish, null);
});
