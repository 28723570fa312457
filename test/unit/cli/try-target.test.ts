import { expect, test, describe } from "vitest";
import { firstMatches, singleRequestLimiter, watchedClient, withoutSecrets, type SeenRequest, watchedReadings, type SeenText } from "../../../src/cli/try-target.ts";
import { compileExtract } from "../../../src/extract/compile.ts";
import { createReadings } from "../../../src/extract/read.ts";
import type { PartSink, Reading } from "../../../src/extract/reading.ts";
import type { Client } from "../../../src/fetch/client.ts";
import type { Clock } from "../../../src/model/clock.ts";
import { REAL_CLOCK } from "../../support/postgres/store.ts";

describe("try target", () => {
  const compiled = compileExtract({ pattern: '"t":([0-9]{1,12})(?:,"k":"([a-z]{1,4})")?', time: "unix", maxParts: 1 });

  test("shows a match as it stands there, its time and its type", () => {
    expect(firstMatches(compiled, '{"t":1795305600,"k":"open"},{"t":7}', true, 5)).toEqual([
      { found: '"t":1795305600,"k":"open"', time: "1795305600", at: 1_795_305_600, type: "open" },
      { found: '"t":7', time: "7", at: 7, type: null },
    ]);
  });

  test("says of a time that it cannot be read", () => {
    expect(firstMatches(compiled, '"t":999999999999', true, 5)).toMatchObject([{ time: "999999999999", at: null }]);
  });

  test("shows no more than asked for", () => {
    expect(firstMatches(compiled, '"t":1,'.repeat(9), true, 3)).toHaveLength(3);
  });

  test("leaves out a match that could come out longer in the rest of the text", () => {
    expect(firstMatches(compiled, `"t":1${" ".repeat(compiled.pattern.longest)}"t":17953`, false, 5).map(({ time }) => time)).toEqual(["1"]);
  });

  test("shows what is not ASCII as it was written", () => {
    const named = compileExtract({ pattern: '([0-9]{1,3}) "([^"]{1,20})"', time: "unix", maxParts: 1 });
    expect(firstMatches(named, Buffer.from('1 "é"').toString("latin1"), true, 5)).toMatchObject([{ found: '1 "é"', type: "é" }]);
  });
});

describe("lone gate", () => {
  function aClock(): Clock & { readonly waited: number[] } {
    const waited: number[] = [];
    return { waited, now: () => 0, monotonic: () => 0, sleep: (milliseconds) => Promise.resolve(waited.push(milliseconds / 1000) > 0) };
  }

  test("asks at once while nobody said to rest, and rests as long as it was told", async () => {
    const clock = aClock();
    const gate = singleRequestLimiter(clock);
    const { signal } = new AbortController();
    await gate.mayAsk(signal);
    expect(clock.waited).toEqual([]);
    await gate.pause(5, "throttled");
    await gate.pause(2, "throttled");
    await gate.mayAsk(signal);
    expect(clock.waited).toEqual([5]);
  });

  test("asks no more once it is to stop", async () => {
    await expect(singleRequestLimiter(aClock()).mayAsk(AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
  });
});

describe("watched client", () => {
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
});

describe("watched reading", () => {
  const newReading = createReadings(compileExtract({ pattern: '"t":([0-9]{1,12})', time: "unix", declared: '"n":([0-9]{1,9})', maxParts: 9 }), Buffer.alloc(64 * 1024));

  function watch(): { reading: Reading; seen: SeenText } {
    const seen: SeenText = { parts: [], prefix: "", prefixIsWhole: true };
    return { reading: watchedReadings(newReading, seen)({ start: 0, end: 86_400 }), seen };
  }

  function feed(sink: PartSink, text: string, piece = 1000): void {
    for (let from = 0; from < text.length; from += piece) {
      const part = text.slice(from, from + piece);
      const at = sink.begin();
      sink.work.write(part, at, "latin1");
      sink.take(part.length);
    }
  }

  test("keeps the beginning of an answer byte by byte, and what is read stays the same", () => {
    const { reading, seen } = watch();
    const text = `{"n":3000,"list":[${Array.from({ length: 3000 }, (_, index) => `{"t":${index}}`).join(",")}]}`;
    const part = reading.part();
    feed(part, text);
    expect(part.finish()).toMatchObject({ matches: 3000, declared: 3000 });
    expect(reading.judge()).toMatchObject({ state: "ok", updates: 3000 });
    expect(seen).toMatchObject({ prefix: text, prefixIsWhole: true, parts: [{ matches: 3000 }] });
    reading.release();
  });

  test("keeps 64 KiB and no more", () => {
    const { reading, seen } = watch();
    const text = "0123456789".repeat(10_000);
    feed(reading.part(), text, 7001);
    expect(seen).toMatchObject({ prefix: text.slice(0, 64 * 1024), prefixIsWhole: false });
    reading.release();
  });

  test("forgets the beginning of a part that is asked for again", () => {
    const { reading, seen } = watch();
    feed(reading.part(), "broken");
    const again = reading.part();
    feed(again, '{"n":0}');
    again.finish();
    expect(seen).toMatchObject({ prefix: '{"n":0}', parts: [{ matches: 0, declared: 0 }] });
    reading.release();
  });
});
