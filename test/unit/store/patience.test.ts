import { expect, test } from "vitest";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { Patience } from "../../../src/store/patience.ts";

function aClock(): { monotonic: () => number; wait: (seconds: number) => Promise<void>; readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    monotonic: () => 1000 * waits.reduce((sum, seconds) => sum + seconds, 0),
    wait: (seconds) => {
      waits.push(seconds);
      return Promise.resolve();
    },
  };
}

test("waits longer each time, no longer than two seconds, and not beyond its end", async () => {
  const clock = aClock();
  const patience = new Patience(clock, 7, "db");
  for (let time = 0; time < 8; time += 1) await patience.wait("gone");
  expect(clock.waits.map((seconds) => Math.round(seconds * 100) / 100)).toEqual([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 1.85]);
  await expect(patience.wait("gone")).rejects.toThrow(new SurroundingsError("The database at db could not do its work for 7 s: gone."));
});
