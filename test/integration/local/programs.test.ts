import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { realClock } from "../../../src/bin/clock.ts";
import { openPrograms, type Programs } from "../../../src/local/programs.ts";
import { realTimer } from "../../../src/local/timer.ts";
import type { ResolvedSpec } from "../../../src/model/resolved.ts";
import { wrongWith } from "../../support/docs/log-fields.ts";
import { aFolder } from "../../support/processes/sluice.ts";
import { ROOT } from "../../support/root.ts";

const IDENTITY = { uid: randomUUID(), namespace: "bgp", name: "daily-20261122" };

async function opened(folder: string): Promise<Programs> {
  return openPrograms({
    node: process.execPath,
    // It knows nothing of "batch", and throws.
    worker: path.join(ROOT, "test/support/processes/misbehaving-program.ts"),
    databaseUrl: "postgres://nobody@127.0.0.1:1/none",
    environment: { PATH: process.env["PATH"] },
    identity: IDENTITY,
    spec: { dataset: "bgp/daily", window: { start: Date.UTC(2026, 10, 22) / 1000, end: Date.UTC(2026, 10, 23) / 1000 } } as ResolvedSpec,
    temporary: folder,
    logs: path.join(folder, "logs"),
    clock: realClock,
    timer: realTimer,
    cgroups: null,
  });
}

const BATCH = { program: "batch", work: { program: "batch", batch: 3 }, memoryBytes: 2 ** 27 } as const;
const ABOUT = { program: "batch", sweep: IDENTITY.name, namespace: "bgp", sweepUid: IDENTITY.uid, dataset: "bgp/daily", window: "2026-11-22", batch: 3 };

test("Node's output of a crash is in the log as entries", async () => {
  const folder = await aFolder();
  const programs = await opened(folder.path);
  const running = await programs.start(BATCH);
  expect(await running.exited).toMatchObject({ exitCode: 1, lastLines: expect.stringContaining("TypeError: behaviours[behaviour] is not a function") as string });
  await programs.close();

  const lines = (await readFile(programs.logFile, "utf8")).trimEnd().split("\n");
  expect(lines.map(wrongWith)).toEqual(lines.map(() => null));
  const told = lines.map((line) => JSON.parse(line) as { msg: string }).find(({ msg }) => msg.startsWith("TypeError"));
  expect(told).toMatchObject({ level: "error", ...ABOUT });
  await folder.remove();
});

test("the log says that a program was killed", async () => {
  const folder = await aFolder();
  const programs = await opened(folder.path);
  const running = await programs.start(BATCH);
  process.kill(running.pid, "SIGKILL");
  await running.exited;
  await programs.close();

  const lines = (await readFile(programs.logFile, "utf8")).trimEnd().split("\n");
  expect(lines.map(wrongWith)).toEqual(lines.map(() => null));
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ level: "warn", ...ABOUT, exitCode: null, outOfMemory: false, msg: "killed by a signal" });
  await folder.remove();
});
