import { describe, expect, test } from "vitest";
import { askCanaries, watchCanaries, type CanaryRepository } from "../../../src/batch/canary-watch.ts";
import type { CanaryMeaning } from "../../../src/decide/host/canary.ts";
import { FakeClock } from "../../support/time/fake-clock.ts";

const never = new AbortController().signal;

/** A sweep's row with its own clock, and what was recorded in it. */
class FakeRepository implements CanaryRepository {
  readonly recorded: string[] = [];
  #taken = -Infinity;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  take(everySeconds: number): Promise<number | null> {
    const now = this.#clock.monotonic() / 1000;
    if (now - this.#taken < everySeconds) return Promise.resolve(null);
    this.#taken = now;
    return Promise.resolve(now);
  }

  good(taken: number): Promise<void> {
    this.recorded.push(`good at ${taken - START}`);
    return Promise.resolve();
  }

  bad(): Promise<void> {
    this.recorded.push("bad");
    return Promise.resolve();
  }
}

const START = new FakeClock().monotonic() / 1000;

/** Answers of canaries, by name. */
function answering(meanings: Readonly<Record<string, CanaryMeaning>>, asked: string[] = []): (target: string) => Promise<CanaryMeaning> {
  return (target) => {
    asked.push(target);
    return Promise.resolve(meanings[target]!);
  };
}

describe("canaries asked once", () => {
  const cases: Record<string, { meanings: Readonly<Record<string, CanaryMeaning>>; recorded: string[]; recordedLast?: string[] }> = {
    "one with data is recorded as good": { meanings: { A: "good" }, recorded: ["good at 0"] },
    "one without data is recorded as bad": { meanings: { A: "bad" }, recorded: ["bad"] },
    "one with data is enough, whatever the others say": { meanings: { A: "bad", B: "good" }, recorded: ["good at 0"] },
    "an answer without data counts more than no answer": { meanings: { A: "bad", B: "unknown" }, recorded: ["bad"] },
    "one that could not be asked is not recorded, but before the verdict it counts as bad": { meanings: { A: "unknown" }, recorded: [], recordedLast: ["bad"] },
    "one that the provider refuses is not recorded": { meanings: { A: "useless" }, recorded: [] },
    "one that is refused does not outweigh one that could not be asked": { meanings: { A: "useless", B: "unknown" }, recorded: [], recordedLast: ["bad"] },
    "without canaries nothing is recorded": { meanings: {}, recorded: [] },
  };

  test.each(Object.entries(cases))("%s", async (_, { meanings, recorded, recordedLast = recorded }) => {
    const spec = { targets: Object.keys(meanings), everySeconds: 60 };
    for (const isLast of [false, true]) {
      const repository = new FakeRepository(new FakeClock());
      await askCanaries(spec, repository, answering(meanings), isLast, never);
      expect(repository.recorded).toEqual(isLast ? recordedLast : recorded);
    }
  });

  test("are asked until one is good, and no longer", async () => {
    const asked: string[] = [];
    const spec = { targets: ["A", "B", "C"], everySeconds: 60 };
    await askCanaries(spec, new FakeRepository(new FakeClock()), answering({ A: "unknown", B: "good", C: "good" }, asked), false, never);
    expect(asked).toEqual(["A", "B"]);
  });
});

describe("canaries watched", () => {
  const spec = { targets: ["A"], everySeconds: 60 };

  test("are asked by one of the processes each time, until stopped", async () => {
    const clock = new FakeClock();
    const repository = new FakeRepository(clock);
    const asked: string[] = [];
    const stop = new AbortController();
    const processes = [1, 2, 3].map(() => watchCanaries(spec, repository, answering({ A: "good" }, asked), clock, stop.signal));
    await clock.advance(125);
    expect(asked).toHaveLength(3);
    expect(repository.recorded).toEqual(["good at 0", "good at 60", "good at 120"]);
    stop.abort(new Error("stopped"));
    await Promise.all(processes);
  });

  test("are recorded with the time at which they were taken, not at which they answered", async () => {
    const clock = new FakeClock();
    const repository = new FakeRepository(clock);
    const stop = new AbortController();
    const slow = async (): Promise<CanaryMeaning> => {
      await clock.sleep(10_000);
      return "good";
    };
    const watching = watchCanaries(spec, repository, slow, clock, stop.signal);
    await clock.advance(15);
    expect(repository.recorded).toEqual(["good at 0"]);
    stop.abort(new Error("stopped"));
    await watching;
  });

  test("end the watch at once if there are none", async () => {
    const clock = new FakeClock();
    await watchCanaries({ targets: [], everySeconds: 60 }, new FakeRepository(clock), answering({}), clock, never);
  });
});
