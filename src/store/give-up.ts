import type { TargetResult } from "../model/result.ts";
import type { Transaction } from "./database.ts";
import { placing } from "./replace-rule.ts";
import { insertSuperseded, insertNew, lockStanding, overwrite } from "./result-rows.ts";
import { readSweep } from "./sweeps.ts";

/** A target that ran out of memory alone in a batch with the largest memory. */
interface Exhausted {
  readonly targetId: number;
  /** The batch that ran out of memory. */
  readonly batch: number;
}

/** Stores `failed` with `memory` for targets whose batch could not store anything itself. A settled result stays. */
export async function giveUp(tx: Transaction, uid: string, exhausted: readonly Exhausted[], at: Date, detail: string): Promise<void> {
  const sweep = await readSweep(tx, uid);
  if (sweep === null) return;
  const place = { datasetId: sweep.datasetId, start: sweep.window.start };
  for (const { targetId, batch } of exhausted) {
    const by = { uid, batch };
    const fresh = new Map([[targetId, failedForMemory(at, detail)]]);
    if ((await insertNew(tx, by, place, fresh)).has(targetId)) continue;
    const standing = (await lockStanding(tx, place, [targetId])).get(targetId) ?? null;
    const write = placing(standing, fresh.get(targetId)!, false).place === "superseded" ? insertSuperseded(tx, by, fresh) : overwrite(tx, by, place, fresh);
    await write;
  }
}

function failedForMemory(at: Date, detail: string): TargetResult {
  return {
    target: "",
    state: "failed",
    updates: 0,
    outside: 0,
    declared: null,
    bytes: 0,
    wireBytes: 0,
    attempts: 1,
    error: "memory",
    detail,
    httpStatus: null,
    queryId: null,
    startedAt: at,
    finishedAt: at,
  };
}
