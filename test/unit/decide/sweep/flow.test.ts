import { describe, expect, test } from "vitest";
import type { ObservedJob } from "../../../../src/model/sweep.ts";
import { acts, aLastBatch, aPreparing, aRunning, batch, batchMessage, decide, ended, FLOW, jobsOf, MiB, NOW, prepare, prepareMessage, runs, written } from "../builders.ts";

describe("the order of writes", () => {
  test("a sweep begins with a written status and no Job", () => {
    const { status } = written(decide(null, []));
    expect(status).toMatchObject({ phase: "Preparing", pass: 0, preparing: { pass: 1, round: 1, attempt: 1, notBefore: NOW } });
    expect(acts(decide(status, []))).toEqual({
      kind: "apply",
      make: [{ program: "prepare", work: prepare(), place: { pass: 1, round: 1, outOfMemory: [] } }],
      remove: [],
      requeueAfterSeconds: null,
    });
  });

  test("a status that needs no change is returned for no writing, and its Jobs are left alone", () => {
    const status = aRunning();
    expect(acts(decide(status, jobsOf(status)))).toEqual({ kind: "apply", make: [], remove: [], requeueAfterSeconds: null });
  });

  test("a batch stands in running before its Job is made", () => {
    const { status } = written(decide(aRunning({ next: 0, running: [] }), []));
    expect(status.running.map((one) => one.batch)).toEqual([0, 1, 2, 3]);
    expect(status.next).toBe(4);
    expect(acts(decide(status, [])).make).toEqual(
      [0, 1, 2, 3].map((number) => ({ program: "batch", work: batch(number), memoryBytes: 128 * MiB })),
    );
  });

  test("a batch that ended leaves running before its Job is removed, and the next one takes its place", () => {
    const status = aRunning();
    const jobs = [...jobsOf(status, 2), ended(batch(2), { message: batchMessage(2, { ok: 100, failed: 28 }) })];
    const after = written(decide(status, jobs)).status;
    expect(after.running.map((one) => one.batch)).toEqual([0, 1, 3, 4]);
    expect(after.sums).toMatchObject({ batches: 1, requests: 128, retries: 2, rows: 100, anonPeak: 90 * MiB });
    expect(after.settled).toBe(100);
    const act = acts(decide(after, jobs));
    expect(act.remove).toEqual([batch(2)]);
    expect(act.make.map((launch) => launch.work)).toEqual([batch(4)]);
  });

  test("a batch in running without a Job gets one: it was never made, or has vanished", () => {
    const status = aRunning();
    expect(acts(decide(status, jobsOf(status, 1))).make).toEqual([{ program: "batch", work: batch(1), memoryBytes: 128 * MiB }]);
  });

  test("a Job that is not in running is removed uncounted", () => {
    const status = aRunning();
    const stray = ended(batch(77), { message: batchMessage(77, { ok: 128 }) });
    const act = acts(decide(status, [...jobsOf(status), stray, runs(prepare())]));
    expect(act.remove).toEqual([batch(77), prepare()]);
    expect(act.make).toEqual([]);
  });

  test("several ends are one write", () => {
    const status = aRunning();
    const jobs = [ended(batch(0), {}), ended(batch(3), { exitCode: 143 }), runs(batch(1)), runs(batch(2))];
    const after = written(decide(status, jobs)).status;
    expect(after.running.map((one) => one.batch)).toEqual([1, 2, 4, 5]);
    expect(after.sums.batches).toBe(2);
  });

  test("a batch is given the memory of its range", () => {
    const ranges = [
      { from: 10, to: 10, memoryBytes: 512 * MiB },
      { from: 11, to: 12, memoryBytes: 128 * MiB },
    ];
    const { status } = written(decide(aRunning({ ranges, next: 10, running: [] }), [], { pods: 2 }));
    expect(status.running.map(({ batch: number, memoryBytes }) => [number, memoryBytes / MiB])).toEqual([
      [10, 512],
      [11, 128],
    ]);
  });

  test("fewer pods let those that run end, and launch no more", () => {
    const status = aRunning();
    expect(acts(decide(status, jobsOf(status), { pods: 1 }))).toMatchObject({ make: [], remove: [] });
  });
});

