import { describe, expect, test } from "vitest";
import { anonymousMemoryReader, MemoryGuard, kernelPeak } from "../../../src/batch/memory-guard.ts";

describe("memory guard", () => {
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
      expect(exceeded).toEqual(["out of memory: 91 MiB of anonymous memory; the limit is 100 MiB"]);
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
});

describe("kernel peak", () => {
  const V2 = { "/proc/self/cgroup": "0::/kubepods/pod1/abc\n" };
  const V1 = { "/proc/self/cgroup": "12:cpu:/other\n5:memory:/docker/abc\n0::/\n" };

  const cases: Record<string, { files: Readonly<Record<string, string>>; peak: number | null }> = {
    "in a container of its own, version 2": {
      files: { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "134217728\n", "/sys/fs/cgroup/memory.peak": "90000000\n" },
      peak: 90_000_000,
    },
    "in a group below the root, version 2": {
      files: { ...V2, "/sys/fs/cgroup/kubepods/pod1/abc/memory.max": "134217728\n", "/sys/fs/cgroup/kubepods/pod1/abc/memory.peak": "80000000\n" },
      peak: 80_000_000,
    },
    "in a group below the root, version 1": {
      files: {
        ...V1,
        "/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "134217728\n",
        "/sys/fs/cgroup/memory/docker/abc/memory.max_usage_in_bytes": "70000000\n",
      },
      peak: 70_000_000,
    },
    "none where version 2 knows no limit: the peak is that of the whole machine": {
      files: { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "max\n", "/sys/fs/cgroup/memory.peak": "9000000000\n" },
      peak: null,
    },
    "none where version 1 knows no limit": {
      files: {
        ...V1,
        "/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "9223372036854771712\n",
        "/sys/fs/cgroup/memory/docker/abc/memory.max_usage_in_bytes": "70000000\n",
      },
      peak: null,
    },
    "none where the kernel is too old to hold a peak": { files: { ...V2, "/sys/fs/cgroup/memory.max": "134217728\n" }, peak: null },
    "none where there are no groups at all": { files: {}, peak: null },
  };

  test.each(Object.entries(cases))("%s", (_, { files, peak }) => {
    expect(kernelPeak((file) => files[file] ?? null)).toBe(peak);
  });

  test("can be asked on this machine, whatever it is", () => {
    const peak = kernelPeak();
    expect(peak === null || (Number.isSafeInteger(peak) && peak > 0)).toBe(true);
  });
});
