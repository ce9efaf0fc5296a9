// The customer's camera and microphone in a call: opens them and gives them to the room.
// Knows how to tell the room and the state, not what the screens show.
import type { CustomerMessage } from "../generated/api.ts";
import { NoCamera, openCamera, watchdog, type Facing } from "../lib/camera.ts";
import type { CustomerEvent, CustomerState } from "../lib/room.ts";
import type { Room } from "../lib/rtc.ts";
import type { Care } from "./care.ts";

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
  #opening: Promise<void> | null = null;
  /** Loaded with the call. */
  care: Care | null = null;
  cameraOff = false;
  /** Ends a picture that is held. */
  thaw: (() => void) | null = null;
  readonly options: DeviceOptions;

  constructor(options: DeviceOptions) {
    this.options = options;
  }

  get opening(): boolean {
    return this.#opening !== null;
  }

  /** A camera may be open already. */
  arm(care: Care): void {
    this.care = care;
    this.tell(true);
    if (this.stream) void care.took();
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
    if (audio) audio.enabled = state().microphone;
    if (video) video.enabled = !this.cameraOff;
    dispatch({ type: "set", change: { camera: this.cameraOff ? "off" : video ? "on" : "missing", slow: false, facing, torch: false } });
    this.thaw?.();
    await this.options.room()?.setTracks(audio, video);
    this.tell();
    void this.care?.took();
  }

  close(): void {
    this.#asked += 1;
    // An answer that is still to come belongs to nobody; the next tap asks anew.
    this.#opening = null;
    this.#stop();
    this.care?.sleep();
  }

  tell(afresh = false): void {
    this.care?.tell(afresh);
  }

  #stop(): void {
    this.care?.letGo();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }
}
