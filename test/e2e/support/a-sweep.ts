import type { Window } from "../../../src/model/window.ts";
import { dayOf } from "../../support/sweeps/local-sweep.ts";

/** A Sweep made by hand, of one window of a CronSweep. @param spec beside what names these two */
export function aSweep(name: string, cronSweep: string, window: Window, spec: object = {}): object {
  return { apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", metadata: { name }, spec: { cronSweepRef: { name: cronSweep }, window: { start: dayOf(window) }, ...spec } };
}

/** A schedule whose runs are years apart: only what a person does begins a sweep. */
export const NEVER = { schedule: "0 0 29 2 *" };
