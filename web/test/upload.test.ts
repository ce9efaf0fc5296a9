// Uploads over a line that breaks: what arrives is what was sent, and only what is missing is sent again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Refused, type CallOptions } from "../lib/api.ts";
import { sendInPieces } from "../lib/upload.ts";

/** A server as the draft describes it, and a line that breaks where it is told to. */
class Server {
  kept = new Uint8Array(0);
  length = 0;
  begun = 0;
  sent = 0;
  readonly calls: string[] = [];
  /** What happens to the nth call: nothing arrives, a part arrives, all arrives and the answer is lost, or it forgets all. */
  readonly trouble: Map<number, "down" | "part" | "unheard" | "forgets">;

  constructor(trouble: [number, "down" | "part" | "unheard" | "forgets"][] = []) {
    this.trouble = new Map(trouble);
  }

  line = {
    wait: async () => undefined,
    ask: async (path: string, options: CallOptions): Promise<Response> => {
      const trouble = this.trouble.get(this.calls.length);
      this.calls.push(`${options.method} ${path}`);
      const lost = () => new Refused("offline", 0, "");
      if (trouble === "down") throw lost();
      if (trouble === "forgets") this.length = 0;
      const headers = options.headers ?? {};
      const here = (status: number, body: unknown = null) =>
        new Response(body === null ? null : JSON.stringify(body), { status, headers: { Location: "/uploads/1", "Upload-Offset": String(this.kept.length) } });
      if (options.method === "POST") {
        this.begun += 1;
        this.length = Number(headers["Upload-Length"]);
        this.kept = new Uint8Array(0);
      } else if (this.length === 0) throw new Refused("upload_unknown", 404, "");
      if (options.method === "PATCH") {
        if (Number(headers["Upload-Offset"]) !== this.kept.length) throw new Refused("upload_offset", 409, "");
        let piece = new Uint8Array(await (options.body as Blob).arrayBuffer());
        if (trouble === "part") piece = piece.slice(0, piece.length / 2);
        this.sent += piece.length;
        this.kept = Uint8Array.from([...this.kept, ...piece]);
        if (trouble) throw lost();
        if (headers["Upload-Complete"] === "?1") return here(200, { id: "evd_1", length: this.kept.length });
      }
      if (trouble === "unheard") throw lost();
      return here(options.method === "POST" ? 201 : 204);
    },
  };
}

const BYTES = Uint8Array.from({ length: 700_000 }, (_, at) => (at * 7919) % 251);
const blob = new Blob([BYTES], { type: "image/jpeg" });
const send = (server: Server) => sendInPieces<{ id: string }>("/uploads?slot=portrait", blob, { line: server.line });

test("without trouble every byte is sent once", async () => {
  const server = new Server();
  assert.equal((await send(server)).id, "evd_1");
  assert.deepEqual([server.begun, server.sent], [1, BYTES.length]);
  assert.deepEqual(server.kept, BYTES);
});

for (const how of ["down", "part", "unheard"] as const)
  test(`a line that breaks anywhere (${how}) costs time and no byte`, async () => {
    for (let at = 0; at < 6; at += 1) {
      const server = new Server([[at, how]]);
      assert.equal((await send(server)).id, "evd_1", `broken at call ${at}`);
      assert.deepEqual(server.kept, BYTES, `broken at call ${at}`);
      assert.ok(server.sent <= BYTES.length, `${server.sent} bytes, broken at call ${at}`);
    }
  });

test("an upload the server forgot is begun anew", async () => {
  const server = new Server([[2, "forgets"]]);
  await send(server);
  assert.equal(server.begun, 2);
  assert.deepEqual(server.kept, BYTES);
});

test("a refusal that no repeat can help is not repeated", async () => {
  let asked = 0;
  const line = {
    wait: async () => undefined,
    ask: async (): Promise<Response> => {
      asked += 1;
      throw new Refused("image_unknown_format", 415, "");
    },
  };
  await assert.rejects(sendInPieces("/uploads", blob, { line }), { code: "image_unknown_format" });
  assert.equal(asked, 1);
});

test("a line that stays down is given up in the end", async () => {
  const always = new Server(Array.from({ length: 50 }, (_, at): [number, "down"] => [at, "down"]));
  await assert.rejects(send(always), { code: "offline" });
  assert.ok(always.calls.length <= 10, `${always.calls.length} calls`);
});
