import { expect, test } from "vitest";
import { SlotUseMeter } from "../../../src/simulate/stats.ts";

function aMeter(): { meter: SlotUseMeter; pass: (seconds: number) => void } {
  let now = 1_000_000;
  return { meter: new SlotUseMeter(() => now), pass: (seconds) => void (now += seconds * 1000) };
}

test("requests in flight are summed over time from the second target's first question to the last one's", () => {
  const { meter, pass } = aMeter();
  meter.firstAsked();
  const leaveFirst = meter.enter();
  pass(5);
  meter.firstAsked();
  const leaveSecond = meter.enter();
  pass(2);
  leaveFirst();
  leaveFirst();
  pass(1);
  meter.firstAsked();
  leaveSecond();
  pass(60);
  expect(meter.read()).toEqual({ seconds: 3, requestSeconds: 5 });
});

test("what is asked a second time prolongs nothing", () => {
  const { meter, pass } = aMeter();
  meter.firstAsked();
  meter.firstAsked();
  pass(1);
  meter.enter();
  pass(1);
  expect(meter.read()).toEqual({ seconds: 0, requestSeconds: 0 });
});
