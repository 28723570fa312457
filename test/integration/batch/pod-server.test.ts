import { afterEach, expect, test } from "vitest";
import { servePod, type PodPages, type PodServer } from "../../../src/batch/pod-server.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";

let server: PodServer | null = null;

afterEach(() => {
  server?.close();
});

const WELL: PodPages = { problem: () => null, metrics: () => Promise.resolve({ contentType: "text/x", text: "a 1\n" }) };

async function answer(path: string, pages: Partial<PodPages> = {}): Promise<[number, string | null, string]> {
  server = await servePod(0, { ...WELL, ...pages });
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return [response.status, response.headers.get("content-type"), await response.text()];
}

test("answers 200 while all is well", async () => {
  expect(await answer("/healthz")).toEqual([200, "text/plain", "ok\n"]);
});

test("answers 503 with the reason where nothing goes on", async () => {
  expect(await answer("/healthz", { problem: () => "nothing has happened for 301 seconds" })).toEqual([503, "text/plain", "nothing has happened for 301 seconds\n"]);
});

test("tells what is measured, with its type", async () => {
  expect(await answer("/metrics")).toEqual([200, "text/x", "a 1\n"]);
});

test("says what is wrong where it cannot be told, and goes on", async () => {
  expect(await answer("/metrics", { metrics: () => Promise.reject(new Error("no")) })).toEqual([500, "text/plain", "Error: no\n"]);
  expect((await fetch(`http://127.0.0.1:${server!.port}/healthz`)).status).toBe(200);
});

test("has nothing else to tell", async () => {
  expect(await answer("/")).toEqual([404, "text/plain", "there are /healthz and /metrics\n"]);
});

test("says that its port is in use", async () => {
  server = await servePod(0, WELL);
  await expect(servePod(server.port, WELL)).rejects.toThrow(new SurroundingsError(`The port ${server.port}, for /healthz and /metrics, is in use.`));
});
