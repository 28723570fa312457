import type { Registry } from "@prometheus-io/client";
import Gauge from "@prometheus-io/client/lib/gauge.js";
import type { Distribution, Tally } from "../model/measured.ts";

/** One metric, as it is declared and documented. */
export interface Declaration {
  readonly type: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly help: string;
  readonly labels: Labels;
  /** Upper borders of a histogram's buckets, in the unit of its name. */
  readonly borders?: readonly number[];
}

/** Each label with the words that it may be, or a sentence where they are names or too many. */
export type Labels = Readonly<Record<string, readonly string[] | string>>;

/** One that has no state of its own: it is read at each scrape from what there is. */
export type Reading<T> = NumberReading<T> | HistogramReading<T>;

/** A number, or null where there is nothing to say; of one with a label of its own the numbers by that label's words. */
export interface NumberReading<T> extends Declaration {
  readonly type: "counter" | "gauge";
  readonly read: (of: T) => number | Tally | null;
}

export interface HistogramReading<T> extends Declaration {
  readonly type: "histogram";
  readonly borders: readonly number[];
  readonly read: (of: T) => Distribution | null;
}

/** program: controller, batch, prepare, or sluice for the command line. */
export function registerBuildInfo(registry: Registry, { version, program }: { readonly version: string; readonly program: string }): void {
  const info = new Gauge({ name: "sluice_build_info", help: "Always 1: which version of which program this is.", labelNames: ["version", "program"], registers: [registry] });
  info.set({ version, program }, 1);
}
