import type { SweepObjectStatus } from "../../model/sweep-object.ts";
import { SWEEPS, type SweepObject } from "../resources.ts";
import type { SweepHands } from "./hands.ts";

/** Only over the version that was read. @returns what stands now. @throws ApiError 409 where somebody else wrote */
export async function writeStatus(sweep: SweepObject, status: SweepObjectStatus, { client }: SweepHands): Promise<SweepObject> {
  return client.replaceStatus(SWEEPS, { ...sweep, status });
}

/** Does it say something else than before? What only time changes (rate, eta) is written along with what is worth a write. */
export function saysOtherwise(before: SweepObjectStatus, after: SweepObjectStatus): boolean {
  const worth = ({ observedGeneration, phase, conditions = [] }: SweepObjectStatus): string =>
    JSON.stringify([observedGeneration, phase, conditions.map(({ type, status, reason, message }) => [type, status, reason, message])]);
  return worth(before) !== worth(after);
}
