import { describe, expect, test } from "vitest";
import { TaskGroup } from "../../../src/batch/task-group.ts";
import { settled } from "../../support/time/fake-clock.ts";

/** Runs until it is stopped, then calls `end`. */
async function untilStopped(stop: AbortSignal, end: () => void = () => undefined): Promise<void> {
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener("abort", resolve));
  end();
}

const outside = new AbortController().signal;

describe("a task group", () => {
  test("runs background tasks until the main task is done", async () => {
    const tasks = new TaskGroup(outside);
    const ended: string[] = [];
    tasks.background((stop) => untilStopped(stop, () => ended.push("background")));
    await tasks.main(() => Promise.resolve(void ended.push("main")));
    await settled();
    expect(ended).toEqual(["main"]);
    await tasks[Symbol.asyncDispose]();
    expect(ended).toEqual(["main", "background"]);
  });

  test("stops on an error in the background, and main() rejects with it", async () => {
    await using tasks = new TaskGroup(outside);
    tasks.background(() => Promise.reject(new Error("no database")));
    await expect(tasks.main((stop) => untilStopped(stop))).rejects.toThrow("no database");
  });

  test("rejects with the first of two errors", async () => {
    await using tasks = new TaskGroup(outside);
    tasks.background((stop) =>
      untilStopped(stop, () => {
        throw new Error("only a consequence");
      }),
    );
    await expect(tasks.main(() => Promise.reject(new Error("the cause")))).rejects.toThrow("the cause");
  });

  test("stops with the outer signal, and that is no error", async () => {
    const stop = new AbortController();
    await using tasks = new TaskGroup(stop.signal);
    const whyStopped: unknown[] = [];
    tasks.background((ended) => untilStopped(ended, () => ended.throwIfAborted()));
    const main = tasks.main((ended) =>
      untilStopped(ended, () => {
        whyStopped.push(ended.reason);
        ended.throwIfAborted();
      }),
    );
    stop.abort(new Error("asked to stop"));
    await main;
    expect(whyStopped).toEqual([new Error("asked to stop")]);
  });

  test("is stopped from the start if the outer signal is aborted", async () => {
    await using tasks = new TaskGroup(AbortSignal.abort(new Error("asked to stop")));
    expect(tasks.signal.aborted).toBe(true);
    await tasks.main((ended) => untilStopped(ended));
  });
});
