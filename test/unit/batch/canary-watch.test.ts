import { describe, expect, test } from "vitest";
import { askCanaries, watchCanaries, type CanaryRepository } from "../../../src/batch/canary-watch.ts";
import type { CanaryMeaning } from "../../../src/decide/host/canary.ts";
import { FakeClock } from "../../support/time/fake-clock.ts";

const never = new AbortController().signal;

/** A sweep's row: its own clock, and what was told. */
class FakeBoard implements CanaryRepository {
  readonly told: string[] = [];
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
    this.told.push(`good at ${taken - START}`);
    return Promise.resolve();
  }

  ill(): Promise<void> {
    this.told.push("ill");
    return Promise.resolve();
  }
}

const START = new FakeClock().monotonic() / 1000;

/** Canaries by name, and what each says. */
function answering(meanings: Readonly<Record<string, CanaryMeaning>>, asked: string[] = []): (target: string) => Promise<CanaryMeaning> {
  return (target) => {
    asked.push(target);
    return Promise.resolve(meanings[target]!);
  };
}

describe("canaries asked once", () => {
  const cases: Record<string, { meanings: Readonly<Record<string, CanaryMeaning>>; told: string[]; toldLast?: string[] }> = {
    "one that has data tells that the host is well": { meanings: { A: "good" }, told: ["good at 0"] },
    "one that has none tells that it is ill": { meanings: { A: "ill" }, told: ["ill"] },
    "only where none has data it is ill": { meanings: { A: "ill", B: "good" }, told: ["good at 0"] },
    "what was seen counts more than what could not be": { meanings: { A: "ill", B: "unknown" }, told: ["ill"] },
    "what could not be asked tells nothing, but before the verdict it is as good as ill": { meanings: { A: "unknown" }, told: [], toldLast: ["ill"] },
    "a target that the provider refuses tells nothing": { meanings: { A: "useless" }, told: [] },
    "nor does one beside one that could not be asked": { meanings: { A: "useless", B: "unknown" }, told: [], toldLast: ["ill"] },
    "where there are none nothing is told": { meanings: {}, told: [] },
  };

  test.each(Object.entries(cases))("%s", async (_, { meanings, told, toldLast = told }) => {
    const spec = { targets: Object.keys(meanings), everySeconds: 60 };
    for (const isLast of [false, true]) {
      const board = new FakeBoard(new FakeClock());
      await askCanaries(spec, board, answering(meanings), isLast, never);
      expect(board.told).toEqual(isLast ? toldLast : told);
    }
  });

  test("are asked until one is good, and no longer", async () => {
    const asked: string[] = [];
    const spec = { targets: ["A", "B", "C"], everySeconds: 60 };
    await askCanaries(spec, new FakeBoard(new FakeClock()), answering({ A: "unknown", B: "good", C: "good" }, asked), false, never);
    expect(asked).toEqual(["A", "B"]);
  });
});

describe("canaries watched", () => {
  const spec = { targets: ["A"], everySeconds: 60 };

  test("are asked by one of the processes each time, until they are to stop", async () => {
    const clock = new FakeClock();
    const board = new FakeBoard(clock);
    const asked: string[] = [];
    const stop = new AbortController();
    const processes = [1, 2, 3].map(() => watchCanaries(spec, board, answering({ A: "good" }, asked), clock, stop.signal));
    await clock.advance(125);
    expect(asked).toHaveLength(3);
    expect(board.told).toEqual(["good at 0", "good at 60", "good at 120"]);
    stop.abort(new Error("stopped"));
    await Promise.all(processes);
  });

  test("are told by the moment at which they were taken, not at which they answered", async () => {
    const clock = new FakeClock();
    const board = new FakeBoard(clock);
    const stop = new AbortController();
    const slow = async (): Promise<CanaryMeaning> => {
      await clock.sleep(10_000);
      return "good";
    };
    const watching = watchCanaries(spec, board, slow, clock, stop.signal);
    await clock.advance(15);
    expect(board.told).toEqual(["good at 0"]);
    stop.abort(new Error("stopped"));
    await watching;
  });

  test("that are none end the watch at once", async () => {
    const clock = new FakeClock();
    await watchCanaries({ targets: [], everySeconds: 60 }, new FakeBoard(clock), answering({}), clock, never);
  });
});
