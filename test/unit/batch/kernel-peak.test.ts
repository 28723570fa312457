import { expect, test } from "vitest";
import { kernelPeak } from "../../../src/batch/kernel-peak.ts";

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
