import type { HostGate } from "../fetch/host-gate.ts";
import type { Clock } from "../model/clock.ts";

/** For one request at a time, with no database to share the host's slots by: it only rests when it is told to. */
export function loneGate(clock: Clock): HostGate {
  let restUntil = 0;
  return {
    async mayAsk(signal) {
      const left = (restUntil - clock.monotonic()) / 1000;
      if (left > 0) await clock.wait(left, signal);
      signal.throwIfAborted();
    },
    release: () => undefined,
    answered: () => undefined,
    pause(seconds) {
      restUntil = Math.max(restUntil, clock.monotonic() + seconds * 1000);
      return Promise.resolve();
    },
  };
}
