import { expect, test, describe } from "vitest";
import { firstMatches, singleRequestLimiter, recordingClient, withoutSecrets, type AttemptRequest, recordingReadings, type AnswerNotes } from "../../../src/cli/try-target.ts";
import { compileExtract } from "../../../src/extract/compile.ts";
import { createReadings } from "../../../src/extract/read.ts";
import type { PartSink, Reading } from "../../../src/extract/reading.ts";
import type { Client } from "../../../src/fetch/client.ts";
import type { Clock } from "../../../src/model/clock.ts";
import { REAL_CLOCK } from "../../support/postgres/store.ts";

describe("the first matches", () => {
  const compiled = compileExtract({ pattern: '"t":([0-9]{1,12})(?:,"k":"([a-z]{1,4})")?', time: "unix", maxParts: 1 });

  test("have their text, time and type", () => {
    expect(firstMatches(compiled, '{"t":1795305600,"k":"open"},{"t":7}', true, 5)).toEqual([
      { found: '"t":1795305600,"k":"open"', time: "1795305600", at: 1_795_305_600, type: "open" },
      { found: '"t":7', time: "7", at: 7, type: null },
    ]);
  });

  test("have no moment if their time is unreadable", () => {
    expect(firstMatches(compiled, '"t":999999999999', true, 5)).toMatchObject([{ time: "999999999999", at: null }]);
  });

  test("are at most as many as asked for", () => {
    expect(firstMatches(compiled, '"t":1,'.repeat(9), true, 3)).toHaveLength(3);
  });

  test("leave out a match that could be longer in the whole answer", () => {
    expect(firstMatches(compiled, `"t":1${" ".repeat(compiled.pattern.longest)}"t":17953`, false, 5).map(({ time }) => time)).toEqual(["1"]);
  });

  test("show non-ASCII text as it was written", () => {
    const named = compileExtract({ pattern: '([0-9]{1,3}) "([^"]{1,20})"', time: "unix", maxParts: 1 });
    expect(firstMatches(named, Buffer.from('1 "é"').toString("latin1"), true, 5)).toMatchObject([{ found: '1 "é"', type: "é" }]);
  });
});

describe("the limiter for a single request", () => {
  function aClock(): Clock & { readonly waited: number[] } {
    const waited: number[] = [];
    return { waited, now: () => 0, monotonic: () => 0, sleep: (milliseconds) => Promise.resolve(waited.push(milliseconds / 1000) > 0) };
  }

  test("asks at once without a pause, and waits out the longest of two pauses", async () => {
    const clock = aClock();
    const limiter = singleRequestLimiter(clock);
    const { signal } = new AbortController();
    await limiter.mayAsk(signal);
    expect(clock.waited).toEqual([]);
    await limiter.pause(5, "throttled", "HTTP 429");
    await limiter.pause(2, "throttled", "HTTP 429");
    await limiter.mayAsk(signal);
    expect(clock.waited).toEqual([5]);
  });

  test("asks nothing more once it is aborted", async () => {
    await expect(singleRequestLimiter(aClock()).mayAsk(AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
  });
});

describe("a recording client", () => {
  const clock = { now: () => 0, ...REAL_CLOCK };
  const sink = { work: Buffer.alloc(1), begin: () => 0, take: () => undefined };

  function answering(status: number, encoding: string): Pick<Client, "get"> {
    return {
      get(_, options) {
        options.sinkFor(status, encoding);
        return Promise.resolve({ kind: "whole", status, framed: true, wireBytes: 10, textBytes: 90 });
      },
    };
  }

  async function requestsOf(client: Pick<Client, "get">, wanted: typeof sink | null): Promise<AttemptRequest[]> {
    const requests: AttemptRequest[] = [];
    await recordingClient(client, clock, requests).get(new URL("http://me:secret@127.0.0.1/?a=1"), { sinkFor: () => wanted, signal: AbortSignal.timeout(1000), onWire: () => undefined });
    return requests;
  }

  test("notes status, encoding and sizes, and hides user and password", async () => {
    expect(await requestsOf(answering(200, "gzip"), sink)).toMatchObject([{ url: "http://***:***@127.0.0.1/?a=1", status: 200, encoding: "gzip", wireBytes: 10, textBytes: 90 }]);
  });

  test("notes no encoding if the body is not read", async () => {
    expect(await requestsOf(answering(503, "gzip"), null)).toMatchObject([{ status: 503, encoding: null }]);
  });

  test("leaves a URL without secrets as it is", () => {
    expect(withoutSecrets(new URL("https://stat.ripe.net/data?resource=AS1"))).toBe("https://stat.ripe.net/data?resource=AS1");
  });
});

describe("recording readings", () => {
  const newReading = createReadings(compileExtract({ pattern: '"t":([0-9]{1,12})', time: "unix", declared: '"n":([0-9]{1,9})', maxParts: 9 }), Buffer.alloc(64 * 1024));

  function record(): { reading: Reading; notes: AnswerNotes } {
    const notes: AnswerNotes = { parts: [], prefix: "", prefixIsWhole: true };
    return { reading: recordingReadings(newReading, notes)("a", { start: 0, end: 86_400 }), notes };
  }

  function feed(sink: PartSink, text: string, piece = 1000): void {
    for (let from = 0; from < text.length; from += piece) {
      const part = text.slice(from, from + piece);
      const at = sink.begin();
      sink.work.write(part, at, "latin1");
      sink.take(part.length);
    }
  }

  test("keep the beginning of an answer without changing what is read", () => {
    const { reading, notes } = record();
    const text = `{"n":3000,"list":[${Array.from({ length: 3000 }, (_, index) => `{"t":${index}}`).join(",")}]}`;
    const part = reading.part();
    feed(part, text);
    expect(part.finish()).toMatchObject({ matches: 3000, declared: 3000 });
    expect(reading.judge()).toMatchObject({ state: "ok", updates: 3000 });
    expect(notes).toMatchObject({ prefix: text, prefixIsWhole: true, parts: [{ matches: 3000 }] });
    reading.release();
  });

  test("keep at most 64 KiB", () => {
    const { reading, notes } = record();
    const text = "0123456789".repeat(10_000);
    feed(reading.part(), text, 7001);
    expect(notes).toMatchObject({ prefix: text.slice(0, 64 * 1024), prefixIsWhole: false });
    reading.release();
  });

  test("start over when the first part is asked for again", () => {
    const { reading, notes } = record();
    feed(reading.part(), "broken");
    const again = reading.part();
    feed(again, '{"n":0}');
    again.finish();
    expect(notes).toMatchObject({ prefix: '{"n":0}', parts: [{ matches: 0, declared: 0 }] });
    reading.release();
  });
});
