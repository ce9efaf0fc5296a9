// A seat's connection to the room; the only file that names RTCPeerConnection. The page always offers, nothing is
// renegotiated: two sending slots up, three pairs down, filled and emptied by replaceTrack. Knows no signalling socket.
import type { IceServer, LadderStep } from "../generated/api.ts";
import { randomHex } from "./api.ts";

export const SLOTS = 3;

export interface RoomOptions {
  /** Asked for each new connection, because credentials run out. */
  iceServers?: () => readonly IceServer[];
  /** Sends an offer; false when the socket is down (then call `resume` when it is back). */
  offer: (peer: string, sdp: string) => boolean;
  /** State of the way to the server. */
  onState?: (state: RoomState) => void;
  /** A track of a slot began or stopped to carry media. */
  onSlot?: (slot: number, kind: "audio" | "video", flowing: boolean) => void;
}

export type RoomState = "idle" | "connecting" | "connected" | "interrupted";

/** What the sender may use, per ladder step. */
const LADDER: Readonly<Record<LadderStep, { lines: number; rate: number; bits: number }>> = {
  full: { lines: 720, rate: 30, bits: 1_500_000 },
  medium: { lines: 360, rate: 15, bits: 350_000 },
  low: { lines: 180, rate: 10, bits: 150_000 },
  stills: { lines: 360, rate: 0.5, bits: 80_000 },
};

/** Media that comes 50 times a second is gone when none came for this long. */
const STILL = 700;
const GATHER = 300;
const PATIENCE = 2_000;
const GIVE_UP = 4_000;

