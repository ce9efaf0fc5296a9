// What the customer's page knows and shows: a pure reducer, no DOM, no clock, no network. The chat's own is in talk.ts.
import type { CameraState, ChatMessage, CustomerView, Framing, ImageSlot, LadderStep, LinkView, Phase, Surface } from "../generated/api.ts";
import type { Light } from "./camera.ts";
import type { RoomState as MediaState } from "./rtc.ts";
import type { LineState } from "./socket.ts";
import type { Read, Unsent } from "./ui/Chat.tsx";

/** A photograph the agent asked for, which the customer must take by hand. */
export interface PhotoWish {
  /** The agent's command; null when the customer offers a photograph. */
  command: number | null;
  slot: ImageSlot;
  step: string | null;
}

/** What of the device the agent's hand is on. */
export type Controlled = "flip" | "lens" | "torch" | "zoom" | "focus" | "resolution" | "freeze" | "camera" | "microphone" | "auto";

export interface Hold {
  /** The customer lets nobody else control the device. */
  refused: boolean;
  /** It was controlled before: from then on the customer sees the way out of it. */
  touched: boolean;
  named: readonly Controlled[];
}

/** Photographs the customer looks at before one is sent. */
export interface Review {
  urls: readonly string[];
  best: number;
  slot: ImageSlot;
}

export interface CustomerState {
  link: LinkView | null;
  /** Why there is no link view: a stable code. */
  linkFailed: string | null;
  /** This browser holds the seat. */
  mine: boolean;
  /** The tap was made and the seat is not confirmed yet. */
  joining: boolean;
  /** Why the tap failed: a stable code. */
  joinFailed: string | null;
  view: CustomerView | null;
  camera: CameraState;
  /** The browser neither grants nor refuses the camera. */
  slow: boolean;
  microphone: boolean;
  facing: "user" | "environment";
  abilities: readonly string[];
  torch: boolean;
  light: Light | null;
  chat: readonly ChatMessage[];
  unsent: readonly Unsent[];
  chatOpen: boolean;
  unread: number;
  typing: boolean;
  line: LineState;
  media: MediaState;
  /** Media of the agent flows. */
  agentSeen: boolean;
  ladder: LadderStep;
  /** Asked by a command; the view's own guide counts when there was none. */
  guide: ImageSlot | null | undefined;
  wish: PhotoWish | null;
  photo: "none" | "taking" | "sending" | "sent" | "failed";
  replaced: boolean;
  /** The browser wants a tap before it plays sound. */
  silent: boolean;
  /** Set by the part of the page that obeys, once it is loaded. */
  hold?: Hold;
  review?: Review | null;
  framing?: Framing | null;
  /** A page beside the way, opened by the customer. */
  aside: "none" | "callback" | "phone" | "leave";
  /** What both look at together. */
  board?: Surface | null;
  /** How far the other side has the chat. */
  read?: Read;
}

export const START: CustomerState = {
  link: null,
  linkFailed: null,
  mine: false,
  joining: false,
  joinFailed: null,
  view: null,
  camera: "idle",
  slow: false,
  microphone: true,
  facing: "user",
  abilities: [],
  torch: false,
  light: null,
  chat: [],
  unsent: [],
  chatOpen: false,
  unread: 0,
  typing: false,
  line: "connecting",
  media: "idle",
  agentSeen: false,
  ladder: "full",
  guide: undefined,
  wish: null,
  photo: "none",
  replaced: false,
  silent: false,
  aside: "none",
};

export type CustomerEvent =
  | { type: "link"; link: LinkView }
  | { type: "link_failed"; code: string }
  | { type: "tapped" }
  | { type: "joined" }
  | { type: "join_failed"; code: string }
  | { type: "view"; view: CustomerView }
  | { type: "photo"; photo: CustomerState["photo"] }
  | { type: "set"; change: Partial<Pick<CustomerState, Settable>> };

/** Plain facts of the device that need no rule. */
export type Settable = "camera" | "slow" | "microphone" | "facing" | "abilities" | "torch" | "light" | "typing" | "line" | "media" | "agentSeen" | "ladder" | "guide" | "wish" | "replaced" | "silent" | "aside" | "hold" | "review" | "framing" | "board";

