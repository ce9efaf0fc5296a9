// One customer with one link: look, tap, socket, media, and the way back after every break.
// Knows the state and the server, not the screens.
import type { ClaimKept, CustomerMessage, CustomerPush, CustomerView, JoinMode, LinkView } from "../generated/api.ts";
import { call, Refused } from "../lib/api.ts";
import { chatAfter, isOver, reduce, START, type CustomerEvent, type CustomerState } from "../lib/room.ts";
import { canTalk, Room } from "../lib/rtc.ts";
import { Line } from "../lib/socket.ts";
import { Device } from "./device.ts";
import type { Hands } from "./hands.ts";
import type { Host } from "./host.ts";
import { nameOf, read, write } from "./keep.ts";
import type { Talk } from "./talk.ts";

/** Offers refused in a row before the page waits for the next change. */
const MOST_OFFERS = 8;

/** A promise somebody else keeps. */
class Later<T> {
  keep: (made: T) => void = () => undefined;
  readonly made = new Promise<T>((kept) => {
    this.keep = kept;
  });
}

export class Session {
  state: CustomerState = START;
  room: Room | null = null;
  /** In which language the consent is asked for. */
  language = "en";
  readonly device: Device;
  /** What is loaded later; a message that comes earlier waits for it. */
  readonly talk = new Later<Talk>();
  readonly hands = new Later<Hands>();
  readonly token: string;
  #secret: string | null;
  #line: Line<CustomerMessage, CustomerPush> | null = null;
  #refused = 0;
  readonly #changed: () => void;
  readonly #host: Host;

  constructor(token: string, host: Host, changed: () => void) {
    this.token = token;
    this.#host = host;
    this.#changed = changed;
    this.#secret = read(nameOf(token));
    this.device = new Device({
      state: () => this.state,
      dispatch: this.dispatch,
      send: (message) => this.send(message),
      room: () => this.room,
      proof: () => this.#proof(),
      secret: () => this.#secret,
      happened: (name) => host.once(name),
    });
  }

  dispatch = (event: CustomerEvent): void => this.become(reduce(this.state, event));

  become(state: CustomerState): void {
    const before = this.state;
    this.state = state;
    if (this.state === before) return;
    this.#report(before.view, this.state.view);
    this.#changed();
  }

