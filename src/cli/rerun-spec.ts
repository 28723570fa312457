import type { ResolvedSpec, Selection } from "../model/resolved.ts";

/** What a rerun changes of the spec that a window was swept with. */
export interface RerunWish {
  readonly states: Selection["states"];
  /** Names of targets; absent: all that are in those states. */
  readonly targets?: readonly string[] | undefined;
  readonly memoryBytes?: number | undefined;
  readonly replace: boolean;
}

/** More memory means what it says, whatever the ladder was allowed before. */
export function rerunSpec(spec: ResolvedSpec, { states, targets, memoryBytes, replace }: RerunWish): ResolvedSpec {
  const memory = memoryBytes ?? spec.batch.memoryBytes;
  return {
    ...spec,
    select: { states, ...(targets === undefined ? {} : { narrow: targets }) },
    replace,
    batch: { ...spec.batch, memoryBytes: memory, memoryMaxBytes: Math.max(memory, spec.batch.memoryMaxBytes) },
  };
}
