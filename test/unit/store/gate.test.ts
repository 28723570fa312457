import { expect, test } from "vitest";
import { Gate } from "../../../src/store/gate.ts";

test("lets so many in at once, the others in their order, also after a failure", async () => {
  const gate = new Gate(2);
  const log: string[] = [];
  const ends: Record<string, () => void> = {};
  const enter = (name: string, fails = false): Promise<unknown> =>
    gate
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
