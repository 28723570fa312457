import { expect, test } from "vitest";
import { watchedClient, withoutSecrets, type SeenRequest } from "../../../src/cli/watched-client.ts";
import type { Client } from "../../../src/fetch/client.ts";
import { REAL_CLOCK } from "../../support/store.ts";

const clock = { now: () => 0, ...REAL_CLOCK };
const sink = { work: Buffer.alloc(1), begin: () => 0, take: () => undefined };

function answering(status: number, encoding: string): Pick<Client, "get"> {
  return {
    get(_, wish) {
      wish.sinkFor(status, encoding);
      return Promise.resolve({ kind: "whole", status, framed: true, wireBytes: 10, textBytes: 90 });
    },
  };
}

async function seenOf(client: Pick<Client, "get">, wanted: typeof sink | null): Promise<SeenRequest[]> {
  const seen: SeenRequest[] = [];
  await watchedClient(client, clock, seen).get(new URL("http://me:secret@127.0.0.1/?a=1"), { sinkFor: () => wanted, signal: AbortSignal.timeout(1000), onWire: () => undefined });
  return seen;
}

test("notes a request with its status, encoding and sizes, and without user and password", async () => {
  expect(await seenOf(answering(200, "gzip"), sink)).toMatchObject([{ url: "http://***:***@127.0.0.1/?a=1", status: 200, encoding: "gzip", wireBytes: 10, textBytes: 90 }]);
});

test("names no encoding of a text that is not read", async () => {
  expect(await seenOf(answering(503, "gzip"), null)).toMatchObject([{ status: 503, encoding: null }]);
});

test("shows a URL without secrets as it is", () => {
  expect(withoutSecrets(new URL("https://stat.ripe.net/data?resource=AS1"))).toBe("https://stat.ripe.net/data?resource=AS1");
});
