// Plays several recorded files on one clock: each side is held to it, so the two stay together. Must not know how it looks.

import { batch, signal } from "@preact/signals";
import type { Seat } from "../generated/api.ts";
import { advance, clipAfter, clipAt, correct, type Clip, type Lane, type Layout } from "./replay.ts";

export const SPEEDS = [0.5, 1, 1.5, 2, 4, 8] as const;

/** How often the sides are compared with the clock. */
const TICK_MS = 40;
/** The next file is made ready this long before it is needed. */
const READY_MS = 8_000;
/** Nearer to its end a file reports no future data, which is no reason to wait. */
const END_MS = 250;
/** Paused, a picture this far off is sought again. */
const STILL_MS = 20;

interface Player {
  element: HTMLMediaElement;
  clip: Clip | undefined;
}

interface Track {
  lane: Lane;
  /** One plays, the other makes the next file ready. */
  players: [Player, Player];
  active: Player | undefined;
}

export class Deck {
  readonly at = signal(0);
  readonly playing = signal(false);
  /** The clock stands until every side has something to play. */
  readonly waiting = signal(false);
  readonly speed = signal(1);
  readonly muted = signal<ReadonlySet<Seat>>(new Set());
  /** Whose sound is heard alone; null: everybody's. */
  readonly alone = signal<Seat | null>(null);
  /** Files this browser could not play. */
  readonly broken = signal<ReadonlySet<string>>(new Set());
  /** The browser wanted a gesture before it plays sound. */
  readonly refused = signal(false);
  /** Seats with a picture at this instant. */
  readonly pictured = signal<ReadonlySet<Seat>>(new Set());
  /** Largest distance between two sides at this instant, milliseconds. */
  readonly apart = signal(0);
  readonly #layout: Layout;
  readonly #tracks: Track[];
  readonly #timer: ReturnType<typeof setInterval>;
  #last = performance.now();

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#tracks = layout.lanes.map((lane) => ({ lane, players: [this.#player(lane), this.#player(lane)], active: undefined }));
    this.#timer = setInterval(this.#tick, TICK_MS);
    this.#tick();
  }

  /** Puts a seat's pictures into the page. */
  mount(seat: Seat, host: HTMLElement): void {
    for (const track of this.#tracks) {
      if (track.lane.seat === seat) host.append(...track.players.map((player) => player.element));
    }
  }

  play(): void {
    batch(() => {
      this.refused.value = false;
      if (this.at.value >= this.#layout.duration) this.at.value = 0;
      this.playing.value = true;
    });
    this.#last = performance.now();
    this.#tick();
  }

  pause(): void {
    this.playing.value = false;
    this.#tick();
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play();
  }

  seek(at: number): void {
    this.at.value = Math.max(0, Math.min(this.#layout.duration, at));
    this.#tick();
  }

  setSpeed(speed: number): void {
    this.speed.value = speed;
    this.#tick();
  }

  /** One step along the offered speeds. */
  faster(by: -1 | 1): void {
    const index = SPEEDS.findIndex((speed) => speed >= this.speed.value);
    this.setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, index + by))] ?? 1);
  }

  mute(seat: Seat, on: boolean): void {
    const next = new Set(this.muted.value);
    if (on) next.add(seat);
    else next.delete(seat);
    this.muted.value = next;
    this.#hear();
  }

  /** Only this seat is heard, or everybody. */
  hear(seat: Seat | null): void {
    this.alone.value = seat;
    this.#hear();
  }

  #hear(): void {
    const { value: alone } = this.alone;
    for (const { lane, players } of this.#tracks) {
      const silent = alone === null ? this.muted.value.has(lane.seat) : alone !== lane.seat;
      for (const player of players) player.element.muted = silent;
    }
  }

  /** The picture a seat shows now, for those who draw over it. */
  picture(seat: Seat): HTMLVideoElement | null {
    const element = this.#tracks.find(({ lane }) => lane.seat === seat && lane.kind === "video")?.active?.element;
    return element instanceof HTMLVideoElement ? element : null;
  }

  /** Where each side is on the common clock by its own medium, milliseconds: what the clock is measured against. */
  places(): Array<{ seat: Seat; kind: string; at: number }> {
    return this.#tracks.flatMap(({ lane, active }) => (active?.clip && !this.broken.value.has(active.clip.url) ? [{ seat: lane.seat, kind: lane.kind, at: active.element.currentTime * 1000 + active.clip.from }] : []));
  }

  dispose(): void {
    clearInterval(this.#timer);
    for (const track of this.#tracks) {
      for (const { element } of track.players) {
        element.pause();
        element.removeAttribute("src");
        element.load();
        element.remove();
      }
    }
  }

  #player(lane: Lane): Player {
    const element = document.createElement(lane.kind);
    element.preload = "auto";
    element.hidden = true;
    if (element instanceof HTMLVideoElement) {
      element.playsInline = true;
      element.disablePictureInPicture = true;
    }
    const player: Player = { element, clip: undefined };
    element.addEventListener("error", () => {
      if (player.clip && element.getAttribute("src")) this.broken.value = new Set(this.broken.value).add(player.clip.url);
    });
    return player;
  }

  #tick = (): void => {
    const time = performance.now();
    const elapsed = time - this.#last;
    this.#last = time;
    const held = this.playing.value && this.#tracks.some((track) => this.#holds(track));
    batch(() => {
      this.waiting.value = held;
      if (this.playing.value) {
        this.at.value = advance(this.at.value, elapsed, this.speed.value, held, this.#layout.duration);
        if (this.at.value >= this.#layout.duration) this.playing.value = false;
      }
      for (const track of this.#tracks) this.#place(track);
      for (const track of this.#tracks) this.#steer(track, held);
      this.#look();
    });
  };

  /** Chooses what a lane plays now and makes the next file ready. */
  #place(track: Track): void {
    const clip = clipAt(track.lane, this.at.value);
    const [one, two] = track.players;
    if (clip !== track.active?.clip || !track.active) {
      const chosen = clip ? (track.players.find((player) => player.clip === clip) ?? (track.active === one ? two : one)) : undefined;
      if (chosen && clip && chosen.clip !== clip) this.#load(chosen, clip, this.at.value - clip.from);
      track.active = chosen;
    }
    for (const player of track.players) {
      player.element.hidden = player !== track.active;
      if (player !== track.active && !player.element.paused) player.element.pause();
    }
    const next = clipAfter(track.lane, this.at.value);
    const spare = track.active === one ? two : one;
    if (next && next.from - this.at.value < READY_MS * this.speed.value && !track.players.some((player) => player.clip === next)) this.#load(spare, next, 0);
  }

  #load(player: Player, clip: Clip, offset: number): void {
    player.clip = clip;
    player.element.src = clip.url;
    player.element.currentTime = offset / 1000;
  }

  /** Whether a side has nothing to play yet, so that the others must wait for it. */
  #holds(track: Track): boolean {
    const player = track.active;
    if (!player?.clip || this.broken.value.has(player.clip.url) || player.element.ended) return false;
    if (player.clip.to - this.at.value < END_MS) return false;
    return player.element.seeking || player.element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  /** Brings one player to the clock by its rate, or by a jump when it is far off. */
  #steer(track: Track, held: boolean): void {
    const { active } = track;
    if (!active?.clip || this.broken.value.has(active.clip.url)) return;
    const { element } = active;
    const target = (this.at.value - active.clip.from) / 1000;
    if (element.readyState === HTMLMediaElement.HAVE_NOTHING || element.seeking) return;
    const drift = (element.currentTime - target) * 1000;
    if (!this.playing.value || held) {
      if (!element.paused) element.pause();
      if (Math.abs(drift) > STILL_MS && target <= element.duration) element.currentTime = target;
      return;
    }
    if (element.ended || target > element.duration) return;
    const { seek, rate } = correct(drift, this.speed.value);
    if (seek) element.currentTime = target;
    if (Math.abs(element.playbackRate - rate) > 0.005) element.playbackRate = rate;
    if (element.paused) element.play().catch((error: unknown) => this.#notStarted(error));
  }

  #notStarted(error: unknown): void {
    if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
    batch(() => {
      this.playing.value = false;
      this.refused.value = true;
    });
  }

  /** Publishes which seats show a picture and how far the sides are apart. */
  #look(): void {
    const seats = new Set<Seat>();
    const drifts: number[] = [];
    for (const { lane, active } of this.#tracks) {
      if (!active?.clip || this.broken.value.has(active.clip.url)) continue;
      if (lane.kind === "video") seats.add(lane.seat);
      if (active.element.readyState > 1 && !active.element.seeking && !active.element.ended) drifts.push(active.element.currentTime * 1000 + active.clip.from);
    }
    const before = this.pictured.value;
    if (before.size !== seats.size || [...seats].some((seat) => !before.has(seat))) this.pictured.value = seats;
    this.apart.value = drifts.length < 2 ? 0 : Math.round(Math.max(...drifts) - Math.min(...drifts));
  }
}
