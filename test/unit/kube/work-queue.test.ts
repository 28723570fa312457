import fc from "fast-check";
import { expect, test } from "vitest";
import { NotLeading } from "../../../src/kube/requests.ts";
import { WorkQueue, type Result } from "../../../src/kube/work-queue.ts";
import { FakeClock, settled } from "../../support/time/fake-clock.ts";

interface Begun {
  readonly key: string;
  /** Seconds of the clock. */
  readonly at: number;
  readonly end: (worked?: Result) => Promise<void>;
  readonly fail: (error?: Error) => Promise<void>;
}

/** A queue with workers that do nothing until the test says so. */
function aQueue(workers = 1): { queue: WorkQueue; clock: FakeClock; begun: Begun[]; failed: string[]; running: Promise<void> } {
  const clock = new FakeClock();
  const queue = new WorkQueue(clock);
  const begun: Begun[] = [];
  const failed: string[] = [];
  const work = (key: string): Promise<Result> =>
    new Promise((resolve, reject) => {
      const then = (act: () => void): Promise<void> => (act(), settled());
      begun.push({ key, at: clock.monotonic() / 1000, end: (worked = {}) => then(() => resolve(worked)), fail: (error = new Error("no")) => then(() => reject(error)) });
    });
  const running = queue.run(workers, work, (key) => failed.push(key));
  return { queue, clock, begun, failed, running };
}

const keys = (begun: readonly Begun[]): string[] => begun.map(({ key }) => key);

test("processes keys in the order in which they were added, each once however often it was added", async () => {
  const { queue, begun } = aQueue();
  for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);
  await settled();
  for (let done = 0; done < begun.length; done += 1) await begun[done]!.end();
  expect(keys(begun)).toEqual(["a", "b", "c"]);
});

test("never processes a key twice at once, and processes it again if it was added meanwhile", async () => {
  const { queue, begun } = aQueue(3);
  queue.add("a");
  await settled();
  queue.add("a");
  queue.add("a");
  queue.add("b");
  await settled();
  expect(keys(begun)).toEqual(["a", "b"]);
  await begun[0]!.end();
  expect(keys(begun)).toEqual(["a", "b", "a"]);
  await begun[2]!.end();
  expect(keys(begun)).toEqual(["a", "b", "a"]);
});

test("processes as many keys at once as it has workers", async () => {
  const { queue, begun } = aQueue(2);
  for (const key of ["a", "b", "c"]) queue.add(key);
  await settled();
  expect(keys(begun)).toEqual(["a", "b"]);
  expect(queue.depth).toBe(1);
});

test("adds a failed key again after 5 ms, 10 ms, 20 ms, and at most five minutes", async () => {
  const { queue, clock, begun, failed } = aQueue();
  queue.add("a");
  await settled();
  const waits: number[] = [];
  for (let failure = 1; failure <= 20; failure += 1) {
    const from = clock.monotonic() / 1000;
    await begun.at(-1)!.fail();
    await clock.advance(300);
    expect(begun).toHaveLength(failure + 1);
    waits.push(begun.at(-1)!.at - from);
  }
  expect(waits.slice(0, 4).map((seconds) => Math.round(seconds * 1000))).toEqual([5, 10, 20, 40]);
  expect(waits.at(-1)).toBe(300);
  expect(failed).toHaveLength(20);
  await begun.at(-1)!.end();
  expect(queue.failures("a")).toBe(0);
});

test("does not report the loss of the lease as a failure", async () => {
  const { queue, begun, failed } = aQueue();
  queue.add("a");
  await settled();
  await begun[0]!.fail(new NotLeading("not ours"));
  expect(failed).toEqual([]);
});

test("processes a key again when the work asks for it, at the earliest of several times", async () => {
  const { queue, clock, begun } = aQueue();
  queue.add("a");
  await settled();
  await begun[0]!.end({ requeueAfterSeconds: 60 });
  queue.addAfter("a", 300);
  queue.addAfter("b", 10);
  await clock.advance(9.999);
  expect(keys(begun)).toEqual(["a"]);
  await clock.advance(0.001);
  expect(keys(begun)).toEqual(["a", "b"]);
  await begun[1]!.end();
  await clock.advance(50);
  expect(keys(begun)).toEqual(["a", "b", "a"]);
  await begun[2]!.end();
  await clock.advance(1000);
  expect(begun).toHaveLength(3);
});

test("forgets the later time of a key that is added now", async () => {
  const { queue, clock, begun } = aQueue();
  queue.addAfter("a", 60);
  queue.add("a");
  await settled();
  await begun[0]!.end();
  await clock.advance(120);
  expect(begun).toHaveLength(1);
});