export function reduce(state: CustomerState, event: CustomerEvent): CustomerState {
  switch (event.type) {
    case "link":
      return { ...state, link: event.link, linkFailed: null, mine: state.mine || event.link.state === "yours" };
    case "link_failed":
      return { ...state, linkFailed: event.code };
    case "tapped":
      return { ...state, joining: true, joinFailed: null, aside: "none" };
    case "joined":
      return { ...state, joining: false, mine: true, joinFailed: null };
    case "join_failed":
      return { ...state, joining: false, joinFailed: event.code };
    case "view":
      return seen(state, event.view);
    case "photo":
      return { ...state, photo: event.photo, wish: event.photo === "sent" ? null : state.wish };
    case "set":
      return { ...state, ...event.change };
  }
}

/** An older view that comes late is dropped; a changed guide of the procedure ends the one a command set. */
function seen(state: CustomerState, view: CustomerView): CustomerState {
  if (state.view && view.version < state.view.version) return state;
  const guide = state.view?.guide === view.guide ? state.guide : undefined;
  const over = isOver(view.phase);
  // Without consent there is no seat yet: the start page stays.
  const seated = view.phase !== "invited" && view.phase !== "claimed";
  return { ...state, view, guide, mine: state.mine || seated, joining: state.joining && !seated, wish: over ? null : state.wish, chatOpen: over ? false : state.chatOpen };
}

/** Messages of the server shown so far: the position to resume from. */
export const chatAfter = (state: CustomerState): number => state.chat.filter((message) => !message.id.startsWith("own_")).length;

const OVER: readonly Phase[] = ["under_review", "verified", "rejected", "escalated", "abandoned", "expired"];
export const isOver = (phase: Phase): boolean => OVER.includes(phase);

export type Screen = "loading" | "broken" | "link" | "start" | "waiting" | "live" | "deciding" | "callback" | "result" | "replaced";

/** Which screen stands. */
export function screenOf(state: CustomerState): Screen {
  if (state.replaced) return "replaced";
  const { view, link } = state;
  if (view && (view.ending || isOver(view.phase))) return "result";
  if (view?.phase === "callback") return "callback";
  if (view?.phase === "deciding") return "deciding";
  if (view && (view.phase === "live" || view.phase === "interrupted")) return "live";
  if (state.mine || state.joining) return "waiting";
  if (link) return link.state === "ready" ? "start" : "link";
  return state.linkFailed ? "broken" : "loading";
}

export type Trouble = "denied" | "missing" | "busy" | "blocked" | "slow";

/** Why there is no picture of the customer, when that needs the customer's hand. */
export function troubleOf(state: CustomerState): Trouble | null {
  if (!state.mine && !state.joining) return null;
  if (state.view?.mode === "photos") return null;
  const { camera } = state;
  if (camera === "denied" || camera === "missing" || camera === "busy" || camera === "blocked") return camera;
  return camera === "prompting" && state.slow ? "slow" : null;
}

/** The frame to draw: a command's while it stands, else the one of the procedure's step. */
export const guideOf = (state: CustomerState): ImageSlot | null => (state.guide === undefined ? (state.view?.guide ?? null) : state.guide);

/** The customer keeps the device in their own hand. */
export const refusedControl = (state: CustomerState): boolean => state.hold?.refused ?? state.view?.controls_allowed === false;

/** How the frame is drawn and what is allowed in it. */
export const framingOf = (state: CustomerState): Framing | null => (state.guide === undefined ? state.view?.framing : state.framing) ?? null;

/** The customer's own picture is the large one: they must see the document or follow the prompt. */
export const selfIsLarge = (state: CustomerState): boolean => Boolean(state.view?.prompt) || guideOf(state) !== null;

/** The line is down, or media stopped and comes back by itself. */
export const isBroken = (state: CustomerState): boolean => state.line === "lost" || state.media === "interrupted" || state.view?.phase === "interrupted";
