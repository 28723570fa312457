import { expect, test } from "vitest";
import { takenUp } from "../../../src/decide/take-up.ts";
import { acts, aPreparing, aRunning, decide, ended, NOW, prepare, written } from "./builders.ts";

const BLOCKED = { reason: "Surroundings", message: "no list", since: NOW - 9000, tries: 7 } as const;
const waiting = aPreparing({ attempt: 7, notBefore: NOW + 300 }, { phase: "Blocked", blocked: BLOCKED });

test("a Blocked sweep tries its prepare at once, and is Blocked no more until that fails too", () => {
  const status = takenUp(waiting, NOW);
  expect(status.phase).toBe("Preparing");
  expect(acts(decide(status, [])).make.map(({ work }) => work)).toEqual([prepare(1, 1, 7)]);
  const after = written(decide(status, [ended(prepare(1, 1, 7), { exitCode: 3, lastLines: "still no list" })])).status;
  expect(after).toMatchObject({ phase: "Blocked", blocked: { message: "still no list", since: NOW, tries: 1 } });
});

test("a pass that was to begin later begins at once", () => {
  const status = takenUp(aPreparing({ pass: 3, notBefore: NOW + 600 }, { pass: 2 }), NOW);
  expect(acts(decide(status, [])).make.map(({ work }) => work)).toEqual([prepare(3)]);
});

test.each([
  ["one whose batches run", aRunning()],
  ["one that works again, and whose batches have not shown it yet", aRunning({ blocked: { ...BLOCKED, reason: "Crashing" } })],
])("%s goes on from where it was", (_, status) => {
  expect(takenUp(status, NOW)).toBe(status);
});
