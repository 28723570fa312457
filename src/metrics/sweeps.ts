import type { Registry } from "@prometheus-io/client";
import { SWEEPS } from "./controller.ts";
import { readAtScrape, type Subject } from "./read-at-scrape.ts";
import type { ToldSweep } from "./told.ts";

/** The sluice_sweep_…, of the controller and of `sluice run`. */
export function tellOfSweeps(registry: Registry, sweeps: () => readonly ToldSweep[]): void {
  readAtScrape(registry, SWEEPS, sweeps, aboutSweep);
}

/** The counters of one that is over stand still. */
function aboutSweep({ dataset, namespace, name, isOver }: ToldSweep): Subject {
  return { labels: { dataset, sweep_namespace: namespace, sweep: name }, fromZero: !isOver };
}
