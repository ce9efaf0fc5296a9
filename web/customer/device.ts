// The customer's camera and microphone in a call: opens them, keeps them alive, tells how they are.
// Knows how to tell the room and the state, not what the screens show.
import type { CustomerMessage } from "../generated/api.ts";
import { abilities, NoCamera, onTrackLost, openCamera, watchdog, type Facing } from "../lib/camera.ts";
import type { CustomerEvent, CustomerState } from "../lib/room.ts";
import type { Room } from "../lib/rtc.ts";

/** Some in-app browsers never answer the request for a camera. */
const PROMPT_PATIENCE = 8_000;

export interface DeviceOptions {
  state: () => CustomerState;
  dispatch: (event: CustomerEvent) => void;
  send: (message: CustomerMessage) => boolean;
  room: () => Room | null;
  /** Headers that prove the seat to the upload. */
  proof: () => Record<string, string>;
  /** The seat's secret, for calls that take it in their body. */
  secret: () => string | null;
  happened: (name: string) => void;
}

/** How a command ended. */
export type Outcome = { ok: true; evidence?: string } | { ok: false; why: string };

export class Device {
  stream: MediaStream | null = null;
  #asked = 0;
  #unwatch: () => void = () => undefined;
  #opening: Promise<void> | null = null;
  cameraOff = false;
  #told = "";
  #wake: { release(): Promise<void> } | null = null;
  readonly options: DeviceOptions;

  constructor(options: DeviceOptions) {
    this.options = options;
    document.addEventListener("visibilitychange", () => void this.#turned());
    addEventListener("resize", () => void options.room()?.setLadder(options.state().ladder));
  }

  /** Ask for camera and microphone; a second call while the first is open is the first. */
  open(facing: Facing = this.options.state().facing): Promise<void> {
    if (this.#opening) return this.#opening;
    const opening = this.#open(facing).finally(() => {
      if (this.#opening === opening) this.#opening = null;
    });
    this.#opening = opening;
    return opening;
  }

  /** Ask anew although the browser has not answered yet: some never do. */
  again(): void {
    this.#opening = null;
    void this.open();
  }

  async #open(facing: Facing): Promise<void> {
    const { dispatch, happened } = this.options;
    this.#asked += 1;
    const asked = this.#asked;
    if (this.stream) this.#stop();
    dispatch({ type: "set", change: { camera: "prompting", slow: false } });
    this.tell();
    happened("permission.prompted");
    try {
      const stream = await watchdog(openCamera({ facing }), PROMPT_PATIENCE, () => dispatch({ type: "set", change: { slow: true } }));
      if (asked !== this.#asked) return stream.getTracks().forEach((track) => track.stop());
      this.stream = stream;
    } catch (error) {
      if (asked !== this.#asked) return;
      dispatch({ type: "set", change: { camera: error instanceof NoCamera ? error.state : "blocked", slow: false } });
      happened("permission.denied");
      this.tell();
      return;
    }
    happened("permission.granted");
    await this.use(facing);
  }

  async use(facing: Facing): Promise<void> {
    const { dispatch, state } = this.options;
    const video = this.stream?.getVideoTracks()[0] ?? null;
    const audio = this.stream?.getAudioTracks()[0] ?? null;
    this.#unwatch();
    if (video) this.#unwatch = onTrackLost(video, () => void this.lost());
    if (audio) audio.enabled = state().microphone;
    if (video) video.enabled = !this.cameraOff;
    dispatch({ type: "set", change: { camera: this.cameraOff ? "off" : video ? "on" : "missing", slow: false, facing, torch: false, abilities: await abilities(video) } });
    await this.options.room()?.setTracks(audio, video);
    this.tell();
    void this.awake();
  }

  close(): void {
    this.#asked += 1;
    this.#stop();
    void this.#wake?.release().catch(() => undefined);
    this.#wake = null;
  }

  mute(off: boolean): void {
    this.stream?.getAudioTracks().forEach((track) => {
      track.enabled = !off;
    });
    this.options.dispatch({ type: "set", change: { microphone: !off } });
    this.tell();
  }

  /** Camera on or off; on again may need a fresh track. */
  async film(on: boolean): Promise<Outcome> {
    const track = this.stream?.getVideoTracks()[0];
    this.cameraOff = !on;
    if (on && (!track || track.readyState !== "live")) {
      await this.open();
      return this.options.state().camera === "on" ? { ok: true } : { ok: false, why: "refused" };
    }
    if (!track) return { ok: false, why: "not_supported" };
    track.enabled = on;
    this.options.dispatch({ type: "set", change: { camera: on ? "on" : "off" } });
    this.tell();
    return { ok: true };
  }

  /** The camera is about to be changed on purpose: its old track may end. */
  expectChange(): void {
    this.#unwatch();
  }

  /** A dead track looks alive on some phones: only a fresh one brings the picture back. */
  async lost(): Promise<void> {
    if (!this.stream || this.#opening) return;
    this.options.dispatch({ type: "set", change: { camera: "lost" } });
    this.tell();
    if (document.visibilityState === "visible") await this.open();
  }

  async #turned(): Promise<void> {
    this.tell();
    if (document.visibilityState !== "visible" || !this.stream) return;
    await this.awake();
    const dead = this.stream.getTracks().some((track) => track.readyState === "ended" || (track.muted && track.kind === "video"));
    if (dead || this.options.state().camera === "lost") await this.open();
  }

  /** Tell the agent how the device is, when that changed. */
  tell(afresh = false): void {
    const s = this.options.state();
    const message: CustomerMessage = {
      type: "device",
      camera: s.camera,
      microphone: s.microphone && Boolean(this.stream?.getAudioTracks().length),
      visible: document.visibilityState === "visible",
      abilities: [...s.abilities],
      camera_label: (this.stream?.getVideoTracks()[0]?.label ?? "").slice(0, 100),
    };
    const text = JSON.stringify(message);
    if (!afresh && text === this.#told) return;
    this.#told = this.options.send(message) ? text : "";
  }

  /** A screen that goes dark in the queue loses the customer. */
  async awake(): Promise<void> {
    const lock = (navigator as { wakeLock?: { request(kind: "screen"): Promise<{ release(): Promise<void> }> } }).wakeLock;
    if (!lock || document.visibilityState !== "visible") return;
    this.#wake = await lock.request("screen").catch(() => null);
  }

  #stop(): void {
    this.#unwatch();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }
}
