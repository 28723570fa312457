import { expect, test } from "vitest";
import { givenBack, leaseStep, renewed, taken } from "../../../src/kube/leader.ts";

const NOW = Date.UTC(2026, 10, 21, 5, 0, 0, 7);

test.for([
  ["is renewed by whoever has it", { holderIdentity: "us", leaseDurationSeconds: 15 }, 0, "renew"],
  ["is renewed by whoever has it, however long nothing happened", { holderIdentity: "us", leaseDurationSeconds: 15 }, 1000, "renew"],
  ["is left to another before it was seen unchanged for as long as it lasts", { holderIdentity: "them", leaseDurationSeconds: 15 }, 14.9, "wait"],
  ["is taken from another after that", { holderIdentity: "them", leaseDurationSeconds: 15 }, 15, "take"],
  ["lasts as long as its holder says, not as long as ours would", { holderIdentity: "them", leaseDurationSeconds: 60 }, 59, "wait"],
  ["is taken at once where it was given back", { holderIdentity: "", leaseDurationSeconds: 1 }, 0, "take"],
  ["is taken at once where nobody has ever had it", {}, 0, "take"],
  ["is taken at once from a process of the same pod, which is dead", { holderIdentity: "pod-0_uid_before", leaseDurationSeconds: 15 }, 0, "take"],
  ["is left to another pod of the same name", { holderIdentity: "pod-0_other-uid_x", leaseDurationSeconds: 15 }, 0, "wait"],
  ["is left to a pod whose name only begins so", { holderIdentity: "pod-0_uid2_x", leaseDurationSeconds: 15 }, 0, "wait"],
] as const)("a lease %s", ([, record, unchanged, step]) => {
  expect(leaseStep(record, { pod: "pod-0_uid", identity: "us" }, unchanged)).toBe(step);
});

test("counts the transitions, and keeps the time of acquisition", () => {
  const first = taken(undefined, "us", NOW);
  expect(first).toEqual({ holderIdentity: "us", leaseDurationSeconds: 15, leaseTransitions: 0, acquireTime: "2026-11-21T05:00:00.007000Z", renewTime: "2026-11-21T05:00:00.007000Z" });
  expect(renewed(first, NOW + 1000)).toEqual({ ...first, renewTime: "2026-11-21T05:00:01.007000Z" });
  expect(taken(givenBack(first, NOW), "them", NOW)).toMatchObject({ holderIdentity: "them", leaseTransitions: 1, leaseDurationSeconds: 15 });
});
