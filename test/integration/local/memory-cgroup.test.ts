import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { findMemoryCgroups } from "../../../src/local/memory-cgroup.ts";
import { untilGone } from "../../support/time/until.ts";

const membership = await readFile("/proc/self/cgroup", "utf8");
const cgroups = await findMemoryCgroups("/sys/fs/cgroup", membership);

test("does not take an ordinary folder for a cgroup, and leaves nothing in it", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-cgroup-"));
  await mkdir(path.join(folder, "memory"));
  expect(await findMemoryCgroups(folder, "4:memory:/\n0::/\n")).toBeNull();
  expect(await readdir(folder, { recursive: true })).toEqual(["memory"]);
  await rm(folder, { recursive: true });
});

test("finds no cgroup if nothing is mounted", async () => {
  expect(await findMemoryCgroups("/nowhere", membership)).toBeNull();
});

test.skipIf(cgroups === null)("removes the cgroups of a command that was killed, and no others (needs the right to make one)", async () => {
  const group = await cgroups!.create(64 * 1024 * 1024);
  const { pid: gone } = spawn("true");
  await untilGone(gone!);
  const left = path.join(path.dirname(path.dirname(group.procs)), `sluice-${gone!}-1`);
  await mkdir(left);
  await findMemoryCgroups("/sys/fs/cgroup", membership);
  expect([existsSync(left), existsSync(group.procs)]).toEqual([false, true]);
  await group.remove();
  await group.remove();
  expect(existsSync(group.procs)).toBe(false);
});
