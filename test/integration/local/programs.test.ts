import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { realClock } from "../../../src/bin/clock.ts";
import { thisDriver } from "../../../src/local/driver-lease.ts";
import { openPrograms, type Programs } from "../../../src/local/programs.ts";
import { realTimer } from "../../../src/local/timer.ts";
import type { ResolvedSpec } from "../../../src/model/resolved.ts";
import { wrongWith } from "../../support/docs/log-fields.ts";
import { aFolder } from "../../support/processes/sluice.ts";
import { ROOT } from "../../support/root.ts";
import { untilGone } from "../../support/time/until.ts";

const IDENTITY = { uid: randomUUID(), namespace: "bgp", name: "daily-20261122" };

async function opened(folder: string, changes: Partial<Parameters<typeof openPrograms>[0]> = {}): Promise<Programs> {
  return openPrograms({
    node: process.execPath,
    // It knows nothing of "batch", and throws.
    worker: path.join(ROOT, "test/support/processes/misbehaving-program.ts"),
    databaseUrl: "postgres://nobody@127.0.0.1:1/none",
    environment: { PATH: process.env["PATH"] },
    identity: IDENTITY,
    driver: thisDriver(randomUUID(), "here", process.pid),
    spec: { dataset: "bgp/daily", window: { start: Date.UTC(2026, 10, 22) / 1000, end: Date.UTC(2026, 10, 23) / 1000 } } as ResolvedSpec,
    temporary: folder,
    logs: path.join(folder, "logs"),
    clock: realClock,
    timer: realTimer,
    cgroups: null,
    warn: () => undefined,
    ...changes,
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

test("each driver has a folder of its own: one that was overtaken and wakes up takes nothing from its successor", async () => {
  const folder = await aFolder();
  const overtaken = await opened(folder.path);
  const successor = await opened(folder.path);
  await overtaken.close();
  const running = await successor.start({ ...BATCH });
  expect(await running.exited).toMatchObject({ exitCode: 1 });
  expect(await running.message()).toBeNull();
  expect(await runFolders(folder.path)).toHaveLength(1);
  await successor.close();
  expect(await runFolders(folder.path)).toEqual([]);
  await folder.remove();
});

test("the folder of a driver that was killed is removed by the next one of its sweep, and no other", async () => {
  const folder = await aFolder();
  const killed = spawn("true");
  const driver = { token: randomUUID(), host: "here", pid: killed.pid!, pidStarted: "1" };
  await untilGone(killed.pid!);
  await opened(folder.path, { driver });
  await opened(folder.path, { driver, identity: { ...IDENTITY, uid: randomUUID() } });
  const next = await opened(folder.path);
  expect(await runFolders(folder.path)).toHaveLength(2);
  await next.close();
  expect(await runFolders(folder.path)).toHaveLength(1);
  await folder.remove();
});

test("a folder for temporary files or logs that cannot be used is named", async () => {
  const folder = await aFolder();
  await expect(opened(folder.path, { temporary: "/nowhere" })).rejects.toThrow(/^\/nowhere does not exist and cannot be made: ENOENT: .* Temporary files go there: set TMPDIR to another folder\.$/);
  await expect(opened(folder.path, { logs: "/proc/logs" })).rejects.toThrow(/^\/proc\/logs does not exist and cannot be made: ENOENT: no such file or directory, mkdir '\/proc\/logs'\.$/);
  await folder.remove();
});

test("a log that cannot be written does not stop a program, and is named once", async () => {
  const folder = await aFolder();
  const warnings: string[] = [];
  const logs = path.join(folder.path, "logs");
  await mkdir(path.join(logs, `${IDENTITY.namespace}-${IDENTITY.name}.log`), { recursive: true });
  const programs = await opened(folder.path, { logs, warn: (sentence) => warnings.push(sentence) });
  expect(await (await programs.start(BATCH)).exited).toMatchObject({ exitCode: 1 });
  expect(warnings).toEqual([expect.stringMatching(/^The log of the programs cannot be written, and the sweep goes on without it: EISDIR: .*\.$/)]);
  await programs.close();
  await folder.remove();
});

async function runFolders(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith("sluice-run-"));
}
