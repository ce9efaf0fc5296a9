// Does what the agent asks of the device, says what the device read back, and keeps the customer the master of it.
// Knows the device and the state, not the screens.
import type { DeviceCommand, Framing, HeldFor, ImageSlot, MeterReading } from "../generated/api.ts";
import { around, openLens } from "../lib/camera.ts";
import { setFocus, setHeight, setTorch, setZoom, type Failure } from "../lib/lens.ts";
import { refusedControl, type Controlled } from "../lib/room.ts";
import type { Device, Outcome } from "./device.ts";
import type { Hands } from "./hands.ts";
import { Shoot, type Wanted } from "./shoot.ts";

/** How long a thing that is done in a moment is named to the customer. */
const NAMED_MS = 6_000;
/** A held picture is sent again this often: somebody who comes later must get one too. */
const AGAIN_MS = 400;

const outcome = (failure: Failure): Outcome => (failure === null ? { ok: true } : { ok: false, why: failure });

export class Obey {
  readonly shoot: Shoot;
  readonly #device: Device;
  readonly #hands: Hands;
  readonly #held = new Map<Controlled, ReturnType<typeof setTimeout> | undefined>();
  /** Frames whose photograph was taken by itself; one each. */
  readonly #framed = new Set<number>();

  constructor(device: Device, hands: Hands, token: string) {
    this.#device = device;
    this.#hands = hands;
    this.shoot = new Shoot(device, token);
    void this.shoot.finish((command, done) => hands.done(command, done));
  }