  /** What does the link lead to? Asked again after a language was chosen, for the consent in its words. */
  async look(): Promise<void> {
    try {
      const link = await call<LinkView>("/v1/customer/look", {
        body: { token: this.token, client_secret: this.#secret },
        headers: { "Accept-Language": this.language },
      });
      this.dispatch({ type: "link", link });
      const live = link.state === "ready" || link.state === "yours";
      // A closed case still has its ending to show to who was in it, and takes a rating.
      const closed = this.#secret !== null && (link.state === "verified" || link.state === "ended");
      if (live) this.#prepare(link);
      if (live || closed) this.#connect();
    } catch (error) {
      this.dispatch({ type: "link_failed", code: error instanceof Refused ? error.code : "failed" });
      if (error instanceof Refused && error.status === 0) setTimeout(() => this.state.link || void this.look(), 2_000);
    }
  }

  /** The tap: seat and camera at the same time; the agent's face needs only the seat. */
  async join(mode: JoinMode, birthDate?: string): Promise<void> {
    const { link } = this.state;
    if (!link || this.state.joining) return;
    this.dispatch({ type: "tapped" });
    this.#host.once("consent.given");
    this.#host.tell({ type: "stage", stage: "call" });
    if (mode === "video") void this.device.open();
    try {
      const kept = await call<ClaimKept>("/v1/customer/claim", {
        body: {
          token: this.token,
          client_secret: this.#secret,
          consent: { sha256: link.consent.sha256, locale: link.consent.locale },
          mode,
          birth_date: birthDate ?? null,
          embedded: this.#host.embedded,
        },
      });
      this.#secret = kept.client_secret;
      write(nameOf(this.token), kept.client_secret);
      this.dispatch({ type: "joined" });
      this.#host.once("queue.joined");
      this.#prepare(link);
      this.#connect();
      // The same line, now with the seat's secret: what was prepared before the tap stays.
      if (!this.#hello()) this.#line?.again();
      // What was refused to a page that did not hold the seat counts no more.
      this.#refused = 0;
      this.#offerAgain();
      this.device.tell(true);
    } catch (error) {
      this.device.close();
      this.dispatch({ type: "set", change: { camera: "idle", slow: false } });
      this.#host.tell({ type: "stage", stage: "prompt" });
      this.dispatch({ type: "join_failed", code: error instanceof Refused ? error.code : "failed" });
      if (!(error instanceof Refused) || error.status === 0) return;
      await this.look();
    }
  }

  /** False when the line is down. */
  send = (message: CustomerMessage): boolean => this.#line?.send(message) ?? false;

  /** The connection before the tap: its tracks come later. */
  #prepare(link: LinkView): void {
    if (!canTalk() || this.room) return;
    this.room = new Room({
      // Asked by a later look, they are newer than those of this one.
      iceServers: () => (this.state.link ?? link).ice_servers,
      offer: (peer, sdp) => this.send({ type: "offer", peer, sdp }),
      onState: (media) => {
        if (media === "connected") this.#refused = 0;
        this.dispatch({ type: "set", change: { media } });
      },
      onSlot: (slot, kind, flowing) => slot === 0 && kind === "video" && this.dispatch({ type: "set", change: { agentSeen: flowing } }),
    });
    // The camera may have been quicker than the seat.
    const { stream } = this.device;
    if (stream) void this.room.setTracks(stream.getAudioTracks()[0] ?? null, stream.getVideoTracks()[0] ?? null);
    void this.room.prepare();
  }

  /** An offer the server cannot use, such as a restart after it was new itself: a new connection, ever less often. */
  #offerAgain(): void {
    if (this.#refused >= MOST_OFFERS) return;
    this.#refused += 1;
    setTimeout(() => this.room?.state === "connected" || void this.room?.prepare(), 500 * this.#refused);
  }

  #connect(): void {
    this.#line ??= new Line<CustomerMessage, CustomerPush>({
      path: "/v1/customer/socket",
      hello: () => this.#greeting(),
      onMessage: this.#heard,
      onState: (line) => {
        this.dispatch({ type: "set", change: { line } });
        if (line === "open") this.#opened();
      },
    });
  }

  #greeting(): CustomerMessage {
    return { type: "hello", token: this.token, client_secret: this.#secret, chat_after: chatAfter(this.state) };
  }

  #hello(): boolean {
    return this.send(this.#greeting());
  }

  #opened(): void {
    void this.room?.resume();
    this.device.tell(true);
    void this.talk.made.then((talk) => talk.again());
  }

  #heard = (message: CustomerPush): void => {
    switch (message.type) {
      case "case":
        this.dispatch({ type: "view", view: message.view });
        break;
      case "chat":
      case "chat_seen":
      case "chat_refused":
        void this.talk.made.then((talk) => talk.happened(message));
        break;
      case "answer":
        void this.room?.answer(message.peer, message.sdp);
        break;
      case "command":
        void this.hands.made.then((hands) => hands.obey(message.id, message.command));
        break;
      case "typing":
        this.dispatch({ type: "set", change: { typing: message.on } });
        break;
      case "ladder":
        this.dispatch({ type: "set", change: { ladder: message.step } });
        void this.room?.setLadder(message.step);
        break;
      case "replaced":
        this.#shut();
        this.dispatch({ type: "set", change: { replaced: true } });
        break;
      case "problem":
        console.warn(`refused: ${message.code}: ${message.detail}`);
        if (message.code === "offer_refused") this.#offerAgain();
        break;
      case "pong":
        break;
      default:
        void this.hands.made.then((hands) => hands.heard(message));
    }
  };

  /** The last thing before a page of ours that needs no media. */
  #shut(): void {
    this.#line?.close();
    this.#line = null;
    this.room?.close();
    this.room = null;
    this.device.close();
  }

  /** The bank's page hears of each change once, and a finished call lets go of the camera. */
  #report(before: CustomerView | null, after: CustomerView | null): void {
    if (!after || after === before) return;
    // A page that was loaded again comes back with its camera, unless it took part without one.
    if (!before && after.mode === "video" && this.state.camera === "idle" && !isOver(after.phase) && after.phase !== "callback") void this.device.open();
    if (!before && !isOver(after.phase)) this.#host.tell({ type: "stage", stage: "call" });
    if (after.agent_name) this.#host.once("agent.joined");
    if (after.phase === "callback") this.#host.once("callback.booked");
    if (!isOver(after.phase) && after.phase !== "callback") return;
    if (before && before.phase === after.phase) return;
    this.device.close();
    this.room?.close();
    this.room = null;
    if (after.ending) this.#host.once("completed", { outcome: after.ending.outcome });
    this.#host.tell({ type: "stage", stage: "result" });
  }

  #proof(): Record<string, string> {
    return { Authorization: `Bearer ${this.#secret ?? ""}`, "Recourse-Link": this.token };
  }
}
