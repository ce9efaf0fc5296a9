// What the agent asks of the device, and the errands of the customer's own: loaded while the first screen is read.
// Knows the device and the server, not the screens.
import type { CallBackBooked, DeviceCommand, ImageSlot, NewLink, PhotographKept } from "../generated/api.ts";
import { call, callBlob, upload } from "../lib/api.ts";
import { around, flipCamera, setTorch, setZoom, takeStill, type Facing } from "../lib/camera.ts";
import type { Device, DeviceOptions, Outcome } from "./device.ts";

export class Hands {
  readonly #device: Device;
  readonly #token: string;
  readonly #pictures = new Map<string, Promise<string>>();
  #said: ReturnType<typeof setTimeout> | undefined;

  constructor(device: Device, token: string) {
    this.#device = device;
    this.#token = token;
  }

  get #options(): DeviceOptions {
    return this.#device.options;
  }

  async flip(to?: Facing): Promise<Outcome> {
    const { state, dispatch } = this.#options;
    if (!this.#device.stream) return { ok: false, why: "refused" };
    const before = state().facing;
    const facing = to ?? (before === "user" ? "environment" : "user");
    this.#device.care?.letGo();
    try {
      await flipCamera(this.#device.stream, facing);
    } catch {
      if (this.#device.stream.getVideoTracks()[0]) await this.#device.use(before);
      else await this.#device.care?.lost();
      return { ok: false, why: "not_supported" };
    }
    // A new object, so that every picture of it is drawn anew.
    this.#device.stream = new MediaStream(this.#device.stream.getTracks());
    await this.#device.use(facing);
    dispatch({ type: "set", change: { facing } });
    return { ok: true };
  }

  async torch(on: boolean): Promise<Outcome> {
    const track = this.#device.stream?.getVideoTracks()[0];
    if (!track || !(await setTorch(track, on))) return { ok: false, why: "not_supported" };
    this.#options.dispatch({ type: "set", change: { torch: on } });
    return { ok: true };
  }

  /** Camera on or off; on again may need a fresh track. */
  async #film(on: boolean): Promise<Outcome> {
    const { state, dispatch } = this.#options;
    const track = this.#device.stream?.getVideoTracks()[0];
    this.#device.cameraOff = !on;
    if (on && (!track || track.readyState !== "live")) {
      await this.#device.open();
      return state().camera === "on" ? { ok: true } : { ok: false, why: "refused" };
    }
    if (!track) return { ok: false, why: "not_supported" };
    track.enabled = on;
    dispatch({ type: "set", change: { camera: on ? "on" : "off" } });
    this.#device.tell();
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
    const track = this.#device.stream?.getVideoTracks()[0];
    switch (command.do) {
      case "photograph": {
        const step = command.step ?? null;
        if (!track || track.readyState !== "live" || this.#device.cameraOff) {
          dispatch({ type: "set", change: { wish: { command: id, slot: command.slot, step } } });
          return null;
        }
        dispatch({ type: "photo", photo: "taking" });
        return this.#photograph(() => takeStill(track), "live", command.slot, id, step);
      }
      case "flip":
        return this.flip();
      case "torch":
        return this.torch(command.on);
      case "zoom":
        return track && (await setZoom(track, command.factor)) ? { ok: true } : { ok: false, why: "not_supported" };
      case "camera":
        return this.#film(command.on);
      case "microphone":
        if (!this.#device.stream?.getAudioTracks()[0]) return { ok: false, why: "not_supported" };
        this.#device.care?.mute(!command.on);
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

  /** A photograph the customer chose or took by hand, to the agent; null when it did not go through. */
  async offer(file: Blob, slot: ImageSlot): Promise<string | null> {
    const { state, dispatch } = this.#options;
    const wish = state().wish;
    dispatch({ type: "photo", photo: "sending" });
    const outcome = await this.#photograph(async () => file, "upload", slot, wish?.command ?? null, wish?.step ?? null).catch((): Outcome => ({ ok: false, why: "failed" }));
    if (wish?.command !== undefined && wish.command !== null && outcome.ok) this.done(wish.command, outcome);
    if (!outcome.ok || !outcome.evidence) return null;
    this.#pictures.set(outcome.evidence, Promise.resolve(URL.createObjectURL(file)));
    return outcome.evidence;
  }

  async #photograph(take: () => Promise<Blob>, source: "live" | "upload", slot: ImageSlot, command: number | null, step: string | null): Promise<Outcome> {
    const { dispatch } = this.#options;
    try {
      const blob = await take();
      dispatch({ type: "photo", photo: "sending" });
      const query = new URLSearchParams({ slot, source, ...(step ? { step } : {}), ...(command === null ? {} : { command: String(command) }) });
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

  /** The address of an image of the chat; each is fetched once. */
  picture(evidence: string): Promise<string> {
    const known = this.#pictures.get(evidence);
    if (known) return known;
    const made = callBlob(`/v1/customer/evidence/${evidence}`, { headers: this.#options.proof() }).then((blob) => URL.createObjectURL(blob));
    this.#pictures.set(evidence, made);
    made.catch(() => this.#pictures.delete(evidence));
    return made;
  }

  async callBack(at: string | null): Promise<{ at: string; sentTo: string | null }> {
    const booked = await call<CallBackBooked>("/v1/customer/call-back", { body: { token: this.#token, client_secret: this.#options.secret(), at } });
    this.#options.happened("callback.booked");
    return { at: booked.at, sentTo: booked.sent_to ?? null };
  }

  async newLink(): Promise<{ sentTo: string | null }> {
    const made = await call<NewLink>("/v1/customer/new-link", { body: { token: this.#token, client_secret: this.#options.secret() } });
    if (made.url) {
      const url = new URL(made.url, location.href);
      if (url.origin === location.origin) {
        location.replace(location.pathname + location.search + url.hash);
        location.reload();
      } else location.assign(url);
    }
    return { sentTo: made.sent_to ?? null };
  }
}
