// The customer's camera and microphone in a call: opens them, keeps them alive, does what the agent asks.
// Knows how to tell the room and the state, not what the screens show.
import type { CustomerMessage, DeviceCommand, ImageSlot, PhotographKept } from "../generated/api.ts";
import { upload } from "../lib/api.ts";
import { abilities, around, flipCamera, NoCamera, onTrackLost, openCamera, setTorch, setZoom, takeStill, watchdog, type Facing } from "../lib/camera.ts";
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
  happened: (name: string) => void;
}

type Outcome = { ok: true; evidence?: string } | { ok: false; why: string };

export class Device {
  stream: MediaStream | null = null;
  #asked = 0;
  #unwatch: () => void = () => undefined;
  #opening: Promise<void> | null = null;
  #cameraOff = false;
  #told = "";
  #said: ReturnType<typeof setTimeout> | undefined;
  #wake: { release(): Promise<void> } | null = null;
  readonly #options: DeviceOptions;

  constructor(options: DeviceOptions) {
    this.#options = options;
    document.addEventListener("visibilitychange", () => void this.#turned());
    addEventListener("resize", () => void options.room()?.setLadder(options.state().ladder));
  }

  /** Ask for camera and microphone; a second call while the first is open is the first. */
  open(facing: Facing = this.#options.state().facing): Promise<void> {
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
    const { dispatch, happened } = this.#options;
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
    await this.#use(facing);
  }

  async #use(facing: Facing): Promise<void> {
    const { dispatch, state } = this.#options;
    const video = this.stream?.getVideoTracks()[0] ?? null;
    const audio = this.stream?.getAudioTracks()[0] ?? null;
    this.#unwatch();
    if (video) this.#unwatch = onTrackLost(video, () => void this.#lost());
    if (audio) audio.enabled = state().microphone;
    if (video) video.enabled = !this.#cameraOff;
    dispatch({ type: "set", change: { camera: this.#cameraOff ? "off" : video ? "on" : "missing", slow: false, facing, torch: false, abilities: await abilities(video) } });
    await this.#options.room()?.setTracks(audio, video);
    this.tell();
    void this.awake();
  }

  /** Give the tracks to a new connection. */
  async attach(): Promise<void> {
    await this.#options.room()?.setTracks(this.stream?.getAudioTracks()[0] ?? null, this.stream?.getVideoTracks()[0] ?? null);
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
    this.#options.dispatch({ type: "set", change: { microphone: !off } });
    this.tell();
  }

  async flip(to?: Facing): Promise<Outcome> {
    const { state, dispatch } = this.#options;
    if (!this.stream) return { ok: false, why: "refused" };
    const before = state().facing;
    const facing = to ?? (before === "user" ? "environment" : "user");
    this.#unwatch();
    try {
      await flipCamera(this.stream, facing);
    } catch {
      if (this.stream.getVideoTracks()[0]) await this.#use(before);
      else await this.#lost();
      return { ok: false, why: "not_supported" };
    }
    // A new object, so that every picture of it is drawn anew.
    this.stream = new MediaStream(this.stream.getTracks());
    await this.#use(facing);
    dispatch({ type: "set", change: { facing } });
    return { ok: true };
  }

  async torch(on: boolean): Promise<Outcome> {
    const track = this.stream?.getVideoTracks()[0];
    if (!track || !(await setTorch(track, on))) return { ok: false, why: "not_supported" };
    this.#options.dispatch({ type: "set", change: { torch: on } });
    return { ok: true };
  }

  /** Do what the agent asks; undefined when the customer's hand is needed first and the answer comes later. */
  async obey(id: number, command: DeviceCommand): Promise<void> {
    const outcome = await this.#obey(id, command).catch((): Outcome => ({ ok: false, why: "failed" }));
    if (outcome) this.done(id, outcome);
  }

  done(id: number, outcome: Outcome): void {
    const end = outcome.ok ? { ok: true, why: "", evidence: outcome.evidence ?? null } : { ok: false, why: outcome.why, evidence: null };
    this.#options.send({ type: "command_done", id, ...end });
  }

  async #obey(id: number, command: DeviceCommand): Promise<Outcome | null> {
    const { dispatch, state } = this.#options;
    const track = this.stream?.getVideoTracks()[0];
    switch (command.do) {
      case "photograph": {
        const step = command.step ?? null;
        if (!track || track.readyState !== "live" || this.#cameraOff) {
          dispatch({ type: "set", change: { wish: { command: id, slot: command.slot, step } } });
          return null;
        }
        dispatch({ type: "photo", photo: "taking" });
        return this.#photograph(() => takeStill(track), command.slot, id, step);
      }
      case "flip":
        return this.flip();
      case "torch":
        return this.torch(command.on);
      case "zoom":
        return track && (await setZoom(track, command.factor)) ? { ok: true } : { ok: false, why: "not_supported" };
      case "camera":
        return this.#camera(command.on);
      case "microphone":
        if (!this.stream?.getAudioTracks()[0]) return { ok: false, why: "not_supported" };
        this.mute(!command.on);
        return { ok: true };
      case "guide": {
        const slot = command.slot ?? null;
        dispatch({ type: "set", change: { guide: slot } });
        const wanted = slot === null || slot === "portrait" || slot === "selfie" ? "user" : "environment";
        const { ios, android } = around();
        // On a phone the document is before the back camera; a webcam stays where it is.
        if ((ios || android) && state().abilities.includes("flip") && state().facing !== wanted) await this.flip(wanted);
        return { ok: true };
      }
    }
  }

  /** A photograph the customer chose or took by hand. */
  async offer(file: Blob, slot: ImageSlot): Promise<string | null> {
    const { state, dispatch } = this.#options;
    const wish = state().wish;
    dispatch({ type: "photo", photo: "sending" });
    const outcome = await this.#photograph(async () => file, slot, wish?.command ?? null, wish?.step ?? null).catch((): Outcome => ({ ok: false, why: "failed" }));
    if (wish?.command !== undefined && wish.command !== null && outcome.ok) this.done(wish.command, outcome);
    return outcome.ok ? (outcome.evidence ?? null) : null;
  }

  async #photograph(take: () => Promise<Blob>, slot: ImageSlot, command: number | null, step: string | null): Promise<Outcome> {
    const { dispatch } = this.#options;
    try {
      const blob = await take();
      dispatch({ type: "photo", photo: "sending" });
      const query = new URLSearchParams({ slot, ...(step ? { step } : {}), ...(command === null ? {} : { command: String(command) }) });
      const kept = await upload<PhotographKept>(`/v1/customer/photographs?${query}`, blob, this.#options.proof());
      this.#note("sent");
      this.#options.happened("capture.taken");
      return { ok: true, evidence: kept.id };
    } catch {
      this.#note("failed");
      return { ok: false, why: "failed" };
    }
  }

  /** What became of a photograph, said for a moment. */
  #note(photo: "sent" | "failed"): void {
    this.#options.dispatch({ type: "photo", photo });
    clearTimeout(this.#said);
    this.#said = setTimeout(() => this.#options.state().photo === photo && this.#options.dispatch({ type: "photo", photo: "none" }), photo === "sent" ? 2_500 : 6_000);
  }

  async #camera(on: boolean): Promise<Outcome> {
    const track = this.stream?.getVideoTracks()[0];
    this.#cameraOff = !on;
    if (on && (!track || track.readyState !== "live")) {
      await this.open();
      return this.#options.state().camera === "on" ? { ok: true } : { ok: false, why: "refused" };
    }
    if (!track) return { ok: false, why: "not_supported" };
    track.enabled = on;
    this.#options.dispatch({ type: "set", change: { camera: on ? "on" : "off" } });
    this.tell();
    return { ok: true };
  }

  /** A dead track looks alive on some phones: only a fresh one brings the picture back. */
  async #lost(): Promise<void> {
    if (!this.stream || this.#opening) return;
    this.#options.dispatch({ type: "set", change: { camera: "lost" } });
    this.tell();
    if (document.visibilityState === "visible") await this.open();
  }

  async #turned(): Promise<void> {
    this.tell();
    if (document.visibilityState !== "visible" || !this.stream) return;
    await this.awake();
    const dead = this.stream.getTracks().some((track) => track.readyState === "ended" || (track.muted && track.kind === "video"));
    if (dead || this.#options.state().camera === "lost") await this.open();
  }

  /** Tell the agent how the device is, when that changed. */
  tell(afresh = false): void {
    const s = this.#options.state();
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
    this.#told = this.#options.send(message) ? text : "";
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
