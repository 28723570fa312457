import type { ObjectEvent } from "../../model/event.ts";
import type { PreparePlace } from "../../model/message.ts";
import type { FlowSpec, JobWork, ObservedJob, SweepStatus } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";

/** The input of a decision about a sweep. */
export interface SweepView {
  readonly flow: FlowSpec;
  /** As the server returned it last; null for a new sweep. */
  readonly status: SweepStatus | null;
  /** The Jobs or processes of the sweep, also those that have ended. */
  readonly jobs: readonly ObservedJob[];
  readonly now: EpochSeconds;
}

export type PrepareWork = Extract<JobWork, { program: "prepare" }>;
export type BatchWork = Extract<JobWork, { program: "batch" }>;

/** A Job or process to start, with its input. */
export type Launch =
  | { readonly program: "prepare"; readonly work: PrepareWork; readonly place: PreparePlace }
  | { readonly program: "batch"; readonly work: BatchWork; readonly memoryBytes: number };

/**
 * Either a status to write, after which the decision is taken again; or the Jobs to create and delete for a status that is written.
 * Creating a Job that exists and deleting one that is gone are not errors.
 */
export type SweepDecision =
  | { readonly kind: "write"; readonly status: SweepStatus; readonly events: readonly ObjectEvent[] }
  | {
      readonly kind: "apply";
      readonly launch: readonly Launch[];
      readonly delete: readonly JobWork[];
      /** When to decide again even if no Job ends, in seconds; null if nothing is due by itself. */
      readonly requeueAfterSeconds: number | null;
    };

/** The status after one step, the same object if nothing changed. */
export interface Step {
  readonly status: SweepStatus;
  readonly events: readonly ObjectEvent[];
}
