import { getEventListeners } from "node:events";
import net, { type AddressInfo } from "node:net";
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Reply } from "../../../src/fetch/exchange.ts";
import { SpecError } from "../../../src/model/errors.ts";
import { until } from "../../support/time/until.ts";
import { aClient, collect, get, type Options } from "./clients.ts";
import { aRawServer, anHttpServer } from "./servers.ts";

/** Of requests that follow each other at once, by a client of four: a connection rests between two, so some take turns. */
const IN_TURN = 12;

describe("connections", () => {
  test("are used again for requests that follow each other", async () => {
    const server = await anHttpServer((_, response) => response.end("ok"));
    const client = aClient();
    for (let i = 0; i < 20; i++) expect((await get(client, server.url())).text).toBe("ok");
    expect(server.connections()).toBeLessThanOrEqual(IN_TURN);
  });

  test("are used again after a small error body", async () => {
    const server = await anHttpServer((_, response) => response.writeHead(500).end("<html>no</html>"));
    const client = aClient();
    for (let i = 0; i < 5; i++) expect((await get(client, server.url())).reply).toMatchObject({ kind: "declined", status: 500, text: "<html>no</html>" });
    expect(server.connections()).toBeLessThanOrEqual(IN_TURN);
  });

  test("are at most three times as many as requests may be in flight, and no more requests than that are sent at once", async () => {
    const waiting: (() => void)[] = [];
    const server = await anHttpServer((_, response) => waiting.push(() => response.end("ok")));
    const client = aClient({ concurrency: 16 });
    const replies = Array.from({ length: 40 }, () => get(client, server.url()));
    await until("16 requests are in flight", () => waiting.length === 16);
    for (let answered = 0; answered < 40; answered++) {
      await until("another request is there", () => waiting.length > 0);
      waiting.shift()!();
    }
    expect((await Promise.all(replies)).every(({ text }) => text === "ok")).toBe(true);
    expect(server.connections()).toBeLessThanOrEqual(48);
  });
});

describe("a request", () => {
  test("offers the compressions that are wanted, and identity, and says who asks", async () => {
    const seen: unknown[] = [];
    const server = await anHttpServer((request, response) => {
      seen.push([request.headers["accept-encoding"], request.headers["user-agent"], request.headers["x-key"], request.url]);
      response.end();
    });
    await get(aClient({ compression: ["gzip", "zstd"], headers: { "X-Key": "secret" } }), server.url("/a?b=c%20d"));
    await get(aClient({ compression: [], headers: { "User-Agent": "mine", "Accept-Encoding": "br" } }), server.url());
    expect(seen).toEqual([
      ["gzip, zstd, identity", "sluice", "secret", "/a?b=c%20d"],
      ["identity", "mine", undefined, "/"],
    ]);
  });

  test("sends the names of its headers as they are written", async () => {
    let seen: string[] = [];
    const server = await anHttpServer((request, response) => {
      seen = request.rawHeaders;
      response.end();
    });
    await get(aClient({ headers: { apiKey: "secret", "USER-agent": "mine" } }), server.url());
    expect(seen).toEqual(["host", `127.0.0.1:${server.port}`, "connection", "keep-alive", "USER-agent", "mine", "apiKey", "secret", "accept-encoding", "gzip, identity"]);
  });

  test("is refused with a header that cannot be sent, without telling its value", () => {
    const open = (): unknown => aClient({ headers: { "x-key": "se\ncret" } });
    expect(open).toThrow(SpecError);
    expect(open).toThrow(/^The header "x-key" or its value has characters that a header cannot have\.$/);
  });
});

