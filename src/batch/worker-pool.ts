import type { Finished } from "./committer.ts";
import { linkSignals } from "../model/linked-signal.ts";

interface Target {
  readonly id: number;
  readonly name: string;
}

export interface PoolWork {
  readonly targets: readonly Target[];
  /** How many targets are asked at once. */
  readonly concurrency: number;
  readonly stop: AbortSignal;
  /** The current lease of the slots. If it is lost, the targets in flight are asked again under the next one. */
  readonly lease: () => AbortSignal;
  readonly ask: (target: Target, until: AbortSignal) => Promise<Finished>;
  /** Resolves when there is room for another. */
  readonly add: (item: Finished) => Promise<void>;
}

/** Asks all targets, `concurrency` at a time: the next one starts as soon as one is done. When stopped it resolves early. */
export async function runWorkerPool({ targets, concurrency, stop, lease, ask, add }: PoolWork): Promise<void> {
  const left = [...targets];
  const isStopped = (): boolean => stop.aborted;
  const worker = async (): Promise<void> => {
    for (let target = left.shift(); target !== undefined && !isStopped(); target = left.shift()) {
      const held = lease();
      using either = linkSignals(stop, held);
      try {
        await add(await ask(target, either.signal));
      } catch (error) {
        if (isStopped()) return;
        if (!held.aborted) throw error;
        left.push(target);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, targets.length) }, worker));
}
