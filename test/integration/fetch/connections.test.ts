import type net from "node:net";
import { describe, expect, test } from "vitest";
import { until } from "../../support/time/until.ts";
import { aClient, get } from "./clients.ts";
import { aRawServer, type Served } from "./servers.ts";

function response(text: string, fields = ""): string {
  return `HTTP/1.1 200 OK\r\n${fields}content-length: ${text.length}\r\n\r\n${text}`;
}

function pathOf(head: string): string {
  return head.split(" ")[1]!;
}

/** Asks /0, /1, … with `concurrency` requests in flight, and gives what came for each. */
async function askAll(server: Served, count: number, concurrency: number): Promise<string[]> {
  const client = aClient({ concurrency });
  const texts: string[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < count) {
        const number = next++;
        const { reply, text } = await get(client, server.url(`/${number}`));
        texts[number] = reply.kind === "whole" ? text : reply.kind === "broken" ? `${reply.code}: ${reply.detail}` : `HTTP ${reply.status}`;
      }
    }),
  );
  return texts;
}

function echoed(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `/${number}`);
}

describe("a response that nobody asked for, behind an answer", () => {
  const SECOND = response("unasked");
  const ways: Record<string, (socket: net.Socket) => unknown> = {
    "in the same turn": (socket) => socket.write(SECOND),
    "a turn later": (socket) => setImmediate(() => socket.write(SECOND)),
    "a millisecond later": (socket) => setTimeout(() => socket.write(SECOND), 1),
    "three milliseconds later": (socket) => setTimeout(() => socket.write(SECOND), 3),
  };
  test.each(Object.entries(ways))("%s is no answer to the next request, which is asked on another connection", async (_, later) => {
    const server = await aRawServer((socket, head) => {
      socket.write(response(pathOf(head)));
      later(socket);
    });
    expect(await askAll(server, 10, 1)).toEqual(echoed(10));
    expect(server.connections()).toBe(10);
  });

  test("drops its own connection and no other: sixteen in flight", async () => {
    const server = await aRawServer((socket, head) => {
      const path = pathOf(head);
      socket.write(response(path));
      if (path.endsWith("7")) setTimeout(() => socket.write(SECOND), 1);
    });
    expect(await askAll(server, 160, 16)).toEqual(echoed(160));
    expect(server.connections()).toBeLessThanOrEqual(48 + 16);
  });

  const others: Record<string, (path: string) => string> = {
    "bytes that are no HTTP": (path) => `${response(path)}what is this?`,
    "more than its length": (path) => response(path).replace(/content-length: \d+/, "content-length: 1"),
    "an interim response": (path) => `${response(path)}HTTP/1.1 100 Continue\r\n\r\n`,
    "a body with a 304": (path) => `HTTP/1.1 304 Not Modified\r\n\r\n${response(path)}`,
    "a body with a 204": (path) => `HTTP/1.1 204 No Content\r\n\r\n${response(path)}`,
  };
  test.each(Object.entries(others))("so do %s", async (_, text) => {
    const server = await aRawServer((socket, head) => socket.write(text(pathOf(head))));
    const client = aClient({ concurrency: 1 });
    for (let number = 0; number < 5; number++) await get(client, server.url(`/${number}`));
    await until("every connection is dropped", () => server.open() === 0);
    expect(server.connections()).toBe(5);
  });
});

describe("a connection that the server has closed", () => {
  /** Answers once on each connection, and closes it when the next request arrives, as a server does that closed it in the same moment. */
  const once = (close: (socket: net.Socket) => unknown): Promise<Served & { readonly requests: () => number }> => {
    const answered = new WeakSet<net.Socket>();
    let requests = 0;
    const server = aRawServer((socket, head) => {
      requests++;
      if (answered.has(socket)) close(socket);
      else socket.write(response(pathOf(head)));
      answered.add(socket);
    });
    return server.then((served) => ({ ...served, requests: () => requests }));
  };
  const ways: Record<string, (socket: net.Socket) => unknown> = {
    "by its end": (socket) => socket.end(),
    "by a reset": (socket) => socket.resetAndDestroy(),
    "with 408, as servers tell idle clients": (socket) => socket.end("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"),
    "with bytes that are no HTTP": (socket) => socket.end("bye\r\n\r\n"),
  };
  test.each(Object.entries(ways))("%s, before the first byte of an answer, costs nothing: the request is sent again at once", async (_, close) => {
    const server = await once(close);
    expect(await askAll(server, 10, 1)).toEqual(echoed(10));
    // Three connections take turns. From the fourth request on, each is sent twice: on one that is at its end, and on a new one.
    expect(server.requests()).toBe(17);
    expect(server.connections()).toBe(10);
  });

  test("costs nothing at any number of requests in flight", async () => {
    expect(await askAll(await once((socket) => socket.end()), 120, 16)).toEqual(echoed(120));
  });

  test("after a keep-alive of 50 ms costs nothing", async () => {
    const closing = new WeakMap<net.Socket, NodeJS.Timeout>();
    const server = await aRawServer((socket, head) => {
      clearTimeout(closing.get(socket));
      socket.write(response(pathOf(head)));
      closing.set(socket, setTimeout(() => socket.end(), 50));
    });
    expect(await askAll(server, 120, 16)).toEqual(echoed(120));
  });

  test("after exactly the rest of a connection costs nothing", async () => {
    const closing = new WeakMap<net.Socket, NodeJS.Timeout>();
    const server = await aRawServer((socket, head) => {
      clearTimeout(closing.get(socket));
      socket.write(response(pathOf(head)));
      closing.set(socket, setTimeout(() => socket.end(), 100));
    });
    expect(await askAll(server, 120, 16)).toEqual(echoed(120));
  });

  test("that was new says something about the server, and is not asked again here", async () => {
    const server = await aRawServer((socket) => socket.end());
    expect((await get(aClient(), server.url())).reply).toMatchObject({ kind: "broken", code: "reset", status: null });
    expect(server.connections()).toBe(1);
  });

  test("within an answer is no such connection", async () => {
    let requests = 0;
    const server = await aRawServer((socket, head) => {
      if (requests++ === 0) socket.write(response(pathOf(head)));
      else socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123");
    });
    const client = aClient({ concurrency: 1 });
    await get(client, server.url());
    expect((await get(client, server.url())).reply).toMatchObject({ kind: "broken", code: "reset", status: 200 });
    expect(requests).toBe(2);
  });
});

test("a connection that breaks costs nothing but its own request: sixteen in flight", async () => {
  const server = await aRawServer((socket, head) => {
    const path = pathOf(head);
    if (path.endsWith("9")) socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort");
    else setTimeout(() => socket.write(response(path)), 5);
  });
  const texts = await askAll(server, 160, 16);
  expect(texts.filter((text, number) => text !== `/${number}`)).toEqual(Array.from({ length: 16 }, () => expect.stringMatching(/^reset: the body ended early, after 5 bytes/) as string));
});
