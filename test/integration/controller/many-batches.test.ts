import { expect, test } from "vitest";
import { stringify } from "yaml";
import { manyBatches } from "../../support/kube/many-batches.ts";
import { startKubeApi } from "./a-controller.ts";

// test/long has it with 10,000.
test("700 batches: a batch costs five writes and no read, and the object stays small and readable", async ({ annotate }) => {
  const api = await startKubeApi();
  const { sweep, tenths, perBatch, mostBytes } = await manyBatches(api, 700, 2, 100);
  await annotate(`requests a batch: ${JSON.stringify(perBatch)}; largest object: ${mostBytes} bytes`);
  expect(sweep.status).toMatchObject({ phase: "Complete", batches: "700/700", settledOfTargets: "700/700" });
  for (const { writes, reads } of tenths) {
    expect(writes / 70).toBeLessThanOrEqual(5);
    expect(reads / 70).toBeLessThanOrEqual(0.2);
  }
  expect(perBatch["get sweeps"]).toBeLessThanOrEqual(0.05);
  expect(mostBytes).toBeLessThan(6 * 1024);
  // As many lines as kubectl describe prints, more or less.
  expect(stringify(sweep.status, { lineWidth: 0 }).split("\n").length).toBeLessThan(120);
  await api.close();
});
