import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { ask, type AskDeps, type Asked, type SentRequest } from "../../../src/fetch/ask.ts";
import type { RequestSpec } from "../../../src/model/resolved.ts";
import type { TargetResult } from "../../../src/model/result.ts";
import { until } from "../../support/time/until.ts";
import { aClient, type Options } from "./clients.ts";
import { anHttpServer, aRawServer, type Served } from "./servers.ts";
import { anAnswer, tinyReadings } from "./tiny-reading.ts";

const window = { start: 1000, end: 2000 };
const START_MS = Date.parse("2026-11-20T05:00:00Z");

interface Setting extends Options {
  readonly statuses?: RequestSpec["statuses"];
  readonly server: Served;
  readonly path?: string;
  readonly attempts?: number;
  readonly maxParts?: number;
  readonly targetSeconds?: number;
  readonly signal?: AbortSignal;
  readonly onWire?: (bytes: number) => void;
}

interface Exchange {
  readonly deps: AskDeps;
  /** What was done with the host, in order. */
  readonly log: string[];
  readonly sent: readonly SentRequest[];
  readonly heldReadings: () => number;
}

/** A clock that moves only by waiting, and a gate that writes down what it is told. */
function anExchange({ server, path = "/?r={target}&s={start}&e={end}&app=lab", attempts = 3, maxParts = 4, targetSeconds = 30, statuses = { empty: [], rejected: [400] }, signal, onWire, ...options }: Setting): Exchange {
  const log: string[] = [];
  const sent: SentRequest[] = [];
  let now = START_MS;
  const { newReading, held } = tinyReadings();
  const timeouts = { connectSeconds: 5, headersSeconds: 5, idleSeconds: 5, targetSeconds, ...options.timeouts };
  const deps: AskDeps = {
    client: aClient({ ...options, timeouts }),
    spec: {
      window,
      request: { url: `http://127.0.0.1:${server.port}${path}`, timeFormat: "unix", timeouts, attempts, statuses },
      extract: { maxParts },
      host: { maxPauseSeconds: 300 },
    },
    newReading,
    clock: {
      now: () => now,
      sleep(milliseconds) {
        now += milliseconds;
        if (milliseconds > 0) log.push(`wait ${milliseconds / 1000}`);
        return Promise.resolve(true);
      },
    },
    random: () => 0.5,
    host: {
      mayAsk(given) {
        given.throwIfAborted();
        log.push("slot");
        return Promise.resolve();
      },
      release: () => log.push("release"),
      answered: (ownError) => log.push(ownError ? "ill" : "well"),
      pause(seconds) {
        log.push(`pause ${seconds}`);
        return Promise.resolve();
      },
    },
    onWire: onWire ?? (() => undefined),
    onRequest: (one) => sent.push(one),
    signal: signal ?? new AbortController().signal,
  };
  return { deps, log, sent, heldReadings: held };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Answers in turn; the last one again and again. */
async function aServerThatSays(...answers: Answer[]): Promise<Served & { readonly asked: string[] }> {
  const asked: string[] = [];
  const server = await anHttpServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push(request.url!);
    answer(request, response);
  });
  return { ...server, asked };
}

