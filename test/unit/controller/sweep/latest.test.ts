import { expect, test } from "vitest";
import type { SweepObject } from "../../../../src/controller/resources.ts";
import { LatestSweeps } from "../../../../src/controller/sweep/latest.ts";

const KEY = { namespace: "bgp", name: "daily" };

function aVersion(resourceVersion: string, uid = "one"): SweepObject {
  return { metadata: { ...KEY, uid, resourceVersion }, spec: { window: { start: "2026-11-20" } } } as SweepObject;
}

/** What it takes, with a server whose version is 99, and how often that was asked. */
async function taken(cached: SweepObject | null, prepare: (latest: LatestSweeps) => void): Promise<[string | undefined, number]> {
  let reads = 0;
  const latest = new LatestSweeps(() => cached);
  prepare(latest);
  const get = (): Promise<never> => Promise.resolve((reads++, aVersion("99")) as never);
  const sweep = await latest.get(KEY, { get });
  return [sweep?.metadata.resourceVersion, reads];
}

test.for<[string, SweepObject | null, (latest: LatestSweeps) => void, [string | undefined, number]]>([
  ["what the watch brought", aVersion("5"), () => undefined, ["5", 0]],
  ["the answer to our own write, while the watch is behind it", aVersion("5"), (latest) => latest.wrote(aVersion("7")), ["7", 0]],
  ["what the watch brought after our own write", aVersion("10"), (latest) => latest.wrote(aVersion("7")), ["10", 0]],
  ["not the answer about another Sweep that had this name", aVersion("5"), (latest) => latest.wrote(aVersion("7", "former")), ["5", 0]],
  ["the server's answer after a failure", aVersion("5"), (latest) => latest.distrust(aVersion("5")), ["99", 1]],
  ["nothing of a Sweep that is gone", null, (latest) => latest.wrote(aVersion("7")), [undefined, 0]],
  ["the own answer where versions are no numbers", aVersion("b"), (latest) => latest.wrote(aVersion("a")), ["a", 0]],
])("takes %s", async ([, cached, prepare, expected]) => {
  expect(await taken(cached, prepare)).toEqual(expected);
});

test("asks the server once after a failure, and forgets an own answer that the watch has reached", async () => {
  const cached = { current: aVersion("5") };
  let reads = 0;
  const latest = new LatestSweeps(() => cached.current);
  const client = { get: (): Promise<never> => Promise.resolve((reads++, aVersion("7")) as never) };
  latest.distrust(cached.current);
  for (let times = 0; times < 3; times += 1) expect((await latest.get(KEY, client))?.metadata.resourceVersion).toBe("7");
  expect(reads).toBe(1);
  latest.observe(aVersion("8"));
  cached.current = aVersion("8");
  expect((await latest.get(KEY, client))?.metadata.resourceVersion).toBe("8");
});
