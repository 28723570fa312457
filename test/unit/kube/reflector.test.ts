import { expect, test, describe } from "vitest";
import { ApiError, ApiUnreachable } from "../../../src/kube/api-error.ts";
import { afterWatch, Backoff } from "../../../src/kube/reflector.ts";

describe("reflector", () => {
  test.for([
    ["closed by the server after its time", null, 300, 2, { relist: false, hasWorked: true, pause: false }],
    ["closed by the server after a second", null, 1, 0, { relist: false, hasWorked: true, pause: true }],
    ["closed by the server at once", null, 0.1, 0, { relist: false, hasWorked: false, pause: true }],
    ["broken after an event", new ApiUnreachable("cut"), 0.1, 1, { relist: false, hasWorked: true, pause: true }],
    ["broken after a long time", new ApiUnreachable("cut"), 300, 9, { relist: false, hasWorked: true, pause: true }],
    ["never accepted", new ApiUnreachable("refused"), 0, 0, { relist: false, hasWorked: false, pause: true }],
    ["refused as too old", new ApiError(410, "Expired", ""), 0, 0, { relist: true, hasWorked: false, pause: true }],
    ["refused as too old from within", new ApiError(410, "Expired", ""), 60, 9, { relist: true, hasWorked: false, pause: true }],
    ["forbidden", new ApiError(403, "Forbidden", ""), 0, 0, { relist: true, hasWorked: false, pause: true }],
    ["refused by a server that has too much to do", new ApiError(429, "TooManyRequests", ""), 0, 0, { relist: false, hasWorked: false, pause: true }],
    ["refused by a server with an error", new ApiError(500, "InternalError", ""), 0, 0, { relist: true, hasWorked: false, pause: true }],
    ["ended by our own bug", new TypeError("no"), 0, 0, { relist: false, hasWorked: false, pause: true }],
  ] as const)("a watch that was %s", ([, error, seconds, events, next]) => {
    expect(afterWatch({ error, seconds, events })).toEqual(next);
  });
});

describe("pause", () => {
  test("doubles from one second to thirty, and starts again after a reset", () => {
    const pause = new Backoff(() => 1);
    expect(Array.from({ length: 7 }, () => pause.next())).toEqual([1, 2, 4, 8, 16, 30, 30]);
    pause.reset();
    expect(pause.next()).toBe(1);
  });

  test("makes half of each pause random", () => {
    const pause = new Backoff(() => 0);
    expect([pause.next(), pause.next()]).toEqual([0.5, 1]);
  });
});
