import { expect, test, describe } from "vitest";
import { ApiError, ApiUnreachable } from "../../../src/kube/api-error.ts";
import { afterWatch, Backoff } from "../../../src/kube/reflector.ts";

describe("reflector", () => {
  test.for([
    ["closed by the server after its time", null, 300, 2, { listAgain: false, worked: true, pause: false }],
    ["closed by the server after a second", null, 1, 0, { listAgain: false, worked: true, pause: true }],
    ["closed by the server at once", null, 0.1, 0, { listAgain: false, worked: false, pause: true }],
    ["broken after an event", new ApiUnreachable("cut"), 0.1, 1, { listAgain: false, worked: true, pause: true }],
    ["broken after a long time", new ApiUnreachable("cut"), 300, 9, { listAgain: false, worked: true, pause: true }],
    ["never taken by anybody", new ApiUnreachable("refused"), 0, 0, { listAgain: false, worked: false, pause: true }],
    ["refused as too old", new ApiError(410, "Expired", ""), 0, 0, { listAgain: true, worked: false, pause: true }],
    ["told in the middle that it is too old", new ApiError(410, "Expired", ""), 60, 9, { listAgain: true, worked: false, pause: true }],
    ["forbidden", new ApiError(403, "Forbidden", ""), 0, 0, { listAgain: true, worked: false, pause: true }],
    ["refused by a server that has too much to do", new ApiError(429, "TooManyRequests", ""), 0, 0, { listAgain: false, worked: false, pause: true }],
    ["refused by a server that is ill", new ApiError(500, "InternalError", ""), 0, 0, { listAgain: true, worked: false, pause: true }],
    ["ended by a fault of ours", new TypeError("no"), 0, 0, { listAgain: false, worked: false, pause: true }],
  ] as const)("a watch that was %s", ([, error, seconds, events, next]) => {
    expect(afterWatch({ error, seconds, events })).toEqual(next);
  });
});

describe("pause", () => {
  test("doubles from one second to thirty, and begins anew when all was well", () => {
    const pause = new Backoff(() => 1);
    expect(Array.from({ length: 7 }, () => pause.next())).toEqual([1, 2, 4, 8, 16, 30, 30]);
    pause.reset();
    expect(pause.next()).toBe(1);
  });

  test("leaves half of each to chance", () => {
    const pause = new Backoff(() => 0);
    expect([pause.next(), pause.next()]).toEqual([0.5, 1]);
  });
});
