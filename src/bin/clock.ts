import { setTimeout as timeout } from "node:timers/promises";
import type { Clock } from "../model/clock.ts";

/** The machine's own. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) =>
    timeout(milliseconds, true, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (signal?.aborted === true) return false;
      throw error;
    }),
};
