// Uploads in pieces that go on where a cut left them, in the shape of the IETF's resumable uploads. Knows no photograph.
import { ask, digest, Refused } from "./api.ts";

/** One piece; small enough that a weak line finishes it, large enough that its round trip does not count. */
const PIECE = 256 * 1024;

export interface Line {
  ask: typeof ask;
  wait: (ms: number) => Promise<void>;
}
const LINE: Line = { ask, wait: (ms) => new Promise((wake) => setTimeout(wake, ms)) };

export interface SendOptions {
  headers?: Record<string, string>;
  /** Tries without any progress before it is given up. */
  tries?: number;
  onProgress?: (share: number) => void;
  line?: Line;
}

const offsetOf = (response: Response): number => Number(response.headers.get("Upload-Offset") ?? 0);

/** Sends the bytes and gives what the server made of them; a refusal that no repeat can help is thrown. */
export async function sendInPieces<T>(path: string, blob: Blob, { headers = {}, tries = 8, onProgress, line = LINE }: SendOptions = {}): Promise<T> {
  const whole = await digest(blob);
  let place: string | null = null;
  let offset = 0;
  let lost = false;
  for (let failed = 0; ; ) {
    try {
      if (place === null) {
        const begun: Response = await line.ask(path, {
          method: "POST",
          headers: { ...headers, "Upload-Complete": "?0", "Upload-Length": String(blob.size), "Repr-Digest": whole },
        });
        place = begun.headers.get("Location");
        if (place === null) throw new Refused("malformed", begun.status, "no Location");
        offset = offsetOf(begun);
      } else if (lost) offset = offsetOf(await line.ask(place, { method: "HEAD", headers }));
      lost = false;
      const end = Math.min(blob.size, offset + PIECE);
      const last = end === blob.size;
      const answer = await line.ask(place, {
        method: "PATCH",
        body: blob.slice(offset, end),
        headers: { ...headers, "Content-Type": "application/partial-upload", "Upload-Offset": String(offset), "Upload-Complete": last ? "?1" : "?0" },
        timeout: 60_000,
      });
      if (last) return (await answer.json()) as T;
      offset = end;
      failed = 0;
      onProgress?.(offset / blob.size);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      failed += 1;
      const gone = error.status === 404;
      const again = gone || error.status === 0 || error.status === 409 || error.status === 429 || error.status >= 500;
      if (!again || error.code === "session_not_live" || error.code === "limit_reached_uploads" || failed > tries) throw error;
      lost = true;
      if (gone) place = null;
      await line.wait(Math.min(4_000, 150 * 2 ** failed));
    }
  }
}
