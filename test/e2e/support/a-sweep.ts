import type { Window } from "../../../src/model/window.ts";
import { dayOf } from "../../support/sweeps/local-sweep.ts";

/** A Sweep made by hand, of one window of a CronSweep. @param spec more fields */
export function aSweep(name: string, cronSweep: string, window: Window, spec: object = {}): object {
  return { apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", metadata: { name }, spec: { cronSweepRef: { name: cronSweep }, window: { start: dayOf(window) }, ...spec } };
}

/** A schedule whose runs are years apart: only the test starts sweeps. */
export const NEVER = { schedule: "0 0 29 2 *" };
