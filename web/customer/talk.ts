// The customer's side of the chat: what came, what was written, what must be sent again.
// Knows the session, not the screens.
import type { ChatMessage } from "../generated/api.ts";
import { randomHex } from "../lib/api.ts";
import { talked, type TalkEvent } from "../lib/talk.ts";
import type { Session } from "./session.ts";

export class Talk {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  happened(event: TalkEvent): void {
    this.#session.become(talked(this.#session.state, event));
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
    for (const { nonce, text } of this.#session.state.unsent) this.#session.send({ type: "chat", nonce, text });
  }
}
