import Counter from "@prometheus-io/client/lib/counter.js";
import Gauge from "@prometheus-io/client/lib/gauge.js";
import Histogram from "@prometheus-io/client/lib/histogram.js";
import Registry from "@prometheus-io/client/lib/registry.js";
import { CRON_SWEEPS, DATASETS, PHASES_OF_SWEEPS, PROCESS } from "./controller.ts";
import { registerBuildInfo, type Declaration } from "./declaration.ts";
import { readAtScrape } from "./read-at-scrape.ts";
import { registerProcessMetrics, registerSweepMetrics } from "./run-metrics.ts";
import type { LeaderSnapshot } from "./snapshot.ts";

/** The controller's state, read at each scrape. */
export interface ControllerState {
  readonly version: string;
  readonly isLeader: () => boolean;
  /** The waiting keys and how long the first has waited, by kind. */
  readonly queues: () => Readonly<Record<string, { readonly depth: number; readonly oldestSeconds: number }>>;
  readonly secondsSinceHeard: () => number;
  /** Null while another replica leads. */
  readonly leaderSnapshot: () => LeaderSnapshot | null;
}

/** An ApiCall of kube/requests.ts, which metrics may not import. */
interface ObservedCall {
  readonly verb: string;
  readonly resource: string;
  readonly code: number;
  readonly seconds: number;
}

const NOTHING: LeaderSnapshot = { phases: {}, sweeps: [], cronSweeps: [], datasets: [] };

/** The controller's /metrics. The declarations are in controller.ts. */
export class ControllerMetrics {
  readonly #registry = new Registry();
  readonly #reconcileSeconds = new Histogram(declared(PROCESS.reconcileSeconds, this.#registry));
  readonly #reconcileErrors = new Counter(declared(PROCESS.reconcileErrors, this.#registry));
  readonly #requests = new Counter(declared(PROCESS.apiRequests, this.#registry));
  readonly #requestSeconds = new Histogram(declared(PROCESS.apiRequestSeconds, this.#registry));
  readonly #eventsLost = new Counter(declared(PROCESS.eventsLost, this.#registry));
  readonly #leaderSnapshot: ControllerState["leaderSnapshot"];
  /** Taken once for each scrape, so that it walks through the caches once for all metrics. */
  #snapshot = NOTHING;

  constructor(state: ControllerState) {
    const registry = this.#registry;
    this.#leaderSnapshot = state.leaderSnapshot;
    registerBuildInfo(registry, { version: state.version, program: "controller" });
    const gauge = (of: Declaration, set: (gauge: Gauge<string>) => void): void => {
      new Gauge({
        ...declared(of, registry),
        collect() {
          set(this);
        },
      });
    };
    const byKind = (of: Declaration, value: (queue: ReturnType<ControllerState["queues"]>[string]) => number): void =>
      gauge(of, (metric) => Object.entries(state.queues()).forEach(([kind, queue]) => metric.set({ kind }, value(queue))));
    gauge(PROCESS.leader, (metric) => metric.set(state.isLeader() ? 1 : 0));
    gauge(PROCESS.syncAge, (metric) => metric.set(state.secondsSinceHeard()));
    byKind(PROCESS.queueDepth, ({ depth }) => depth);
    byKind(PROCESS.queueOldest, ({ oldestSeconds }) => oldestSeconds);
    readAtScrape(registry, [PHASES_OF_SWEEPS], () => [this.#snapshot.phases], () => ({ labels: {}, fromZero: false }));
    registerSweepMetrics(registry, () => this.#snapshot.sweeps);
    readAtScrape(registry, CRON_SWEEPS, () => this.#snapshot.cronSweeps, ({ dataset, namespace, name }) => ({ labels: { dataset, sweep_namespace: namespace, cronsweep: name }, fromZero: false }));
    readAtScrape(registry, DATASETS, () => this.#snapshot.datasets, ({ dataset }) => ({ labels: { dataset }, fromZero: false }));
    registerProcessMetrics(registry);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  reconciled(kind: string, seconds: number, hasFailed: boolean): void {
    this.#reconcileSeconds.observe({ kind }, seconds);
    // Also without a failure, so that the counter starts at 0 and increase() sees the first one.
    this.#reconcileErrors.inc({ kind }, hasFailed ? 1 : 0);
  }

  requested({ verb, resource, code, seconds }: ObservedCall): void {
    this.#requests.inc({ verb, resource, code: String(code) });
    this.#requestSeconds.observe({ verb }, seconds);
  }

  eventLost(): void {
    this.#eventsLost.inc();
  }

  async text(): Promise<string> {
    this.#snapshot = this.#leaderSnapshot() ?? NOTHING;
    return this.#registry.metrics();
  }
}

function declared({ name, help, labels, borders }: Declaration, registry: Registry) {
  return { name, help, labelNames: Object.keys(labels), registers: [registry], ...(borders === undefined ? {} : { buckets: [...borders] }) };
}
