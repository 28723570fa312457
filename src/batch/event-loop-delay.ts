import { monitorEventLoopDelay } from "node:perf_hooks";

/** Node looks so often; each of its figures holds this much of waiting that is no delay. */
const LOOK_EVERY_MS = 10;

/** How late timers were from now on: the 99th percentile so far, in seconds. */
export function watchEventLoop(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  histogram.enable();
  return () => Math.max(0, Math.round(histogram.percentile(99) / 1000 - LOOK_EVERY_MS * 1000) / 1e6);
}
