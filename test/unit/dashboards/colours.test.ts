import { expect, test } from "vitest";
import { PHASES, stateNumber, TARGET_STATES, WINDOW_STATES } from "../../../src/dashboards/colours.ts";
import { METRICS } from "../../support/dashboards/metrics.ts";

test.for([
  ["sluice_newest_window_state", "state", WINDOW_STATES],
  ["sluice_sweep_phase", "phase", PHASES],
  ["sluice_sweep_targets", "state", TARGET_STATES],
] as const)("every value of the label of %s has a colour", ([metric, label, states]) => {
  expect(METRICS.get(metric)![label]).toHaveLength(Object.keys(states).length);
  expect(METRICS.get(metric)![label]).toEqual(expect.arrayContaining(Object.keys(states)));
});

test("every state has its own number", () => {
  for (const states of [WINDOW_STATES, PHASES]) expect(new Set(Object.values(states).map(({ number }) => number)).size).toBe(Object.keys(states).length);
});

test("one series shows a state over time", () => {
  const states = { due: { number: 1, colour: "yellow" }, complete: { number: 2, colour: "green" } } as const;
  expect(stateNumber((state) => `window{state="${state}"}`, states, ["cronsweep"])).toBe('max by (cronsweep) ((window{state="due"} == 1) * 1 or (window{state="complete"} == 1) * 2)');
});
