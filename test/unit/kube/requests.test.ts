import { expect, test } from "vitest";
import { ApiError, ApiUnreachable } from "../../../src/kube/api-error.ts";
import { secondsBeforeRetry, NotLeading } from "../../../src/kube/requests.ts";

const refused = (status: number, retryAfter: number | null = null): ApiError => new ApiError(status, "", "", retryAfter);

test.for([
  ["a read that got no answer", new ApiUnreachable(""), true, 0.2],
  ["a write that got no answer", new ApiUnreachable(""), false, null],
  ["a read that met a server's trouble", refused(503), true, 0.2],
  ["a write that met a server's trouble", refused(503), false, null],
  ["a read that came too often", refused(429), true, 0.2],
  ["a write that came too often", refused(429), false, 0.2],
  ["a write that came too often, when the server names a time", refused(429, 3), false, 3.2],
  ["a read, when the server names a time beyond measure", refused(429, 86_400), true, 30.2],
  ["what is forbidden", refused(403), true, null],
  ["what is not there", refused(404), true, null],
  ["what is forgotten", refused(410), true, null],
  ["a conflict", refused(409), false, null],
  ["a write without the lease", new NotLeading(""), false, null],
] as const)("after the first try of %s", ([, error, reads, seconds]) => {
  expect(secondsBeforeRetry(error, reads, 1, 1)).toBe(seconds);
});

test("waits longer each time, half of it at random, and gives up after five tries", () => {
  const error = new ApiUnreachable("");
  expect([1, 2, 3, 4, 5].map((tries) => secondsBeforeRetry(error, true, tries, 1))).toEqual([0.2, 0.4, 0.8, 1.6, null]);
  expect(secondsBeforeRetry(error, true, 4, 0)).toBe(0.8);
});
