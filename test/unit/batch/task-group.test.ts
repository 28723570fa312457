import { describe, expect, test } from "vitest";
import { TaskGroup } from "../../../src/batch/task-group.ts";
import { settled } from "../../support/time/fake-clock.ts";

/** Goes on until it is to stop; then it ends as `end` says. */
async function untilStopped(stop: AbortSignal, end: () => void = () => undefined): Promise<void> {
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener("abort", resolve));
  end();
}

const outside = new AbortController().signal;

describe("work that lives and ends together", () => {
  test("goes on beside the main piece until that has ended", async () => {
    const together = new TaskGroup(outside);
    const told: string[] = [];
    together.aside((stop) => untilStopped(stop, () => told.push("the other ended")));
    await together.main(() => Promise.resolve(void told.push("the main piece ended")));
    await settled();
    expect(told).toEqual(["the main piece ended"]);
    await together.end();
    expect(told).toEqual(["the main piece ended", "the other ended"]);
  });

  test("ends with what one beside it throws, and the main piece throws it", async () => {
    const together = new TaskGroup(outside);
    together.aside(() => Promise.reject(new Error("no database")));
    await expect(together.main((stop) => untilStopped(stop))).rejects.toThrow("no database");
    await together.end();
  });

  test("throws the first of two problems", async () => {
    const together = new TaskGroup(outside);
    together.aside((stop) =>
      untilStopped(stop, () => {
        throw new Error("only a consequence");
      }),
    );
    await expect(together.main(() => Promise.reject(new Error("the cause")))).rejects.toThrow("the cause");
    await together.end();
  });

  test("ends when it is stopped from outside, and that is no problem of its own", async () => {
    const stop = new AbortController();
    const together = new TaskGroup(stop.signal);
    const whyStopped: unknown[] = [];
    together.aside((ended) => untilStopped(ended, () => ended.throwIfAborted()));
    const main = together.main((ended) =>
      untilStopped(ended, () => {
        whyStopped.push(ended.reason);
        ended.throwIfAborted();
      }),
    );
    stop.abort(new Error("asked to stop"));
    await main;
    await together.end();
    expect(whyStopped).toEqual([new Error("asked to stop")]);
  });

  test("does not begin in earnest where it was stopped before", async () => {
    const together = new TaskGroup(AbortSignal.abort(new Error("asked to stop")));
    expect(together.signal.aborted).toBe(true);
    await together.main((ended) => untilStopped(ended));
    await together.end();
  });
});
