import type { Clock } from "../model/clock.ts";
import type { CanarySpec } from "../model/resolved.ts";
import type { CanaryMeaning } from "../decide/canary.ts";

/** How the canary of a sweep is taken and told, by whichever process of it wins. All moments are the database's. */
export interface CanaryBoard {
  /** The moment of taking, for one process each `everySeconds`; null for the others. */
  take(everySeconds: number): Promise<Date | null>;
  /** As take, without waiting for its turn: before a pass and before the verdict. */
  takeNow(): Promise<Date>;
  /** Empties that were committed before `asked` are believed for good. */
  good(asked: Date): Promise<void>;
  /** Turns the empties since the last good one into suspects. */
  ill(): Promise<void>;
}

export type AskCanary = (target: string, signal: AbortSignal) => Promise<CanaryMeaning>;

/** How often a process looks whether a canary is due, as a share of the time between two. */
const LOOKS = 4;

/** Asks a canary whenever one is due, until `signal` is aborted. */
export async function watchCanaries(spec: CanarySpec, board: CanaryBoard, askCanary: AskCanary, clock: Clock, signal: AbortSignal): Promise<void> {
  if (spec.targets.length === 0) return;
  while (!signal.aborted) {
    const taken = await board.take(spec.everySeconds);
    if (taken !== null) await tell(taken, spec, board, askCanary, signal);
    await clock.wait(spec.everySeconds / LOOKS, signal).catch(() => undefined);
  }
}

/** Asks the canaries once, due or not. */
export async function askCanaries(spec: CanarySpec, board: CanaryBoard, askCanary: AskCanary, signal: AbortSignal): Promise<void> {
  if (spec.targets.length > 0) await tell(await board.takeNow(), spec, board, askCanary, signal);
}

/** One canary that has data tells that the host has; only where none has is it taken for ill. Where none could be asked nothing is told. */
async function tell(taken: Date, spec: CanarySpec, board: CanaryBoard, askCanary: AskCanary, signal: AbortSignal): Promise<void> {
  let found: CanaryMeaning = "unknown";
  for (const target of spec.targets) {
    const meaning = await askCanary(target, signal);
    if (meaning === "unknown") continue;
    found = meaning;
    if (meaning === "good") break;
  }
  if (found === "good") await board.good(taken);
  if (found === "ill") await board.ill();
}
