import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMemoryCgroups } from "../../../src/local/memory-cgroup.ts";
import { startProgram } from "../../../src/local/processes.ts";
import type { Timer } from "../../../src/local/timer.ts";
import { groupOf } from "../../support/processes/process-tree.ts";
import { aProgramStart } from "../../support/processes/program-start.ts";
import { ROOT } from "../../support/root.ts";
import { until, untilGone } from "../../support/time/until.ts";

const MIB = 1024 * 1024;
const membership = await readFile("/proc/self/cgroup", "utf8");
const cgroups = await findMemoryCgroups("/sys/fs/cgroup", membership);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sluice-processes-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("a program", () => {
  test("that succeeds reports it, and its output is passed on", async () => {
    const lines: string[] = [];
    const messageFile = path.join(folder, "said");
    const program = await startProgram(aProgramStart("say", messageFile, { messageFile, logTo: (line) => lines.push(line) }));
    expect(await program.exited).toMatchObject({ exitCode: 0, outOfMemory: false, message: { program: "prepare", pass: 1 }, lastLines: "to standard error" });
    expect(lines.sort()).toEqual(["to standard error", "to standard output"]);
    expect(await program.message()).toMatchObject({ program: "prepare" });
  });

  test.each([1, 2, 3, 143])("that exits with %i is reported with it", async (code) => {
    const program = await startProgram(aProgramStart("exit", code));
    expect(await program.exited).toEqual({ exitCode: code, outOfMemory: false, message: null, lastLines: "" });
  });

  test("that exits with 4 reports itself out of memory", async () => {
    const program = await startProgram(aProgramStart("exit", 4));
    expect(await program.exited).toMatchObject({ exitCode: 4, outOfMemory: true });
  });

  test("that crashes leaves its last lines, and an old message does not count", async () => {
    const messageFile = path.join(folder, "old");
    await (await startProgram(aProgramStart("say", messageFile, { messageFile }))).exited;
    const program = await startProgram(aProgramStart("crash", "no such luck", { messageFile }));
    const end = await program.exited;
    expect(end).toMatchObject({ exitCode: 1, outOfMemory: false, message: null });
    expect(end.lastLines).toContain("Error: no such luck");
  });

  test("that exhausts V8's heap is out of memory, and its last lines say it", async () => {
    const program = await startProgram(aProgramStart("heap", ""));
    const end = await program.exited;
    expect(end).toMatchObject({ exitCode: null, outOfMemory: true });
    expect(end.lastLines).toContain("JavaScript heap out of memory");
  });

  test("that exceeds its limit is killed by the samples", async () => {
    const program = await startProgram(aProgramStart("allocate", 1000));
    expect(program.limitHeldBy).toBe("samples");
    expect(await program.exited).toMatchObject({ exitCode: null, outOfMemory: true });
    expect(program.sample().anonPeakBytes).toBeGreaterThan(128 * MIB);
    expect(program.sample().anonPeakBytes).toBeLessThan(512 * MIB);
  });

  test("that stays below its limit is left alone, and its peak is reported", async () => {
    const program = await startProgram(aProgramStart("allocate", 160, { limitBytes: 512 * MIB }));
    expect(await program.exited).toMatchObject({ exitCode: 0, outOfMemory: false });
    expect(program.sample().anonPeakBytes).toBeGreaterThan(100 * MIB);
    expect(program.sample().kernelPeakBytes).toBeNull();
  });

  test("that is asked to stop may finish cleanly", async () => {
    const { program, ready } = await startAndListen("obey");
    await ready;
    program.stop();
    program.stop();
    expect(await program.exited).toMatchObject({ exitCode: 143, outOfMemory: false });
    program.stop();
  });

  test("that does not stop is killed ten seconds later", async () => {
    const timer = aTimer();
    const { program, ready } = await startAndListen("disobey", timer);
    await ready;
    program.stop();
    expect(timer.pending).toEqual([10_000]);
    timer.happen();
    expect(await program.exited).toMatchObject({ exitCode: null, outOfMemory: false });
  });

  test.each(["child", "spin"])("exits when the command that started it is killed, also if its event loop stands still: %s", async (behaviour) => {
    const parent = spawn(process.execPath, [path.join(ROOT, "test/support/processes/parent-command.ts"), behaviour], { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = (await once(parent.stdout, "data")) as [Buffer];
    parent.kill("SIGKILL");
    await untilGone(Number(said.toString()));
  });

  test("whose event loop stands still for 45 seconds is killed, and its last line says why", async () => {
    const timer = aTimer();
    const { program, ready } = await startAndListen("spin", timer);
    await ready;
    timer.pass(46_000);
    expect(await program.exited).toEqual({ exitCode: null, outOfMemory: true, stoodStill: true, message: null, lastLines: "killed: its event loop stood still for 45 seconds, as when a pattern costs too much" });
  });

  test("whose event loop turns is left alone, however long it runs", async () => {
    const timer = aTimer();
    const { program, ready } = await startAndListen("child", timer);
    await ready;
    let passed = 0;
    await until("ninety seconds have passed for the watcher", () => {
      timer.pass(200);
      return (passed += 200) > 90_000;
    });
    program.stop();
    expect(await program.exited).toMatchObject({ lastLines: "" });
  });

  test("leaves no guardian when it ends", async () => {
    const { program, ready } = await startAndListen("obey");
    await ready;
    expect(groupOf(program.pid)).toHaveLength(2);
    program.stop();
    await program.exited;
    await until("its guardian is gone", () => groupOf(program.pid).length === 0);
  });

  test("is not kept alive by watching its parent", async () => {
    const program = await startProgram(aProgramStart("idle", ""));
    expect(await program.exited).toMatchObject({ exitCode: 0 });
  });

  test("has a session of its own, so that Ctrl-C in the terminal does not reach it", async () => {
    const { program, ready } = await startAndListen("obey");
    await ready;
    const fields = (await readFile(`/proc/${program.pid}/stat`, "utf8")).split(") ")[1]!.split(" ");
    expect(fields.slice(2, 4)).toEqual([String(program.pid), String(program.pid)]);
    program.stop();
    await program.exited;
  });

  test("gets Node's flags for its limit", async () => {
    const { program, ready } = await startAndListen("obey");
    await ready;
    expect((await readFile(`/proc/${program.pid}/cmdline`, "utf8")).split("\0").slice(1, 3)).toEqual(["--max-old-space-size=32", "--max-semi-space-size=4"]);
    program.stop();
    await program.exited;
  });

  test("that cannot be started is an environment problem", async () => {
    await expect(startProgram(aProgramStart("say", "", { node: "/nowhere/node" }))).rejects.toThrow(/^The program .* could not be started: ENOENT: no such file or directory, access '\/nowhere\/node'\.$/);
  });
});

describe.skipIf(cgroups === null)("a program in a cgroup (needs the right to make one)", () => {
  test("that exceeds its limit is killed by the kernel, at the limit", async () => {
    // No samples: only the kernel can have ended it.
    const program = await startProgram(aProgramStart("allocate", 1000, { cgroups, timer: aTimer() }));
    expect(program.limitHeldBy).toBe("cgroup");
    expect(await program.exited).toMatchObject({ exitCode: null, outOfMemory: true });
    expect(program.sample().kernelPeakBytes).toBeGreaterThan(120 * MIB);
    expect(program.sample().kernelPeakBytes).toBeLessThanOrEqual(128 * MIB);
    expect(await leftOvers()).toEqual([]);
  });

  test("that is killed from outside does not count as out of memory", async () => {
    const { program, ready } = await startAndListen("obey", aTimer(), true);
    await ready;
    process.kill(program.pid, "SIGKILL");
    expect(await program.exited).toMatchObject({ exitCode: null, outOfMemory: false });
    expect(await leftOvers()).toEqual([]);
  });

  test("reports its exit code as without a cgroup, and leaves none", async () => {
    const programs = await Promise.all([0, 2, 4].map((code) => startProgram(aProgramStart("exit", code, { cgroups }))));
    const ends = await Promise.all(programs.map((program) => program.exited));
    expect(ends.map((end) => [end.exitCode, end.outOfMemory])).toEqual([[0, false], [2, false], [4, true]]);
    expect(await leftOvers()).toEqual([]);
  });

  test("that cannot be started leaves no cgroup", async () => {
    await expect(startProgram(aProgramStart("say", "", { cgroups, script: "a\0b" }))).rejects.toThrow("could not be started");
    expect(await leftOvers()).toEqual([]);
  });
});

async function startAndListen(behaviour: string, timer?: Timer, grouped = false): Promise<{ program: Awaited<ReturnType<typeof startProgram>>; ready: Promise<undefined> }> {
  const { promise: ready, resolve } = Promise.withResolvers<undefined>();
  const program = await startProgram(
    aProgramStart(behaviour, "", { logTo: (line) => line === "ready" && resolve(undefined), ...(timer && { timer }), cgroups: grouped ? cgroups : null }),
  );
  return { program, ready };
}

interface FakeTimer extends Timer {
  /** The waits that were asked for by `after`. */
  readonly pending: number[];
  /** Lets them end. */
  happen(): void;
  /** Lets so many milliseconds pass for what happens again and again. */
  pass(milliseconds: number): void;
}

function aTimer(): FakeTimer {
  const pending: number[] = [];
  const acts: (() => void)[] = [];
  const regular: { milliseconds: number; act: () => void }[] = [];
  return {
    pending,
    every(milliseconds, act) {
      const one = { milliseconds, act };
      regular.push(one);
      return () => void regular.splice(regular.indexOf(one), 1);
    },
    pass(passing) {
      for (const { milliseconds, act } of [...regular]) for (let time = 0; time < passing; time += milliseconds) act();
    },
    after(milliseconds, act) {
      pending.push(milliseconds);
      acts.push(act);
      return () => {};
    },
    happen() {
      for (const act of acts) act();
    },
  };
}

/** Groups of this very process that are still there, wherever they may be made. */
async function leftOvers(): Promise<string[]> {
  const names = await readdir("/sys/fs/cgroup", { recursive: true });
  return names.filter((name) => path.basename(name).startsWith(`sluice-${process.pid}-`));
}
