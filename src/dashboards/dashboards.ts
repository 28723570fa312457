import type { ClassicDashboard } from "./classic.ts";
import { data } from "./data.ts";
import { oneSweep } from "./one-sweep.ts";
import { sweeps } from "./sweeps.ts";

/** By the name of its file. */
export function dashboards(): Readonly<Record<"sweeps" | "one-sweep" | "data", ClassicDashboard>> {
  return { sweeps: sweeps(), "one-sweep": oneSweep(), data: data() };
}
