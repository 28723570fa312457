import { expect, test } from "vitest";
import { cgroupCandidates } from "../../../src/local/memory-cgroup.ts";

test.each([
  [
    "of version 1, in our own group and at the top of what a container sees",
    "4:cpu,cpuacct:/\n3:hugetlb,memory:/docker/abc\n",
    [
      { version: 1, folder: "/cgroups/memory/docker/abc" },
      { version: 1, folder: "/cgroups/memory" },
    ],
  ],
  [
    "of version 2, in our own group and beside it",
    "0::/user.slice/user@1000.service/app.slice/terminal.scope\n",
    [
      { version: 2, folder: "/cgroups/user.slice/user@1000.service/app.slice/terminal.scope" },
      { version: 2, folder: "/cgroups/user.slice/user@1000.service/app.slice" },
    ],
  ],
  ["nowhere, where there are no cgroups", "", []],
])("looks for folders for cgroups %s", (_, membership, expected) => {
  expect(cgroupCandidates("/cgroups", membership)).toEqual(expected);
});
