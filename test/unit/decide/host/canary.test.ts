import { describe, expect, test } from "vitest";
import { canaryMeans, canaryTargets } from "../../../../src/decide/host/canary.ts";

describe("the canaries", () => {
  test("are those that the spec names", () => {
    expect(canaryTargets({ targets: ["AS12654"], everySeconds: 60 }, ["AS1"])).toEqual(["AS12654"]);
  });

  test("are the three largest targets of the last complete window if it names none", () => {
    expect(canaryTargets({ targets: [], everySeconds: 60 }, ["AS1", "AS2", "AS3", "AS4"])).toEqual(["AS1", "AS2", "AS3"]);
  });

  test("are none on the first day of a dataset if it names none", () => {
    expect(canaryTargets({ targets: [], everySeconds: 60 }, [])).toEqual([]);
  });
});

test.each([
  ["updates: the host has data", { state: "ok", error: null }, "good"],
  ["another number of them than it declares: it has data, too", { state: "mismatch", error: "declared-wrong" }, "good"],
  ["empty, which it never is: bad", { state: "empty", error: null }, "bad"],
  ["an answer that ends early: bad", { state: "suspect", error: "ends-early" }, "bad"],
  ["maintenance: bad", { state: "failed", error: "maintenance" }, "bad"],
  ["its own errors: bad", { state: "failed", error: "server" }, "bad"],
  ["a body that marks itself as an error: bad", { state: "failed", error: "error-body" }, "bad"],
  ["no connection says nothing about its data", { state: "failed", error: "connect" }, "unknown"],
  ["nor does a timeout", { state: "failed", error: "timeout" }, "unknown"],
  ["nor does 429", { state: "failed", error: "throttled" }, "unknown"],
  ["a target that the provider refuses is no canary", { state: "rejected", error: null }, "useless"],
] as const)("%s", (_, result, meaning) => {
  expect(canaryMeans(result)).toBe(meaning);
});
