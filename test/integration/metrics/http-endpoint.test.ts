import { connect } from "node:net";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { serveHttp, type HttpEndpoint, type Pages } from "../../../src/metrics/http-endpoint.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";

let server: HttpEndpoint | null = null;

afterEach(() => {
  server?.close();
});

const METRICS: Pages = { "/metrics": () => Promise.resolve({ contentType: "text/x", text: "a 1\n" }) };
const ALL: Pages = { ...METRICS, "/healthz": () => null, "/readyz": () => null };

async function ask(path: string, pages: Pages = ALL, init: RequestInit = {}): Promise<[number, string | null, string]> {
  server = await serveHttp({ port: 0, pages });
  return askAgain(path, init);
}

async function askAgain(path: string, init: RequestInit = {}): Promise<[number, string | null, string]> {
  const response = await fetch(`http://127.0.0.1:${server!.port}${path}`, init);
  return [response.status, response.headers.get("content-type"), await response.text()];
}

test("answers 200 while all is well", async () => {
  expect(await ask("/healthz")).toEqual([200, "text/plain", "ok\n"]);
  expect(await askAgain("/readyz?verbose")).toEqual([200, "text/plain", "ok\n"]);
});

test("answers 503 with the reason otherwise, each check by itself", async () => {
  const pages: Pages = { ...ALL, "/healthz": () => "nothing has happened for 301 seconds", "/readyz": () => "the first lists have not been read yet" };
  expect(await ask("/healthz", pages)).toEqual([503, "text/plain", "nothing has happened for 301 seconds\n"]);
  expect(await askAgain("/readyz")).toEqual([503, "text/plain", "the first lists have not been read yet\n"]);
});

test("serves the metrics with their type", async () => {
  expect(await ask("/metrics")).toEqual([200, "text/x", "a 1\n"]);
});

test("answers HEAD as GET, without the body", async () => {
  expect(await ask("/healthz", ALL, { method: "HEAD" })).toEqual([200, "text/plain", ""]);
  expect(await askAgain("/metrics", { method: "HEAD" })).toEqual([200, "text/x", ""]);
});

test("answers 500 where the metrics fail, and goes on", async () => {
  expect(await ask("/metrics", { ...ALL, "/metrics": () => Promise.reject(new Error("no")) })).toEqual([500, "text/plain", "Error: no\n"]);
  expect((await askAgain("/healthz"))[0]).toBe(200);
});

test("answers 404 with what there is, for any other path, page or method", async () => {
  expect(await ask("/")).toEqual([404, "text/plain", "GET /healthz, /readyz and /metrics\n"]);
  expect((await askAgain("/metrics", { method: "POST" }))[0]).toBe(404);
  server!.close();
  expect(await ask("/readyz", { ...METRICS, "/healthz": () => null })).toEqual([404, "text/plain", "GET /healthz and /metrics\n"]);
  server!.close();
  expect(await ask("/healthz", METRICS)).toEqual([404, "text/plain", "GET /metrics\n"]);
});

test("says why it cannot listen, and which setting chooses the port", async () => {
  server = await serveHttp({ port: 0, pages: ALL });
  const { port } = server;
  await expect(serveHttp({ port, pages: ALL })).rejects.toThrow(new SurroundingsError(`Cannot serve /healthz, /readyz and /metrics on port ${port}: another program uses this port.`));
  await expect(serveHttp({ port, setting: "SLUICE_PORT", pages: ALL })).rejects.toThrow(`: another program uses this port. Choose another port with SLUICE_PORT.`);
  const local = await serveHttp({ port: 0, address: "127.0.0.1", pages: METRICS });
  const again = serveHttp({ port: local.port, address: "127.0.0.1", pages: METRICS });
  await expect(again).rejects.toThrow(new SurroundingsError(`Cannot serve /metrics on 127.0.0.1:${local.port}: another program uses this port.`));
  await expect(again).rejects.toMatchObject({ cause: { code: "EADDRINUSE" } });
  local.close();
});

test("closes the connections that others hold open", async () => {
  server = await serveHttp({ port: 0, pages: ALL });
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  const closed = once(socket, "close");
  // An answer, so that the server has taken the connection before it closes.
  expect((await askAgain("/healthz"))[0]).toBe(200);
  server.close();
  await closed;
});
