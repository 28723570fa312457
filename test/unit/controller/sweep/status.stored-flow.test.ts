import { expect, test } from "vitest";
import { flowIn, storedFlow } from "../../../../src/controller/sweep/status.ts";
import { grownSums } from "../../../../src/decide/sweep/after-batch.ts";
import { readFlow } from "../../../../src/metrics/read-flow.ts";
import { aRunning, batchMessage, MiB, NOW } from "../../decide/builders.ts";

const ENDED = { exitCode: 0, outOfMemory: false, message: batchMessage(3, { ok: 100, failed: 2 }), lastLines: "" };
const FLOW = aRunning({ sums: grownSums(aRunning().sums, { batch: 3, memoryBytes: 128 * MiB, since: NOW }, ENDED, null) });

test("what batches measured takes one line of the object, and is read back as it was, for decisions and for metrics", () => {
  const stored = storedFlow(FLOW);
  expect(stored.sums.measured).toBeTypeOf("string");
  expect(flowIn({ flow: stored })).toEqual(FLOW);
  expect(readFlow(stored)).toEqual(readFlow(FLOW));
  expect(readFlow(stored)!.measured.batchSeconds.counts.length).toBeGreaterThan(10);
});

test("the status of an earlier version is read, and what is damaged was not measured", () => {
  expect(flowIn({ flow: FLOW })).toEqual(FLOW);
  const damaged = flowIn({ flow: { ...storedFlow(FLOW), sums: { ...FLOW.sums, measured: "{" } } })!;
  expect(damaged.sums).not.toHaveProperty("measured");
  expect(damaged.sums.batches).toBe(FLOW.sums.batches);
});
