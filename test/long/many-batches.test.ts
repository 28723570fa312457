import { expect, test } from "vitest";
import { startKubeApi } from "../integration/controller/a-controller.ts";
import { manyBatches } from "../support/kube/many-batches.ts";

test("10,000 batches: the last take no more calls than the first, and the object stays under 20 KiB", { timeout: 900_000 }, async () => {
  const api = await startKubeApi();
  const { sweep, tenths, mostBytes } = await manyBatches(api, 10_000, 16, 800);
  expect(sweep.status).toMatchObject({ phase: "Complete", batches: "10000/10000", settledOfTargets: "10000/10000" });
  for (const { writes, reads } of tenths) {
    expect(writes / 1000).toBeLessThanOrEqual(5);
    expect(reads / 1000).toBeLessThanOrEqual(0.1);
  }
  expect(mostBytes).toBeLessThan(20 * 1024);
  await api.close();
});
