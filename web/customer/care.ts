// Keeps the customer's open camera alive: notices a dead track, a page that comes back, a screen that goes dark;
// tells the agent how it is. Knows the device, not the screens.
import type { CameraAbilities, CameraSettings, CustomerMessage } from "../generated/api.ts";
import { onTrackLost } from "../lib/camera.ts";
import { readAbilities, readSettings } from "../lib/lens.ts";
import type { Device } from "./device.ts";

export class Care {
  readonly #device: Device;
  #unwatch: () => void = () => undefined;
  #told = "";
  #abilities: CameraAbilities | null = null;
  #wake: { release(): Promise<void> } | null = null;

  constructor(device: Device) {
    this.#device = device;
    const { room, state } = device.options;
    document.addEventListener("visibilitychange", () => void this.#turned());
    // A phone that was turned films another size.
    addEventListener("resize", () => void room()?.setLadder(state().ladder));
  }

  /** The device has taken a camera: learn what it can do, and watch over it. */
  async took(): Promise<void> {
    const { stream, options } = this.#device;
    const video = stream?.getVideoTracks()[0] ?? null;
    this.letGo();
    if (video) this.#unwatch = onTrackLost(video, () => void this.lost());
    void this.#awake();
    const found = await readAbilities(video);
    if (this.#device.stream !== stream) return;
    this.#abilities = found;
    // Buttons of the customer's own.
    const own = [...(found.torch ? ["torch"] : []), ...((found.lenses?.length ?? 0) > 1 ? ["flip"] : [])];
    options.dispatch({ type: "set", change: { abilities: own } });
    this.tell();
  }

  /** The camera ends or is changed on purpose: its old track may end. */
  letGo(): void {
    this.#unwatch();
  }

  /** The call is over: the screen may go dark again. */
  sleep(): void {
    void this.#wake?.release().catch(() => undefined);
    this.#wake = null;
  }

  mute(off: boolean): void {
    this.#device.stream?.getAudioTracks().forEach((track) => {
      track.enabled = !off;
    });
    this.#device.options.dispatch({ type: "set", change: { microphone: !off } });
    this.tell();
  }

  /** How camera and microphone stand now, read back from them. */
  settings(): CameraSettings {
    const { stream, cameraOff, thaw, options } = this.#device;
    const video = stream?.getVideoTracks()[0] ?? null;
    const camera = video !== null && video.readyState === "live" && !cameraOff;
    const microphone = options.state().microphone && Boolean(stream?.getAudioTracks().length);
    return readSettings(video, { frozen: thaw !== null, camera, microphone });
  }

  /** Tell the agent how the device is, when that changed. */
  tell(afresh = false): void {
    const s = this.#device.options.state();
    const settings = this.settings();
    const message: CustomerMessage = {
      type: "device",
      camera: s.camera,
      microphone: settings.microphone ?? false,
      visible: document.visibilityState === "visible",
      ...(this.#abilities ? { abilities: this.#abilities } : {}),
      settings,
      ...(s.hold ? { controls_allowed: !s.hold.refused } : {}),
      camera_label: (this.#device.stream?.getVideoTracks()[0]?.label ?? "").slice(0, 100),
    };
    const text = JSON.stringify(message);
    if (!afresh && text === this.#told) return;
    this.#told = this.#device.options.send(message) ? text : "";
  }

  /** A dead track looks alive on some phones: only a fresh one brings the picture back. */
  async lost(): Promise<void> {
    if (!this.#device.stream || this.#device.opening) return;
    this.#device.options.dispatch({ type: "set", change: { camera: "lost" } });
    this.tell();
    if (document.visibilityState === "visible") await this.#device.open();
  }

  async #turned(): Promise<void> {
    this.tell();
    if (document.visibilityState !== "visible" || !this.#device.stream) return;
    await this.#awake();
    const dead = this.#device.stream.getTracks().some((track) => track.readyState === "ended" || (track.muted && track.kind === "video"));
    if (dead || this.#device.options.state().camera === "lost") await this.#device.open();
  }

  /** A screen that goes dark in the queue loses the customer. */
  async #awake(): Promise<void> {
    const lock = (navigator as { wakeLock?: { request(kind: "screen"): Promise<{ release(): Promise<void> }> } }).wakeLock;
    if (!lock || document.visibilityState !== "visible") return;
    this.#wake = await lock.request("screen").catch(() => null);
  }
}