describe("after prepare", () => {
  const told: readonly [string, ObservedJob, object][] = [
    ["the size of the database: it is kept", ended(prepare(), { message: prepareMessage({ database: { bytes: 9, partitions: 3, partitionsKept: 4 } }) }), { database: { bytes: 9, partitions: 3, partitionsKept: 4 } }],
    ["the size with the verdict: it is kept", ended(prepare(), { message: prepareMessage({ ranges: [], verdict: "complete", database: { bytes: 9, partitions: 3, partitionsKept: 4 } }) }), { database: { bytes: 9, partitions: 3, partitionsKept: 4 } }],
    ["batches: they are launched", ended(prepare(), { message: prepareMessage() }), { phase: "Running", pass: 1, round: 1, next: 4 }],
    [
      "nothing left: the window is complete",
      ended(prepare(), { message: prepareMessage({ ranges: [], verdict: "complete" }) }),
      { phase: "Complete", verdict: "complete", ranges: [] },
    ],
    ["enough settled after the last pass: usable", ended(prepare(), { message: prepareMessage({ ranges: [], verdict: "usable" }) }), { phase: "Usable" }],
    ["too little settled: incomplete", ended(prepare(), { message: prepareMessage({ ranges: [], verdict: "incomplete", failing: [{ target: "AS7", code: "memory" }] }) }), { phase: "Incomplete", failing: [{ target: "AS7", code: "memory" }] }],
    [
      "exit 2: the sweep fails at once, with the sentence",
      ended(prepare(), { exitCode: 2, message: prepareMessage({ ranges: [], problem: "The list of targets is empty." }) }),
      { phase: "Failed", problem: "The list of targets is empty." },
    ],
    [
      "exit 2 without a message: the last line is the sentence",
      ended(prepare(), { exitCode: 2, lastLines: "first\nThe pattern looks behind.\n" }),
      { phase: "Failed", problem: "The pattern looks behind." },
    ],
    [
      "exit 3: blocked, and tried again after five seconds",
      ended(prepare(), { exitCode: 3, lastLines: "no database at 127.0.0.1" }),
      {
        phase: "Blocked",
        blocked: { reason: "Surroundings", message: "no database at 127.0.0.1", since: NOW, tries: 1 },
        preparing: { pass: 1, round: 1, attempt: 2, notBefore: NOW + 5 },
      },
    ],
    ["no message: tried again", ended(prepare(), {}), { phase: "Preparing", preparing: { attempt: 2, notBefore: NOW + 5 } }],
    [
      "a message about another pass: tried again",
      ended(prepare(), { message: prepareMessage({ pass: 2 }) }),
      { phase: "Preparing", preparing: { pass: 1, attempt: 2 } },
    ],
    [
      "neither batches nor a verdict: tried again",
      ended(prepare(), { message: prepareMessage({ ranges: [] }) }),
      { phase: "Preparing", preparing: { attempt: 2 } },
    ],
    ["a crash: tried again", ended(prepare(), { exitCode: null }), { phase: "Preparing", preparing: { attempt: 2 } }],
    ["asked to stop: tried again", ended(prepare(), { exitCode: 143 }), { phase: "Preparing", preparing: { attempt: 2 } }],
  ];
  test.each(told)("%s", (_, job, expected) => {
    expect(written(decide(aPreparing(), [job])).status).toMatchObject(expected);
  });

  test("the third crash in a row shows as Blocked, and is tried again all the same", () => {
    const { status } = written(decide(aPreparing({ attempt: 3 }), [ended(prepare(1, 1, 3), { exitCode: 1, lastLines: "boom" })]));
    expect(status).toMatchObject({ phase: "Blocked", blocked: { reason: "Crashing", message: "Prepare, attempt 3: boom" }, preparing: { attempt: 4 } });
  });

  test("the wait before a try doubles, up to five minutes", () => {
    const blocked = { reason: "Surroundings", message: "", since: NOW - 100, tries: 1 } as const;
    const waits = [1, 2, 3, 6, 7, 4000].map((tries) => {
      const before = aPreparing({ attempt: 9 }, { phase: "Blocked", blocked: { ...blocked, tries } });
      const { status } = written(decide(before, [ended(prepare(1, 1, 9), { exitCode: 3 })]));
      expect(status.blocked).toMatchObject({ since: NOW - 100, tries: tries + 1 });
      return status.preparing!.notBefore - NOW;
    });
    expect(waits).toEqual([10, 20, 40, 300, 300, 300]);
  });

  test("it is made when its time has come and not before", () => {
    const status = aPreparing({ notBefore: NOW + 20 });
    expect(acts(decide(status, []))).toMatchObject({ make: [], requeueAfterSeconds: 20 });
    expect(acts(decide(status, [], {}, NOW + 20)).make).toHaveLength(1);
  });

  test("it is made once", () => {
    expect(acts(decide(aPreparing(), [runs(prepare())]))).toMatchObject({ make: [], remove: [] });
  });

  test("a number that was counted is never launched again, whatever prepare says", () => {
    const before = aPreparing({ pass: 2 }, { pass: 1, next: 8 });
    const message = prepareMessage({ pass: 2, ranges: [{ from: 5, to: 9, memoryBytes: 128 * MiB }] });
    const { status } = written(decide(before, [ended(prepare(2), { message })]));
    expect(status.running.map((one) => one.batch)).toEqual([8, 9]);
  });

  test("what it wants a person to know is said", () => {
    const message = prepareMessage({ notes: ["3 names stood in the list twice."] });
    const { events } = written(decide(aPreparing(), [ended(prepare(), { message })]));
    expect(events).toEqual([
      { type: "Normal", reason: "Noted", message: "3 names stood in the list twice." },
      { type: "Normal", reason: "Prepared", message: "Pass 1: 1280 targets unsettled, in 10 batches." },
    ]);
  });
});

