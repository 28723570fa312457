import { type SweepObject, SWEEPS } from "../../../src/controller/resources.ts";
import { aController, type KubeApi, sweepDraft, sweepIn, untilFinished } from "../../integration/controller/a-controller.ts";
import { simulateSweep } from "../sweeps/simulated-sweep.ts";
import { runJobs } from "./run-jobs.ts";

export interface ManyBatches {
  readonly sweep: SweepObject;
  /** Requests that the controller sent, at each tenth of the batches: writes, and those that only read. */
  readonly tenths: readonly { readonly writes: number; readonly reads: number }[];
  /** Requests of the controller for each batch, by what they do: "update sweeps/status" → 2.01. */
  readonly perBatch: Readonly<Record<string, number>>;
  /** The most that the object had, in bytes of JSON. */
  readonly mostBytes: number;
}

/** A sweep of so many batches, all of them settled in the first pass, with `pods` at once. */
export async function manyBatches(api: KubeApi, batches: number, pods: number, seconds: number): Promise<ManyBatches> {
  const tenths: { writes: number; reads: number }[] = [];
  let before = { writes: 0, reads: 0 };
  let mostBytes = 0;
  let ended = 0;
  const requests = (): { writes: number; reads: number } => ({ writes: api.writes, reads: [...api.counts].reduce((sum, [what, count]) => (/^(get|list) /.test(what) ? sum + count : sum), 0) });
  const world = simulateSweep({
    targets: batches,
    batch: 1,
    passes: 5,
    instead: (what) => {
      if (what !== "batch") return null;
      ended += 1;
      mostBytes = Math.max(mostBytes, Buffer.byteLength(JSON.stringify(sweepIn(api, "many"))));
      if (ended % (batches / 10) === 0) {
        const now = requests();
        tenths.push({ writes: now.writes - before.writes, reads: now.reads - before.reads });
        before = now;
      }
      return null;
    },
  });
  const jobs = runJobs(api, world);
  const running = aController(api);
  api.objects.create(SWEEPS, sweepDraft("many", { batch: { pods } }));
  try {
    const sweep = await untilFinished(api, "many", seconds);
    const perBatch = Object.fromEntries([...api.counts].filter(([what]) => !what.startsWith("watch")).map(([what, count]) => [what, Math.round((count / batches) * 100) / 100]));
    return { sweep, tenths, perBatch, mostBytes };
  } finally {
    await running.stop();
    jobs.stop();
  }
}
