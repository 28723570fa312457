import { whyNotAskable } from "../../decide/askable.ts";
import { parseMoment } from "../../model/moment.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";
import type { EpochSeconds } from "../../model/window.ts";
import type { Provider } from "../../providers/provider.ts";
import { rulesFor } from "../../providers/registry.ts";
import { acceptSweep, isRefused } from "../accept.ts";
import type { CronSweepObject, SweepObject } from "../resources.ts";
import type { Hindrance } from "./conditions.ts";
import { freezePods } from "./frozen.ts";
import { SWEEP_REASON } from "./reasons.ts";
import type { Begun } from "./show-status.ts";

/** A Sweep as it begins, or why it does not. */
export type SweepAcceptance =
  | { readonly begun: Begun; readonly spec: ResolvedSpec; readonly warnings: readonly string[] }
  | { readonly refused: Hindrance; /** Seconds after which time alone may have put it right; null where it has to be changed. */ readonly again: number | null };

/** @param cronSweep the one that the Sweep names, read just now; null where it names none or there is none */
export function acceptanceOf(sweep: SweepObject, cronSweep: CronSweepObject | null, image: string, providers: readonly Provider[], now: EpochSeconds): SweepAcceptance {
  const acceptance = acceptSweep(sweep, cronSweep, providers, now);
  if (isRefused(acceptance)) {
    const isMissing = sweep.spec.cronSweepRef !== undefined && cronSweep === null;
    return { refused: { reason: isMissing ? SWEEP_REASON.cronSweepNotFound : SWEEP_REASON.invalid, message: acceptance.problems.join("; ") }, again: null };
  }
  const { spec, warnings } = acceptance;
  const unaskable = whyNotAskable(spec.window, { ...spec, firstData: parseMoment(rulesFor(spec.host.name, providers)?.firstData ?? ""), now });
  if (unaskable !== null) {
    const seconds = spec.window.end + spec.grid.settleSeconds - now;
    return { refused: { reason: SWEEP_REASON.notAskable, message: `spec.window.start: ${unaskable}` }, again: seconds > 0 ? seconds : null };
  }
  return { begun: { dataset: spec.dataset, window: spec.window, frozen: freezePods(acceptance, image) }, spec, warnings };
}