describe("after a batch", () => {
  const crash = { exitCode: 1, lastLines: "TypeError: x is not a function" };

  test("one that ran out of memory is told to the next prepare, and counts as no crash", () => {
    for (const end of [{ exitCode: 4 }, { exitCode: null, outOfMemory: true }, { exitCode: 137, outOfMemory: true }]) {
      const status = aLastBatch();
      const { status: after, events } = written(decide(status, [ended(batch(9), end)]));
      expect(after).toMatchObject({ phase: "Preparing", outOfMemory: [9], crashes: 0, sums: { outOfMemory: 1, crashes: 0 }, preparing: { pass: 2, round: 1, notBefore: NOW } });
      expect(events[0]).toMatchObject({ type: "Warning", reason: "BatchOutOfMemory", message: expect.stringContaining("Batch 9 ran out of its 128 MiB") as string });
      const act = acts(decide(after, []));
      expect(act.make).toEqual([{ program: "prepare", work: prepare(2), place: { pass: 2, round: 1, outOfMemory: [9] } }]);
    }
  });

  test("exit 2 fails the sweep with the sentence, and what still runs is removed uncounted", () => {
    const status = aRunning();
    const jobs = [...jobsOf(status, 1), ended(batch(1), { exitCode: 2, message: batchMessage(1, {}, { problem: "More than 64 types." }) })];
    const after = written(decide(status, jobs)).status;
    expect(after).toMatchObject({ phase: "Failed", problem: "More than 64 types.", running: [] });
    expect(acts(decide(after, jobs))).toMatchObject({ make: [], remove: [batch(0), batch(2), batch(3), batch(1)] });
    expect(acts(decide(after, []))).toEqual({ kind: "apply", make: [], remove: [], requeueAfterSeconds: null });
  });

  test("exit 3 blocks: nothing is launched, running ones end, then one prepare packs the pass anew", () => {
    const status = aRunning();
    const jobs = [...jobsOf(status, 0), ended(batch(0), { exitCode: 3, lastLines: "the database is read-only" })];
    const blocked = written(decide(status, jobs)).status;
    expect(blocked).toMatchObject({
      phase: "Blocked",
      next: 4,
      blocked: { reason: "Surroundings", message: "the database is read-only", tries: 1 },
      preparing: { pass: 1, round: 2, attempt: 1, notBefore: NOW + 5 },
    });
    expect(blocked.running.map((one) => one.batch)).toEqual([1, 2, 3]);
    expect(acts(decide(blocked, jobs.slice(0, 3), {}, NOW + 60)).make).toEqual([]);

    const others = [1, 2, 3].map((number) => ended(batch(number), { exitCode: 3 }));
    const drained = written(decide(blocked, others, {}, NOW + 60)).status;
    expect(drained).toMatchObject({ phase: "Blocked", running: [], blocked: { tries: 1 }, preparing: { round: 2, attempt: 1 } });
    expect(acts(decide(drained, [], {}, NOW + 60)).make.map((launch) => launch.work)).toEqual([prepare(1, 2, 1)]);
  });

  test("when prepare works again the pass goes on under its new round, with no pass spent", () => {
    const blocked = { reason: "Surroundings", message: "no database", since: NOW - 60, tries: 3 } as const;
    const before = aPreparing({ pass: 2, round: 3, attempt: 4 }, { phase: "Blocked", pass: 2, round: 2, next: 12, blocked });
    const message = prepareMessage({ pass: 2, round: 3, ranges: [{ from: 12, to: 30, memoryBytes: 128 * MiB }] });
    const { status, events } = written(decide(before, [ended(prepare(2, 3, 4), { message })]));
    expect(status).toMatchObject({ phase: "Running", pass: 2, round: 3, next: 16 });
    expect(status.running).toHaveLength(4);
    expect(events.map((event) => event.reason)).toContain("Unblocked");
    // Until a batch has a result the tries go on counting: prepare may work where batches do not.
    expect(status.blocked).toMatchObject({ tries: 3 });
    const requeueAfterSeconds = written(decide(status, [...jobsOf(status, 12), ended(batch(12), { exitCode: 3 })])).status;
    expect(requeueAfterSeconds).toMatchObject({ blocked: { tries: 4, since: NOW - 60 }, preparing: { pass: 2, round: 4, notBefore: NOW + 40 } });
    const well = written(decide(status, [...jobsOf(status, 12), ended(batch(12), {})])).status;
    expect(well.blocked).toBeUndefined();
  });

  test("a batch in running that has vanished while the sweep is blocked is not made again", () => {
    const status = aRunning({ phase: "Blocked", preparing: { pass: 1, round: 2, attempt: 1, notBefore: NOW }, blocked: { reason: "Surroundings", message: "", since: NOW, tries: 1 } });
    const after = written(decide(status, jobsOf(status, 1))).status;
    expect(after.running.map((one) => one.batch)).toEqual([0, 2, 3]);
  });

  test("a crash is counted, and the next batch is launched", () => {
    const status = aRunning();
    const { status: after, events } = written(decide(status, [...jobsOf(status, 0), ended(batch(0), crash)]));
    expect(after).toMatchObject({ phase: "Running", crashes: 1, next: 5, sums: { crashes: 1 } });
    expect(events).toEqual([{ type: "Warning", reason: "BatchCrashed", message: "Batch 0 crashed: TypeError: x is not a function" }]);
  });

  test("three crashes in a row block; the round that settled nothing spends its pass", () => {
    const status = aRunning({ crashes: 2 });
    const after = written(decide(status, [...jobsOf(status, 0), ended(batch(0), crash)])).status;
    expect(after).toMatchObject({ phase: "Blocked", crashes: 3, blocked: { reason: "Crashing" }, preparing: { pass: 2, round: 1, notBefore: NOW + 30 } });
  });

  test("three crashes in a row after something was settled spend no pass", () => {
    const status = aRunning({ crashes: 2, settled: 500 });
    const after = written(decide(status, [...jobsOf(status, 0), ended(batch(0), crash)])).status;
    expect(after).toMatchObject({ phase: "Blocked", preparing: { pass: 1, round: 2, notBefore: NOW + 5 } });
  });

  test.each([
    ["a batch with all its results", ended(batch(1), {})],
    ["a crash whose message shows results", ended(batch(1), { ...crash, message: batchMessage(1, { failed: 1 }) })],
  ])("%s between them begins the count of crashes anew", (_, job) => {
    const status = aRunning({ crashes: 2 });
    expect(written(decide(status, [...jobsOf(status, 1), job])).status).toMatchObject({ phase: "Running", crashes: 0 });
  });

  test("asked to stop without a result neither counts as a crash nor ends the row of them", () => {
    const status = aRunning({ crashes: 2 });
    expect(written(decide(status, [...jobsOf(status, 1), ended(batch(1), { exitCode: 143 })])).status).toMatchObject({ phase: "Running", crashes: 2 });
  });

  test("after crashes one batch at a time is launched, until one has a result", () => {
    const blocked = { reason: "Crashing", message: "", since: NOW, tries: 1 } as const;
    const probing = written(decide(aRunning({ crashes: 3, blocked, next: 20, running: [], ranges: [{ from: 20, to: 40, memoryBytes: 1 }] }), [])).status;
    expect(probing.running.map((one) => one.batch)).toEqual([20]);
    const well = written(decide(probing, [ended(batch(20), {})])).status;
    expect(well).toMatchObject({ crashes: 0, next: 25 });
    expect(well.blocked).toBeUndefined();
    const ill = written(decide(probing, [ended(batch(20), crash)])).status;
    expect(ill).toMatchObject({ phase: "Blocked", blocked: { tries: 2 } });
  });
});

