// Photographs: taken, looked at where that is asked for, sent in pieces, finished after a reload. Knows the device and the
// server, not the screens.
import type { HeldFor, ImageSlot, PhotographKept } from "../generated/api.ts";
import { digest } from "../lib/api.ts";
import { sharpest, takeBurst } from "../lib/photo.ts";
import { sendInPieces } from "../lib/upload.ts";
import type { Device, Outcome } from "./device.ts";
import { keep, takeLeft } from "./kept.ts";

export interface Wanted {
  slot: ImageSlot;
  step: string | null;
  /** The agent's command that asked for it. */
  command: number | null;
  burst: number;
  review: boolean;
}

/** What the customer said of the pictures shown: one of them, or once more. */
type Choice = number | "again";

export class Shoot {
  readonly #device: Device;
  readonly #token: string;
  #choose: ((choice: Choice) => void) | null = null;
  #said: ReturnType<typeof setTimeout> | undefined;

  constructor(device: Device, token: string) {
    this.#device = device;
    this.#token = token;
  }

  /** True while one is taken, looked at or sent: a second one waits. */
  get busy(): boolean {
    const { photo, review } = this.#device.options.state();
    return photo === "taking" || photo === "sending" || Boolean(review);
  }

  /** Takes and sends; `held` tells the agent why it takes longer. */
  async take(wanted: Wanted, held: (why: HeldFor) => void): Promise<Outcome> {
    const { dispatch } = this.#device.options;
    for (;;) {
      const track = this.#device.stream?.getVideoTracks()[0];
      if (!track || track.readyState !== "live") return { ok: false, why: "failed" };
      dispatch({ type: "photo", photo: "taking" });
      try {
        const shots = await takeBurst(track, Math.max(1, wanted.burst));
        let chosen: Choice = sharpest(shots);
        if (wanted.review) {
          held("review");
          chosen = await this.#look(shots.map((shot) => shot.blob), chosen, wanted.slot);
        } else held("upload");
        if (chosen === "again") continue;
        const shot = shots[chosen];
        return shot ? await this.send(shot.blob, wanted, "live") : { ok: false, why: "failed" };
      } catch {
        this.#note("failed");
        return { ok: false, why: "failed" };
      }
    }
  }

  /** The customer's answer on the review screen. */
  choose(choice: Choice): void {
    this.#choose?.(choice);
  }

  #look(blobs: readonly Blob[], best: number, slot: ImageSlot): Promise<Choice> {
    const { dispatch } = this.#device.options;
    const urls = blobs.map((blob) => URL.createObjectURL(blob));
    dispatch({ type: "photo", photo: "none" });
    dispatch({ type: "set", change: { review: { urls, best, slot } } });
    return new Promise((done) => {
      this.#choose = (choice) => {
        this.#choose = null;
        dispatch({ type: "set", change: { review: null } });
        for (const url of urls) URL.revokeObjectURL(url);
        done(choice);
      };
    });
  }

  async send(blob: Blob, { slot, step, command }: Pick<Wanted, "slot" | "step" | "command">, source: "live" | "upload"): Promise<Outcome> {
    const { dispatch, happened } = this.#device.options;
    dispatch({ type: "photo", photo: "sending" });
    const query = new URLSearchParams({ slot, source, ...(step ? { step } : {}), ...(command === null ? {} : { command: String(command) }) });
    const path = `/v1/customer/uploads?${query}`;
    const forget = await keep({ link: await this.#link(), path, blob, command, at: Date.now() });
    try {
      const kept = await this.#deliver(path, blob);
      this.#note("sent");
      happened("capture.taken");
      return { ok: true, evidence: kept.id };
    } catch {
      this.#note("failed");
      return { ok: false, why: "failed" };
    } finally {
      await forget();
    }
  }

  /** A page that was loaded again finishes what the one before it had begun. */
  async finish(done: (command: number, outcome: Outcome) => void): Promise<void> {
    for (const { path, blob, command } of await takeLeft(await this.#link(), Date.now())) {
      const outcome = await this.#deliver(path, blob).then(
        (kept): Outcome => ({ ok: true, evidence: kept.id }),
        (): Outcome => ({ ok: false, why: "failed" }),
      );
      if (outcome.ok) this.#note("sent");
      if (command !== null) done(command, outcome);
    }
  }

  #deliver(path: string, blob: Blob): Promise<PhotographKept> {
    return sendInPieces<PhotographKept>(path, blob, { headers: this.#device.options.proof() });
  }

  #link(): Promise<string> {
    return digest(new Blob([this.#token]));
  }

  /** What became of a photograph, said for a moment. */
  #note(photo: "sent" | "failed"): void {
    const { dispatch, state } = this.#device.options;
    dispatch({ type: "photo", photo });
    clearTimeout(this.#said);
    this.#said = setTimeout(() => state().photo === photo && dispatch({ type: "photo", photo: "none" }), photo === "sent" ? 2_500 : 6_000);
  }
}
