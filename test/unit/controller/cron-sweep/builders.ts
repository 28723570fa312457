import { readFileSync } from "node:fs";
import path from "node:path";
import { readSweepFile } from "../../../../src/cli/sweep-files.ts";
import { CRON_SWEEPS, type CronSweepObject } from "../../../../src/controller/resources.ts";
import type { CronSweep } from "../../../../src/model/schema/cron-sweep.ts";
import { ROOT } from "../../../support/root.ts";

export const KEY = { namespace: "bgp", name: "ripestat-daily" };

/** The example's, as the API server would give it: each day at five, whole UTC days, the newest and seven before it. */
export function exampleSpec(fields: Partial<CronSweep["spec"]> = {}): CronSweep["spec"] {
  const file = "examples/ripestat-daily.yaml";
  const { documents } = readSweepFile(file, readFileSync(path.join(ROOT, file), "utf8"));
  return { ...(documents[0] as CronSweep).spec, ...fields };
}

export function aCronSweep(fields: Partial<CronSweep["spec"]> = {}, annotations: Readonly<Record<string, string>> = {}): CronSweepObject {
  const { apiVersion, kind } = CRON_SWEEPS;
  return { apiVersion, kind, metadata: { ...KEY, uid: "uid-of-daily", resourceVersion: "1", generation: 1, creationTimestamp: "2026-11-01T00:00:00Z", annotations }, spec: exampleSpec(fields) };
}
