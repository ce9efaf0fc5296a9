// The bank's page around us, when there is one: it says hello with a port, we tell it what happens. Knows no room.

export type HostNews =
  | { type: "ready" }
  | { type: "size"; height: number }
  | { type: "stage"; stage: "prompt" | "call" | "result" }
  | { type: "event"; name: string; detail?: Record<string, string | number> }
  | { type: "close" };

export class Host {
  readonly embedded: boolean;
  #port: MessagePort | null = null;
  #waiting: HostNews[] = [];
  #said = new Set<string>();

  constructor() {
    this.embedded = new URLSearchParams(location.search).has("embed") && parent !== window;
    if (!this.embedded) return;
    document.documentElement.classList.add("framed");
    addEventListener("message", (event) => {
      const port = event.ports[0];
      if (event.source !== parent || this.#port || !port || (event.data as { recourse?: string } | null)?.recourse !== "hello") return;
      this.#port = port;
      for (const news of this.#waiting.splice(0)) port.postMessage(news);
    });
    // The frame's own box must follow what is in it.
    new ResizeObserver(() => this.tell({ type: "size", height: Math.ceil(document.getElementById("app")?.scrollHeight ?? 0) })).observe(document.getElementById("app") ?? document.body);
    this.tell({ type: "ready" });
    if (!this.cameraAllowed()) this.once("error", { code: "host_policy" });
  }

  tell(news: HostNews): void {
    if (!this.embedded) return;
    if (this.#port) this.#port.postMessage(news);
    else if (this.#waiting.length < 32) this.#waiting.push(news);
  }

  /** An event the bank's page may listen to; told once each. */
  once(name: string, detail?: Record<string, string | number>): void {
    if (this.#said.has(name)) return;
    this.#said.add(name);
    this.tell(detail ? { type: "event", name, detail } : { type: "event", name });
  }

  /** False when the page around us forbids the camera to frames, whatever its `allow` says. */
  cameraAllowed(): boolean {
    const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
    return !this.embedded || !policy || policy.allowsFeature("camera");
  }
}
