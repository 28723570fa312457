import { expect, test } from "vitest";
import { manyBatches } from "../../support/kube/many-batches.ts";
import { startKubeApi } from "./a-controller.ts";

// test/long has it with 10,000.
test("the work for a batch does not grow with their number, and the object stays small", async () => {
  const api = await startKubeApi();
  const { sweep, tenths, mostBytes } = await manyBatches(api, 1000, 16, 100);
  expect(sweep.status).toMatchObject({ phase: "Complete", batches: "1000/1000", settledOfTargets: "1000/1000" });
  for (const { writes, reads } of tenths) {
    expect(writes / 100).toBeLessThanOrEqual(5);
    expect(reads / 100).toBeLessThanOrEqual(0.1);
  }
  expect(mostBytes).toBeLessThan(20 * 1024);
  await api.close();
});
