import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { parseFaults } from "../../../src/simulate/parse-fault.ts";
import type { Simulator } from "../../../src/simulate/server.ts";
import { ask, counted, DAY, get, NOW, parse, pathOf, rawBytes, start, type Answered, type UpdatesAnswer } from "./asking.ts";

const open: Simulator[] = [];
async function playing(fault: object, scenario: object = {}): Promise<Simulator> {
  const simulator = await start({ ...scenario, faults: [fault] });
  open.push(simulator);
  return simulator;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

describe("a status", () => {
  test.each([
    ["429 with Retry-After in seconds", { status: 429, retryAfter: 7 }, 429, "7"],
    ["429 with Retry-After as a date", { status: 429, retryAfter: "Fri, 31 Dec 1999 23:59:59 GMT" }, 429, "Fri, 31 Dec 1999 23:59:59 GMT"],
    ["429 without Retry-After", { status: 429 }, 429, undefined],
    ["500", { status: 500 }, 500, undefined],
    ["502", { status: 502 }, 502, undefined],
    ["503", { status: 503 }, 503, undefined],
  ])("%s, with an HTML body", async (_, fault, status, retryAfter) => {
    const answered = await ask(await playing({ what: "status", ...fault }), "AS1");
    expect([answered.status, answered.headers["retry-after"], answered.headers["content-type"]]).toEqual([status, retryAfter, "text/html"]);
    expect(answered.body.toString()).toContain("<html>");
  });
  test("may have a JSON body, or none", async () => {
    expect(parse((await ask(await playing({ what: "status", status: 500, body: "json" }), "AS1")).body).status).toBe("error");
    expect((await ask(await playing({ what: "status", status: 500, body: "none" }), "AS1")).body).toHaveLength(0);
  });
  test("a redirect names the other host", async () => {
    const answered = await ask(await playing({ what: "redirect", to: "http://elsewhere.invalid/" }), "AS1");
    expect([answered.status, answered.headers.location]).toEqual([302, "http://elsewhere.invalid/"]);
  });
});

describe.each([false, true])("the connection (tls: %s)", (tls) => {
  test("is reset before the headers", async () => {
    expect(await ask(await playing({ what: "reset", at: "headers" }, { tls }), "AS1")).toMatchObject({ status: 0, error: "ECONNRESET" });
  });
  test("is reset within the body", async () => {
    const simulator = await playing({ what: "reset", at: "body", when: { times: 1 } }, { tls });
    const answered = await ask(simulator, "AS12654");
    expect(answered).toMatchObject({ whole: false, error: "ECONNRESET" });
    expect(answered.body.length).toBeLessThan((await ask(simulator, "AS12654")).body.length);
    expect(simulator.stats().byFault).toEqual({ reset: 1 });
  });
});

describe("a body that ends early", () => {
  test.each(["identity", "gzip"])("short of its Content-Length (%s)", async (encoding) => {
    const simulator = await playing({ what: "ends-early", how: "content-length" }, { big: { AS1: 5_000_000 } });
    for (const target of ["AS1", "AS2", "AS12654"]) {
      const answered = await ask(simulator, target, { encoding });
      expect(answered.whole).toBe(false);
      expect(answered.body.length).toBeGreaterThan(50);
      expect(answered.body.length).toBeLessThan(Number(answered.headers["content-length"]));
    }
  });
  test("without its last chunk", async () => {
    const answered = await ask(await playing({ what: "ends-early", how: "chunked" }), "AS12654");
    expect([answered.whole, answered.headers["transfer-encoding"]]).toEqual([false, "chunked"]);
  });
  test("with neither, so that it looks whole to HTTP", async () => {
    const simulator = await playing({ what: "ends-early", how: "close", when: { times: 1 } });
    const answered = await ask(simulator, "AS12654");
    expect(answered).toMatchObject({ whole: true, error: null });
    expect(answered.headers).not.toHaveProperty("content-length");
    expect(answered.headers).not.toHaveProperty("transfer-encoding");
    const whole = (await ask(simulator, "AS12654")).body;
    expect(answered.body.length).toBeGreaterThan(0);
    expect(answered.body.equals(whole.subarray(0, answered.body.length))).toBe(true);
    expect(() => parse(answered.body)).toThrow();
  });
  test("after as many bytes as asked for, and never with its last one", async () => {
    const bytes = async (afterBytes: number): Promise<number> => (await ask(await playing({ what: "ends-early", how: "close", afterBytes }), "AS1")).body.length;
    const whole = (await ask(await playing({ what: "lag", seconds: 1, when: { times: 1, targets: ["AS9"] } }), "AS1")).body.length;
    expect([await bytes(0), await bytes(100), await bytes(10_000_000)]).toEqual([0, 100, whole - 1]);
  });
  test("leaves no broken keep-alive behind: the connection closes", async () => {
    const text = await rawBytes(await playing({ what: "ends-early", how: "content-length", afterBytes: 40 }), pathOf("AS1"));
    expect(text.split("\r\n\r\n")[1]).toHaveLength(40);
  });
});

test("a dribble goes on until the client has had enough", async () => {
  const simulator = await playing({ what: "dribble", everySeconds: 0.001, afterBytes: 100 });
  const enough = new AbortController();
  const answer = ask(simulator, "AS1", { signal: enough.signal });
  await expect.poll(() => simulator.stats().bytes).toBeGreaterThan(120);
  enough.abort();
  expect((await answer).whole).toBe(false);
});

describe("an answer that says 200", () => {
  test("and is in maintenance", async () => {
    const { status, body } = await ask(await playing({ what: "maintenance" }), "AS12654");
    expect(status).toBe(200);
    expect(parse(body)).toMatchObject({ status: "ok", data_call_status: expect.stringMatching(/^maintenance/) as string, data: {} });
  });
  test("and is an error by its own words", async () => {
    const { status, body } = await ask(await playing({ what: "error-body", reason: "no luck" }), "AS12654");
    expect([status, parse(body).status, parse(body).messages]).toEqual([200, "error", [["error", "no luck"]]]);
  });
  test("and is empty for everyone, for as long as the outage lasts", async () => {
    let now = NOW;
    const simulator = await start({ faults: [{ what: "outage", when: { fromSeconds: 10, toSeconds: 20 } }] }, () => now);
    open.push(simulator);
    const count = async (seconds: number): Promise<number | undefined> => {
      now = NOW + seconds * 1000;
      return parse((await ask(simulator, "AS12654")).body).data.nr_updates;
    };
    const all = simulator.expected("AS12654", DAY).updates;
    expect([await count(0), await count(10), await count(19), await count(20)]).toEqual([all, 0, 0, all]);
  });
  test("and covers less than was asked, for a feed that lags", async () => {
    const { data } = parse((await ask(await playing({ what: "lag", seconds: 3_600 }), "AS12654")).body);
    expect(data.query_endtime).toBe(DAY.end - 3_600);
    expect(data.updates.at(-1)!.timestamp).toBeLessThan(DAY.end - 3_600);
    expect(data.nr_updates).toBe(data.updates.length);
  });
  test.each([3, -1])("and declares a number that is off by %i", async (off) => {
    for (const target of ["AS12654", "AS7"]) {
      const { data } = parse((await ask(await playing({ what: "declared", off }, { big: { AS7: 100_000 } }), target)).body);
      expect(data.nr_updates).toBe(data.updates.length + off);
    }
  });
  test.each(["identity", "gzip", "zstd"])("and is followed by blanks, which compress to next to nothing (%s)", async (encoding) => {
    const blanks = 20_000_000;
    const simulator = await playing({ what: "blanks", bytes: blanks, when: { times: 1 } }, { compression: ["gzip", "zstd"] });
    const long = await ask(simulator, "AS12654", { encoding });
    const short = await ask(simulator, "AS12654", { encoding });
    const text = (answer: Buffer): Buffer => (encoding === "gzip" ? gunzipSync(answer) : encoding === "zstd" ? zstdDecompressSync(answer) : answer);
    const whole = text(long.body);
    expect(whole.length).toBeGreaterThan(blanks);
    expect(parse(whole).data).toEqual(parse(text(short.body)).data);
    if (encoding !== "identity") expect(long.body.length - short.body.length).toBeLessThan(blanks / 200);
  });
  test("and declares nothing", async () => {
    expect(parse((await ask(await playing({ what: "declared", off: "absent" }), "AS12654")).body).data).not.toHaveProperty("nr_updates");
  });
  test("and holds a part of the list only", async () => {
    const simulator = await playing({ what: "short-list", share: 0.5, when: { times: 1 } }, { source: { targets: 100 } });
    const length = async (): Promise<number> => (JSON.parse((await get(`${simulator.url}/data/ris-asns/data.json?list_asns=true`)).body.toString()) as { data: { asns: number[] } }).data.asns.length;
    expect([await length(), await length()]).toEqual([50, 100]);
  });
  test.each(["data", "checksum"])("and is gzip that is broken in its %s", async (where) => {
    const simulator = await playing({ what: "corrupt", where }, { big: { AS7: 1_000_000 }, source: { targets: [1], active: 1, median: 5_000, sigma: 0 } });
    for (const target of ["AS12654", "AS7", "AS1", "AS2"]) {
      const answered = await ask(simulator, target);
      expect([answered.whole, answered.headers["content-encoding"]]).toEqual([true, "gzip"]);
      expect(() => gunzipSync(answered.body), target).toThrow();
    }
  });
});

describe("a truncated answer", () => {
  const seams = ["exclusive", "inclusive", "duplicate", "partial"] as const;

  /** Follows the parts as a client may who knows the rule: of a second that two parts hold, the later part's is taken. */
  async function follow(simulator: Simulator): Promise<UpdatesAnswer[]> {
    const parts: UpdatesAnswer[] = [];
    for (let url = simulator.url + pathOf("AS12654"); ; ) {
      const part = parse((await get(url)).body);
      parts.push(part);
      const next = part.see_also[0];
      if (next === undefined) return parts;
      expect(new URL(next).searchParams.has("sourceapp")).toBe(false);
      url = `${next}&unix_timestamps=TRUE&sourceapp=test`;
    }
  }

  test.each(seams)("comes in parts that together are the whole, seam: %s", async (seam) => {
    const simulator = await playing({ what: "truncated", updates: 300, seam });
    const parts = await follow(simulator);
    expect(parts.length).toBeGreaterThan(4);
    const updates = parts.flatMap(({ data }, index) => data.updates.filter(({ timestamp }) => Number(timestamp) < Number(parts[index + 1]?.data.query_starttime ?? DAY.end)));
    const whole = counted({ ...parts[0]!, data: { ...parts[0]!.data, updates } });
    expect(whole).toEqual(simulator.expected("AS12654", DAY).observations);
    for (const { data } of parts) expect(data.nr_updates).toBe(data.updates.length);
    for (const { data } of parts.slice(0, -1)) expect(Number(data.query_endtime)).toBeLessThan(DAY.end);
    expect(parts.at(-1)!.data.query_endtime).toBe(DAY.end);
  });
  test("may declare the whole instead of the part", async () => {
    const { data } = parse((await ask(await playing({ what: "truncated", updates: 300, declares: "whole" }), "AS12654")).body);
    expect(data.nr_updates).toBeGreaterThan(data.updates.length);
  });
  test("may send the client to another host, or in a circle", async () => {
    const next = async (rest: string): Promise<URL> => new URL(parse((await ask(await playing({ what: "truncated", updates: 300, rest }), "AS12654")).body).see_also[0]!);
    expect((await next("elsewhere")).host).toBe("elsewhere.invalid");
    expect((await next("same")).searchParams.get("starttime")).toBe(String(DAY.start));
  });
});

describe("when a fault is played", () => {
  test("only for its target, only the first times, and anew after set()", async () => {
    const fault = { what: "status", status: 500, when: { targets: ["AS1"], times: 2 } };
    const simulator = await playing(fault);
    const statuses = async (): Promise<number[]> => [(await ask(simulator, "AS1")).status, (await ask(simulator, "AS2")).status, (await ask(simulator, "AS1")).status, (await ask(simulator, "AS1")).status];
    expect(await statuses()).toEqual([500, 200, 500, 200]);
    simulator.set(parseFaults([fault], "faults"));
    expect(await statuses()).toEqual([500, 200, 500, 200]);
    expect(simulator.stats()).toMatchObject({ byFault: { status: 4 }, byStatus: { 500: 4, 200: 4 }, requestsByTarget: { AS1: 6, AS2: 2 } });
  });
  test("at a rate, the same requests in any order", async () => {
    const failing = async (order: readonly number[]): Promise<number[]> => {
      const simulator = await playing({ what: "status", status: 500, when: { rate: 0.3 } });
      const failed: number[] = [];
      for (const target of order) if ((await ask(simulator, `AS${target}`)).status === 500) failed.push(target);
      return failed.sort((one, other) => one - other);
    };
    const order = Array.from({ length: 60 }, (_, index) => index + 1);
    const failed = await failing(order);
    expect(failed.length).toBeGreaterThan(8);
    expect(failed.length).toBeLessThan(30);
    expect(await failing(order.toReversed())).toEqual(failed);
  });
  test("slowly: the answer comes after the latency, and other targets do not wait", async () => {
    const simulator = await playing({ what: "slow", latency: { distribution: "constant", seconds: 600 }, when: { targets: ["AS1"] } });
    const enough = new AbortController();
    const slow: Promise<Answered> = ask(simulator, "AS1", { signal: enough.signal });
    expect((await ask(simulator, "AS2")).status).toBe(200);
    enough.abort();
    expect((await slow).whole).toBe(false);
  });
  test("together with others: a lagging answer in brotli that is cut", async () => {
    const simulator = await start({ faults: [{ what: "lag", seconds: 60 }, { what: "declared", off: 1 }] });
    open.push(simulator);
    const { data } = parse(brotliDecompressSync((await ask(simulator, "AS12654", { encoding: "br" })).body));
    expect([data.query_endtime, data.nr_updates]).toEqual([DAY.end - 60, data.updates.length + 1]);
  });
});
