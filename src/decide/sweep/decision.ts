import type { ObjectEvent } from "../../model/event.ts";
import type { PreparePlace } from "../../model/message.ts";
import type { FlowSpec, JobWork, ObservedJob, SweepStatus } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";

/** All that a decision about a sweep's flow depends on. */
export interface SweepView {
  readonly flow: FlowSpec;
  /** As the server returned it last; null before the first decision. */
  readonly status: SweepStatus | null;
  /** The sweep's Jobs or processes, those that ended included. */
  readonly jobs: readonly ObservedJob[];
  readonly now: EpochSeconds;
}

export type PrepareWork = Extract<JobWork, { program: "prepare" }>;
export type BatchWork = Extract<JobWork, { program: "batch" }>;

/** A Job to be made, with what it is told. */
export type Launch =
  | { readonly program: "prepare"; readonly work: PrepareWork; readonly place: PreparePlace }
  | { readonly program: "batch"; readonly work: BatchWork; readonly memoryBytes: number };

/**
 * Either a status to be written, and then the decision is taken again; or what to do about the Jobs, for a status that is just written.
 * Making what is there already and removing what is gone are no errors.
 */
export type SweepDecision =
  | { readonly kind: "write"; readonly status: SweepStatus; readonly events: readonly ObjectEvent[] }
  | {
      readonly kind: "apply";
      readonly make: readonly Launch[];
      readonly remove: readonly JobWork[];
      /** Seconds after which to look again even if no Job ended; null: nothing is due by itself. */
      readonly requeueAfterSeconds: number | null;
    };

/** What one step made of a status; the same object where nothing changed. */
export interface Step {
  readonly status: SweepStatus;
  readonly events: readonly ObjectEvent[];
}
