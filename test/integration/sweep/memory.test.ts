import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SweepSums } from "../../../src/model/sweep.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { dayOf, openLocalSweep, YESTERDAY, type LocalSweep } from "../../support/sweeps/local-sweep.ts";
import { hasMemoryCgroups, WITHOUT_CGROUPS } from "../../support/sweeps/memory-rights.ts";
import { measuredRun, sayPeaks, sweepBig } from "../../support/sweeps/memory-sweep.ts";

const LIMIT = 128 * 2 ** 20;
const cgroups = await hasMemoryCgroups();

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

describe.skipIf(!cgroups)("large answers over HTTPS, with gzip, in 128 MiB that a cgroup holds", { timeout: 180_000 }, () => {
  test.each([
    { answers: 16, bytes: 24e6 },
    { answers: 1, bytes: 180e6 },
  ])("are all counted: $answers at once of $bytes bytes", async (big) => {
    const { outcome, sums, peaks } = await sweepBig(database.url, big);
    expect(outcome).toMatchObject({ window: { state: "complete" }, lies: [] });
    expect(sums).toMatchObject({ outOfMemory: 0, crashes: 0 });
    expect(peaks.anon, sayPeaks(peaks)).toBeLessThan(0.9 * LIMIT);
    expect(peaks.kernel).not.toBeNull();
  });
});

const HOLDERS = [
  { by: "a cgroup", through: [], canRun: cgroups },
  { by: "samples and its own guard", through: WITHOUT_CGROUPS, canRun: true },
];

/** Its zstd window is 128 MiB: whoever inflates it needs that at once. */
const GIANT = "AS3333";

describe.each(HOLDERS)("an answer that needs more memory than its batch has, which is held by $by", ({ through, canRun, by }) => {
  let trial: LocalSweep;
  beforeAll(async () => {
    trial = await openLocalSweep({
      databaseUrl: database.url,
      name: `ladder-${by.replaceAll(" ", "-")}`,
      scenario: {
        source: { kind: "model", targets: 8, active: 0.8, largest: 500 },
        big: { [GIANT]: 140_000_000 },
        compression: ["zstd"],
        limits: { inFlight: 16 },
      },
      spec: {
        request: { compression: ["zstd"] },
        batch: { targets: 8, concurrency: 16, pods: 2, memory: "128Mi", memoryMax: "160Mi" },
      },
      through,
    });
  });
  afterAll(() => trial.close());

  test.skipIf(!canRun)("sinks its neighbours for one pass, ends as failed(memory), and is settled by a rerun with more", { timeout: 180_000 }, async () => {
    // All others are still being asked when it breaks the batch.
    const others = trial.targets.filter((target) => target !== GIANT && target !== "AS12654");
    trial.simulator.set([{ what: "slow", latency: { distribution: "constant", seconds: 30 }, when: { targets: others, times: 1 } }]);
    const first = await measuredRun(trial);
    expect(first, first.stderr).toMatchObject({ code: 1 });
    const { sums } = JSON.parse(first.stdout) as { sums: SweepSums };
    expect(sums).toMatchObject({ outOfMemory: 2, crashes: 0 });
    expect(sums.anonPeak, "it tells what made it end").toBeGreaterThan(0.9 * LIMIT);
    expect(first.peaks.kernel === null).toBe(by !== "a cgroup");
    const broken = await trial.outcome();
    expect(broken).toMatchObject({ window: { state: "incomplete", targets: 8, settled: 7 }, lies: [] });
    expect(broken.results.get(GIANT)).toMatchObject({ state: "failed", error: "memory" });
    expect((await passes(trial)).at(-1)).toBe(2);

    // It ended by its own will, with a code and a sentence.
    const logs = path.join(trial.folder, "logs");
    const log = (await Promise.all((await readdir(logs)).map((file) => readFile(path.join(logs, file), "utf8")))).join("");
    expect(log).toMatch(/"batch":0,.*"exitCode":4,"msg":"out of memory: \d+ MiB of anonymous memory; the limit is 128 MiB"/);

    const again = path.join(trial.folder, "again.yaml");
    const spec = { cronSweepRef: { name: trial.dataset.split("/")[1] }, window: { start: dayOf(YESTERDAY) }, select: ["failed"], batch: { memory: "512Mi" } };
    await writeFile(again, JSON.stringify({ apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", metadata: { name: "again" }, spec }));
    const second = await measuredRun(trial, [again]);
    expect(second, second.stderr).toMatchObject({ code: 0 });
    expect(await trial.outcome()).toMatchObject({ window: { state: "complete", settled: 8 }, lies: [] });
  });
});

/** The passes in which the neighbours were settled, in order. */
async function passes(trial: LocalSweep): Promise<number[]> {
  const rows = await trial.query<{ pass: number }>(
    `select distinct b.pass from sluice.target_results r join sluice.targets t on t.id = r.target_id
     join sluice.batches b on b.sweep_uid = r.sweep_uid and b.number = r.batch
     join sluice.results v on v.sweep_uid = r.sweep_uid and v.target = t.name
     where t.name <> '${GIANT}' and v.dataset = '${trial.dataset}' order by 1`,
  );
  return rows.map(({ pass }) => pass);
}