  get #track(): MediaStreamTrack | undefined {
    return this.#device.stream?.getVideoTracks()[0];
  }

  async obey(id: number, command: DeviceCommand): Promise<void> {
    const done = await this.#obey(id, command).catch((): Outcome => ({ ok: false, why: "failed" }));
    if (done) this.#hands.done(id, done);
    this.#device.tell();
  }

  /** Null when the customer's hand is needed first and the answer comes later. */
  async #obey(id: number, command: DeviceCommand): Promise<Outcome | null> {
    const { dispatch, state } = this.#device.options;
    const refused = refusedControl(state());
    if (command.do === "photograph") return this.#photograph({ slot: command.slot, step: command.step ?? null, command: id, burst: command.burst ?? 1, review: command.review ?? false }, refused);
    if (command.do === "guide") return this.#guide(id, command, refused);
    if (refused) return { ok: false, why: "refused" };
    const track = this.#track;
    switch (command.do) {
      case "flip":
      case "lens": {
        this.#device.thaw?.();
        const changed = command.do === "flip" ? await this.#hands.flip() : await this.#lens(command.id);
        for (const each of ["torch", "zoom"] as const) this.#mark(each, false);
        if (changed.ok) this.#name(command.do);
        return changed;
      }
      case "torch": {
        const done = track ? outcome(await setTorch(track, command.on)) : gone;
        if (done.ok) dispatch({ type: "set", change: { torch: command.on } });
        if (done.ok) this.#mark("torch", command.on);
        return done;
      }
      case "zoom": {
        const done = track ? outcome(await setZoom(track, command.factor)) : gone;
        if (done.ok) this.#mark("zoom", command.factor > 1.01);
        return done;
      }
      case "focus": {
        const done = track ? outcome(await setFocus(track, command.to)) : gone;
        if (done.ok) this.#name("focus");
        return done;
      }
      case "resolution": {
        const done = track ? outcome(await setHeight(track, command.height)) : gone;
        if (done.ok) this.#name("resolution");
        await this.#device.options.room()?.setLadder(state().ladder);
        return done;
      }
      case "freeze":
        return this.#freeze(command.on);
      case "camera": {
        const done = await this.#hands.film(command.on);
        if (done.ok) this.#mark("camera", !command.on);
        return done;
      }
      case "microphone":
        if (!this.#device.stream?.getAudioTracks()[0]) return { ok: false, why: "not_supported" };
        this.#device.care?.mute(!command.on);
        this.#mark("microphone", !command.on);
        return { ok: true };
    }
  }

  async #photograph(wanted: Wanted, refused: boolean): Promise<Outcome | null> {
    const { dispatch } = this.#device.options;
    const track = this.#track;
    if (refused || !track || track.readyState !== "live" || this.#device.cameraOff) {
      this.#holds(wanted.command)("hand");
      dispatch({ type: "set", change: { wish: { command: wanted.command, slot: wanted.slot, step: wanted.step } } });
      return null;
    }
    if (this.shoot.busy) return { ok: false, why: "busy" };
    return this.shoot.take(wanted, this.#holds(wanted.command));
  }

  #holds(command: number | null): (why: HeldFor) => void {
    let told = false;
    return (held_for) => {
      if (!told && command !== null) this.#device.options.send({ type: "command_held", id: command, held_for });
      told = true;
    };
  }

  async #guide(id: number, command: Extract<DeviceCommand, { do: "guide" }>, refused: boolean): Promise<Outcome> {
    const { dispatch, state } = this.#device.options;
    const slot = command.slot ?? null;
    const framing: Framing | null = slot && command.frame ? { shape: command.frame, auto: command.auto === true, step: command.step ?? null, review: command.review === true, command: id } : null;
    dispatch({ type: "set", change: { guide: slot, framing } });
    this.#mark("auto", framing?.auto === true && !refused);
    const wanted = slot === null || slot === "portrait" || slot === "selfie" ? "user" : "environment";
    const { ios, android } = around();
    // On a phone the document is before the back camera; a webcam stays where it is.
    if (!refused && (ios || android) && state().abilities.includes("flip") && state().facing !== wanted) {
      this.#device.thaw?.();
      await this.#hands.flip(wanted);
    }
    return { ok: true };
  }

  /** All has been good for a moment: the photograph of this frame, once. */
  async auto(slot: ImageSlot, framing: Framing): Promise<void> {
    if (!framing.auto || this.#framed.has(framing.command) || this.shoot.busy || refusedControl(this.#device.options.state())) return;
    this.#framed.add(framing.command);
    const done = await this.shoot.take({ slot, step: framing.step ?? null, command: framing.command, burst: 3, review: framing.review }, () => undefined);
    // What did not go through may be tried again when all is good again.
    if (!done.ok) this.#framed.delete(framing.command);
  }

  meters(reading: MeterReading): void {
    this.#device.options.send({ type: "meters", reading });
  }

  async #lens(id: string): Promise<Outcome> {
    const { dispatch, state } = this.#device.options;
    const stream = this.#device.stream;
    if (!stream) return gone;
    this.#device.care?.letGo();
    let found = true;
    try {
      await openLens(stream, id);
    } catch {
      found = false;
    }
    const track = stream.getVideoTracks()[0];
    if (!track) {
      await this.#device.care?.lost();
      return gone;
    }
    const mode = track.getSettings().facingMode;
    const facing = mode === "user" || mode === "environment" ? mode : state().facing;
    // A new object, so that every picture of it is drawn anew.
    this.#device.stream = new MediaStream(stream.getTracks());
    await this.#device.use(facing);
    dispatch({ type: "set", change: { facing } });
    return found ? { ok: true } : { ok: false, why: "not_supported" };
  }

  /** The picture the agent gets stands still; the customer's own goes on. */
  async #freeze(on: boolean): Promise<Outcome> {
    const { room } = this.#device.options;
    this.#device.thaw?.();
    if (!on) return { ok: true };
    const track = this.#track;
    if (!track || track.readyState !== "live") return gone;
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([track]);
    await video.play();
    const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
    const picture = await createImageBitmap(video);
    video.srcObject = null;
    const draw = () => canvas.getContext("2d")?.drawImage(picture, 0, 0);
    draw();
    const still = canvas.captureStream(5).getVideoTracks()[0];
    if (!still) return { ok: false, why: "not_supported" };
    const timer = setInterval(draw, AGAIN_MS);
    const audio = this.#device.stream?.getAudioTracks()[0] ?? null;
    this.#device.thaw = () => {
      this.#device.thaw = null;
      clearInterval(timer);
      still.stop();
      picture.close();
      this.#mark("freeze", false);
      void room()?.setTracks(audio, this.#track ?? null);
    };
    await room()?.setTracks(audio, still);
    this.#mark("freeze", true);
    return { ok: true };
  }

  /** The customer takes the device into their own hand: everything goes back to how it was. */
  async stop(): Promise<void> {
    const { dispatch, state } = this.#device.options;
    dispatch({ type: "set", change: { hold: { refused: true, touched: true, named: [] } } });
    this.#device.tell();
    for (const timer of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
    this.#device.thaw?.();
    const track = this.#track;
    if (track) {
      await setZoom(track, 1).catch(() => null);
      if (state().torch) await setTorch(track, false).catch(() => null);
      dispatch({ type: "set", change: { torch: false } });
    }
    this.#device.tell();
  }

  allow(): void {
    this.#device.options.dispatch({ type: "set", change: { hold: { refused: false, touched: true, named: [] } } });
    this.#device.tell();
  }

  /** Names what is controlled, as long as it is. */
  #mark(what: Controlled, on: boolean): void {
    clearTimeout(this.#held.get(what));
    if (on) this.#held.set(what, undefined);
    else this.#held.delete(what);
    this.#show();
  }

  /** Names what was done in a moment. */
  #name(what: Controlled): void {
    clearTimeout(this.#held.get(what));
    this.#held.set(what, setTimeout(() => this.#mark(what, false), NAMED_MS));
    this.#show();
  }

  #show(): void {
    const { dispatch, state } = this.#device.options;
    if (!refusedControl(state())) dispatch({ type: "set", change: { hold: { refused: false, touched: true, named: [...this.#held.keys()] } } });
  }
}

const gone: Outcome = { ok: false, why: "no_camera" };
