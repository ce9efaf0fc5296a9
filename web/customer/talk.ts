// The customer's side of the chat: what came, what was written, what must be sent again.
// Knows the session, not the screens.
import type { ChatMessage } from "../generated/api.ts";
import { randomHex } from "../lib/api.ts";
import { chatAfter } from "../lib/room.ts";
import { talked, type TalkEvent } from "../lib/talk.ts";
import type { Session } from "./session.ts";

export class Talk {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    // What came while the page was behind is seen when it is in front again.
    document.addEventListener("visibilitychange", () => this.#tell());
  }

  #told = { got: 0, seen: 0 };

  happened(event: TalkEvent): void {
    this.#session.become(talked(this.#session.state, event));
    this.#tell();
  }

  /** How far the chat is here and how far it is seen, said when it changes. */
  #tell(): void {
    const { state } = this.#session;
    const got = chatAfter(state);
    const looked = (state.chatOpen || state.view?.mode === "photos") && document.visibilityState === "visible";
    const seen = looked ? got : this.#told.seen;
    if (got === this.#told.got && seen === this.#told.seen) return;
    if (this.#session.send({ type: "chat_seen", got, seen })) this.#told = { got, seen };
  }

  /** Words that were refused, for the field to take them up again. */
  drop(nonce: string): void {
    this.happened({ type: "dropped", nonce });
  }

  say(text: string): void {
    const message = { nonce: randomHex(10), text };
    this.happened({ type: "wrote", message });
    this.#session.send({ type: "chat", ...message });
  }

  /** A photograph of the customer's own stands in the chat at once, so that both see that it came. */
  own(evidence: string): void {
    const message: ChatMessage = { id: `own_${evidence}`, nonce: evidence, from: "customer", name: "", at: new Date().toISOString(), text: "", image: evidence };
    this.happened({ type: "own_picture", message });
  }

  /** The line is back: what it may have lost. */
  again(): void {
    this.#told = { got: 0, seen: 0 };
    this.#tell();
    void this.#session.hands.made.then((hands) => hands.lost());
    for (const { nonce, text, refused } of this.#session.state.unsent) if (!refused) this.#session.send({ type: "chat", nonce, text });
  }
}
