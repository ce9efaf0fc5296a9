// What a bank puts into its own page: `Recourse.create({ url })` shows our page in a frame and says what happens in it.
// Imports nothing; all it knows of the page inside is a handful of messages over a port.

type Display = "inline" | "modal";
type Listener = (detail: Record<string, string | number>, type: string) => void;

interface Options {
  /** The one-tap link as the API gave it. */
  url?: string;
  /** Or its secret alone; the page is then asked from where this script came. */
  token?: string;
  display?: Display;
  /** BCP 47; the link's own language if absent. */
  lang?: string;
  /** Accessible name of the frame. */
  title?: string;
  /** Listeners by event name; `*` hears all. */
  on?: Record<string, Listener>;
}

type News =
  | { type: "ready" }
  | { type: "size"; height: number }
  | { type: "stage"; stage: "prompt" | "call" | "result" }
  | { type: "event"; name: string; detail?: Record<string, string | number> }
  | { type: "close" };

const home = document.currentScript instanceof HTMLScriptElement && document.currentScript.src ? new URL(document.currentScript.src).origin : location.origin;

/** The address of the frame: the page and its secret stay as they are, `embed=1` tells the page where it is. */
function address(options: Options): URL {
  if (!options.url && !options.token) throw new TypeError("Recourse.create needs a url or a token");
  const url = options.url ? new URL(options.url, home) : new URL(`/v#${options.token}`, home);
  url.searchParams.set("embed", "1");
  if (options.lang) url.searchParams.set("lang", options.lang);
  return url;
}

const style = (element: HTMLElement, rules: Partial<CSSStyleDeclaration>) => Object.assign(element.style, rules);

class Frame {
  readonly #url: URL;
  readonly #display: Display;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #frame = document.createElement("iframe");
  #shade: HTMLElement | null = null;
  #port: MessagePort | null = null;
  #height = 420;
  #large = false;
  #before: { overflow: string; focus: Element | null } | null = null;

  constructor(options: Options) {
    this.#url = address(options);
    this.#display = options.display ?? "inline";
    for (const [type, listener] of Object.entries(options.on ?? {})) this.on(type, listener);
    const frame = this.#frame;
    frame.title = options.title ?? "Verify with a live agent";
    frame.allow = "camera; microphone; geolocation; fullscreen; autoplay";
    frame.referrerPolicy = "no-referrer";
    frame.src = this.#url.href;
    frame.addEventListener("load", () => this.#greet());
    style(frame, { border: "0", width: "100%", display: "block", colorScheme: "light dark", background: "transparent" });
    this.#lay();
  }

  /** Show it inside an element of the page. */
  mount(place: string | Element): this {
    const parent = typeof place === "string" ? document.querySelector(place) : place;
    if (!parent) throw new TypeError(`Recourse: no element ${String(place)}`);
    if (this.#display === "modal") return this.open();
    parent.append(this.#frame);
    return this;
  }

  /** Show it over the page. */
  open(): this {
    if (this.#shade) return this;
    const shade = document.createElement("div");
    style(shade, { position: "fixed", inset: "0", zIndex: "2147483000", background: "rgb(8 14 20 / 0.6)", display: "grid", placeItems: "center" });
    shade.append(this.#frame);
    document.body.append(shade);
    this.#shade = shade;
    this.#lock(true);
    this.#lay();
    this.#tell("opened", {});
    return this;
  }

  close(): void {
    this.#enlarge(false);
    if (this.#shade) {
      this.#shade.remove();
      this.#shade = null;
      this.#lock(false);
    }
    this.#tell("closed", { by: "customer" });
  }

  destroy(): void {
    this.#enlarge(false);
    this.#lock(false);
    this.#port?.close();
    this.#port = null;
    this.#frame.remove();
    this.#shade?.remove();
    this.#shade = null;
    this.#listeners.clear();
  }

  /** Returns how to stop listening. */
  on(type: string, listener: Listener): () => void {
    const all = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, all.add(listener));
    return () => void all.delete(listener);
  }

  /** A port for the page inside, and only for its origin: each load of the frame gets its own. */
  #greet(): void {
    this.#port?.close();
    const channel = new MessageChannel();
    this.#port = channel.port1;
    channel.port1.onmessage = (event) => this.#heard(event.data as News);
    this.#frame.contentWindow?.postMessage({ recourse: "hello" }, this.#url.origin, [channel.port2]);
  }

  #heard(news: News): void {
    switch (news.type) {
      case "ready":
        return this.#tell("ready", {});
      case "size":
        this.#height = Math.max(120, Math.min(2_000, Number(news.height) || 0));
        return this.#lay();
      case "stage":
        return this.#enlarge(news.stage === "call");
      case "event":
        return this.#tell(news.name, news.detail ?? {});
      case "close":
        return this.close();
    }
  }

  #tell(type: string, detail: Record<string, string | number>): void {
    for (const listener of [...(this.#listeners.get(type) ?? []), ...(this.#listeners.get("*") ?? [])]) listener(detail, type);
  }

  /** A call takes the whole glass; the frame is never moved in the document, which would load it anew. */
  #enlarge(large: boolean): void {
    if (large === this.#large) return;
    this.#large = large;
    if (this.#display === "inline") this.#lock(large);
    this.#lay();
    if (large) this.#frame.focus();
  }

  #lay(): void {
    if (this.#large) {
      style(this.#frame, { position: "fixed", inset: "0", width: "100%", height: "100%", zIndex: "2147483001", borderRadius: "0", maxWidth: "none", maxHeight: "none" });
      return;
    }
    const modal = this.#shade !== null;
    style(this.#frame, {
      position: modal ? "relative" : "static",
      inset: "auto",
      zIndex: "auto",
      width: modal ? "min(480px, 100vw)" : "100%",
      height: `${this.#height}px`,
      maxHeight: modal ? "100vh" : "none",
      borderRadius: modal ? "16px" : "0",
    });
  }

  #lock(on: boolean): void {
    const root = document.documentElement;
    if (on && !this.#before) {
      this.#before = { overflow: root.style.overflow, focus: document.activeElement };
      root.style.overflow = "hidden";
    } else if (!on && this.#before) {
      root.style.overflow = this.#before.overflow;
      if (this.#before.focus instanceof HTMLElement) this.#before.focus.focus();
      this.#before = null;
    }
  }
}

/** The one name this script adds to the page. */
const Recourse = { create: (options: Options): Frame => new Frame(options) };
(globalThis as unknown as { Recourse: typeof Recourse }).Recourse = Recourse;

export type { Frame, Options };
