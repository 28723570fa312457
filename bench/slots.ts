import { writeFile } from "node:fs/promises";
import path from "node:path";
import { runClient } from "./client-run.ts";
import type { Databases } from "./databases.ts";
import { startSimulatorProcess, type Programs } from "./programs.ts";
import { DAY } from "./serving.ts";
import { writeSweep } from "./sweep-file.ts";

/** A whole `sluice run`, with all its processes. */
export interface SweepRun {
  readonly slots: number;
  readonly targets: number;
  /** Request-seconds over slots × seconds while targets were waiting, as measured by the simulator. */
  readonly use: number;
  readonly seconds: number;
  readonly requests: number;
  readonly mostInFlight: number;
  readonly cpuSeconds: number;
  /** Peak of the sum over all processes of the sweep. */
  readonly anonPeakBytes: number;
}

/**
 * Heavy-tailed, with a mean of 0.25 s: of 20,000 the slowest takes some 15 s. The case study reports a mean of 4 s; here a hand-over
 * of a slot weighs sixteen times as much as there.
 */
export const LATENCY = { distribution: "lognormal", medianSeconds: 0.12, sigma: 1.2, atMostSeconds: 60 } as const;

export async function runSweep(programs: Programs, databases: Databases, folder: string, { targets, slots }: { targets: number; slots: number }): Promise<SweepRun> {
  const scenarioFile = path.join(folder, "slots.json");
  // Small answers: while the simulator makes a large one, it does not notice other requests.
  const scenario = { source: { kind: "model", targets, largest: 1_000 }, compression: ["gzip"], latency: LATENCY, limits: { inFlight: slots, overLimit: "count" } };
  await writeFile(scenarioFile, JSON.stringify(scenario));
  const simulator = await startSimulatorProcess(programs, ["--scenario", scenarioFile]);
  try {
    const file = await writeSweep(folder, `slots-${slots}`, simulator.url, { targets: { preset: "ris-asns", atLeast: 1 }, host: { inFlight: slots }, batch: { targets: 128, concurrency: 16, pods: 4 } });
    return await databases.withFresh(async (database) => {
      const command = [process.execPath, programs.sluice, "run", file, "--window", DAY.name, "--data", folder];
      const run = await runClient(command, { DATABASE_URL: database });
      const response = await fetch(`${simulator.url}/simulator/stats`);
      const { slotUse, requests, mostInFlight } = (await response.json()) as Stats;
      const { seconds, cpuSeconds, anonPeakBytes } = run;
      return { slots, targets, use: slotUse.requestSeconds / slotUse.seconds / slots, seconds, requests, mostInFlight, cpuSeconds, anonPeakBytes };
    });
  } finally {
    await simulator.stop();
  }
}

interface Stats {
  readonly slotUse: { readonly seconds: number; readonly requestSeconds: number };
  readonly requests: number;
  readonly mostInFlight: number;
}
