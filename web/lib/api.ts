// Typed fetch: JSON in, JSON out, every failure a `Refused` with a stable code. Knows no page.
import type { Problem } from "../generated/api.ts";

/** The server answered with a problem document, or did not answer (`code` is then `offline`). */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    detail: string,
    readonly problem: Problem | null = null,
  ) {
    super(detail);
    this.name = "Refused";
  }
}

export interface CallOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD";
  /** Sent as JSON unless it is a Blob. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Milliseconds until the call counts as failed. */
  timeout?: number;
}

async function refused(response: Response): Promise<Refused> {
  let problem: Problem | null = null;
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // A proxy's error page is no problem document; the status says enough.
  }
  return new Refused(problem?.code ?? `http_${response.status}`, response.status, problem?.detail ?? response.statusText, problem);
}

/** Asks the server; any answer but a good one is thrown. */
export async function ask(path: string, options: CallOptions): Promise<Response> {
  const raw = options.body instanceof Blob;
  const headers: Record<string, string> = { "Recourse-Page": "1", ...options.headers };
  if (options.body !== undefined && !raw) headers["Content-Type"] = "application/json";
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), options.timeout ?? 15_000);
  options.signal?.addEventListener("abort", () => stop.abort());
  try {
    const response = await fetch(path, {
      method: options.method ?? (options.body === undefined ? "GET" : "POST"),
      headers,
      body: options.body === undefined ? null : raw ? (options.body as Blob) : JSON.stringify(options.body),
      signal: stop.signal,
      credentials: "same-origin",
    });
    if (!response.ok) throw await refused(response);
    return response;
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused("offline", 0, error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}

/** Calls the server; a 204 gives undefined. */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const response = await ask(path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** Bytes, such as an image that needs a header to be read. */
export async function callBlob(path: string, options: CallOptions = {}): Promise<Blob> {
  return (await ask(path, options)).blob();
}

/** `Content-Digest` of RFC 9530, so that what arrives is what was sent. */
export async function digest(blob: Blob): Promise<string> {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return `sha-256=:${btoa(String.fromCharCode(...sum))}:`;
}

/** Uploads bytes with their digest; repeats on a lost line, never on a refusal. */
export async function upload<T>(path: string, blob: Blob, headers: Record<string, string> = {}, tries = 5): Promise<T> {
  const all = { ...headers, "Content-Type": blob.type || "application/octet-stream", "Content-Digest": await digest(blob) };
  for (let round = 1; ; round += 1) {
    try {
      return await call<T>(path, { method: "POST", body: blob, headers: all, timeout: 60_000 });
    } catch (error) {
      const again = error instanceof Refused && (error.status === 0 || error.status >= 502);
      if (!again || round >= tries) throw error;
      await new Promise((wake) => setTimeout(wake, Math.min(8_000, 250 * 2 ** round)));
    }
  }
}

/** Random hexadecimal digits, for nonces and peer ids. */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
