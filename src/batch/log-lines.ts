import type { LogFields } from "../model/log.ts";
import { formatMoment } from "../model/moment.ts";
import type { TargetResult } from "../model/result.ts";
import type { ClaimedBatch } from "../store/batches.ts";
import type { Committed } from "../store/commit.ts";

/** The batch that a line is about. */
export function aboutBatch({ fence, identity, spec, window, pass }: ClaimedBatch): LogFields {
  return {
    dataset: spec.dataset,
    namespace: identity.namespace,
    sweep: identity.name,
    sweepUid: identity.uid,
    window: formatMoment(window.start),
    pass,
    batch: fence.batch,
    incarnation: fence.incarnation,
  };
}

/** A target that was not settled, in the state that was committed: a canary may have changed it. */
export function aboutTarget(result: TargetResult, { state, error }: Committed): LogFields {
  return {
    target: result.target,
    state,
    code: error ?? state,
    detail: result.detail ?? undefined,
    attempts: result.attempts,
    httpStatus: result.httpStatus ?? undefined,
    queryId: result.queryId ?? undefined,
    bytes: result.bytes,
    seconds: (result.finishedAt.getTime() - result.startedAt.getTime()) / 1000,
  };
}
