import { describe, expect, test } from "vitest";
import type { ObservedJob } from "../../../../src/model/sweep.ts";
import { acts, aCause, aLastBatch, aPreparing, aRunning, batch, batchMessage, decide, ended, FLOW, jobsOf, MiB, NOW, prepare, prepareMessage, runs, written } from "../builders.ts";

describe("the order of writes", () => {
  test("a sweep starts with a written status and no Job", () => {
    const { status } = written(decide(null, []));
    expect(status).toMatchObject({ phase: "Preparing", pass: 0, preparing: { pass: 1, round: 1, attempt: 1, notBefore: NOW } });
    expect(acts(decide(status, []))).toEqual({
      kind: "apply",
      launch: [{ program: "prepare", work: prepare(), place: { pass: 1, round: 1, outOfMemory: [] } }],
      delete: [],
      requeueAfterSeconds: null,
    });
  });

  test("a status that needs no change is not written, and its Jobs are left alone", () => {
    const status = aRunning();
    expect(acts(decide(status, jobsOf(status)))).toEqual({ kind: "apply", launch: [], delete: [], requeueAfterSeconds: null });
  });

  test("a batch is in running before its Job is created", () => {
    const { status } = written(decide(aRunning({ next: 0, running: [] }), []));
    expect(status.running.map((one) => one.batch)).toEqual([0, 1, 2, 3]);
    expect(status.next).toBe(4);
    expect(acts(decide(status, [])).launch).toEqual(
      [0, 1, 2, 3].map((number) => ({ program: "batch", work: batch(number), memoryBytes: 128 * MiB })),
    );
  });

  test("a batch that ended leaves running before its Job is deleted, and the next batch takes its place", () => {
    const status = aRunning();
    const jobs = [...jobsOf(status, 2), ended(batch(2), { message: batchMessage(2, { ok: 100, failed: 28 }) })];
    const after = written(decide(status, jobs)).status;
    expect(after.running.map((one) => one.batch)).toEqual([0, 1, 3, 4]);
    expect(after.sums).toMatchObject({ batches: 1, requests: 128, retries: 2, rows: 100, anonPeak: 90 * MiB });
    expect(after.settled).toBe(100);
    const act = acts(decide(after, jobs));
    expect(act.delete).toEqual([batch(2)]);
    expect(act.launch.map((launch) => launch.work)).toEqual([batch(4)]);
  });

  test("a batch in running without a Job gets one: it was never created, or has vanished", () => {
    const status = aRunning();
    expect(acts(decide(status, jobsOf(status, 1))).launch).toEqual([{ program: "batch", work: batch(1), memoryBytes: 128 * MiB }]);
  });

  test("a Job that is not in running is deleted uncounted", () => {
    const status = aRunning();
    const stray = ended(batch(77), { message: batchMessage(77, { ok: 128 }) });
    const act = acts(decide(status, [...jobsOf(status), stray, runs(prepare())]));
    expect(act.delete).toEqual([batch(77), prepare()]);
    expect(act.launch).toEqual([]);
  });

  test("several ends make one write", () => {
    const status = aRunning();
    const jobs = [ended(batch(0), {}), ended(batch(3), { exitCode: 143 }), runs(batch(1)), runs(batch(2))];
    const after = written(decide(status, jobs)).status;
    expect(after.running.map((one) => one.batch)).toEqual([1, 2, 4, 5]);
    expect(after.sums.batches).toBe(2);
  });

  test("a batch gets the memory of its range", () => {
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

  test("with fewer pods, running batches finish and no more are launched", () => {
    const status = aRunning();
    expect(acts(decide(status, jobsOf(status), { pods: 1 }))).toMatchObject({ launch: [], delete: [] });
  });
});

describe("after prepare", () => {
  const messages: readonly [string, ObservedJob, object][] = [
    ["the size of the database: it is kept", ended(prepare(), { message: prepareMessage({ database: { bytes: 9, partitions: 3, partitionsKept: 4 } }) }), { database: { bytes: 9, partitions: 3, partitionsKept: 4 } }],
    ["the size with the verdict: it is kept", ended(prepare(), { message: prepareMessage({ ranges: [], verdict: "complete", database: { bytes: 9, partitions: 3, partitionsKept: 4 } }) }), { database: { bytes: 9, partitions: 3, partitionsKept: 4 } }],
    ["a retention that is held: it is kept for the condition", ended(prepare(), { message: prepareMessage({ retentionHeld: "2d" }) }), { retentionHeld: "2d" }],
    ["a retention that is held, with the verdict", ended(prepare(), { message: prepareMessage({ ranges: [], verdict: "complete", retentionHeld: "2d" }) }), { retentionHeld: "2d" }],
    ["batches: they are launched", ended(prepare(), { message: prepareMessage() }), { phase: "Running", pass: 1, round: 1, next: 4 }],
    [
      "nothing left: the window is complete",
      ended(prepare(), { message: prepareMessage({ ranges: [], verdict: "complete" }) }),
      { phase: "Complete", verdict: "complete", ranges: [] },
    ],
    ["enough settled after the last pass: usable", ended(prepare(), { message: prepareMessage({ ranges: [], verdict: "usable" }) }), { phase: "Usable" }],
    ["too little settled: incomplete", ended(prepare(), { message: prepareMessage({ ranges: [], verdict: "incomplete", causes: [aCause()] }) }), { phase: "Incomplete", causes: [aCause()] }],
    [
      "exit 2: the sweep fails at once, with the problem of the message",
      ended(prepare(), { exitCode: 2, message: prepareMessage({ ranges: [], problem: "The list of targets is empty." }) }),
      { phase: "Failed", problem: "The list of targets is empty." },
    ],
    [
      "exit 2 without a message: the last line is the problem",
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
  test.each(messages)("%s", (_, job, expected) => {
    expect(written(decide(aPreparing(), [job])).status).toMatchObject(expected);
  });

  test("the third crash in a row shows as Blocked, and prepare is still tried again", () => {
    const { status } = written(decide(aPreparing({ attempt: 3 }), [ended(prepare(1, 1, 3), { exitCode: 1, lastLines: "boom" })]));
    expect(status).toMatchObject({ phase: "Blocked", blocked: { reason: "Crashing", message: "Prepare, attempt 3: boom" }, preparing: { attempt: 4 } });
  });

  test("the wait before an attempt doubles, up to five minutes", () => {
    const blocked = { reason: "Surroundings", message: "", since: NOW - 100, tries: 1 } as const;
    const waits = [1, 2, 3, 6, 7, 4000].map((tries) => {
      const before = aPreparing({ attempt: 9 }, { phase: "Blocked", blocked: { ...blocked, tries } });
      const { status } = written(decide(before, [ended(prepare(1, 1, 9), { exitCode: 3 })]));
      expect(status.blocked).toMatchObject({ since: NOW - 100, tries: tries + 1 });
      return status.preparing!.notBefore - NOW;
    });
    expect(waits).toEqual([10, 20, 40, 300, 300, 300]);
  });

  test("it is created when it is due and not before", () => {
    const status = aPreparing({ notBefore: NOW + 20 });
    expect(acts(decide(status, []))).toMatchObject({ launch: [], requeueAfterSeconds: 20 });
    expect(acts(decide(status, [], {}, NOW + 20)).launch).toHaveLength(1);
  });

  test("a wait that a wrong clock wrote, longer than any that is ever decided, is over", () => {
    const tenYears = 10 * 365 * 86_400;
    expect(acts(decide(aPreparing({ notBefore: NOW + tenYears }), []))).toMatchObject({ launch: [{ program: "prepare" }], requeueAfterSeconds: null });
    expect(acts(decide(aPreparing({ notBefore: NOW + 600 }), []))).toMatchObject({ launch: [], requeueAfterSeconds: 600 });
  });

  test("a retention that is held is told once, and forgotten when it is not held any more", () => {
    const held = prepareMessage({ retentionHeld: "2d" });
    const first = written(decide(aPreparing(), [ended(prepare(), { message: held })]));
    expect(first.events).toContainEqual({ type: "Warning", reason: "RetentionHeld", message: "2d" });
    const again = written(decide(aPreparing({}, { retentionHeld: "2d" }), [ended(prepare(), { message: held })]));
    expect(again.events.filter(({ reason }) => reason === "RetentionHeld")).toEqual([]);
    for (const message of [prepareMessage(), prepareMessage({ ranges: [], verdict: "complete" })]) {
      expect(written(decide(aPreparing({}, { retentionHeld: "2d" }), [ended(prepare(), { message })])).status).not.toHaveProperty("retentionHeld");
    }
  });

  test("it is created once", () => {
    expect(acts(decide(aPreparing(), [runs(prepare())]))).toMatchObject({ launch: [], delete: [] });
  });

  test("a number that was counted is never launched again, whatever prepare says", () => {
    const before = aPreparing({ pass: 2 }, { pass: 1, next: 8 });
    const message = prepareMessage({ pass: 2, ranges: [{ from: 5, to: 9, memoryBytes: 128 * MiB }] });
    const { status } = written(decide(before, [ended(prepare(2), { message })]));
    expect(status.running.map((one) => one.batch)).toEqual([8, 9]);
  });

  test("its notes become events", () => {
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

  test("one that ran out of memory is passed to the next prepare and does not count as a crash", () => {
    for (const end of [{ exitCode: 4 }, { exitCode: null, outOfMemory: true }, { exitCode: 137, outOfMemory: true }]) {
      const status = aLastBatch();
      const { status: after, events } = written(decide(status, [ended(batch(9), end)]));
      expect(after).toMatchObject({ phase: "Preparing", outOfMemory: [9], crashes: 0, sums: { outOfMemory: 1, crashes: 0 }, preparing: { pass: 2, round: 1, notBefore: NOW } });
      expect(events[0]).toMatchObject({ type: "Warning", reason: "BatchOutOfMemory", message: expect.stringContaining("Batch 9 ran out of its 128 MiB") as string });
      const act = acts(decide(after, []));
      expect(act.launch).toEqual([{ program: "prepare", work: prepare(2), place: { pass: 2, round: 1, outOfMemory: [9] } }]);
    }
  });

  test("exit 2 fails the sweep with its problem, and running Jobs are deleted uncounted", () => {
    const status = aRunning();
    const jobs = [...jobsOf(status, 1), ended(batch(1), { exitCode: 2, message: batchMessage(1, {}, { problem: "More than 64 types." }) })];
    const after = written(decide(status, jobs)).status;
    expect(after).toMatchObject({ phase: "Failed", problem: "More than 64 types.", running: [] });
    expect(acts(decide(after, jobs))).toMatchObject({ launch: [], delete: [batch(0), batch(2), batch(3), batch(1)] });
    expect(acts(decide(after, []))).toEqual({ kind: "apply", launch: [], delete: [], requeueAfterSeconds: null });
  });

  test("exit 3 blocks: nothing is launched, running batches finish, then one prepare packs the pass anew", () => {
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
    expect(acts(decide(blocked, jobs.slice(0, 3), {}, NOW + 60)).launch).toEqual([]);

    const others = [1, 2, 3].map((number) => ended(batch(number), { exitCode: 3 }));
    const drained = written(decide(blocked, others, {}, NOW + 60)).status;
    expect(drained).toMatchObject({ phase: "Blocked", running: [], blocked: { tries: 1 }, preparing: { round: 2, attempt: 1 } });
    expect(acts(decide(drained, [], {}, NOW + 60)).launch.map((launch) => launch.work)).toEqual([prepare(1, 2, 1)]);
  });

  test("when prepare succeeds again the pass continues under a new round, and no pass is spent", () => {
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

  test("a batch that has vanished while the sweep is blocked is not started again", () => {
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

  test("a batch that was stopped without a result neither counts as a crash nor ends a row of crashes", () => {
    const status = aRunning({ crashes: 2 });
    expect(written(decide(status, [...jobsOf(status, 1), ended(batch(1), { exitCode: 143 })])).status).toMatchObject({ phase: "Running", crashes: 2 });
  });

  test("after crashes one batch at a time is launched until one has a result", () => {
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

  test("that settled something, the next prepare is due at once", () => {
    expect(ends({ settled: 1 }).status).toMatchObject({ phase: "Preparing", fruitless: 0, preparing: { pass: 2, round: 1, attempt: 1, notBefore: NOW } });
  });

  test("that settled nothing, the next prepare waits longer each time, up to ten minutes", () => {
    const waits = [0, 1, 2, 3, 4, 5, 2000].map((fruitless) => ends({ fruitless }).status.preparing!.notBefore - NOW);
    expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600]);
    expect(ends({}).events.at(-1)!.message).toBe("Pass 1 has finished. It settled nothing: the next pass starts in 30 seconds.");
  });

  test("that was the last one, the prepare for the verdict is due at once", () => {
    expect(ends({ pass: FLOW.passes, fruitless: 3 }).status.preparing).toMatchObject({ pass: 6, notBefore: NOW });
  });
});

describe("suspended", () => {
  test("launches nothing, lets running batches finish, and counts them", () => {
    const status = aRunning();
    const jobs = [...jobsOf(status, 0), ended(batch(0), {})];
    const { status: after, events } = written(decide(status, jobs, { suspended: true }));
    expect(after).toMatchObject({ phase: "Suspended", next: 4 });
    expect(after.running.map((one) => one.batch)).toEqual([1, 2, 3]);
    expect(events.map((event) => event.reason)).toEqual(["Suspended"]);
    expect(acts(decide(after, jobs, { suspended: true }))).toMatchObject({ launch: [], delete: [batch(0)], requeueAfterSeconds: null });
  });

  test("before it started: no prepare is created", () => {
    const { status } = written(decide(null, [], { suspended: true }));
    expect(status.phase).toBe("Suspended");
    expect(acts(decide(status, [], { suspended: true })).launch).toEqual([]);
  });

  test("and resumed: continues from where it was", () => {
    const status = aRunning({ phase: "Suspended" });
    const { status: after, events } = written(decide(status, jobsOf(status, 0, 1)));
    expect(after).toMatchObject({ phase: "Running", next: 4 });
    expect(events.map((event) => event.reason)).toEqual(["Resumed"]);
    expect(acts(decide(after, jobsOf(status, 0, 1))).launch.map((launch) => launch.work)).toEqual([batch(0), batch(1)]);
  });
});

test("a finished sweep only deletes the Jobs that are left", () => {
  for (const phase of ["Complete", "Usable", "Incomplete", "Failed"] as const) {
    const status = aRunning({ phase, running: [] });
    expect(acts(decide(status, [runs(batch(3))]))).toEqual({ kind: "apply", launch: [], delete: [batch(3)], requeueAfterSeconds: null });
    expect(acts(decide(status, [], { suspended: true }))).toEqual({ kind: "apply", launch: [], delete: [], requeueAfterSeconds: null });
  }
});
