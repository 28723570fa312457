import { beforeEach, expect, test } from "vitest";
import { Overlay } from "../../../../src/controller/sweep/expectations.ts";
import type { Job } from "../../../../src/kube/object.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

let clock: FakeClock;
let overlay: Overlay;

beforeEach(() => {
  clock = new FakeClock();
  overlay = new Overlay(clock);
});

function job(uid: string, name = uid): Job {
  return { metadata: { namespace: "bgp", name, uid, resourceVersion: "1" } };
}

function names(cached: readonly Job[]): string[] {
  return overlay.over("sweep", cached).map(({ metadata }) => metadata.uid);
}

test("a Job that was made is there before the cache has seen it, and once when it has", () => {
  overlay.made("sweep", job("b1"));
  expect(names([job("b0")])).toEqual(["b0", "b1"]);
  expect(names([job("b0"), job("b1")])).toEqual(["b0", "b1"]);
  expect(overlay.secondsToDoubt("sweep")).toBeNull();
  expect(names([job("b0")])).toEqual(["b0"]);
});

test("a Job that was removed is gone before the cache has seen that", () => {
  overlay.removed("sweep", job("b0"));
  expect(names([job("b0"), job("b1")])).toEqual(["b1"]);
  expect(names([job("b1")])).toEqual(["b1"]);
  expect(overlay.secondsToDoubt("sweep")).toBeNull();
});

test("one that came under the name of one that was removed is there", () => {
  overlay.removed("sweep", job("old", "b0"));
  overlay.made("sweep", job("new", "b0"));
  expect(names([job("old", "b0")])).toEqual(["new"]);
  expect(names([job("new", "b0")])).toEqual(["new"]);
});

test("one that was made and removed before the cache saw it leaves nothing", () => {
  overlay.made("sweep", job("b1"));
  overlay.removed("sweep", job("b1"));
  expect(names([])).toEqual([]);
  expect(overlay.secondsToDoubt("sweep")).toBeNull();
});

test("one that came and went between two looks is gone, once the cache has seen it go", () => {
  const made = { metadata: { ...job("b1").metadata, ownerReferences: [{ apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", name: "daily", uid: "sweep" }] } };
  overlay.made("sweep", made);
  overlay.gone(made);
  expect(names([])).toEqual([]);
});

test("what one sweep did says nothing of another", () => {
  overlay.made("other", job("b1"));
  expect(names([])).toEqual([]);
  overlay.forget("other");
  expect(overlay.secondsToDoubt("other")).toBeNull();
});

test("one that is not seen for half a minute is doubtful, and asked for", async () => {
  overlay.made("sweep", job("b1"));
  overlay.made("sweep", job("b2"));
  expect(overlay.secondsToDoubt("sweep")).toBe(30);
  await clock.advance(29);
  expect(overlay.doubtful("sweep")).toEqual([]);
  await clock.advance(1);
  expect(overlay.doubtful("sweep").map(({ metadata }) => metadata.uid)).toEqual(["b1", "b2"]);
  overlay.confirm("sweep", "b1");
  overlay.drop("sweep", "b2");
  expect(overlay.doubtful("sweep")).toEqual([]);
  expect(names([])).toEqual(["b1"]);
  expect(overlay.secondsToDoubt("other")).toBeNull();
});
