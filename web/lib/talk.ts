// What the chat does to what the customer's page knows: a pure reducer, no DOM, no clock, no network.
import type { ChatMessage } from "../generated/api.ts";
import type { CustomerState } from "./room.ts";
import type { Unsent } from "./ui/Chat.tsx";

export type TalkEvent =
  | { type: "chat"; from: number; messages: readonly ChatMessage[] }
  | { type: "wrote"; message: Unsent }
  | { type: "own_picture"; message: ChatMessage }
  | { type: "chat_open"; open: boolean }
  | { type: "chat_seen"; got: number; seen: number }
  | { type: "chat_refused"; nonce: string; code: string }
  | { type: "dropped"; nonce: string };

/** A page keeps this many messages; older ones are at the server. */
const MOST_MESSAGES = 500;

export function talked(state: CustomerState, event: TalkEvent): CustomerState {
  switch (event.type) {
    case "chat":
      return chatted(state, event.from, event.messages);
    case "wrote":
      return { ...state, unsent: [...state.unsent, event.message] };
    case "own_picture":
      return state.chat.some((each) => each.image === event.message.image) ? state : { ...state, chat: [...state.chat, event.message] };
    case "chat_open":
      return { ...state, chatOpen: event.open, unread: event.open ? 0 : state.unread };
    case "chat_seen":
      return { ...state, read: { got: event.got, seen: event.seen } };
    case "chat_refused":
      return { ...state, unsent: state.unsent.map((each) => (each.nonce === event.nonce ? { ...each, refused: event.code } : each)) };
    case "dropped":
      return { ...state, unsent: state.unsent.filter((each) => each.nonce !== event.nonce) };
  }
}

/** Messages have positions at the server: a repeat changes nothing, an own one ends its waiting mark. */
function chatted(state: CustomerState, from: number, messages: readonly ChatMessage[]): CustomerState {
  const known = new Set(messages.map((message) => message.image).filter(Boolean));
  const local = state.chat.filter((message) => message.id.startsWith("own_") && !known.has(message.image));
  const kept = state.chat.filter((message) => !message.id.startsWith("own_"));
  const fresh = messages.slice(Math.max(0, kept.length - from));
  const nonces = new Set(messages.map((message) => message.nonce));
  const chat = [...kept, ...fresh, ...local].slice(-MOST_MESSAGES);
  const others = fresh.filter((message) => message.from !== "customer").length;
  return { ...state, chat, unsent: state.unsent.filter((each) => !nonces.has(each.nonce)), unread: state.chatOpen ? 0 : state.unread + others, typing: others > 0 ? false : state.typing };
}
