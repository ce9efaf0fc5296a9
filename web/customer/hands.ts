// The errands of the customer's own, and the way to the part that obeys the agent: loaded while the first screen is read.
// Knows the device and the server, not the screens.
import type { CallBackBooked, CustomerPush, DeviceCommand, ImageSlot, NewLink, Surface } from "../generated/api.ts";
import { call, callBlob } from "../lib/api.ts";
import { flipCamera, type Facing } from "../lib/camera.ts";
import { setTorch } from "../lib/lens.ts";
import type { Device, DeviceOptions, Outcome } from "./device.ts";
import { loadCapture } from "./far.ts";
import type { Obey } from "./obey.ts";

type BoardPart = typeof import("./Board.tsx");
/** The board's component and this page's end of it. */
export interface Canvas {
  Board: BoardPart["Board"];
  easel: ReturnType<BoardPart["easel"]>;
}

export class Hands {
  readonly #device: Device;
  readonly #token: string;
  readonly #pictures = new Map<string, Promise<string>>();
  #far: Promise<Obey> | undefined;

  #canvas: Promise<Canvas> | null = null;

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
    if (!track || (await setTorch(track, on))) return { ok: false, why: "not_supported" };
    this.#options.dispatch({ type: "set", change: { torch: on } });
    return { ok: true };
  }

  /** Camera on or off; on again may need a fresh track. */
  async film(on: boolean): Promise<Outcome> {
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

  /** Does what the agent asks; it answers by itself. */
  obey(id: number, command: DeviceCommand): void {
    this.far().then(
      (far) => far.obey(id, command),
      () => this.done(id, { ok: false, why: "failed" }),
    );
  }

  /** The part that obeys and photographs, made once. */
  far(): Promise<Obey> {
    this.#far ??= loadCapture().then(({ Obey }) => new Obey(this.#device, this, this.#token));
    this.#far.catch(() => (this.#far = undefined));
    return this.#far;
  }

  /** Loaded when something is first shown; a lost line only means another try. */
  canvas = (): Promise<Canvas> => {
    this.#canvas ??= this.#loadCanvas();
    return this.#canvas;
  };

  async #loadCanvas(): Promise<Canvas> {
    const { send, dispatch, state } = this.#options;
    for (let round = 0; ; round += 1) {
      try {
        const part = (await import(LAZY["board"] + (round ? `?${round}` : ""))) as BoardPart;
        const surface = (board: Surface | null) => void (board === state().board || dispatch({ type: "set", change: { board } }));
        return { Board: part.Board, easel: part.easel(send, surface) };
      } catch {
        await new Promise((wake) => setTimeout(wake, 2_000));
      }
    }
  }

  /** What the server says of the board; without one there is nothing to load. */
  heard(push: CustomerPush): void {
    if (push.type !== "board" && push.type !== "drawn" && push.type !== "draw_refused") return;
    if (push.type === "board" && !push.board.surface && !this.#canvas) return;
    void this.canvas().then(({ easel }) => easel.heard(push));
  }

  /** The line is back: what was drawn while it broke may not have arrived. */
  lost(): void {
    void this.#canvas?.then(({ easel }) => easel.lost());
  }

  done(id: number, outcome: Outcome): void {
    const end = outcome.ok ? { ok: true, why: "", evidence: outcome.evidence ?? null } : { ok: false, why: outcome.why, evidence: null };
    const effect = this.#device.care?.settings();
    this.#options.send({ type: "command_done", id, ...end, ...(effect ? { effect } : {}) });
  }

  /** A photograph the customer chose or took by hand, to the agent; null when it did not go through. */
  async offer(file: Blob, slot: ImageSlot): Promise<string | null> {
    const { state, dispatch } = this.#options;
    const wish = state().wish;
    dispatch({ type: "photo", photo: "sending" });
    const far = await this.far().catch(() => null);
    if (!far) {
      dispatch({ type: "photo", photo: "failed" });
      return null;
    }
    const command = wish?.command ?? null;
    const outcome = await far.shoot.send(file, { slot, step: wish?.step ?? null, command }, "upload");
    if (command !== null && outcome.ok) this.done(command, outcome);
    if (!outcome.ok || !outcome.evidence) return null;
    this.#pictures.set(outcome.evidence, Promise.resolve(URL.createObjectURL(file)));
    return outcome.evidence;
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
