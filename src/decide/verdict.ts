import type { Totals, WindowState } from "../model/states.ts";
import { settledOf } from "../model/states.ts";

/** What a window came to. A window without a target was never asked: it is incomplete. `atLeast` is a share, 0.999 for 99.9 %. */
export function verdict(totals: Totals, atLeast: number): WindowState {
  const settled = settledOf(totals);
  if (totals.targets === 0) return "incomplete";
  if (settled === totals.targets) return "complete";
  // A share such as 0.999 has no exact double: 0.07 of 100 targets must be 7 and not 7.000000000000001.
  return settled >= atLeast * totals.targets - 1e-6 ? "usable" : "incomplete";
}
