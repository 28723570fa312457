import { afterEach } from "vitest";
import type { TextSink } from "../../../src/extract/reading.ts";
import { openClient, type Client, type ClientOptions } from "../../../src/fetch/client.ts";
import type { Wish, Reply } from "../../../src/fetch/exchange.ts";
import type { RequestSpec } from "../../../src/model/resolved.ts";

const open: Client[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client[Symbol.asyncDispose]()));
});

export type Options = Partial<Omit<ClientOptions, "request">> & {
  readonly timeouts?: Partial<RequestSpec["timeouts"]>;
  readonly compression?: RequestSpec["compression"];
};

/** A client that is closed when the test ends. */
export function aClient({ timeouts, compression = ["gzip"], ...options }: Options = {}): Client {
  const client = openClient({
    request: { timeouts: { connectSeconds: 5, headersSeconds: 5, idleSeconds: 5, targetSeconds: 30, ...timeouts }, compression },
    headers: {},
    secrets: [],
    environment: {},
    concurrency: 4,
    ...options,
  });
  open.push(client);
  return client;
}

export interface Collected {
  readonly reply: Reply;
  readonly text: string;
  readonly wire: number;
}

export function collect(): TextSink & { text(): string } {
  const work = Buffer.alloc(64 * 1024);
  const pieces: string[] = [];
  return { work, begin: () => 0, take: (length) => pieces.push(work.toString("latin1", 0, length)), text: () => pieces.join("") };
}

/** Gets a URL with a sink for status 200 that keeps the text. */
export async function get(client: Client, url: URL, wish: Partial<Wish> = {}): Promise<Collected> {
  const sink = collect();
  let wire = 0;
  const reply = await client.get(url, {
    sinkFor: (status) => (status === 200 ? sink : null),
    signal: new AbortController().signal,
    onWire: (bytes) => (wire += bytes),
    ...wish,
  });
  return { reply, text: sink.text(), wire };
}