describe("a body", () => {
  const packings: Record<string, { coding: string; pack: (text: Buffer) => Buffer }> = {
    "that is plain": { coding: "identity", pack: (text) => text },
    "in gzip": { coding: "gzip", pack: (text) => zlib.gzipSync(text) },
    "in gzip under its old name": { coding: "x-gzip", pack: (text) => zlib.gzipSync(text) },
    "in brotli": { coding: "br", pack: (text) => zlib.brotliCompressSync(text) },
    "in zstd": { coding: "zstd", pack: (text) => zlib.zstdCompressSync(text) },
  };
  test.each(Object.entries(packings))("%s arrives as text, and both its sizes are told", async (_, { coding, pack }) => {
    const text = Buffer.from(Array.from({ length: 100_000 }, (_, i) => `${i * 7919},`).join(""));
    const packed = pack(text);
    const server = await anHttpServer((_, response) => response.writeHead(200, { "content-encoding": coding }).end(packed));
    const { reply, text: got, wire } = await get(aClient({ compression: ["gzip", "br", "zstd"] }), server.url());
    expect(reply).toEqual({ kind: "whole", status: 200, framed: true, wireBytes: packed.length, textBytes: text.length });
    expect(got === text.toString()).toBe(true);
    expect(wire).toBe(packed.length);
  });

  test("is not taken in a coding that was not offered", async () => {
    const server = await anHttpServer((_, response) => response.writeHead(200, { "content-encoding": "br" }).end(zlib.brotliCompressSync("text")));
    const { reply } = await get(aClient({ compression: ["gzip"] }), server.url());
    expect(reply).toMatchObject({ kind: "broken", code: "encoding", status: 200, detail: 'the body could not be inflated: the content-encoding "br" was not offered' });
  });

  test("that inflates a thousandfold does not grow in memory", async () => {
    const packed = zlib.gzipSync(Buffer.alloc(200 * 1024 * 1024, "text "));
    const server = await anHttpServer((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed));
    const work = Buffer.alloc(64 * 1024);
    let bytes = 0;
    let peak = 0;
    const before = process.memoryUsage.rss();
    const sink = {
      work,
      begin: () => 0,
      take(length: number) {
        bytes += length;
        if (bytes % (8 * 1024 * 1024) < length) peak = Math.max(peak, process.memoryUsage.rss());
      },
    };
    await get(aClient(), server.url(), { sinkFor: () => sink });
    expect(bytes).toBe(200 * 1024 * 1024);
    expect(peak - before).toBeLessThan(40 * 1024 * 1024);
  });
});

describe("a body that ends early is never an answer", () => {
  const gz = zlib.gzipSync("a text of some length, as an answer would have it");
  const head = (fields: string): string => `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`;
  const cases: Record<string, { send: (socket: net.Socket) => void; expected: Partial<Reply> }> = {
    "short of its length, closed": { send: (s) => s.end(`${head("content-length: 10")}12345`), expected: { kind: "broken", code: "reset", status: 200 } },
    "short of its length, closed as announced": { send: (s) => s.end(`${head("connection: close\r\ncontent-length: 10")}12345`), expected: { kind: "broken", code: "reset", status: 200 } },
    "short of its length, reset": {
      send: (s) => s.write(`${head("content-length: 10")}12345`, () => setTimeout(() => s.resetAndDestroy(), 50)),
      expected: { kind: "broken", code: "reset", status: 200 },
    },
    "without its last chunk": { send: (s) => s.end(`${head("transfer-encoding: chunked")}5\r\n12345\r\n`), expected: { kind: "broken", code: "reset", status: 200 } },
    "without its last chunk, closed as announced": {
      send: (s) => s.end(`${head("connection: close\r\ntransfer-encoding: chunked")}5\r\n12345\r\n`),
      expected: { kind: "broken", code: "reset", status: 200 },
    },
    "within a chunk": { send: (s) => s.end(`${head("transfer-encoding: chunked")}5\r\n123`), expected: { kind: "broken", code: "reset", status: 200 } },
    "within the headers": { send: (s) => s.end("HTTP/1.1 200 OK\r\ncontent-le"), expected: { kind: "broken", code: "reset", status: null } },
    "before the headers": { send: (s) => s.end(), expected: { kind: "broken", code: "reset", status: null } },
    "within its gzip, though all of its length came": {
      send: (s) => {
        s.write(head(`content-encoding: gzip\r\ncontent-length: ${gz.length - 3}`));
        s.write(gz.subarray(0, gz.length - 3));
      },
      expected: { kind: "broken", code: "reset", status: 200 },
    },
    "before its gzip began": { send: (s) => s.write(head("content-encoding: gzip\r\ncontent-length: 0")), expected: { kind: "broken", code: "reset", status: 200 } },
    "with a gzip that is corrupt": {
      send: (s) => {
        s.write(head(`content-encoding: gzip\r\ncontent-length: ${gz.length}`));
        s.write(Buffer.concat([gz.subarray(0, 20), Buffer.from([0xff, 0xff]), gz.subarray(22)]));
      },
      expected: { kind: "broken", code: "encoding", status: 200 },
    },
  };
  test.each(Object.entries(cases))("%s", async (_, { send, expected }) => {
    const server = await aRawServer(send);
    expect((await get(aClient(), server.url())).reply).toMatchObject(expected);
  });

  test("with a gzip that is cut at any byte, by a server that frames the cut well", async () => {
    const server = await anHttpServer((request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gz.subarray(0, Number(request.url!.slice(1)))),
    );
    const client = aClient();
    for (let length = 0; length < gz.length; length++) {
      expect((await get(client, server.url(`/${length}`))).reply).toMatchObject({ kind: "broken", code: "reset" });
    }
    expect((await get(client, server.url(`/${gz.length}`))).reply).toMatchObject({ kind: "whole" });
  });

  test("says of a body that ends with its connection that nothing marked its end", async () => {
    const server = await aRawServer((socket) => socket.end(`${head("connection: close")}12345`));
    expect((await get(aClient(), server.url())).reply).toMatchObject({ kind: "whole", framed: false, textBytes: 5 });
  });

  test("knows the end of such a body by its gzip, and misses it there", async () => {
    let length = gz.length;
    const server = await aRawServer((socket) => {
      socket.write(head("connection: close\r\ncontent-encoding: gzip"));
      socket.end(gz.subarray(0, length));
    });
    expect((await get(aClient(), server.url())).reply).toMatchObject({ kind: "whole", framed: true });
    length -= 1;
    expect((await get(aClient(), server.url())).reply).toMatchObject({ kind: "broken", code: "reset" });
  });
});

