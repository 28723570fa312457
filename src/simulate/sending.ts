import type { ServerResponse } from "node:http";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { EncodedBody } from "./encoded-body.ts";

/** How a body goes over the wire. `afterBytes` is the break's place; left out, it is the middle. */
export type Transport =
  | { readonly kind: "whole" }
  | { readonly kind: "reset"; readonly afterBytes?: number }
  | { readonly kind: "ends-early"; readonly how: "content-length" | "chunked" | "close"; readonly afterBytes?: number }
  | { readonly kind: "dribble"; readonly everySeconds: number; readonly afterBytes?: number };

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: EncodedBody;
  readonly transport: Transport;
}

/** What a reply needs of its connection. */
export interface Wire {
  readonly response: ServerResponse;
  readonly counted: (bytes: number) => void;
  /** Ends the connection with a TCP reset. */
  readonly reset: () => void;
  /** Raised when the client is gone or the server closes. */
  readonly gone: AbortSignal;
}

/** Where the length of a body is not known, a break comes here. */
const BREAK_BYTES = 16 * 1024;
/** After so many chunks the event loop gets a turn, even if the client takes them as fast as they come. */
const CHUNKS_A_TURN = 8;

export async function send({ status, headers, body, transport }: Reply, wire: Wire): Promise<void> {
  const { response } = wire;
  const tellLength = body.length !== null && (transport.kind === "whole" || transport.kind === "reset" || (transport.kind === "ends-early" && transport.how === "content-length"));
  // A length that will not be reached, sent even if the real one is unknown.
  const length = tellLength ? body.length : transport.kind === "ends-early" && transport.how === "content-length" ? 1_000_000_000 : null;
  if (transport.kind === "ends-early" && transport.how === "close") {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
  }
  response.writeHead(status, {
    ...headers,
    ...(body.encoding === null ? {} : { "content-encoding": body.encoding }),
    ...(length === null ? {} : { "content-length": length }),
  });
  if (transport.kind === "whole") {
    await write(body.chunks, wire);
    if (!wire.gone.aborted) response.end();
    return;
  }
  await write(cut(body.chunks, transport.afterBytes ?? (body.length === null ? BREAK_BYTES : Math.floor(body.length / 2))), wire);
  if (transport.kind === "reset") wire.reset();
  if (transport.kind === "ends-early") response.socket?.end();
  if (transport.kind === "dribble") await dribble(transport.everySeconds, wire);
}

async function write(chunks: EncodedBody["chunks"], { response, counted, gone }: Wire): Promise<void> {
  let number = 0;
  for await (const chunk of chunks) {
    if (gone.aborted) return;
    counted(chunk.length);
    await new Promise<void>((resolve) => response.write(chunk, () => resolve()));
    if (++number % CHUNKS_A_TURN === 0) await setImmediate();
  }
}

/** The first `limit` bytes, and never the last byte. */
async function* cut(chunks: EncodedBody["chunks"], limit: number): AsyncGenerator<Buffer> {
  let held: Buffer | null = null;
  let room = limit;
  for await (const chunk of chunks) {
    if (held !== null) {
      yield held.subarray(0, room);
      room -= held.length;
      if (room <= 0) return;
    }
    held = chunk;
  }
  if (held !== null) yield held.subarray(0, Math.min(room, held.length - 1));
}

async function dribble(everySeconds: number, { response, counted, gone }: Wire): Promise<void> {
  while (!gone.aborted) {
    response.write(" ");
    counted(1);
    await setTimeout(everySeconds * 1000, undefined, { signal: gone }).catch(() => undefined);
  }
}
