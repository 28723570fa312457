import { describe, expect, test } from "vitest";
import { share } from "../../../../src/decide/host/share.ts";
import type { SlotRow } from "../../../../src/model/slot-row.ts";

interface Process {
  readonly name: string;
  unstarted: number;
  inFlight: number;
  held: number;
  waitingSince: number;
  renewsAt: number;
}

interface World {
  readonly limit: number;
  readonly processes: number;
  readonly targets: number;
  readonly medianSeconds: number;
  readonly seed: number;
}

const BATCH = 128;
const CONCURRENCY = 16;
const RENEW_SECONDS = 0.25;
/** From the end of a batch to the first renewal of the next one's process. */
const START_SECONDS = 0.4;
const STEP_SECONDS = 0.01;

/**
 * Processes that share a host by the store's rule: one raises its hold only while the sum of holds stays within the limit, and lowers it
 * not below what is in flight. Latencies are log-normal with a heavy tail. Returns which part of limit × time requests were in flight
 * while there was a target that was not started, and the most that were in flight at once.
 */
function slotUse({ limit, processes, targets, medianSeconds, seed }: World): { use: number; most: number } {
  const chance = dice(seed);
  const latency = (): number => {
    const normal = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
    return Math.min(300, medianSeconds * Math.exp(normal));
  };
  let toPack = targets;
  let batches = 0;
  let now = 0;
  const start = (at: number): Process => {
    const size = Math.min(BATCH, toPack);
    toPack -= size;
    batches += 1;
    return { name: `b${batches}`, unstarted: size, inFlight: 0, held: 0, waitingSince: at, renewsAt: at + START_SECONDS + chance() * RENEW_SECONDS };
  };
  const alive: Process[] = Array.from({ length: processes }, () => start(0));
  const ends: { at: number; process: Process }[] = [];
  let busy = 0;
  let measured = 0;
  let most = 0;

  while (alive.length > 0) {
    now += STEP_SECONDS;
    for (const end of ends.splice(0).filter((each) => each.at > now || void (each.process.inFlight -= 1))) ends.push(end);
    for (const process of alive.splice(0)) {
      if (process.unstarted > 0 || process.inFlight > 0) alive.push(process);
      else if (toPack > 0) alive.push(start(now));
    }
    for (const process of alive) {
      if (process.renewsAt <= now) renew(process, alive, limit, now);
      while (process.unstarted > 0 && process.inFlight < process.held) {
        process.unstarted -= 1;
        process.inFlight += 1;
        ends.push({ at: now + latency(), process });
      }
    }
    const inFlight = alive.reduce((sum, process) => sum + process.inFlight, 0);
    most = Math.max(most, inFlight);
    if (now > 5 && (toPack > 0 || alive.some((process) => process.unstarted > 0))) {
      busy += inFlight;
      measured += limit;
    }
  }
  return { use: busy / measured, most };
}

function renew(process: Process, alive: readonly Process[], limit: number, now: number): void {
  const rows = alive.map((each): SlotRow => ({
    process: each.name,
    wanted: Math.min(CONCURRENCY, each.inFlight + each.unstarted),
    held: each.held,
    inFlight: each.inFlight,
    priority: 0,
    waitingSince: each.waitingSince,
  }));
  const fair = share(limit, rows).get(process.name)!;
  const free = limit - alive.reduce((sum, each) => sum + each.held, 0);
  process.held = fair > process.held ? Math.min(fair, process.held + free) : Math.max(fair, process.inFlight);
  if (process.held > 0) process.waitingSince = now;
  process.renewsAt = now + RENEW_SECONDS;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("slots that several processes share by renewals four times a second", () => {
  test.each([
    { limit: 8, processes: 4, medianSeconds: 1, least: 0.99 },
    { limit: 16, processes: 4, medianSeconds: 1, least: 0.98 },
    { limit: 16, processes: 4, medianSeconds: 4, least: 0.99 },
    { limit: 8, processes: 4, medianSeconds: 0.2, least: 0.97 },
    // Two batches may both be at their last slow answers, and no third is there to use the slots.
    { limit: 8, processes: 2, medianSeconds: 1, least: 0.98 },
    { limit: 16, processes: 2, medianSeconds: 1, least: 0.88 },
  ])("$processes processes use at least $least of $limit slots, with answers of $medianSeconds s", ({ limit, processes, medianSeconds, least }) => {
    const { use, most } = slotUse({ limit, processes, targets: 5_000, medianSeconds, seed: 1 });
    expect(most).toBeLessThanOrEqual(limit);
    expect(use).toBeGreaterThan(least);
  });
});
