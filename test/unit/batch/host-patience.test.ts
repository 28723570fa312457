import { describe, expect, test } from "vitest";
import { HostPatience } from "../../../src/batch/host-patience.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";
import type { Wait } from "../../../src/model/wait.ts";
import { FakeClock } from "../../support/time/fake-clock.ts";

const UNHEALTHY: Wait = { for: "illness", what: "127.0.0.1:9 is unhealthy", since: Date.UTC(2026, 10, 21, 4, 12) / 1000, until: Date.UTC(2026, 10, 21, 5, 1) / 1000, error: "no connection to 127.0.0.1:9" };
const PAUSED: Wait = { for: "throttled", what: "h:443 is paused", since: UNHEALTHY.since, until: UNHEALTHY.until, error: "HTTP 429" };
const SLOTS: Wait = { for: "slots", what: "all 8 slots of h:443 are used by daily", since: UNHEALTHY.since, until: null, error: null };
const LIMITS = { illness: 120, throttled: 300 };

describe("patience with a host", () => {
  test.each([
    ["an unhealthy one", UNHEALTHY, 120, "127.0.0.1:9 is unhealthy (since 04:12:00 UTC): no connection to 127.0.0.1:9."],
    ["a paused one", PAUSED, 300, "h:443 is paused (since 04:12:00, until 05:01:00 UTC): HTTP 429."],
  ])("ends after its time, with the reason: %s", async (_, wait, seconds, sentence) => {
    const clock = new FakeClock();
    const patience = new HostPatience(clock, LIMITS);
    patience.check(wait);
    await clock.advance(seconds - 1);
    patience.check(wait);
    await clock.advance(1);
    expect(() => patience.check(wait)).toThrow(new SurroundingsError(sentence));
  });

  test.each([
    ["something could be asked in between", null],
    ["it only waited for a slot in between", SLOTS],
  ])("starts anew where %s", async (_, between) => {
    const clock = new FakeClock();
    const patience = new HostPatience(clock, LIMITS);
    patience.check(UNHEALTHY);
    await clock.advance(119);
    patience.check(between);
    await clock.advance(119);
    patience.check(UNHEALTHY);
    await clock.advance(119);
    expect(() => patience.check(UNHEALTHY)).not.toThrow();
  });

  test("never ends where it is endless", async () => {
    const clock = new FakeClock();
    const patience = new HostPatience(clock, { illness: Infinity, throttled: Infinity });
    patience.check(UNHEALTHY);
    await clock.advance(100_000);
    expect(() => patience.check(UNHEALTHY)).not.toThrow();
  });
});
