import { describe, expect, test } from "vitest";
import type { Launch } from "../../../src/decide/sweep/decision.ts";
import type { RunningProgram } from "../../../src/local/processes.ts";
import { SweepDriver, type SweepDriverDeps } from "../../../src/local/sweep-driver.ts";
import type { ProgramMessage } from "../../../src/model/message.ts";
import type { JobEnd, SweepStatus } from "../../../src/model/sweep.ts";
import { FakeClock, settled } from "../../support/time/fake-clock.ts";
import { aPreparing, aRunning, batchMessage, FLOW, MiB, NOW, prepareMessage, totals } from "../decide/builders.ts";

const DONE: JobEnd = { exitCode: 0, outOfMemory: false, message: null, lastLines: "" };

/** A program that ends when the test says so; one that is asked to stop ends by itself, unless it is stubborn. */
interface FakeProgram {
  readonly name: string;
  stubborn: boolean;
  stops: number;
  message: ProgramMessage | null;
  end(end?: Partial<JobEnd>): Promise<void>;
}

/** What a driver did, in order, and the programs that it started. */
class Hands {
  readonly did: string[] = [];
  readonly saved: SweepStatus[] = [];
  readonly programs: FakeProgram[] = [];
  readonly stop = new AbortController();
  readonly clock = new FakeClock();
  failSave: Error | null = null;
  failStart: Error | null = null;
  driver: SweepDriver;
  ended: Promise<SweepStatus | null>;

  constructor(status: SweepStatus | null, changes: Partial<SweepDriverDeps> = {}) {
    this.driver = new SweepDriver({
      flow: { ...FLOW, pods: 2 },
      status,
      save: (saved) => this.#save(saved),
      start: (launch) => this.#start(launch),
      report: ({ message }) => this.did.push(`report ${message}`),
      clock: this.clock,
      signal: this.stop.signal,
      giveUp: () => false,
      ...changes,
    });
    this.ended = this.driver.run();
    this.ended.catch(() => undefined);
  }

  program(name: string): FakeProgram {
    return this.programs.find((program) => program.name === name)!;
  }

  async #save(saved: SweepStatus): Promise<void> {
    await settled();
    if (this.failSave !== null) throw this.failSave;
    this.saved.push(saved);
    const running = saved.running.map(({ batch }) => batch).join(" ");
    this.did.push(`save ${saved.phase}${running === "" ? "" : ` ${running}`}`);
  }

  async #start(launch: Launch): Promise<RunningProgram> {
    await settled();
    if (this.failStart !== null) throw this.failStart;
    const name = launch.program === "batch" ? `batch ${launch.work.batch}` : `prepare ${launch.work.pass}`;
    this.did.push(`start ${name}`);
    let hasEnded = false;
    let resolve: (end: JobEnd) => void = () => undefined;
    const exited = new Promise<JobEnd>((resolved) => (resolve = resolved));
    const program: FakeProgram = {
      name,
      stubborn: false,
      stops: 0,
      message: null,
      end: async (end = {}) => {
        if (!hasEnded) this.did.push(`end ${name}`);
        hasEnded = true;
        resolve({ ...DONE, ...end });
        await untilQuiet();
      },
    };
    this.programs.push(program);
    return {
      pid: 1,
      limitHeldBy: "samples",
      exited,
      stop: () => {
        program.stops += 1;
        if (!program.stubborn) void program.end({ exitCode: 143 });
      },
      sample: () => ({ anonBytes: 1, anonPeakBytes: 70 * MiB, kernelPeakBytes: null }),
      message: () => Promise.resolve(program.message),
    };
  }
}

async function untilQuiet(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await settled();
}

const TWO_RUN = aRunning({ ranges: [{ from: 0, to: 2, memoryBytes: 128 * MiB }], next: 2, running: [0, 1].map((batch) => ({ batch, memoryBytes: 128 * MiB, since: 0 })) });

