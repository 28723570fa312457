import { openAsker } from "../batch/asker.ts";
import { askCanaries } from "../batch/canary-watch.ts";
import { canaryBoard, sharedHost } from "../batch/boards.ts";
import { SlotKeeper } from "../batch/slots.ts";
import type { BoundedPattern } from "../extract/bound.ts";
import type { TargetSource } from "../model/resolved.ts";
import type { FrozenSweep } from "../store/sweeps.ts";
import type { PrepareSurroundings } from "./surroundings.ts";
import { askList } from "./target-list.ts";

/** What prepare asks of the host: the list, and the canaries that stand before a pass and before the verdict. Each request holds a slot. */
export interface Asking {
  list(source: Extract<TargetSource["from"], { kind: "http" }>, pattern: BoundedPattern): Promise<string[]>;
  /** `isLast`: the verdict follows. */
  askCanaries(isLast: boolean): Promise<void>;
  close(): Promise<void>;
}

const LIST_WORK_BYTES = 64 * 1024;

export function openAsking(sweep: FrozenSweep, around: PrepareSurroundings): Asking {
  const { db, clock, random, environment, processId } = around;
  const { spec, identity } = sweep;
  const ended = new AbortController();
  const signal = AbortSignal.any([around.signal, ended.signal]);
  const keeper = new SlotKeeper(sharedHost(db, { process: processId, spec, uid: identity.uid, asked: () => [] }), clock);
  const asker = openAsker({ spec, keeper, clock, random, environment, onWire: () => undefined, onRequest: () => undefined });
  const [canary] = spec.canaries.targets;
  if (canary !== undefined) keeper.probeWith(() => asker.probe(canary, signal));
  // A database that is gone for good shows in whatever prepare does next; waiting for a slot must end then too.
  const renewing = keeper.run(signal).catch((error: unknown) => ended.abort(error));
  const withSlot = async <T>(work: () => Promise<T>): Promise<T> => {
    await keeper.acquire(signal);
    return work().finally(() => keeper.release());
  };
  return {
    list: (source, pattern) => askList(source, pattern, { client: asker.client, spec, clock, withSlot, work: Buffer.allocUnsafeSlow(LIST_WORK_BYTES), signal }),
    askCanaries: (isLast) => askCanaries(spec.canaries, canaryBoard(db, identity.uid), asker.askCanary, isLast, signal),
    close: async () => {
      ended.abort(new Error("prepare has asked all that it needs"));
      await renewing;
      await keeper.end();
      await asker.close();
    },
  };
}
