import { cpus } from "node:os";
import { describe, expect, test } from "vitest";
import { differences, readStored } from "../support/postgres/stored-rows.ts";
import { startPrivatePostgres } from "../support/postgres/test-database.ts";
import { sweepRecorded, type RecordedSweep } from "../support/provider/recorded-sweep.ts";
import { countRecorded, readLines, RECORDED, recordedIsHere } from "../support/provider/recorded-truth.ts";

describe.skipIf(!recordedIsHere)("all recorded AS numbers and updates", () => {
  test.each([16, 64])("are swept whole with %i requests in flight, and every row is as a plain parser counts it from the recorded files", async (inFlight) => {
    const list = readLines(RECORDED.asns);
    const truth = countRecorded(list, readLines(RECORDED.updates));
    const postgres = await startPrivatePostgres();
    try {
      const sweep = await sweepRecorded(postgres.url, list, inFlight);
      tell(inFlight, sweep);
      expect(differences(sweep.rows, truth.rows)).toEqual([]);
      expect(sweep.rows).toHaveLength(truth.rows.length);
      expect(differences(sweep.results, truth.results)).toEqual([]);
      expect(sweep.results).toHaveLength(truth.targets.length);
      expect(sweep.said).toMatchObject({ state: "complete", totals: { targets: truth.targets.length, rejected: truth.refused, missing: 0 } });
      expect(sweep.simulator.breaches).toEqual({ inFlight: 0, sourceapp: 0 });
      expect((await readStored(postgres.url)).contradictions).toEqual([]);
    } finally {
      await postgres.stop();
    }
  });
});

/** For the README. */
function tell(inFlight: number, { figures, said, simulator, rows, results }: RecordedSweep): void {
  const { seconds, cpuSeconds, anonPeakBytes } = figures;
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  const lines = [
    `${results.length} targets, ${said.totals.updates} updates in ${rows.length} rows, ${inFlight} in flight (at most ${simulator.mostInFlight} were), ${cpus().length} cores`,
    `${seconds.toFixed(1)} s, ${Math.round(simulator.requests / seconds)} requests/s, ${said.sums.batches} batches, ${mebibytes(simulator.bytes)} over the wire`,
    `CPU seconds: sluice ${cpuSeconds.command.toFixed(1)}, Postgres ${cpuSeconds.postgres.toFixed(1)}, simulator ${cpuSeconds.simulator.toFixed(1)}`,
    `anonymous memory: the largest batch ${mebibytes(said.sums.anonPeak)}, the command and all its programs at once ${mebibytes(anonPeakBytes)}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
