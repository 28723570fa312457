import { beforeEach, expect, test } from "vitest";
import { Expectations } from "../../../../src/controller/sweep/expectations.ts";
import type { Job } from "../../../../src/kube/object.ts";
import { FakeClock } from "../../../support/time/fake-clock.ts";

let clock: FakeClock;
let expectations: Expectations;

beforeEach(() => {
  clock = new FakeClock();
  expectations = new Expectations(clock);
});

function job(uid: string, name = uid): Job {
  return { metadata: { namespace: "bgp", name, uid, resourceVersion: "1" } };
}

function names(cached: readonly Job[]): string[] {
  return expectations.applyTo("sweep", cached).map(({ metadata }) => metadata.uid);
}

test("a created Job is listed before the cache shows it, and only once afterwards", () => {
  expectations.created("sweep", job("b1"));
  expect(names([job("b0")])).toEqual(["b0", "b1"]);
  expect(names([job("b0"), job("b1")])).toEqual(["b0", "b1"]);
  expect(expectations.secondsToOverdue("sweep")).toBeNull();
  expect(names([job("b0")])).toEqual(["b0"]);
});

test("a deleted Job is not listed, although the cache still shows it", () => {
  expectations.deleted("sweep", job("b0"));
  expect(names([job("b0"), job("b1")])).toEqual(["b1"]);
  expect(names([job("b1")])).toEqual(["b1"]);
  expect(expectations.secondsToOverdue("sweep")).toBeNull();
});

test("a new Job under the name of a deleted one is listed", () => {
  expectations.deleted("sweep", job("old", "b0"));
  expectations.created("sweep", job("new", "b0"));
  expect(names([job("old", "b0")])).toEqual(["new"]);
  expect(names([job("new", "b0")])).toEqual(["new"]);
});

test("a Job created and deleted before the cache showed it leaves no expectation", () => {
  expectations.created("sweep", job("b1"));
  expectations.deleted("sweep", job("b1"));
  expect(names([])).toEqual([]);
  expect(expectations.secondsToOverdue("sweep")).toBeNull();
});

test("a Job that came and went between two reconciles is not listed once the cache has seen it go", () => {
  const created = { metadata: { ...job("b1").metadata, ownerReferences: [{ apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", name: "daily", uid: "sweep" }] } };
  expectations.created("sweep", created);
  expectations.observeDeletion(created);
  expect(names([])).toEqual([]);
});

test("the expectations of one sweep do not affect another", () => {
  expectations.created("other", job("b1"));
  expect(names([])).toEqual([]);
  expectations.forgetSweep("other");
  expect(expectations.secondsToOverdue("other")).toBeNull();
});

test("a created Job is overdue when the cache has not shown it for 30 seconds", async () => {
  expectations.created("sweep", job("b1"));
  expectations.created("sweep", job("b2"));
  expect(expectations.secondsToOverdue("sweep")).toBe(30);
  await clock.advance(29);
  expect(expectations.overdue("sweep")).toEqual([]);
  await clock.advance(1);
  expect(expectations.overdue("sweep").map(({ metadata }) => metadata.uid)).toEqual(["b1", "b2"]);
  expectations.confirm("sweep", "b1");
  expectations.drop("sweep", "b2");
  expect(expectations.overdue("sweep")).toEqual([]);
  expect(names([])).toEqual(["b1"]);
  expect(expectations.secondsToOverdue("other")).toBeNull();
});