/** What curl 7.88 does with each: it reads those that are whole here, and "two lengths" by chunks or by the last length. */
describe("what is not quite HTTP/1.1", () => {
  const body = "x".repeat(50);
  const lines = (...fields: string[]): string => `${fields.join("\r\n")}\r\n\r\n`;
  const read: Record<string, string> = {
    "100 Continue that nobody asked for": lines("HTTP/1.1 100 Continue") + lines("HTTP/1.1 200 OK", "content-length: 50") + body,
    "several interim responses": lines("HTTP/1.1 102 Processing") + lines("HTTP/1.1 100 Continue", "x: y") + lines("HTTP/1.1 103 Early Hints", "link: a") + lines("HTTP/1.1 200 OK", "content-length: 50") + body,
    "headers of 20 kB": lines("HTTP/1.1 200 OK", `x: ${"y".repeat(20_000)}`, "content-length: 50") + body,
    "headers of 200 kB": lines("HTTP/1.1 200 OK", ...Array.from({ length: 4 }, () => `x: ${"y".repeat(50_000)}`), "content-length: 50") + body,
    "HTTP/1.0": lines("HTTP/1.0 200 OK", "content-length: 50") + body,
    "no reason behind the status": lines("HTTP/1.1 200", "content-length: 50") + body,
    "a header beyond ASCII": lines("HTTP/1.1 200 OK", "x: caf\u00e9", "content-length: 50") + body,
  };
  test.each(Object.entries(read))("%s is read", async (_, answer) => {
    const server = await aRawServer((socket) => socket.end(Buffer.from(answer, "latin1")));
    const { reply, text } = await get(aClient(), server.url());
    expect([reply.kind, text]).toEqual(["whole", body]);
  });

  const refused: Record<string, [answer: string, code: string, detail: RegExp]> = {
    "a length and chunks": [lines("HTTP/1.1 200 OK", "content-length: 50", "transfer-encoding: chunked") + `32\r\n${body}\r\n0\r\n\r\n`, "protocol", /: HTTP\/1.1 200 OK content-length: 50 transfer-encoding: chunked 32 x/],
    "one length twice": [lines("HTTP/1.1 200 OK", "content-length: 50", "content-length: 50") + body, "protocol", /: HTTP\/1.1 200 OK content-length: 50 content-length: 50 x/],
    "two lengths": [lines("HTTP/1.1 200 OK", "content-length: 50", "content-length: 40") + body, "protocol", /content-length: 40 x/],
    "a length that is no number": [lines("HTTP/1.1 200 OK", "content-length: -1") + body, "protocol", /\(Invalid character in Content-Length\)/],
    "headers of 400 kB": [lines("HTTP/1.1 200 OK", ...Array.from({ length: 8 }, () => `x: ${"y".repeat(50_000)}`)) + body, "protocol", /Headers Overflow Error.*: HTTP\/1.1 200 OK x: y/],
    "a chunk without a size": [lines("HTTP/1.1 200 OK", "transfer-encoding: chunked") + `5\r\nxxxxx\r\nzz\r\n${body}`, "protocol", /^after 5 bytes the body is not valid HTTP\/1.1 .*Invalid character in chunk size.*: zz x/],
    "another protocol": ["SSH-2.0-OpenSSH_9.2\r\n", "protocol", /Expected HTTP\/.*: SSH-2.0-OpenSSH_9.2$/],
    "a change of protocol": [lines("HTTP/1.1 101 Switching Protocols", "upgrade: x", "connection: upgrade"), "protocol", /bad upgrade/],
    "a transfer that is encoded": [lines("HTTP/1.1 200 OK", "transfer-encoding: gzip, chunked") + `32\r\n${body}\r\n0\r\n\r\n`, "encoding", /^the transfer-encoding "gzip, chunked" was not asked for$/],
  };
  test.each(Object.entries(refused))("%s fails with the parser's reason and a sample", async (_, [answer, code, detail]) => {
    const server = await aRawServer((socket) => socket.end(Buffer.from(answer, "latin1")));
    const { reply } = await get(aClient(), server.url());
    expect(reply).toMatchObject({ kind: "broken", code, detail: expect.stringMatching(detail) as string });
    expect(server.connections()).toBe(1);
  });

  test("shows no secret in its sample", async () => {
    const server = await aRawServer((socket) => socket.end("HELLO my-secret-key\r\n\r\n"));
    const { reply } = await get(aClient({ secrets: ["my-secret-key"] }), server.url());
    expect(reply).toMatchObject({ code: "protocol", detail: expect.stringMatching(/: HELLO \*\*\*$/) as string });
  });

  test("two lines of content-encoding are both believed", async () => {
    const packed = zlib.gzipSync(zlib.gzipSync(body));
    const server = await aRawServer((socket) => {
      socket.write(lines("HTTP/1.1 200 OK", "content-encoding: gzip", "content-encoding: gzip", `content-length: ${packed.length}`));
      socket.end(packed);
    });
    expect((await get(aClient(), server.url())).reply).toMatchObject({ kind: "broken", code: "encoding", status: 200, detail: 'the body is encoded more than once: content-encoding "gzip, gzip"' });
  });
});

