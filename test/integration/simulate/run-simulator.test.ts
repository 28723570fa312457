import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SpecError, SurroundingsError } from "../../../src/model/errors.ts";
import { runSimulator } from "../../../src/simulate/run-simulator.ts";
import { ask, NOW } from "./asking.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "simulator-"));
});
afterAll(() => rm(folder, { recursive: true }));

const silent = (): void => undefined;

test("starts as the flags and the file say, and tells where it answers and what it read", async () => {
  const file = path.join(folder, "scenario.json");
  await writeFile(file, JSON.stringify({ format: "2025", big: { AS7: 5_000 } }));
  const lines: string[] = [];
  const simulator = await runSimulator({ scenario: file, tls: true, caFile: path.join(folder, "ca.pem"), targets: "50" }, { now: () => NOW, token: "t0ken" }, (line) => lines.push(line));
  expect((await ask(simulator, "AS7")).body).toHaveLength(5_000);
  expect(await readFile(path.join(folder, "ca.pem"), "utf8")).toBe(simulator.caCertificate);
  expect(lines[0]).toBe("50 AS numbers with invented updates from seed 1.");
  expect(lines.at(-1)).toContain(simulator.url);
  await simulator.close();
});

test("says what is wrong with its files and flags", async () => {
  const broken = path.join(folder, "broken.json");
  await writeFile(broken, "{");
  const run = (flags: object): Promise<unknown> => runSimulator(flags, { now: () => NOW, token: "t0ken" }, silent);
  await expect(run({ scenario: broken })).rejects.toThrow(/broken\.json is not JSON/);
  await expect(run({ scenario: path.join(folder, "none.json") })).rejects.toThrow(SpecError);
  await expect(run({ port: "http" })).rejects.toThrow("--port: must be a port between 0 and 65535");
  await expect(run({ caFile: "x" })).rejects.toThrow("--ca-file needs --tls");
  await expect(run({ tls: true, caFile: path.join(folder, "no/ca.pem") })).rejects.toThrow(SurroundingsError);
});
