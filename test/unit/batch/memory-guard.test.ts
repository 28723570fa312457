import { describe, expect, test } from "vitest";
import { anonymousMemoryReader, MemoryGuard } from "../../../src/batch/memory-guard.ts";

const MIB = 2 ** 20;

function aGuard(limitMib = 100): { guard: MemoryGuard; exceeded: string[]; at: (milliseconds: number, mib: number) => void; looks: () => number } {
  let now = 0;
  let anon = 0;
  let looks = 0;
  const exceeded: string[] = [];
  const guard = new MemoryGuard({
    limitBytes: limitMib * MIB,
    readAnon: () => {
      looks += 1;
      return anon * MIB;
    },
    monotonic: () => now,
    exceeded: (sentence) => exceeded.push(sentence),
  });
  return {
    guard,
    exceeded,
    looks: () => looks,
    at: (milliseconds, mib) => {
      now = milliseconds;
      anon = mib;
      guard.check();
    },
  };
}

describe("the memory guard", () => {
  test("looks at once, and then at most each 10 ms, however often it is called", () => {
    const { at, looks } = aGuard();
    for (let time = 0; time < 100; time += 1) at(time / 2, 50);
    expect(looks()).toBe(5);
  });

  test("remembers the most that it saw", () => {
    const { guard, at } = aGuard();
    at(0, 30);
    at(10, 80);
    at(20, 40);
    expect(guard.peakBytes).toBe(80 * MIB);
  });

  test("speaks at 90 % of the limit and not before, with a sentence", () => {
    const { at, exceeded } = aGuard();
    at(0, 90);
    expect(exceeded).toEqual([]);
    at(10, 91);
    expect(exceeded).toEqual(["out of memory: 91 MiB of anonymous memory, and the limit is 100 MiB"]);
  });
});

test("anonymous memory is read as the kernel counts it: what is held grows by what was taken", () => {
  const { read, close } = anonymousMemoryReader();
  try {
    const before = read();
    const held = Buffer.alloc(64 * MIB, 1);
    expect(read() - before).toBeGreaterThan(60 * MIB);
    expect(held[0]).toBe(1);
  } finally {
    close();
  }
});
