import { describe, expect, test } from "vitest";
import type { Finished } from "../../../src/batch/committer.ts";
import { runWorkerPool, type PoolWork } from "../../../src/batch/worker-pool.ts";
import { settled } from "../../support/time/fake-clock.ts";
import { finished } from "./fakes.ts";

/** Asking that ends when the test says so. */
class Questions {
  readonly asked: number[] = [];
  readonly added: number[] = [];
  most = 0;
  #open = new Map<number, { resolve: (item: Finished) => void; reject: (error: unknown) => void }>();

  get open(): number[] {
    return [...this.#open.keys()];
  }

  ask = (target: { readonly id: number }, until: AbortSignal): Promise<Finished> =>
    new Promise((resolve, reject) => {
      this.asked.push(target.id);
      this.#open.set(target.id, { resolve, reject });
      this.most = Math.max(this.most, this.#open.size);
      until.addEventListener("abort", () => {
        this.#open.delete(target.id);
        reject(until.reason as Error);
      });
    });

  add = (item: Finished): Promise<void> => {
    this.added.push(item.targetId);
    return Promise.resolve();
  };

  async answer(id = this.open[0]!, error?: Error): Promise<void> {
    const { resolve, reject } = this.#open.get(id)!;
    this.#open.delete(id);
    if (error === undefined) resolve(finished(id));
    else reject(error);
    await settled();
  }

  async answerAll(): Promise<void> {
    while (this.open.length > 0) await this.answer();
  }
}

function targets(count: number): { id: number; name: string }[] {
  return Array.from({ length: count }, (_, id) => ({ id, name: `AS${id}` }));
}

interface Running {
  readonly questions: Questions;
  readonly stop: AbortController;
  readonly ended: () => boolean;
  readonly thrown: () => unknown;
  readonly loseLease: () => Promise<void>;
}

async function run(count: number, concurrency: number, changes: Partial<PoolWork> = {}): Promise<Running> {
  const questions = new Questions();
  const stop = new AbortController();
  let lease = new AbortController();
  let ended = false;
  let thrown: unknown = null;
  runWorkerPool({ targets: targets(count), concurrency, stop: stop.signal, lease: () => lease.signal, ask: questions.ask, add: questions.add, ...changes }).then(
    () => (ended = true),
    (error: unknown) => (thrown = error),
  );
  await settled();
  return {
    questions,
    stop,
    ended: () => ended,
    thrown: () => thrown,
    loseLease: async () => {
      const lost = lease;
      lease = new AbortController();
      lost.abort(new Error("the lease is lost"));
      await settled();
    },
  };
}

describe("lanes", () => {
  test("ask so many at a time, the next whenever one is done, and each once", async () => {
    const { questions, ended } = await run(10, 3);
    expect(questions.asked).toEqual([0, 1, 2]);
    await questions.answer(1);
    expect(questions.asked).toEqual([0, 1, 2, 3]);
    await questions.answerAll();
    expect(questions.asked).toEqual(targets(10).map(({ id }) => id));
    expect(questions.added.toSorted((one, other) => one - other)).toEqual(questions.asked);
    expect([questions.most, ended()]).toEqual([3, true]);
  });

  test.each([
    ["there is no target", 0, 16],
    ["there are fewer targets than lanes", 2, 16],
  ])("end too where %s", async (_, count, concurrency) => {
    const { questions, ended } = await run(count, concurrency);
    await questions.answerAll();
    expect([questions.asked.length, ended()]).toEqual([count, true]);
  });

  test("end early, without throwing, when they are to stop: what is under way is let go, and nothing more is asked", async () => {
    const { questions, stop, ended, thrown } = await run(10, 3);
    await questions.answer();
    stop.abort(new Error("stopped"));
    await settled();
    expect([ended(), thrown()]).toEqual([true, null]);
    expect([questions.asked.length, questions.added]).toEqual([4, [0]]);
  });

  test("ask nothing where they are to stop from the beginning", async () => {
    const { questions, ended } = await run(10, 3, { stop: AbortSignal.abort(new Error("stopped")) });
    expect([questions.asked, ended()]).toEqual([[], true]);
  });

  test("ask again what was under way when the lease was lost, under the next one", async () => {
    const { questions, ended, loseLease } = await run(4, 2);
    await questions.answer(0);
    await loseLease();
    expect(questions.open).toEqual([3, 1]);
    await loseLease();
    await questions.answerAll();
    expect(questions.added.toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3]);
    expect(ended()).toBe(true);
  });

  test("throw what asking throws, where neither a stop nor the lease is its cause", async () => {
    const { questions, thrown } = await run(4, 2);
    await questions.answer(0, new Error("a bug"));
    expect(thrown()).toEqual(new Error("a bug"));
  });

  test("wait with the next target until there is room for the last", async () => {
    const rooms: (() => void)[] = [];
    const { questions } = await run(4, 1, { add: () => new Promise((resolve) => rooms.push(resolve)) });
    await questions.answer(0);
    expect(questions.asked).toEqual([0]);
    rooms[0]!();
    await settled();
    expect(questions.asked).toEqual([0, 1]);
  });
});