const says =
  (status: number, body = "", headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

const hangs: Answer = () => undefined;
const cutsBeforeHeaders: Answer = (request) => request.socket.destroy();
const cutsInBody: Answer = (_, response) => response.writeHead(200, { "content-length": "100" }).write("{}", () => response.destroy());
const good = says(200, anAnswer({ n: 3, id: "q1" }));

async function asks(setting: Setting): Promise<{ asked: Asked; result: TargetResult; world: Exchange }> {
  const world = anExchange(setting);
  const asked = await ask("AS3333", world.deps);
  expect(world.heldReadings()).toBe(asked.reading === null ? 0 : 1);
  asked.reading?.release();
  return { asked, result: asked.result, world };
}

test("a good answer becomes a whole result", async () => {
  const server = await aServerThatSays(good);
  const { asked, result, world } = await asks({ server });
  expect(result).toEqual({
    target: "AS3333",
    state: "ok",
    error: null,
    detail: null,
    updates: 3,
    outside: 0,
    declared: 3,
    bytes: anAnswer({ n: 3, id: "q1" }).length,
    wireBytes: anAnswer({ n: 3, id: "q1" }).length,
    attempts: 1,
    httpStatus: 200,
    queryId: "q1",
    startedAt: new Date(START_MS),
    finishedAt: new Date(START_MS),
  });
  expect(asked.reading).not.toBeNull();
  expect(server.asked).toEqual(["/?r=AS3333&s=1000&e=2000&app=lab"]);
  expect(world.log).toEqual(["slot", "well", "release"]);
});

describe("trouble", () => {
  const cases: Record<string, { answers: Answer[]; expected: Partial<TargetResult>; log: string[]; attempts?: number; timeouts?: Setting["timeouts"] }> = {
    "a server's error is asked again, without a slot while it waits": {
      answers: [says(500, "<title>Oops</title>"), good],
      expected: { state: "ok", attempts: 2, bytes: anAnswer({ n: 3, id: "q1" }).length },
      log: ["slot", "ill", "release", "wait 0.5", "slot", "well", "release"],
    },
    "a server's error that stays is left to the next pass, with its reason": {
      answers: [says(502, "<html><title>502 Bad Gateway</title></html>")],
      expected: { state: "failed", error: "server", detail: "HTTP 502: 502 Bad Gateway", attempts: 3, httpStatus: 502 },
      log: ["slot", "ill", "release", "wait 0.5", "slot", "ill", "release", "wait 1", "slot", "ill", "release"],
    },
    "a server that is down says itself when to come again, which pauses the host": {
      answers: [says(503, "", { "retry-after": "17" }), good],
      expected: { state: "ok", attempts: 2 },
      attempts: 1,
      log: ["slot", "ill", "pause 17", "release", "slot", "well", "release"],
    },
    "a refusal with Retry-After pauses the host, whatever its status, and is no try": {
      answers: [says(403, "slow down", { "retry-after": "3" }), says(420, "", { "retry-after": "4" }), says(400, "{}", { "retry-after": "5" }), good],
      expected: { state: "ok", attempts: 4 },
      attempts: 1,
      log: [3, 4, 5].flatMap((seconds) => ["slot", "well", `pause ${seconds}`, "release"]).concat("slot", "well", "release"),
    },
    "what is no HTTP is left, with a sample, and is not the host's illness": {
      answers: [(request) => request.socket.end("HTTP/1.1 200 OK\r\ncontent-length: 50\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")],
      expected: { state: "failed", error: "protocol", attempts: 1, detail: expect.stringMatching(/^the headers are not valid HTTP\/1.1 \(.*\): HTTP\/1.1 200 OK content-length: 50 transfer-encoding: chunked/) as string },
      log: ["slot", "well", "release"],
    },
    "429 pauses the host while the slot is still held, and is no try": {
      answers: [says(429, "", { "retry-after": "42" }), says(429, "", { "retry-after": "Fri, 20 Nov 2026 05:00:09 GMT" }), good],
      expected: { state: "ok", attempts: 3 },
      attempts: 1,
      log: ["slot", "well", "pause 42", "release", "slot", "well", "pause 9", "release", "slot", "well", "release"],
    },
    "429 without a time pauses longer each time": {
      answers: [says(429), says(429), good],
      expected: { state: "ok", attempts: 3 },
      log: ["slot", "well", "pause 7.5", "release", "slot", "well", "pause 15", "release", "slot", "well", "release"],
    },
    "a wrong question is settled, with the provider's reason": {
      answers: [says(400, '{"status":"error","messages":[["error","AS0 is no AS."]]}')],
      expected: { state: "rejected", error: null, detail: "HTTP 400: AS0 is no AS.", attempts: 1, httpStatus: 400, updates: 0, declared: null },
      log: ["slot", "well", "release"],
    },
    "a no that is not about the target is left": {
      answers: [says(403, "Forbidden")],
      expected: { state: "failed", error: "refused", detail: "HTTP 403: Forbidden", attempts: 1 },
      log: ["slot", "well", "release"],
    },
    "a cut before the headers is asked again": {
      answers: [cutsBeforeHeaders, good],
      expected: { state: "ok", attempts: 2 },
      log: ["slot", "ill", "release", "wait 0.5", "slot", "well", "release"],
    },
    "a cut body is left, and nothing of it is kept": {
      answers: [cutsInBody],
      expected: { state: "failed", error: "reset", attempts: 1, httpStatus: 200, updates: 0, bytes: 2, wireBytes: 2 },
      log: ["slot", "ill", "release"],
    },
    "a timeout is left": {
      answers: [hangs],
      timeouts: { headersSeconds: 0.2 },
      expected: { state: "failed", error: "timeout", attempts: 1, httpStatus: null },
      log: ["slot", "ill", "release"],
    },
    "maintenance is left, and counts against the host": {
      answers: [says(200, anAnswer({ maintenance: true, id: "q9" }))],
      expected: { state: "failed", error: "maintenance", detail: "the provider is in maintenance", httpStatus: 200, queryId: "q9" },
      log: ["slot", "ill", "release"],
    },
    "an answer that is an error is left": {
      answers: [says(200, anAnswer({ error: "no data\tfor you" }))],
      expected: { state: "failed", error: "error-body", detail: "the answer reports an error: no data for you" },
      log: ["slot", "well", "release"],
    },
    "a redirect to another host is left": {
      answers: [says(302, "", { location: "http://127.0.0.1:1/" })],
      expected: { state: "failed", error: "redirect", attempts: 1, httpStatus: 302 },
      log: ["slot", "well", "release"],
    },
    "a body that cannot be inflated is left": {
      answers: [says(200, "no gzip", { "content-encoding": "gzip" })],
      expected: { state: "failed", error: "encoding", attempts: 1 },
      log: ["slot", "well", "release"],
    },
    "a wrong count is a mismatch of the reading": {
      answers: [says(200, anAnswer({ n: 5 }, 4))],
      expected: { state: "mismatch", error: "declared-wrong", declared: 5, updates: 4 },
      log: ["slot", "well", "release"],
    },
  };
  test.each(Object.entries(cases))("%s", async (_, { answers, expected, log, attempts, timeouts }) => {
    const server = await aServerThatSays(...answers);
    const { result, world } = await asks({ server, ...(attempts === undefined ? {} : { attempts }), ...(timeouts === undefined ? {} : { timeouts }) });
    expect(result).toMatchObject(expected);
    expect(world.log).toEqual(log);
  });

  test("by a status that the file calls empty, or a wrong question, is an answer", async () => {
    const statuses = { empty: [204, 404], rejected: [400, 422] };
    const server = await aServerThatSays(says(404, "<title>Not Found</title>"), says(204), says(422, '{"messages":["no such node"]}'));
    const results = [];
    for (let i = 0; i < 3; i++) results.push((await asks({ server, statuses })).result);
    expect(results).toMatchObject([
      { state: "empty", error: null, detail: "HTTP 404: Not Found", updates: 0, declared: null, httpStatus: 404 },
      { state: "empty", error: null, detail: "HTTP 204", updates: 0, declared: null, httpStatus: 204 },
      { state: "rejected", error: null, detail: "HTTP 422: no such node", updates: 0, declared: null, httpStatus: 422 },
    ]);
  });

  test("without a connection is asked again, then left", async () => {
    const server = await aRawServer(() => undefined);
    const nobody = { ...server, port: 1 };
    const { result } = await asks({ server: nobody });
    expect(result).toMatchObject({ state: "failed", error: "connect", attempts: 3, httpStatus: null });
  });

  test("by throttling that does not end is left", async () => {
    const server = await aServerThatSays(says(429));
    const { result, world } = await asks({ server });
    expect(result).toMatchObject({ state: "failed", error: "throttled", attempts: 10, httpStatus: 429 });
    expect(world.log.filter((line) => line.startsWith("pause"))).toHaveLength(9);
  });
});

describe("each request is told when it is over", () => {
  const told = ({ sent }: Exchange): unknown[] => sent.map(({ outcome, after }) => (after === null ? outcome : `${outcome} after ${after}`));
  const cases: Record<string, { answers: Answer[]; expected: string[] }> = {
    "an answer": { answers: [good], expected: ["answered"] },
    "one that was sent again, with why": { answers: [says(500), cutsBeforeHeaders, good], expected: ["server", "reset-before-body after server", "answered after reset-before-body"] },
    "one after a pause": { answers: [says(429), good], expected: ["throttled", "answered after throttled"] },
    "a wrong question": { answers: [says(400, "{}")], expected: ["wrong-question"] },
    "a body that was cut": { answers: [cutsInBody], expected: ["reset-in-body"] },
    "an answer that says that it is none": { answers: [says(200, anAnswer({ maintenance: true }))], expected: ["maintenance"] },
    "an answer that proves nothing: as a request it was answered": { answers: [says(200, anAnswer({ n: 5 }, 4))], expected: ["answered"] },
  };
  test.each(Object.entries(cases))("%s", async (_, { answers, expected }) => {
    const { world } = await asks({ server: await aServerThatSays(...answers) });
    expect(told(world)).toEqual(expected);
  });

  test("with its bytes as text, and the redirects that were followed", async () => {
    const text = anAnswer({ n: 3 });
    const server = await aServerThatSays(says(302, "", { location: "/elsewhere" }), says(200, text));
    const { world } = await asks({ server });
    expect(world.sent).toEqual([{ outcome: "answered", after: null, redirects: 1, seconds: 0, textBytes: text.length }]);
  });

  test("one that was broken off, by us", async () => {
    const stop = new AbortController();
    const server = await aServerThatSays((_, response) => response.write("{"));
    const world = anExchange({ server, signal: stop.signal, onWire: () => stop.abort(new Error("stop")) });
    await expect(ask("AS1", world.deps)).rejects.toThrow("stop");
    expect(told(world)).toEqual(["aborted"]);
  });

  test("and none that was never sent: its target's time was used up before", async () => {
    const server = await aServerThatSays(hangs);
    const { world, result } = await asks({ server, targetSeconds: 0 });
    expect([told(world), result.error, server.asked]).toEqual([[], "timeout", []]);
  });

  test("a target's time is from its first request to its result, with the waits between and without the wait for a slot", async () => {
    const server = await aServerThatSays(says(503), good);
    const world = anExchange({ server });
    const asked = await ask("AS1", { ...world.deps, host: { ...world.deps.host, mayAsk: async () => {
      await world.deps.clock.sleep(world.sent.length === 0 ? 100_000 : 0);
    } } });
    expect(asked.seconds).toBe(0.5);
  });
});

describe("a body whose end nothing marks", () => {
  const send = (text: string) => aRawServer((socket) => socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${text}`));

  test("is an answer where its declared count agrees", async () => {
    expect((await asks({ server: await send(anAnswer({ n: 2 })) })).result).toMatchObject({ state: "ok", declared: 2 });
  });

  test("is no answer where nothing is declared", async () => {
    expect((await asks({ server: await send(anAnswer({}, 2)) })).result).toMatchObject({ state: "failed", error: "reset", updates: 0 });
  });
});

describe("the time for one target", () => {
  test("ends a body that dribbles without an end, though it never stands still", async () => {
    const server = await aServerThatSays((_, response) => {
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
    });
    const { result, world } = await asks({ server, targetSeconds: 0.4, timeouts: { idleSeconds: 0.2 } });
    expect(result).toMatchObject({ state: "failed", error: "timeout", attempts: 1, detail: expect.stringMatching(/^no answer within the 0.4 s for one target; \d+ bytes arrived$/) as string });
    expect(result.wireBytes).toBeGreaterThan(2);
    expect(world.log).toEqual(["slot", "ill", "release"]);
    await until("the connection is closed", () => server.open() === 0);
  });
});

describe("an answer in parts", () => {
  /** Serves seconds [s, e) in parts of 300; one match for each 100 seconds. */
  const inParts: Answer = (request, response) => {
    const asked = new URL(request.url!, "http://x");
    const start = Number(asked.searchParams.get("s"));
    const end = Math.min(start + 300, window.end);
    const next = end < window.end ? { next: `http://${request.headers.host!}/?s=${end}&r=AS3333` } : {};
    response.end(anAnswer({ n: Math.ceil((end - start) / 100), start, end, id: `from-${start}`, ...next }));
  };

  test("is followed to its end, with our own parameters, a slot for each part", async () => {
    const server = await aServerThatSays(inParts);
    const { result, world } = await asks({ server });
    expect(result).toMatchObject({ state: "ok", updates: 10, declared: 10, attempts: 4, queryId: "from-1900" });
    const sorted = server.asked.map((url) => [...new URL(url, "http://x").searchParams].map((pair) => pair.join("=")).sort().join("&"));
    expect(sorted).toEqual([1000, 1300, 1600, 1900].map((s) => `app=lab&e=2000&r=AS3333&s=${s}`));
    expect(world.log).toEqual(Array.from({ length: 4 }, () => ["slot", "well", "release"]).flat());
    expect(result.bytes).toBe(result.wireBytes);
    expect(result.bytes).toBeGreaterThan(4 * 50);
  });

  test("asks a part again that had trouble before its body, and counts its bytes once", async () => {
    const server = await aServerThatSays(inParts, says(500, "no"), inParts);
    const undisturbed = await asks({ server: await aServerThatSays(inParts) });
    const { result } = await asks({ server });
    expect(result).toMatchObject({ state: "ok", updates: 10, attempts: 5 });
    // The port of the two servers may differ in length.
    expect(Math.abs(result.bytes - undisturbed.result.bytes)).toBeLessThan(10);
  });

  const cases: Record<string, { answers: Answer[]; detail: RegExp; maxParts?: number; statuses?: RequestSpec["statuses"] }> = {
    "that never ends": { answers: [inParts], maxParts: 3, detail: /^the answer continues after 3 parts$/ },
    "that goes on elsewhere": { answers: [says(200, anAnswer({ end: 1500, next: "http://other.test/?s=1500" }))], detail: /on another host: other\.test/ },
    "that does not advance": { answers: [says(200, anAnswer({ end: 1500, next: "/?s=1000" }))], detail: /starts no later/ },
    "whose end does not advance": {
      answers: [says(200, anAnswer({ end: 1500, next: "/?s=1500" })), says(200, anAnswer({ end: 1500, next: "/?s=1600" }))],
      detail: /part 2 of the answer ends no later/,
    },
    "whose rest is said to have no data": {
      answers: [says(200, anAnswer({ end: 1500, next: "/?s=1500" })), says(404)],
      statuses: { empty: [404], rejected: [400] },
      detail: /^HTTP 404$/,
    },
    "whose rest is called a wrong question": {
      answers: [says(200, anAnswer({ end: 1500, next: "/?s=1500" })), says(400, '{"messages":[["error","what?"]]}')],
      detail: /^HTTP 400: what\?$/,
    },
  };
  test.each(Object.entries(cases))("%s is left to the next pass, and not taken for whole", async (_, { answers, maxParts, statuses, detail }) => {
    const server = await aServerThatSays(...answers);
    const { result } = await asks({ server, ...(maxParts === undefined ? {} : { maxParts }), ...(statuses === undefined ? {} : { statuses }) });
    expect(result).toMatchObject({ state: "failed", error: "continuation", updates: 0, detail: expect.stringMatching(detail) as string });
  });

  test("that is cut in a later part is not taken for whole", async () => {
    const server = await aServerThatSays(inParts, cutsInBody);
    expect((await asks({ server })).result).toMatchObject({ state: "failed", error: "reset", updates: 0 });
  });
});

describe("asking is given up", () => {
  const reason = new Error("asked to stop");

  test("in the middle of a body: the slot and the reading are given back, the host is not blamed", async () => {
    const stop = new AbortController();
    const server = await aServerThatSays((_, response) => response.write("{"));
    const world = anExchange({ server, signal: stop.signal, onWire: () => stop.abort(reason) });
    await expect(ask("AS1", world.deps)).rejects.toBe(reason);
    expect(world.log).toEqual(["slot", "release"]);
    expect(world.heldReadings()).toBe(0);
  });

  test("while it waits for a slot", async () => {
    const server = await aServerThatSays(good);
    const world = anExchange({ server, signal: AbortSignal.abort(reason) });
    await expect(ask("AS1", world.deps)).rejects.toBe(reason);
    expect(server.asked).toEqual([]);
    expect(world.heldReadings()).toBe(0);
  });

  test("by the memory guard, whose own error comes through", async () => {
    const guard = new Error("memory");
    const server = await aServerThatSays(says(200, "x".repeat(100)));
    const world = anExchange({
      server,
      onWire: () => {
        throw guard;
      },
    });
    await expect(ask("AS1", world.deps)).rejects.toBe(guard);
    expect(world.log).toEqual(["slot", "release"]);
    expect(world.heldReadings()).toBe(0);
  });
});

test("time in which a slot is waited for is not the target's", async () => {
  const server = await aServerThatSays(good);
  const world = anExchange({ server, targetSeconds: 0.3 });
  const slow: AskDeps = { ...world.deps, host: { ...world.deps.host, mayAsk: () => sleep(400) } };
  expect((await ask("AS1", slow)).result.state).toBe("ok");
});

test("sixteen targets stream at once through one client without mixing", async () => {
  const server = await anHttpServer((request, response) => {
    const n = Number(new URL(request.url!, "http://x").searchParams.get("r")!.slice(2));
    response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync(anAnswer({ n: n * 10_000, id: `q${n}` })));
  });
  const world = anExchange({ server, concurrency: 16 });
  const all = await Promise.all(Array.from({ length: 16 }, (_, i) => ask(`AS${i}`, world.deps)));
  expect(all.map(({ result }) => [result.queryId, result.updates])).toEqual(Array.from({ length: 16 }, (_, i) => [`q${i}`, i * 10_000]));
});
