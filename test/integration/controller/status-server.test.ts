import { expect, test } from "vitest";
import { serveStatus } from "../../../src/controller/status-server.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";

test("says whether it lives, whether it has read everything, and its metrics", async () => {
  let isReady = false;
  let isAlive = true;
  const server = await serveStatus(0, { isAlive: () => isAlive, isReady: () => isReady, metrics: () => Promise.resolve({ contentType: "text/plain; version=0.0.4", text: "sluice_leader 1" }) });
  const get = async (path: string): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, await response.text()];
  };
  expect(await get("/healthz")).toEqual([200, "ok\n"]);
  expect(await get("/readyz")).toEqual([503, "not everything was read yet\n"]);
  isReady = true;
  isAlive = false;
  expect(await get("/readyz?verbose")).toEqual([200, "ok\n"]);
  expect(await get("/healthz")).toEqual([503, "a look at an object does not come to its end\n"]);
  expect(await get("/metrics")).toEqual([200, "sluice_leader 1\n"]);
  expect((await get("/"))[0]).toBe(404);
  server.close();
});

test("a port that is another's is told in one line", async () => {
  const pages = { isAlive: () => true, isReady: () => true, metrics: () => Promise.resolve({ contentType: "", text: "" }) };
  const first = await serveStatus(0, pages);
  await expect(serveStatus(first.port, pages)).rejects.toThrow(new SurroundingsError(`The port ${first.port} for /metrics and /healthz cannot be had: listen EADDRINUSE: address already in use :::${first.port}.`));
  first.close();
});
