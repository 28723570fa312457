import type { Finished } from "./committer.ts";

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

/** Asks all targets, `lanes` at a time: whenever one is done the next begins. Ends early, without throwing, when it is to stop. */
export async function runWorkerPool({ targets, concurrency, stop, lease, ask, add }: PoolWork): Promise<void> {
  const left = [...targets];
  const isStopped = (): boolean => stop.aborted;
  const worker = async (): Promise<void> => {
    for (let target = left.shift(); target !== undefined && !isStopped(); target = left.shift()) {
      const held = lease();
      const until = new AbortController();
      const end = (): void => until.abort(stop.aborted ? stop.reason : held.reason);
      stop.addEventListener("abort", end, { once: true });
      held.addEventListener("abort", end, { once: true });
      try {
        await add(await ask(target, until.signal));
      } catch (error) {
        if (isStopped()) return;
        if (!held.aborted) throw error;
        left.push(target);
      } finally {
        stop.removeEventListener("abort", end);
        held.removeEventListener("abort", end);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, targets.length) }, worker));
}
