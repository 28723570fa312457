import { expect, test } from "vitest";
import { isOwnJob, workOf } from "../../../../src/controller/sweep/observe-jobs.ts";
import type { Job } from "../../../../src/kube/object.ts";

function aJob(annotation: string | null, owner = "u1", controller = true): Job {
  return {
    metadata: { name: "again-b1", uid: "j1", resourceVersion: "1", annotations: annotation === null ? {} : { "sluice.dev/work": annotation }, ownerReferences: [{ apiVersion: "", kind: "Sweep", name: "again", uid: owner, controller }] },
  };
}

test.each([
  ['{"program":"batch","batch":7}', { program: "batch", batch: 7 }],
  ['{"program":"prepare","pass":2,"round":1,"attempt":3}', { program: "prepare", pass: 2, round: 1, attempt: 3 }],
  ['{"program":"prepare","pass":2}', null],
  ['{"program":"batch","batch":"7"}', null],
  ['{"program":"other"}', null],
  ["null", null],
  ["{", null],
  [null, null],
])("the work of a Job with %s is %o", (annotation, work) => {
  expect(workOf(aJob(annotation))).toEqual(work);
});

test("a Job is a sweep's own by the uid of its controller", () => {
  expect(isOwnJob(aJob(null), "u1")).toBe(true);
  expect(isOwnJob(aJob(null, "u1", false), "u1")).toBe(false);
  expect(isOwnJob(aJob(null, "former"), "u1")).toBe(false);
});
