import type { Finished } from "./committer.ts";
import { linkSignals } from "../model/linked-signal.ts";

interface Target {
  readonly id: number;
  readonly name: string;
}

export interface PoolWork {
  readonly targets: readonly Target[];
  /** Targets asked at once. */
  readonly concurrency: number;
  readonly stop: AbortSignal;
  /** The lease of the slots; when it is lost, what was under way is asked again under the next. */
  readonly lease: () => AbortSignal;
  readonly ask: (target: Target, until: AbortSignal) => Promise<Finished>;
  /** Resolves when there is room for the next. */
  readonly add: (item: Finished) => Promise<void>;
}

/** Asks all targets, `concurrency` at a time: whenever one is done the next begins. Ends early, without throwing, when it is to stop. */
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
