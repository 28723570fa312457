import { describe, expect, test } from "vitest";
import { countInFlight } from "../../../src/simulate/in-flight.ts";

describe("requests in flight", () => {
  test("are counted by address, and the most of them is kept", async () => {
    const counted = countInFlight();
    const first = await counted.enter("a", 2);
    await counted.enter("a", 2);
    await counted.enter("b", 2);
    first.leave();
    first.leave();
    expect((await counted.enter("a", 2)).over).toBe(false);
    expect(counted.most()).toBe(2);
  });
  test("above the limit are a breach, of those that came last", async () => {
    const counted = countInFlight();
    const places = await Promise.all([1, 2, 3, 4].map(() => counted.enter("a", 2)));
    expect(places.map(({ over }) => over)).toEqual([false, false, true, true]);
    expect(counted.most()).toBe(4);
  });
  test("that end in the same turn of the loop as the next begins are no breach", async () => {
    const counted = countInFlight();
    const [first] = await Promise.all([counted.enter("a", 1)]);
    const second = counted.enter("a", 1);
    setImmediate(first.leave);
    expect((await second).over).toBe(false);
    expect(counted.most()).toBe(1);
  });
});
