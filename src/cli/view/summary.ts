import { settledOf, type Totals } from "../../model/states.ts";
import type { SweepStatus } from "../../model/sweep.ts";
import { bytes, counted, duration, grouped, mebibytes } from "../../model/figures.ts";

/** What a finished sweep came to, in a few lines. */
export function renderSummary(window: string, status: SweepStatus, seconds: number): string[] {
  const { totals, verdict, sums } = status;
  if (totals === undefined || verdict === undefined) return [`${window}: ${status.problem ?? "no verdict"}`];
  const lines = [`${window} is ${verdict}: ${grouped(settledOf(totals))} of ${grouped(totals.targets)} targets are settled (${states(totals)}); ${grouped(totals.updates)} updates are stored.`];
  if (sums.requests === 0) return [...lines, "Nothing was left to be asked."];
  lines.push(
    `${counted(sums.requests, "request", "requests")}, ${grouped(sums.retries)} of them retries, ${bytes(sums.textBytes)} of text (${bytes(sums.wireBytes)} over the wire), ${counted(sums.rows, "row", "rows")}, ` +
      `${counted(sums.batches, "batch", "batches")} in ${counted(status.pass, "pass", "passes")}, ${duration(seconds)}.`,
  );
  lines.push(`The largest batch had ${mebibytes(sums.anonPeak)} MiB of memory${sums.outOfMemory > 0 ? `; ${grouped(sums.outOfMemory)} ran out of theirs` : ""}.`);
  return lines;
}

function states({ ok, empty, rejected, suspect, mismatch, failed, missing }: Totals): string {
  return Object.entries({ ok, empty, rejected, suspect, mismatch, failed, missing })
    .filter(([state, count]) => count > 0 || state === "ok")
    .map(([state, count]) => `${state} ${grouped(count)}`)
    .join(", ");
}
