import { expect, test } from "vitest";
import { PHASES, stateNumber, TARGET_STATES, WINDOW_STATES } from "../../../src/dashboards/colours.ts";
import { METRICS } from "../../support/dashboards/metrics.ts";

test.for([
  ["sluice_newest_window_state", "state", WINDOW_STATES],
  ["sluice_sweep_phase", "phase", PHASES],
  ["sluice_sweep_targets", "state", TARGET_STATES],
] as const)("every word of %s has a colour", ([metric, label, words]) => {
  expect(METRICS.get(metric)![label]).toHaveLength(Object.keys(words).length);
  expect(METRICS.get(metric)![label]).toEqual(expect.arrayContaining(Object.keys(words)));
});

test("no two words have one number", () => {
  for (const words of [WINDOW_STATES, PHASES]) expect(new Set(Object.values(words).map(({ number }) => number)).size).toBe(Object.keys(words).length);
});

test("a state over time is one series", () => {
  const words = { due: { number: 1, colour: "yellow" }, complete: { number: 2, colour: "green" } } as const;
  expect(stateNumber((state) => `window{state="${state}"}`, words, ["cronsweep"])).toBe('max by (cronsweep) ((window{state="due"} == 1) * 1 or (window{state="complete"} == 1) * 2)');
});
