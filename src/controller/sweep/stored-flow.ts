import { without } from "../../kube/object.ts";
import type { StoredFlow, SweepObjectStatus } from "../../model/sweep-object.ts";
import type { MeasuredSums, SweepStatus } from "../../model/sweep.ts";

/** The flow as it is written into an object. */
export function storedFlow(flow: SweepStatus): StoredFlow {
  const { measured, ...sums } = flow.sums;
  return measured === undefined ? flow : { ...flow, sums: { ...sums, measured: JSON.stringify(measured) } };
}

/** The flow of an object, or null where it has none yet. What cannot be read was not measured: no decision depends on it. */
export function flowIn({ flow }: Pick<SweepObjectStatus, "flow">): SweepStatus | null {
  if (flow === undefined) return null;
  const measured = readMeasured(flow.sums.measured);
  const sums = without(flow.sums, "measured");
  return { ...flow, sums: measured === undefined ? sums : { ...sums, measured } };
}

function readMeasured(measured: StoredFlow["sums"]["measured"]): MeasuredSums | undefined {
  if (typeof measured !== "string") return measured;
  try {
    return JSON.parse(measured) as MeasuredSums;
  } catch {
    return undefined;
  }
}