describe("time", () => {
  const cases: Record<string, { timeouts: Options["timeouts"]; detail: RegExp; send: (socket: net.Socket) => void }> = {
    "without headers": { timeouts: { headersSeconds: 0.2 }, detail: /^no headers within the headers timeout/, send: () => undefined },
    "without more of a body": {
      timeouts: { idleSeconds: 0.2 },
      detail: /^the body stalled after 3 bytes/,
      send: (s) => s.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123"),
    },
  };
  test.each(Object.entries(cases))("that passes %s ends the request", async (_, { timeouts, detail, send }) => {
    const server = await aRawServer(send);
    const { reply } = await get(aClient({ timeouts: timeouts! }), server.url());
    expect(reply).toMatchObject({ kind: "broken", code: "timeout", detail: expect.stringMatching(detail) as string });
    await until("the connection is closed", () => server.open() === 0);
  });

  test("between bytes that keep coming is no idle time", async () => {
    const server = await anHttpServer((_, response) => {
      let left = 20;
      const timer = setInterval(() => {
        response.write("x");
        if (--left > 0) return;
        clearInterval(timer);
        response.end();
      }, 50);
    });
    expect((await get(aClient({ timeouts: { idleSeconds: 0.5 } }), server.url())).text).toBe("x".repeat(20));
  });
});

