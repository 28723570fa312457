import type { Client } from "../fetch/client.ts";
import type { Clock } from "../model/clock.ts";

/** One request as a person is told of it. */
export interface SeenRequest {
  /** Without user and password. */
  readonly url: string;
  /** Null where there were no headers. */
  readonly status: number | null;
  /** As the answer names it; null where its text was not read. */
  readonly encoding: string | null;
  readonly wireBytes: number;
  readonly textBytes: number;
  readonly seconds: number;
}

/** A client that notes what goes through it. */
export function watchedClient(client: Pick<Client, "get">, clock: Clock, seen: SeenRequest[]): Pick<Client, "get"> {
  return {
    async get(url, wish) {
      const began = clock.monotonic();
      let encoding: string | null = null;
      const reply = await client.get(url, {
        ...wish,
        sinkFor(status, named) {
          const sink = wish.sinkFor(status, named);
          encoding = sink === null ? null : named;
          return sink;
        },
      });
      const { status, wireBytes, textBytes } = reply;
      seen.push({ url: withoutSecrets(url), status, encoding, wireBytes, textBytes, seconds: (clock.monotonic() - began) / 1000 });
      return reply;
    },
  };
}

export function withoutSecrets(url: URL): string {
  const shown = new URL(url);
  if (shown.username !== "") shown.username = "***";
  if (shown.password !== "") shown.password = "***";
  return shown.href;
}
