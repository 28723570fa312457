import { describe, expect, test } from "vitest";
import { Committer, type Finished } from "../../../src/batch/committer.ts";
import { settled } from "../../support/time/fake-clock.ts";
import { finished } from "./fakes.ts";

/** Commits that end when the test says so. */
function byHand(): { committer: Committer; committed: number[][]; endOne: (error?: Error) => Promise<void> } {
  const committed: number[][] = [];
  const open: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const committer = new Committer((items) => {
    committed.push(items.map(({ targetId }) => targetId));
    return new Promise((resolve, reject) => open.push({ resolve, reject }));
  });
  return {
    committer,
    committed,
    endOne: async (error) => {
      const { resolve, reject } = open.shift()!;
      if (error === undefined) resolve();
      else reject(error);
      await settled();
    },
  };
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Adds without waiting for room; says how many had it at once. */
async function addAll(committer: Committer, items: readonly Finished[]): Promise<{ readonly added: () => number; readonly thrown: Error[] }> {
  let added = 0;
  const thrown: Error[] = [];
  items.forEach((item) => {
    committer.add(item).then(
      () => (added += 1),
      (error: unknown) => thrown.push(error as Error),
    );
  });
  await settled();
  return { added: () => added, thrown };
}

describe("a transaction", () => {
  test("takes what there is at once, and what comes meanwhile goes together into the next, in order", async () => {
    const { committer, committed, endOne } = byHand();
    await addAll(committer, numbers(1, 20).map((id) => finished(id)));
    expect(committed).toEqual([[1]]);
    await endOne();
    expect(committed).toEqual([[1], numbers(2, 20)]);
  });

  test("holds at most 64 targets", async () => {
    const { committer, committed, endOne } = byHand();
    await addAll(committer, numbers(0, 100).map((id) => finished(id)));
    await endOne();
    await endOne();
    expect(committed.map(({ length }) => length)).toEqual([1, 64, 36]);
    expect(committed.flat()).toEqual(numbers(0, 100));
  });

  test("holds at most 50,000 rows, so that it stays short", async () => {
    const { committer, committed, endOne } = byHand();
    await addAll(committer, [1, 2, 3, 4].map((id) => finished(id, 20_000)));
    await endOne();
    expect(committed).toEqual([[1], [2, 3]]);
  });

  test("holds one target alone that is larger", async () => {
    const { committer, committed, endOne } = byHand();
    await addAll(committer, [finished(1), finished(2, 150_000), finished(3), finished(4)]);
    await endOne();
    await endOne();
    expect(committed).toEqual([[1], [2], [3, 4]]);
  });

  test("takes a target that came to no reading", async () => {
    const { committer, committed, endOne } = byHand();
    await addAll(committer, [{ ...finished(1), reading: null }]);
    await endOne();
    await committer.idle();
    expect(committed).toEqual([[1]]);
  });
});

describe("askers wait", () => {
  test("while more than 32 targets are waiting for the database", async () => {
    const { committer, endOne } = byHand();
    const { added } = await addAll(committer, numbers(0, 34).map((id) => finished(id)));
    expect(added()).toBe(33);
    await endOne();
    expect(added()).toBe(35);
  });

  test("while more than 200,000 rows are: the tables of what is not committed are memory", async () => {
    const { committer, endOne } = byHand();
    const { added } = await addAll(committer, numbers(0, 5).map((id) => finished(id, 50_000)));
    expect(added()).toBe(5);
    await endOne();
    expect(added()).toBe(6);
  });
});

describe("what a commit throws", () => {
  const problem = new Error("fenced");

  test("is thrown to those who add, those who wait for room and those who wait for the end", async () => {
    const { committer, committed, endOne } = byHand();
    const waiting = await addAll(committer, numbers(0, 34).map((id) => finished(id)));
    const idle = committer.idle().catch((error: unknown) => error);
    await endOne(problem);
    expect(waiting.thrown).toEqual([problem, problem]);
    expect(await idle).toBe(problem);
    await expect(committer.idle()).rejects.toBe(problem);
    await expect(committer.add(finished(99))).rejects.toBe(problem);
    expect(committed).toEqual([[0]]);
  });
});

test("every reading is released once: of what was committed, what failed, what still waited, and what came after", async () => {
  const { committer, endOne } = byHand();
  const items = numbers(0, 5).map((id) => finished(id));
  await addAll(committer, items.slice(0, 1));
  expect(items[0]!.reading.releases).toBe(0);
  await addAll(committer, items.slice(1, 3));
  await endOne();
  expect(items[0]!.reading.releases).toBe(1);
  await addAll(committer, items.slice(3, 5));
  await endOne(new Error("no"));
  await addAll(committer, items.slice(5));
  expect(items.map(({ reading }) => reading.releases)).toEqual([1, 1, 1, 1, 1, 1]);
});

test("idle is over at once where nothing was added, and else when everything is committed", async () => {
  const { committer, endOne } = byHand();
  await committer.idle();
  let isIdle = false;
  await addAll(committer, [finished(1), finished(2)]);
  void committer.idle().then(() => (isIdle = true));
  await endOne();
  expect(isIdle).toBe(false);
  await endOne();
  expect(isIdle).toBe(true);
});