describe("no connection", () => {
  test("is told as such where nobody listens", async () => {
    const listener = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => listener.once("listening", resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    const { reply } = await get(aClient(), new URL(`http://127.0.0.1:${port}/`));
    expect(reply).toMatchObject({ kind: "broken", code: "connect", status: null, detail: `no connection to 127.0.0.1:${port} (connect ECONNREFUSED 127.0.0.1:${port})` });
  });

  test("says so where the name does not resolve", async () => {
    // Longer than a label may be, so no name server is asked.
    const host = "x".repeat(64);
    const { reply } = await get(aClient(), new URL(`http://${host}/`));
    expect(reply).toMatchObject({ kind: "broken", code: "connect", detail: `the host name ${host} does not resolve (ENOTFOUND)` });
  });
});

describe("a signal", () => {
  const reason = new Error("asked to stop");

  test("ends a request in the middle of its body, and its connection", async () => {
    const stop = new AbortController();
    const server = await anHttpServer((_, response) => response.write("the first of it"));
    const reply = get(aClient(), server.url(), { signal: stop.signal, onWire: () => stop.abort(reason) });
    await expect(reply).rejects.toBe(reason);
    await until("the connection is closed", () => server.open() === 0);
  });

  test("ends one that waits for its headers, and one that waits for a connection", async () => {
    const stop = new AbortController();
    let requests = 0;
    const server = await anHttpServer(() => requests++);
    const client = aClient({ concurrency: 1 });
    const replies = [1, 2].map(() => get(client, server.url(), { signal: stop.signal }));
    await until("the first is in flight", () => requests === 1);
    stop.abort(reason);
    for (const reply of replies) await expect(reply).rejects.toBe(reason);
    await until("the connection is closed", () => server.open() === 0);
    expect(requests).toBe(1);
  });

  test("that never comes is let go of: a sweep has one for 80,000 requests", async () => {
    const { signal } = new AbortController();
    const server = await aRawServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n123"));
    for (let i = 0; i < 3; i++) await get(aClient(), server.url(), { signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("that was there before lets nothing be asked", async () => {
    const server = await anHttpServer((_, response) => response.end());
    await expect(get(aClient(), server.url(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.connections()).toBe(0);
  });
});

describe("what the caller's own code throws", () => {
  const ownError = new Error("out of memory");
  const fail = (): never => {
    throw ownError;
  };
  const cases: Record<string, Parameters<typeof get>[2]> = {
    "when it chooses a sink": { sinkFor: fail },
    "when it counts bytes": { onWire: fail },
    "when it takes text": { sinkFor: () => ({ ...collect(), take: fail }) },
  };
  test.each(Object.entries(cases))("%s comes back to it, and the connection is given up", async (_, wish) => {
    const server = await anHttpServer((_, response) => response.write("text"));
    await expect(get(aClient(), server.url(), wish)).rejects.toBe(ownError);
    await until("the connection is closed", () => server.open() === 0);
  });
});

describe("an error body", () => {
  test("is read for its first 8 KiB and no more, however long it is", async () => {
    let sent = 0;
    const server = await anHttpServer((_, response) => {
      response.writeHead(503, { "retry-after": "7" });
      const more = (): void => {
        while (!response.destroyed) {
          sent += 65_536;
          if (!response.write("x".repeat(65_536))) {
            response.once("drain", more);
            return;
          }
        }
      };
      more();
    });
    const { reply } = await get(aClient(), server.url());
    expect(reply).toMatchObject({ kind: "declined", status: 503, retryAfter: "7", text: "x".repeat(8192) });
    await until("the connection is closed", () => server.open() === 0);
    expect(sent).toBeLessThan(8 * 1024 * 1024);
  });

  const cases: Record<string, { fields: string; body: Buffer; text: string }> = {
    "in gzip is read": { fields: "content-encoding: gzip", body: zlib.gzipSync("no"), text: "no" },
    "that ends early does not hide its status": { fields: "content-length: 100", body: Buffer.from("no"), text: "no" },
    "that cannot be inflated does not hide its status": { fields: "content-encoding: gzip", body: Buffer.from("no gzip"), text: "" },
    "in a coding that was not offered does not hide its status": { fields: "content-encoding: br", body: Buffer.from("?"), text: "" },
  };
  test.each(Object.entries(cases))("%s", async (_, { fields, body, text }) => {
    const server = await aRawServer((socket) => {
      socket.write(`HTTP/1.1 500 No\r\nconnection: close\r\n${fields}\r\n\r\n`);
      socket.end(body);
    });
    expect((await get(aClient(), server.url())).reply).toMatchObject({ kind: "declined", status: 500, text });
  });
});

describe("a redirect", () => {
  test("within the host is followed, and its body is not the answer", async () => {
    const server = await anHttpServer((request, response) => {
      if (request.url === "/a/old?x=1") response.writeHead(302, { location: "new?x=1" }).end("moved");
      else response.end(request.url);
    });
    const { reply, text } = await get(aClient(), server.url("/a/old?x=1"));
    expect({ kind: reply.kind, text }).toEqual({ kind: "whole", text: "/a/new?x=1" });
  });

  const cases: Record<string, [location: (port: number) => string, detail: RegExp]> = {
    "to another port": [() => "http://127.0.0.1:1/", /HTTP 301 to another host/],
    "to another name of the host": [(port) => `http://localhost:${port}/`, /HTTP 301 to another host/],
    "to no URL": [() => "http://", /HTTP 301 to another host/],
    "to itself": [() => "/", /more than 3 redirects/],
  };
  test.each(Object.entries(cases))("%s is not followed to its end", async (_, [location, detail]) => {
    const server = await anHttpServer((_, response) => response.writeHead(301, { location: location(server.port) }).end());
    const { reply } = await get(aClient(), server.url());
    expect(reply).toMatchObject({ kind: "broken", code: "redirect", status: 301, detail: expect.stringMatching(detail) as string });
  });

  test("is followed three times and no more", async () => {
    let requests = 0;
    const server = await anHttpServer((_, response) => response.writeHead(302, { location: `/${++requests}` }).end());
    await get(aClient(), server.url());
    expect(requests).toBe(4);
  });
});
