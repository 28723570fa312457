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
  return expectations.over("sweep", cached).map(({ metadata }) => metadata.uid);
}

test("a Job that was made is there before the cache has seen it, and once when it has", () => {
  expectations.made("sweep", job("b1"));
  expect(names([job("b0")])).toEqual(["b0", "b1"]);
  expect(names([job("b0"), job("b1")])).toEqual(["b0", "b1"]);
  expect(expectations.secondsToDoubt("sweep")).toBeNull();
  expect(names([job("b0")])).toEqual(["b0"]);
});

test("a Job that was removed is gone before the cache has seen that", () => {
  expectations.removed("sweep", job("b0"));
  expect(names([job("b0"), job("b1")])).toEqual(["b1"]);
  expect(names([job("b1")])).toEqual(["b1"]);
  expect(expectations.secondsToDoubt("sweep")).toBeNull();
});

test("one that came under the name of one that was removed is there", () => {
  expectations.removed("sweep", job("old", "b0"));
  expectations.made("sweep", job("new", "b0"));
  expect(names([job("old", "b0")])).toEqual(["new"]);
  expect(names([job("new", "b0")])).toEqual(["new"]);
});

test("one that was made and removed before the cache saw it leaves nothing", () => {
  expectations.made("sweep", job("b1"));
  expectations.removed("sweep", job("b1"));
  expect(names([])).toEqual([]);
  expect(expectations.secondsToDoubt("sweep")).toBeNull();
});

test("one that came and went between two looks is gone, once the cache has seen it go", () => {
  const made = { metadata: { ...job("b1").metadata, ownerReferences: [{ apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", name: "daily", uid: "sweep" }] } };
  expectations.made("sweep", made);
  expectations.gone(made);
  expect(names([])).toEqual([]);
});

test("what one sweep did says nothing of another", () => {
  expectations.made("other", job("b1"));
  expect(names([])).toEqual([]);
  expectations.forget("other");
  expect(expectations.secondsToDoubt("other")).toBeNull();
});

test("one that is not seen for half a minute is doubtful, and asked for", async () => {
  expectations.made("sweep", job("b1"));
  expectations.made("sweep", job("b2"));
  expect(expectations.secondsToDoubt("sweep")).toBe(30);
  await clock.advance(29);
  expect(expectations.doubtful("sweep")).toEqual([]);
  await clock.advance(1);
  expect(expectations.doubtful("sweep").map(({ metadata }) => metadata.uid)).toEqual(["b1", "b2"]);
  expectations.confirm("sweep", "b1");
  expectations.drop("sweep", "b2");
  expect(expectations.doubtful("sweep")).toEqual([]);
  expect(names([])).toEqual(["b1"]);
  expect(expectations.secondsToDoubt("other")).toBeNull();
});