describe("after a pass", () => {
  const ends = (fields: object): ReturnType<typeof written> => written(decide(aLastBatch(fields), [ended(batch(9), {})]));

  test("that settled something the next prepare is due at once", () => {
    expect(ends({ settled: 1 }).status).toMatchObject({ phase: "Preparing", fruitless: 0, preparing: { pass: 2, round: 1, attempt: 1, notBefore: NOW } });
  });

  test("that settled nothing the next prepare waits, longer each time, ten minutes at most", () => {
    const waits = [0, 1, 2, 3, 4, 5, 2000].map((fruitless) => ends({ fruitless }).status.preparing!.notBefore - NOW);
    expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600]);
    expect(ends({}).events.at(-1)!.message).toBe("Pass 1 has finished. It settled nothing: the next pass starts in 30 seconds.");
  });

  test("that was the last one the verdict waits for nothing", () => {
    expect(ends({ pass: FLOW.passes, fruitless: 3 }).status.preparing).toMatchObject({ pass: 6, notBefore: NOW });
  });
});

describe("suspended", () => {
  test("launches nothing, lets running ones end, and counts them", () => {
    const status = aRunning();
    const jobs = [...jobsOf(status, 0), ended(batch(0), {})];
    const { status: after, events } = written(decide(status, jobs, { suspended: true }));
    expect(after).toMatchObject({ phase: "Suspended", next: 4 });
    expect(after.running.map((one) => one.batch)).toEqual([1, 2, 3]);
    expect(events.map((event) => event.reason)).toEqual(["Suspended"]);
    expect(acts(decide(after, jobs, { suspended: true }))).toMatchObject({ make: [], remove: [batch(0)], requeueAfterSeconds: null });
  });

  test("before it began: no prepare is made", () => {
    const { status } = written(decide(null, [], { suspended: true }));
    expect(status.phase).toBe("Suspended");
    expect(acts(decide(status, [], { suspended: true })).make).toEqual([]);
  });

  test("and no more: goes on from where it was", () => {
    const status = aRunning({ phase: "Suspended" });
    const { status: after, events } = written(decide(status, jobsOf(status, 0, 1)));
    expect(after).toMatchObject({ phase: "Running", next: 4 });
    expect(events.map((event) => event.reason)).toEqual(["Resumed"]);
    expect(acts(decide(after, jobsOf(status, 0, 1))).make.map((launch) => launch.work)).toEqual([batch(0), batch(1)]);
  });
});

test("a finished sweep does nothing but remove what is left", () => {
  for (const phase of ["Complete", "Usable", "Incomplete", "Failed"] as const) {
    const status = aRunning({ phase, running: [] });
    expect(acts(decide(status, [runs(batch(3))]))).toEqual({ kind: "apply", make: [], remove: [batch(3)], requeueAfterSeconds: null });
    expect(acts(decide(status, [], { suspended: true }))).toEqual({ kind: "apply", make: [], remove: [], requeueAfterSeconds: null });
  }
});
