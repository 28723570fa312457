import { afterEach, describe, expect, test } from "vitest";
import { Sampler, type BatchSnapshot } from "../../../src/batch/sampler.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";
import type { Sample } from "../../../src/store/samples.ts";
import { FakeClock, settled } from "../../support/time/fake-clock.ts";

const AT_FIRST: BatchSnapshot = { inFlightSeconds: 0, slotsLimit: 8, requests: 0, retries: 0, targets: 0, settled: 0, rows: 0, wireBytes: 0, textBytes: 0, anonPeak: 50 };

const stops: (() => void)[] = [];

afterEach(() => {
  stops.splice(0).forEach((stop) => stop());
});

interface Started {
  readonly clock: FakeClock;
  readonly sampler: Sampler;
  readonly written: Sample[];
  readonly ended: Promise<unknown>;
  /** In milliseconds. */
  readonly began: number;
  readonly stand: (fields: Partial<BatchSnapshot>) => void;
  readonly fail: (error: Error | null) => void;
  readonly stop: () => void;
}

function start(): Started {
  const clock = new FakeClock();
  const began = clock.now();
  const written: Sample[] = [];
  let standing = AT_FIRST;
  let failure: Error | null = null;
  const sampler = new Sampler(clock, () => standing, (sample) => {
    if (failure !== null) return Promise.reject(failure);
    written.push(sample);
    return Promise.resolve();
  });
  const running = new AbortController();
  const stop = (): void => running.abort(new Error("the batch is done"));
  stops.push(stop);
  const ended = sampler.run(running.signal).then(
    () => null,
    (error: unknown) => error,
  );
  return { clock, sampler, written, ended, began, stand: (fields) => (standing = { ...standing, ...fields }), fail: (error) => (failure = error), stop };
}

test("writes every five seconds what was done in them, and at the end the rest", async () => {
  const { clock, sampler, written, ended, began, stand, stop } = start();
  stand({ inFlightSeconds: 30, requests: 12, retries: 1, targets: 10, settled: 9, rows: 100, wireBytes: 1000, textBytes: 9000, anonPeak: 60 });
  await clock.advance(5);
  stand({ inFlightSeconds: 32, requests: 13, targets: 12, settled: 10, rows: 150, wireBytes: 1100, textBytes: 9900, anonPeak: 70, slotsLimit: 4 });
  await clock.advance(2);
  stop();
  expect(await ended).toBeNull();
  await sampler.finish();
  const second = began / 1000;
  expect(written).toEqual([
    { began: second, ended: second + 5, inFlight: 6, slotsLimit: 8, requests: 12, retries: 1, targets: 10, settled: 9, rows: 100, wireBytes: 1000, textBytes: 9000, anonPeak: 60 },
    { began: second + 5, ended: second + 7, inFlight: 1, slotsLimit: 4, requests: 1, retries: 0, targets: 2, settled: 1, rows: 50, wireBytes: 100, textBytes: 900, anonPeak: 70 },
  ]);
});

test("writes nothing about no time", async () => {
  const { sampler, written } = start();
  await sampler.finish();
  expect(written).toEqual([]);
});

test("does not count on after the end", async () => {
  const { clock, written, stop, ended } = start();
  stop();
  await ended;
  await clock.advance(20);
  expect(written).toEqual([]);
});

describe("a database that is away", () => {
  test("is no matter for the batch: the next sample is about the whole time since the last one", async () => {
    const { clock, sampler, written, began, stand, fail } = start();
    await clock.advance(5);
    fail(new SurroundingsError("The database is away."));
    stand({ inFlightSeconds: 20, requests: 10 });
    await clock.advance(10);
    fail(null);
    stand({ inFlightSeconds: 30, requests: 16 });
    await clock.advance(5);
    expect(written.map(({ began: from, ended: to, requests, inFlight }) => [from - began / 1000, to - began / 1000, requests, inFlight])).toEqual([
      [0, 5, 0, 0],
      [5, 20, 16, 2],
    ]);
    fail(new SurroundingsError("The database is away."));
    await clock.advance(1);
    await expect(sampler.finish()).resolves.toBeUndefined();
  });

  test("is told from a bug, which is thrown", async () => {
    const { clock, ended, fail } = start();
    const bug = new Error('column "rowz" does not exist');
    fail(bug);
    await clock.advance(5);
    await settled();
    expect(await ended).toBe(bug);
  });
});
