import type { Registry } from "@prometheus-io/client";
import Gauge from "@prometheus-io/client/lib/gauge.js";
import type { Distribution, Tally } from "../model/measured.ts";

/** The declaration of a metric, from which it is registered and documented. */
export interface Declaration {
  readonly type: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly help: string;
  readonly labels: Labels;
  /** Upper bounds of a histogram's buckets, in the unit of its name. */
  readonly borders?: readonly number[];
}

/** Each label with its values, or a sentence where they are names or too many. */
export type Labels = Readonly<Record<string, readonly string[] | string>>;

/** A metric without state: it is read at each scrape from a snapshot. */
export type Reading<T> = NumberReading<T> | HistogramReading<T>;

/** Reads a number, or null where nothing is known; for a metric with a label of its own the numbers by that label's values. */
export interface NumberReading<T> extends Declaration {
  readonly type: "counter" | "gauge";
  readonly read: (of: T) => number | Tally | null;
}

export interface HistogramReading<T> extends Declaration {
  readonly type: "histogram";
  readonly borders: readonly number[];
  readonly read: (of: T) => Distribution | null;
}

/** Every program has it; "sluice" is the command line. */
export const BUILD_INFO = {
  type: "gauge",
  name: "sluice_build_info",
  help: "Always 1. Its labels are the version and the program.",
  labels: { version: "the version", program: ["controller", "prepare", "batch", "sluice"] },
} as const satisfies Declaration;

export function registerBuildInfo(registry: Registry, { version, program }: { readonly version: string; readonly program: string }): void {
  const { name, help, labels } = BUILD_INFO;
  new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] }).set({ version, program }, 1);
}
