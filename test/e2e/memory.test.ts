import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { until } from "../support/time/until.ts";
import { aSweep, NEVER } from "./support/a-sweep.ts";
import { eventsOf } from "./support/events.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { type PodEnds, watchPodEnds } from "./support/pod-ends.ts";

/** 140 MB of blanks arrive in one chunk, which inflates with zstd's largest window at once: no guard can look in between. */
const BOMB = "AS1000";
/** As large, but it arrives slowly: the program's own guard notices in time. */
const GIANT = "AS2000";
const ONE_ANSWER = 140_000_000;

const NEIGHBOURS = names(1001, 127);
const SMALL = names(2001, 7);
const CRAWLING = names(3001, 2);

function names(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `AS${first + index}`);
}

const numberOf = (name: string): number => Number(name.slice(2));

/** None of them is answered before another has broken the batch. */
const atFirst = (targets: readonly string[], seconds: number): object => ({ what: "slow", latency: { distribution: "constant", seconds }, when: { targets, times: 1 } });

const SCENARIO = {
  seed: 7,
  compression: ["zstd", "gzip"],
  source: { kind: "model", targets: [BOMB, GIANT, ...NEIGHBOURS, ...SMALL, ...CRAWLING].map(numberOf), active: 0.5, largest: 500 },
  big: { [GIANT]: ONE_ANSWER },
  limits: { inFlight: 48 },
  faults: [atFirst(NEIGHBOURS.slice(0, 15), 5), atFirst(CRAWLING, 600), { what: "blanks", bytes: ONE_ANSWER, when: { targets: [BOMB] } }],
};

let installation: Installation;
let ends: PodEnds;

beforeAll(async () => {
  installation = await openInstallation("memory", SCENARIO);
  await installation.install();
  ends = watchPodEnds(installation);
});

afterAll(async () => {
  await ends.stop();
  await installation.close();
});

/** A CronSweep and a Sweep of it, with the same name. */
async function begin(name: string, list: readonly string[], batch: object): Promise<void> {
  const spec = { targets: { list }, request: { compression: ["zstd"] }, host: { inFlight: 48 }, batch: { targets: 128, concurrency: 16, pods: 2, ...batch } };
  await installation.apply(installation.aCronSweep(name, spec, NEVER), aSweep(name, name, YESTERDAY));
}

const untilFinished = (name: string, seconds: number): ReturnType<Installation["untilSweep"]> => installation.untilSweep(name, "is finished", ({ status }) => status?.finishedAt !== undefined, seconds);

/** The passes in which these targets were settled. */
async function passesOf(sweep: string, targets: readonly string[]): Promise<number[]> {
  const rows = await installation.query<{ pass: number }>(
    `select distinct b.pass from sluice.target_results r join sluice.targets t on t.id = r.target_id
     join sluice.batches b on b.sweep_uid = r.sweep_uid and b.number = r.batch
     join sluice.sweeps s on s.uid = r.sweep_uid where s.name = '${sweep}' and t.name = any('{${targets.join()}}') order by 1`,
  );
  return rows.map(({ pass }) => pass);
}

describe.concurrent("a batch that needs more memory than it has", { timeout: 300_000 }, () => {
  test("is killed by the kernel; its 127 neighbours are settled in the next pass, and the giant by a rerun with more memory", async () => {
    await begin("kernel", [BOMB, ...NEIGHBOURS], { memory: "128Mi", memoryMax: "144Mi" });
    const { status } = await untilFinished("kernel", 200);

    expect(ends.of("kernel-b0")).toMatchObject([{ exitCode: 137, reason: "OOMKilled" }]);
    expect(status).toMatchObject({ phase: "Incomplete", targets: 128, settled: 127, pass: 2, lastOutOfMemory: { limit: "144Mi", peak: "144Mi" }, flow: { sums: { outOfMemory: 2, crashes: 0 } } });
    expect((await eventsOf(installation, "kernel")).filter((event) => event.startsWith("BatchOutOfMemory: Batch 0 ran out of its 128 MiB of memory (observed peak: 128 MiB):"))).toHaveLength(1);
    expect(await passesOf("kernel", NEIGHBOURS)).toEqual([2]);
    const outcome = await installation.outcome(`${installation.namespace}/kernel`, YESTERDAY);
    expect(outcome).toMatchObject({ window: { state: "incomplete", settled: 127 }, lies: [] });
    expect(outcome.results.get(BOMB)).toMatchObject({ state: "failed", error: "memory" });
    expect(status?.causes).toMatchObject([{ code: "memory", targets: 1, example: BOMB }]);

    await installation.apply(aSweep("kernel-again", "kernel", YESTERDAY, { select: ["failed"], batch: { memory: "512Mi" } }));
    expect((await untilFinished("kernel-again", 60)).status).toMatchObject({ phase: "Complete", flow: { sums: { batches: 1, outOfMemory: 0 } } });
    expect(await installation.outcome(`${installation.namespace}/kernel`, YESTERDAY)).toMatchObject({ window: { state: "complete", settled: 128 }, lies: [] });
  });

  test("is stopped by its own guard if that notices in time, and the next pass has enough memory", async () => {
    await begin("guard", [GIANT, ...SMALL], { memory: "128Mi", memoryMax: "512Mi" });
    const { status } = await untilFinished("guard", 200);
    expect(ends.of("guard-b0")).toMatchObject([{ exitCode: 4 }]);
    expect(status).toMatchObject({ phase: "Complete", settled: 8, lastOutOfMemory: { batch: 0, limit: "128Mi" }, flow: { sums: { outOfMemory: 1, crashes: 0 } } });
    expect(status?.lastOutOfMemory?.peak).toMatch(/^1[12]\dMi$/);
    expect(await eventsOf(installation, "guard")).toContainEqual(expect.stringMatching(/^BatchOutOfMemory: Batch 0 ran out of its 128 MiB of memory \(observed peak: 1[12]\d MiB\): the rest of its targets is asked in smaller batches/));
    expect(await installation.outcome(`${installation.namespace}/guard`, YESTERDAY)).toMatchObject({ window: { state: "complete", settled: 8 }, lies: [] });
  });

  test("is ended by its deadline if it hangs instead of dying, and the sweep continues", async () => {
    await begin("still", CRAWLING, { memory: "128Mi", memoryMax: "512Mi" });
    await until("its questions are asked", () => CRAWLING.every((target) => (installation.simulator.stats().requestsByTarget[target] ?? 0) > 0), 60);
    const uid = await installation.kubectl("get", "pods", "--selector", "sluice.dev/sweep=still,app.kubernetes.io/component=batch", "--output", "jsonpath={.items[0].metadata.uid}");
    // Like a process that gets no more pages from the kernel: it exists and does not answer.
    await installation.cluster.killInPod(uid, "/sluice/worker.mjs", "STOP");
    const { status } = await untilFinished("still", 270);
    expect(ends.of("still-b0")).toMatchObject([{ exitCode: 137, reason: "Error" }]);
    expect(status).toMatchObject({ phase: "Complete", settled: 2, pass: 2, lastOutOfMemory: { batch: 0, limit: "128Mi" }, flow: { sums: { outOfMemory: 1, crashes: 0 } } });
    expect(await installation.outcome(`${installation.namespace}/still`, YESTERDAY)).toMatchObject({ window: { state: "complete", settled: 2 }, lies: [] });
  });
});