describe("a driver", () => {
  test("saves each status before it does what the status announces, and reports only after it", async () => {
    const deps = new Hands(null);
    await untilQuiet();
    await deps.program("prepare 1").end({ message: prepareMessage({ ranges: [{ from: 0, to: 1, memoryBytes: 128 * MiB }], totals: totals({ targets: 200, missing: 200 }) }) });
    await deps.program("batch 1").end({ message: batchMessage(1, { ok: 72 }) });
    await deps.program("batch 0").end({ message: batchMessage(0, { ok: 128 }) });
    await deps.program("prepare 2").end({ message: prepareMessage({ pass: 2, ranges: [], verdict: "complete", totals: totals({ targets: 200, ok: 200 }) }) });
    expect(await deps.ended).toMatchObject({ phase: "Complete", verdict: "complete" });
    expect(deps.did).toEqual([
      "save Preparing",
      "start prepare 1",
      "end prepare 1",
      "save Running 0 1",
      "report Pass 1: 200 targets unsettled, in 2 batches.",
      "start batch 0",
      "start batch 1",
      "end batch 1",
      "save Running 0",
      "end batch 0",
      "save Preparing",
      "report Pass 1 has finished.",
      "start prepare 2",
      "end prepare 2",
      "save Complete",
      "report The window is complete: 200 of 200 targets settled.",
    ]);
    expect(deps.saved.at(-1)?.sums).toMatchObject({ batches: 2, requests: 256 });
  });

  test("starts nothing if the status cannot be saved", async () => {
    const deps = new Hands(null);
    deps.failSave = new Error("no database");
    await expect(deps.ended).rejects.toThrow("no database");
    expect(deps.did).toEqual([]);
  });

  test("stops the running programs if a later status cannot be saved, and waits for them", async () => {
    const deps = new Hands(TWO_RUN);
    await untilQuiet();
    deps.failSave = new Error("no database");
    await deps.program("batch 0").end();
    await expect(deps.ended).rejects.toThrow("no database");
    expect(deps.did).toEqual(["start batch 0", "start batch 1", "end batch 0", "end batch 1"]);
    expect(deps.program("batch 1").stops).toBe(1);
  });

  test("stops the running programs if a program cannot be started", async () => {
    const deps = new Hands(TWO_RUN);
    await untilQuiet();
    deps.failStart = new Error("no processes left");
    await deps.program("batch 0").end();
    await expect(deps.ended).rejects.toThrow("no processes left");
    expect(deps.did.slice(-2)).toEqual(["save Running 1 2", "end batch 1"]);
  });

  test("starts what was running when it took over, before it saves anything", async () => {
    const deps = new Hands(TWO_RUN);
    await untilQuiet();
    expect(deps.did).toEqual(["start batch 0", "start batch 1"]);
    deps.stop.abort(new Error("stopped"));
    await deps.ended;
  });

  test("that is asked to stop stops its programs, waits for them, and leaves them in running", async () => {
    const deps = new Hands(TWO_RUN);
    await untilQuiet();
    deps.program("batch 1").stubborn = true;
    deps.stop.abort(new Error("stopped"));
    await untilQuiet();
    expect(deps.programs.map(({ stops }) => stops)).toEqual([1, 1]);
    let isOver = false;
    void deps.ended.then(() => (isOver = true));
    await untilQuiet();
    expect(isOver).toBe(false);
    await deps.program("batch 1").end({ exitCode: null });
    expect(await deps.ended).toEqual(TWO_RUN);
    expect(deps.saved).toEqual([]);
  });

  test("of a sweep that fails stops the other batches and finishes after them", async () => {
    const deps = new Hands(TWO_RUN);
    await untilQuiet();
    deps.program("batch 1").stubborn = true;
    await deps.program("batch 0").end({ exitCode: 2, lastLines: "the pattern looks behind" });
    expect(deps.driver.status).toMatchObject({ phase: "Failed", problem: "the pattern looks behind" });
    expect(deps.program("batch 1").stops).toBe(1);
    let isOver = false;
    void deps.ended.then(() => (isOver = true));
    await untilQuiet();
    expect(isOver).toBe(false);
    await deps.program("batch 1").end({ exitCode: null });
    expect(await deps.ended).toMatchObject({ phase: "Failed" });
  });

  test("starts what is due later when it is due, and not before", async () => {
    const deps = new Hands(null);
    await untilQuiet();
    await deps.program("prepare 1").end({ exitCode: 3, lastLines: "no list" });
    expect(deps.driver.status).toMatchObject({ phase: "Blocked" });
    await deps.clock.advance(4);
    await untilQuiet();
    expect(deps.programs).toHaveLength(1);
    await deps.clock.advance(1);
    await untilQuiet();
    expect(deps.programs).toHaveLength(2);
    deps.stop.abort(new Error("stopped"));
    await deps.ended;
  });

  test("finishes when a Blocked sweep is given up", async () => {
    const deps = new Hands(null, { giveUp: ({ phase }) => phase === "Blocked" });
    await untilQuiet();
    await deps.program("prepare 1").end({ exitCode: 3, lastLines: "no list" });
    expect(await deps.ended).toMatchObject({ phase: "Blocked", blocked: { message: "no list" } });
  });

  test("asks whether to give up while a pass waits for minutes, and not only after that", async () => {
    const clock = new FakeClock();
    const late = clock.now() + 40_000;
    const deps = new Hands(aPreparing({ pass: 2, notBefore: NOW + 600 }), { clock, giveUp: () => clock.now() >= late });
    let isOver = false;
    void deps.ended.then(() => (isOver = true));
    await clock.advance(39);
    expect(isOver).toBe(false);
    await clock.advance(6);
    await untilQuiet();
    expect([isOver, deps.programs]).toEqual([true, []]);
  });

  test("shows the batches that the status has not counted yet, with their messages and samples", async () => {
    const deps = new Hands(TWO_RUN);
    await untilQuiet();
    const message = batchMessage(1, { ok: 5 });
    deps.program("batch 1").message = message;
    expect(await deps.driver.running()).toEqual([
      { batch: 0, message: null, anonPeakBytes: 70 * MiB },
      { batch: 1, message, anonPeakBytes: 70 * MiB },
    ]);
    deps.stop.abort(new Error("stopped"));
    await deps.ended;
  });
});
