import { expect, test, describe } from "vitest";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { Semaphore, Patience } from "../../../src/store/database.ts";

describe("database", () => {
  test("lets a number of callers in at once and the others in order, also after a failure", async () => {
    const semaphore = new Semaphore(2);
    const log: string[] = [];
    const ends: Record<string, () => void> = {};
    const enter = (name: string, fails = false): Promise<unknown> =>
      semaphore
        .through(async () => {
          log.push(name);
          await new Promise<void>((resolve) => (ends[name] = resolve));
          if (fails) throw new Error(name);
        })
        .catch(() => log.push(`${name} failed`));
    const all = [enter("a", true), enter("b"), enter("c"), enter("d")];
    expect(log).toEqual(["a", "b"]);
    ends["a"]!();
    await all[0];
    expect(log).toEqual(["a", "b", "c", "a failed"]);
    ends["b"]!();
    await all[1];
    expect(log).toEqual(["a", "b", "c", "a failed", "d"]);
    ends["c"]!();
    ends["d"]!();
    await Promise.all(all);
  });
});

describe("patience", () => {
  function aClock(): { monotonic: () => number; sleep: (milliseconds: number) => Promise<boolean>; readonly waits: number[] } {
    const waits: number[] = [];
    return {
      waits,
      monotonic: () => 1000 * waits.reduce((sum, seconds) => sum + seconds, 0),
      sleep: (milliseconds) => {
        waits.push(milliseconds / 1000);
        return Promise.resolve(true);
      },
    };
  }

  test("waits longer each time, up to two seconds, and not beyond its end", async () => {
    const clock = aClock();
    const patience = new Patience(clock, 7, "db");
    const cause = new Error("gone");
    for (let time = 0; time < 8; time += 1) await patience.wait({ problem: "gone" }, cause);
    expect(clock.waits.map((seconds) => Math.round(seconds * 100) / 100)).toEqual([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 1.85]);
    await expect(patience.wait({ problem: "gone" }, cause)).rejects.toThrow(new SurroundingsError("The database at db has been unavailable for 7 s: gone.", { cause }));
  });

  test.each([
    ["never answered yet: three seconds, since its URL is probably wrong", false, 3],
    ["answered before: as long as for one that is away", true, 30],
  ])("for a host whose name does not resolve, of a database that %s", async (_, hasAnswered, seconds) => {
    const clock = aClock();
    const patience = new Patience(clock, 30, "db");
    const failure = { problem: "getaddrinfo ENOTFOUND nosuch", unresolved: { host: "nosuch", isTemporary: false } };
    const waiting = async (): Promise<never> => {
      for (;;) await patience.wait(failure, new Error("gone"), hasAnswered);
    };
    await expect(waiting()).rejects.toThrow(/^The database at db cannot be found: the host name nosuch does not resolve/);
    expect(clock.monotonic() / 1000).toBeCloseTo(seconds);
  });
});