export class Room {
  /** Name of the current peer connection at the server. */
  peer = "";
  state: RoomState = "idle";
  /** Down slot i: slot 0 is the other side (the agent for a customer, the customer for an agent). */
  readonly slots: MediaStream[] = Array.from({ length: SLOTS }, () => new MediaStream());
  #pc: RTCPeerConnection | null = null;
  #audio: MediaStreamTrack | null = null;
  #video: MediaStreamTrack | null = null;
  #step: LadderStep = "full";
  #pending: { peer: string; sdp: string } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #options: RoomOptions;

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** Make the connection and offer; again later makes a new one with a new name and the same tracks. */
  async prepare(): Promise<void> {
    this.#shut();
    this.peer = randomHex(16);
    const pc = new RTCPeerConnection({
      bundlePolicy: "max-bundle",
      iceServers: (this.#options.iceServers?.() ?? []).map((server) => ({
        urls: server.urls,
        ...(server.username ? { username: server.username } : {}),
        ...(server.credential ? { credential: server.credential } : {}),
      })),
    });
    this.#pc = pc;
    this.#state("connecting");
    pc.addTransceiver("audio", { direction: "sendonly" });
    pc.addTransceiver("video", { direction: "sendonly" });
    for (let slot = 0; slot < SLOTS; slot += 1) {
      this.#receive(pc, slot, "audio");
      this.#receive(pc, slot, "video");
    }
    pc.oniceconnectionstatechange = () => this.#watch(pc);
    pc.onconnectionstatechange = () => this.#watch(pc);
    await Promise.all([this.#put(0, this.#audio), this.#put(1, this.#video)]);
    await this.#offer(pc, {});
  }

  /** The server's answer; one for an older peer is ignored. */
  async answer(peer: string, sdp: string): Promise<void> {
    const pc = this.#pc;
    if (!pc || peer !== this.peer || pc.signalingState !== "have-local-offer") return;
    this.#pending = null;
    // A server that was started anew knows nothing of the old encryption: only a new connection helps.
    const before = fingerprint(pc.remoteDescription?.sdp);
    if (before !== null && before !== fingerprint(sdp)) return this.prepare();
    await pc.setRemoteDescription({ type: "answer", sdp });
    await this.setLadder(this.#step);
  }

  /** The tracks to send, or null; works before and after the connection is up. */
  async setTracks(audio: MediaStreamTrack | null, video: MediaStreamTrack | null): Promise<void> {
    this.#audio = audio;
    this.#video = video;
    await Promise.all([this.#put(0, audio), this.#put(1, video)]);
    await this.setLadder(this.#step);
  }

  /** How much picture to send; the camera itself keeps its full size for photographs. */
  async setLadder(step: LadderStep): Promise<void> {
    this.#step = step;
    const sender = this.#pc?.getTransceivers()[1]?.sender;
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings?.[0];
    if (!sender || !parameters || !encoding) return;
    const limit = LADDER[step];
    const size = this.#video?.getSettings();
    const lines = Math.min(size?.width ?? 1280, size?.height ?? 720);
    encoding.scaleResolutionDownBy = Math.max(1, lines / limit.lines);
    encoding.maxBitrate = limit.bits;
    encoding.maxFramerate = limit.rate;
    // An encoder that knows none of these limits still sends; the server's estimate then does the rest.
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /** The socket is back or the network changed: try the same connection again, or a new one when it has failed. */
  async resume(): Promise<void> {
    const pc = this.#pc;
    if (!pc || pc.connectionState === "failed" || pc.connectionState === "closed") return this.prepare();
    // A server that stopped is noticed by ICE only after seconds; media that stands still tells it at once.
    if (pc.connectionState === "connected" && pc.iceConnectionState !== "disconnected" && !(await this.#stalled(pc))) return;
    if (this.#pc !== pc) return;
    if (this.#pending) return void this.#options.offer(this.#pending.peer, this.#pending.sdp);
    // An offer is being made, or its answer has just begun to work.
    if (pc.connectionState === "new" || pc.signalingState !== "stable") return;
    await this.restart();
  }

  /** ICE restart on the same connection: same seat, new way. */
  async restart(): Promise<void> {
    const pc = this.#pc;
    if (!pc || pc.signalingState !== "stable") return this.prepare();
    pc.restartIce();
    await this.#offer(pc, { iceRestart: true });
  }

  close(): void {
    this.#shut();
    this.#state("idle");
  }

  #receive(pc: RTCPeerConnection, slot: number, kind: "audio" | "video"): void {
    const track = pc.addTransceiver(kind, { direction: "recvonly" }).receiver.track;
    const stream = this.slots[slot];
    for (const old of stream?.getTracks().filter((each) => each.kind === kind) ?? []) stream?.removeTrack(old);
    stream?.addTrack(track);
    const tell = (flowing: boolean) => this.#pc === pc && this.#options.onSlot?.(slot, kind, flowing);
    track.onunmute = () => tell(true);
    track.onmute = () => tell(false);
    track.onended = () => tell(false);
  }

  async #offer(pc: RTCPeerConnection, how: RTCOfferOptions): Promise<void> {
    const peer = this.peer;
    await pc.setLocalDescription(await pc.createOffer(how));
    await gathered(pc);
    if (this.#pc !== pc || !pc.localDescription) return;
    this.#pending = { peer, sdp: pc.localDescription.sdp };
    this.#options.offer(peer, pc.localDescription.sdp);
  }

  #watch(pc: RTCPeerConnection): void {
    if (this.#pc !== pc) return;
    clearTimeout(this.#timer);
    const { connectionState: whole, iceConnectionState: ice } = pc;
    if (whole === "failed") {
      this.#state("interrupted");
      this.#timer = setTimeout(() => this.#pc === pc && void this.prepare(), 500);
    } else if (ice === "disconnected" || ice === "failed") {
      this.#state("interrupted");
      this.#timer = setTimeout(() => this.#restartOrReplace(pc), ice === "failed" ? 0 : PATIENCE);
    } else if (whole === "connected") {
      this.#state("connected");
    }
  }

  #restartOrReplace(pc: RTCPeerConnection): void {
    if (this.#pc !== pc) return;
    void this.restart();
    this.#timer = setTimeout(() => this.#pc === pc && pc.iceConnectionState !== "connected" && pc.iceConnectionState !== "completed" && void this.prepare(), GIVE_UP);
  }

  /** Media is expected and none came for a while. */
  async #stalled(pc: RTCPeerConnection): Promise<boolean> {
    if (!pc.getReceivers().some((each) => !each.track.muted)) return false;
    const count = async () => {
      let packets = 0;
      (await pc.getStats()).forEach((each) => {
        if (each.type === "inbound-rtp") packets += each.packetsReceived ?? 0;
      });
      return packets;
    };
    const before = await count();
    await new Promise((wake) => setTimeout(wake, STILL));
    return before === (await count());
  }

  async #put(index: 0 | 1, track: MediaStreamTrack | null): Promise<void> {
    await this.#pc?.getTransceivers()[index]?.sender.replaceTrack(track);
  }

  #shut(): void {
    clearTimeout(this.#timer);
    this.#pending = null;
    const pc = this.#pc;
    this.#pc = null;
    pc?.close();
  }

  #state(state: RoomState): void {
    if (this.state === state) return;
    this.state = state;
    this.#options.onState?.(state);
  }
}

const fingerprint = (sdp: string | undefined): string | null => /^a=fingerprint:(.*)$/m.exec(sdp ?? "")?.[1]?.trim() ?? null;

/** The server takes no trickled candidates: wait for them, but not for a slow one. */
function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(done, GATHER);
    pc.addEventListener("icegatheringstatechange", () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      done();
    });
  });
}

/** False on browsers without WebRTC. */
export const canTalk = (): boolean => typeof RTCPeerConnection === "function";
