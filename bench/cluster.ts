import { openInstallation, type Installation } from "../test/e2e/support/installation.ts";
import { YESTERDAY, dayOf } from "../test/support/sweeps/local-sweep.ts";
import type { ClusterFigures } from "./cluster-figures.ts";
import { LATENCY } from "./slots.ts";

/**
 * Runs inside the local cluster (test/cluster/run) and prints ClusterFigures as a line of JSON. `--quick` only shows that it works.
 */
const size = process.argv.includes("--quick") ? { batches: 4, targets: 256 } : { batches: 24, targets: 4_000 };

process.stdout.write(`${JSON.stringify({ addedSeconds: await addedToABatch(), use: await slotsInUse(), ...size } satisfies ClusterFigures)}\n`);

/** One batch after the other, each with one target that is answered at once: the rest of a batch's time is overhead. */
async function addedToABatch(): Promise<number> {
  return withInstallation({ source: { kind: "model", targets: size.batches, largest: 10 } }, async (installation) => {
    const { status } = await sweep(installation, { batch: { targets: 1, concurrency: 1, pods: 1, memory: "128Mi" } });
    // The canaries of prepare, and the last prepare, do not belong to a batch.
    const began = Date.parse(status!.roundStartedAt!);
    const ended = Date.parse((await installation.kubectl("get", "events", "--field-selector", "reason=PassEnded", "--output", "jsonpath={.items[0].lastTimestamp}")).trim());
    const worked = await installation.query<{ seconds: number }>("select extract(epoch from sum(finished_at - started_at))::float as seconds from sluice.results");
    return ((ended - began) / 1000 - worked[0]!.seconds) / size.batches;
  });
}

/** Of 16 slots, with four pods, while targets were waiting. */
async function slotsInUse(): Promise<number> {
  const scenario = { source: { kind: "model", targets: size.targets, largest: 1_000 }, compression: ["gzip"], latency: LATENCY, limits: { inFlight: 16, overLimit: "count" } };
  return withInstallation(scenario, async (installation) => {
    await sweep(installation, { batch: { targets: 128, concurrency: 16, pods: 4, memory: "128Mi" } });
    const { requestSeconds, seconds } = installation.simulator.stats().slotUse;
    return requestSeconds / seconds / 16;
  });
}

async function sweep(installation: Installation, spec: object): ReturnType<Installation["untilSweep"]> {
  await installation.apply(installation.aCronSweep("bench", spec), {
    apiVersion: "sluice.dev/v1alpha1",
    kind: "Sweep",
    metadata: { name: "bench" },
    spec: { cronSweepRef: { name: "bench" }, window: { start: dayOf(YESTERDAY) } },
  });
  return installation.untilSweep("bench", "is finished", ({ status }) => status?.finishedAt !== undefined, 500);
}

async function withInstallation<T>(scenario: Readonly<Record<string, unknown>>, measure: (installation: Installation) => Promise<T>): Promise<T> {
  const installation = await openInstallation("bench", scenario);
  try {
    await installation.install();
    return await measure(installation);
  } finally {
    await installation.close();
  }
}
