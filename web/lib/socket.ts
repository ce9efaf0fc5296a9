// One WebSocket that comes back by itself: hello first, ping every 5 s, backoff 250 ms to 8 s,
// woken by `online` and by the page coming to the front. Knows no message but ping and pong.

/** `open` = hello was sent; `lost` = trying again by itself; `closed` = ended by this page. */
export type LineState = "connecting" | "open" | "lost" | "closed";

export interface LineOptions<Out, In> {
  /** Path on this origin, such as `/v1/agent/socket`. */
  path: string;
  /** Built anew at each connection, so that it can carry the newest positions; null = none is sent. */
  hello: () => Out | null;
  onMessage: (message: In) => void;
  onState?: (state: LineState) => void;
  /** Milliseconds of silence after which the line counts as dead. */
  silence?: number;
}

const FIRST_WAIT = 250;
const LONGEST_WAIT = 8_000;
const PING_EVERY = 5_000;

export class Line<Out extends { type: string }, In extends { type: string }> {
  state: LineState = "connecting";
  /** Refusals of the server to open the line at all, in a row. */
  failures = 0;
  #socket: WebSocket | null = null;
  #wait = FIRST_WAIT;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pinger: ReturnType<typeof setInterval> | undefined;
  #heard = 0;
  readonly #options: LineOptions<Out, In>;

  constructor(options: LineOptions<Out, In>) {
    this.#options = options;
    addEventListener("online", this.#wake);
    addEventListener("pageshow", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#connect();
  }

  /** False when the line is down: the caller keeps what must not be lost and sends it on `open`. */
  send(message: Out): boolean {
    if (this.state !== "open" || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Ping now; a worker calls it for pages whose own timers are slowed down. */
  ping = (): void => {
    if (this.state !== "open") return;
    if (Date.now() - this.#heard > (this.#options.silence ?? 12_000)) return this.#drop();
    this.send({ type: "ping" } as Out);
  };

  /** Drop the connection and say hello again, for a new hello. */
  again(): void {
    if (this.state === "closed") return;
    this.#wait = FIRST_WAIT;
    this.#drop(0);
  }

  close(): void {
    this.#set("closed");
    removeEventListener("online", this.#wake);
    removeEventListener("pageshow", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#retry);
    clearInterval(this.#pinger);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  #connect(): void {
    if (this.state === "closed") return;
    clearTimeout(this.#retry);
    const url = new URL(this.#options.path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.hash = "";
    const socket = new WebSocket(url);
    this.#socket = socket;
    const slow = setTimeout(() => this.#socket === socket && socket.readyState !== WebSocket.OPEN && this.#drop(), 8_000);
    socket.onopen = () => {
      clearTimeout(slow);
      if (this.#socket !== socket) return;
      this.#wait = FIRST_WAIT;
      this.#heard = Date.now();
      const hello = this.#options.hello();
      if (hello) socket.send(JSON.stringify(hello));
      clearInterval(this.#pinger);
      this.#pinger = setInterval(this.ping, PING_EVERY);
      this.#set("open");
    };
    socket.onmessage = (event) => {
      if (this.#socket !== socket) return;
      this.#heard = Date.now();
      this.failures = 0;
      const message = JSON.parse(String(event.data)) as In;
      if (message.type !== "pong") this.#options.onMessage(message);
    };
    socket.onclose = () => {
      clearTimeout(slow);
      if (this.#socket === socket) this.#drop();
    };
  }

  #drop(wait?: number): void {
    if (this.state === "closed") return;
    clearInterval(this.#pinger);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.failures += 1;
    this.#set("lost");
    clearTimeout(this.#retry);
    // Spread, so that a restarted server is not met by everybody in the same instant.
    this.#retry = setTimeout(() => this.#connect(), wait ?? this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }

  #wake = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.state === "open") return this.ping();
    if (this.state === "lost" && !this.#socket) {
      this.#wait = FIRST_WAIT;
      this.#connect();
    }
  };

  #set(state: LineState): void {
    if (this.state === state) return;
    this.state = state;
    this.#options.onState?.(state);
  }
}
