import type { BatchRange } from "../../model/message.ts";
import type { LastBatch, Remaining } from "../../model/remaining.ts";
import type { BatchSpec } from "../../model/resolved.ts";

export interface PackedBatch {
  readonly number: number;
  readonly targets: readonly number[];
  readonly memoryBytes: number;
}

interface Packed {
  readonly batches: readonly PackedBatch[];
  /** Targets that ran out of memory alone in a batch with the largest limit: failed (memory), and not asked again by this sweep. */
  readonly exhausted: readonly number[];
}

/** The size and the memory of the batch in which a target is asked next. */
interface Place {
  readonly size: number;
  readonly memoryBytes: number;
}

/**
 * Packs a pass into batches, numbered from `firstNumber`. Targets keep their order within a place.
 *
 * The memory ladder: if a batch runs out of memory, its targets come back in batches a quarter as large with twice the memory, up to
 * `memoryMaxBytes`. Targets that were in flight at that time come back alone, so one giant harms its neighbours for one pass only.
 * If its batch ends in any other way, a target keeps its place on the ladder: it will need as much memory again.
 * The batches with the most memory come first: the largest answers take the longest, and a pass should not end with them.
 */
export function pack(pass: { remaining: readonly Remaining[]; outOfMemory: readonly number[]; spec: BatchSpec; firstNumber: number }): Packed {
  const { remaining, spec } = pass;
  const outOfMemory = new Set(pass.outOfMemory);
  const exhausted: number[] = [];
  const places = new Map<string, { place: Place; targets: number[] }>();
  for (const { targetId, lastBatch } of remaining) {
    const place = lastBatch !== null && outOfMemory.has(lastBatch.number) ? climbed(lastBatch, spec) : kept(lastBatch, spec);
    if (place === null) {
      exhausted.push(targetId);
      continue;
    }
    const key = `${place.memoryBytes}/${place.size}`;
    const group = places.get(key) ?? { place, targets: [] };
    group.targets.push(targetId);
    places.set(key, group);
  }
  const inOrder = [...places.values()].sort((one, other) => other.place.memoryBytes - one.place.memoryBytes || one.place.size - other.place.size);
  const batches = inOrder.flatMap(({ place, targets }) => chunks(targets, place.size).map((chunk) => ({ targets: chunk, memoryBytes: place.memoryBytes })));
  return { batches: batches.map((batch, index) => ({ number: pass.firstNumber + index, ...batch })), exhausted };
}

/** The batches as ranges of consecutive numbers with the same memory limit: all that the controller needs to know. */
export function ranges(batches: readonly PackedBatch[]): BatchRange[] {
  const found: BatchRange[] = [];
  for (const { number, memoryBytes } of batches) {
    const last = found.at(-1);
    if (last !== undefined && last.memoryBytes === memoryBytes && last.to === number - 1) found[found.length - 1] = { ...last, to: number };
    else found.push({ from: number, to: number, memoryBytes });
  }
  return found;
}

function climbed(last: LastBatch, spec: BatchSpec): Place | null {
  const most = Math.max(spec.memoryBytes, spec.memoryMaxBytes);
  if (last.size === 1 && last.memoryBytes >= most) return null;
  const size = last.asked ? 1 : Math.max(1, Math.floor(last.size / 4));
  return { size, memoryBytes: Math.min(most, last.memoryBytes * 2) };
}

function kept(last: LastBatch | null, spec: BatchSpec): Place {
  if (last === null || last.memoryBytes <= spec.memoryBytes) return { size: spec.targets, memoryBytes: spec.memoryBytes };
  return { size: last.size, memoryBytes: last.memoryBytes };
}

function chunks(targets: readonly number[], size: number): number[][] {
  const all: number[][] = [];
  for (let from = 0; from < targets.length; from += size) all.push(targets.slice(from, from + size));
  return all;
}