test("waits for months, although a timer takes at most 24 days", async () => {
  const clock = new FakeClock();
  const asked: number[] = [];
  const queue = new WorkQueue({ now: () => clock.now(), monotonic: () => clock.monotonic(), sleep: (milliseconds, signal) => (asked.push(milliseconds / 1000), clock.sleep(milliseconds, signal)) });
  const months = 100 * 86_400;
  queue.addAfter("a", months);
  await clock.advance(months - 1);
  expect(queue.depth).toBe(0);
  await clock.advance(1);
  expect(queue.depth).toBe(1);
  expect(Math.max(...asked)).toBeLessThanOrEqual(3600);
});

test("measures how long the first key has waited", async () => {
  const { queue, clock, begun } = aQueue();
  expect(queue.oldestSeconds).toBe(0);
  queue.add("a");
  await settled();
  queue.add("b");
  await clock.advance(7);
  queue.add("c");
  expect([queue.depth, queue.oldestSeconds]).toEqual([2, 7]);
  await begun[0]!.end();
  expect([queue.depth, queue.oldestSeconds]).toEqual([1, 0]);
});

test("finishes the keys in process when drained, starts no other, and is empty then", async () => {
  const { queue, clock, begun, running } = aQueue(2);
  for (const key of ["a", "b", "c"]) queue.add(key);
  queue.addAfter("d", 1);
  await settled();
  queue.add("a");
  let isDrained = false;
  const drained = queue.drain().then(() => (isDrained = true));
  queue.add("e");
  await begun[0]!.end({ requeueAfterSeconds: 1 });
  await settled();
  expect(isDrained).toBe(false);
  await begun[1]!.fail();
  await drained;
  await running;
  await clock.advance(1000);
  expect(keys(begun)).toEqual(["a", "b"]);
  expect(queue.depth).toBe(0);
});

test("is drained at once where no key is in process", async () => {
  const { queue, running } = aQueue();
  await queue.drain();
  await running;
});

test("loses and doubles no key, in whatever order keys are added and work finishes", async () => {
  const step = fc.record({ key: fc.constantFrom("a", "b", "c"), act: fc.constantFrom("add", "end", "fail", "wait") });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), async (steps, workers) => {
      const { queue, clock, begun } = aQueue(workers);
      const ended = new Set<Begun>();
      /** Keys added since work on them was begun last: each must be begun once more. */
      const owed = new Set<string>();
      let looked = 0;
      const look = (): void => {
        for (; looked < begun.length; looked += 1) owed.delete(begun[looked]!.key);
        const running = begun.filter((work) => !ended.has(work)).map(({ key }) => key);
        expect(new Set(running).size).toBe(running.length);
      };
      const first = (): Begun | undefined => begun.find((work) => !ended.has(work));
      for (const { key, act } of steps) {
        const running = first();
        if (act === "add") {
          queue.add(key);
          owed.add(key);
          await settled();
        } else if (act === "wait") await clock.advance(1);
        else if (running !== undefined) {
          ended.add(running);
          if (act === "fail") owed.add(running.key);
          await (act === "end" ? running.end() : running.fail());
        }
        look();
      }
      for (let round = 0; round < 200 && (owed.size > 0 || first() !== undefined); round += 1) {
        const running = first();
        if (running !== undefined) {
          ended.add(running);
          await running.end();
        }
        await clock.advance(300);
        look();
      }
      expect([...owed]).toEqual([]);
      await queue.drain();
    }),
    { numRuns: 100 },
  );
});

test("lets namespaces take turns: one key of another waits for one key of the one that floods, not for all", async () => {
  const { queue, begun } = aQueue();
  for (let number = 0; number < 5000; number += 1) queue.add(`flood/${number}`);
  await settled();
  queue.add("bgp/daily");
  queue.add("lab/hourly");
  expect(queue.depth).toBe(5001);
  for (let done = 0; done < 3; done += 1) await begun[done]!.end();
  expect(keys(begun)).toEqual(["flood/0", "flood/1", "bgp/daily", "lab/hourly"]);
});

test("keeps a worker free of the namespace whose reconciles hang", async () => {
  const { queue, begun } = aQueue(3);
  for (let number = 0; number < 10; number += 1) queue.add(`slow/${number}`);
  await settled();
  expect(keys(begun)).toEqual(["slow/0", "slow/1"]);
  queue.add("bgp/daily");
  await settled();
  expect(keys(begun)).toEqual(["slow/0", "slow/1", "bgp/daily"]);
  await begun[0]!.end();
  expect(keys(begun).at(-1)).toBe("slow/2");
});

test("says how long the key has waited that waits longest, in whatever namespace", async () => {
  const { queue, clock } = aQueue();
  queue.add("a/held");
  await settled();
  queue.add("a/first");
  await clock.advance(5);
  queue.add("b/second");
  expect(queue.oldestSeconds).toBe(5);
});
