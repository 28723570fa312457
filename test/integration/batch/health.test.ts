import { afterEach, expect, test } from "vitest";
import { serveHealth, type HealthServer } from "../../../src/batch/health.ts";

let server: HealthServer | null = null;

afterEach(() => {
  server?.close();
});

async function answer(path: string, problem: string | null): Promise<[number, string]> {
  server = await serveHealth(0, () => problem);
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return [response.status, await response.text()];
}

test("answers 200 while all is well", async () => {
  expect(await answer("/healthz", null)).toEqual([200, "ok\n"]);
});

test("answers 503 with the reason where nothing goes on", async () => {
  expect(await answer("/healthz", "nothing has happened for 301 seconds")).toEqual([503, "nothing has happened for 301 seconds\n"]);
});

test("has nothing else to tell", async () => {
  expect(await answer("/", null)).toEqual([404, "there is nothing here\n"]);
});
