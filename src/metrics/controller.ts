import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";

/** What is asked for at each scrape, as it is then. */
export interface ControllerState {
  readonly isLeader: () => boolean;
  /** Keys that wait, by kind. */
  readonly queueDepth: () => Readonly<Record<string, number>>;
  /** Only of Sweeps that the leader follows: 0 for phases that none is in. */
  readonly sweepsByPhase: () => Readonly<Record<string, number>>;
  readonly secondsSinceHeard: () => number;
}

/** One request to the API server: kube/api-call.ts. */
export interface ApiCallSeen {
  readonly verb: string;
  readonly resource: string;
  readonly code: number;
  readonly seconds: number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Everything that the controller tells at /metrics. Labels are bounded: never a sweep, a batch or a target. */
export class ControllerMetrics {
  readonly #registry = new Registry();

  /** kind: sweep, cronsweep. */
  readonly #reconcileSeconds = new Histogram({ name: "sluice_reconcile_seconds", help: "How long one look at an object took.", labelNames: ["kind"] as const, buckets: SECONDS, registers: [this.#registry] });

  /** kind: sweep, cronsweep. Each of them is tried again. */
  readonly #reconcileErrors = new Counter({ name: "sluice_reconcile_errors_total", help: "Looks at an object that failed and are tried again.", labelNames: ["kind"] as const, registers: [this.#registry] });

  /** verb: get, list, watch, create, update, patch, delete, log. resource: the plurals that the controller may touch. code: HTTP status; 0 where no answer came. */
  readonly #requests = new Counter({ name: "sluice_api_requests_total", help: "Requests to the Kubernetes API.", labelNames: ["verb", "resource", "code"] as const, registers: [this.#registry] });

  /** verb: as above. Of a watch until it began. */
  readonly #requestSeconds = new Histogram({ name: "sluice_api_request_seconds", help: "How long requests to the Kubernetes API took.", labelNames: ["verb"] as const, buckets: SECONDS, registers: [this.#registry] });

  readonly #eventsLost = new Counter({ name: "sluice_events_lost_total", help: "Events that could not be written.", registers: [this.#registry] });

  constructor(state: ControllerState) {
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(value());
        },
      });
    };
    const gauges = (name: string, help: string, label: string, values: () => Readonly<Record<string, number>>): void => {
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers: [this.#registry],
        collect() {
          for (const [key, value] of Object.entries(values())) this.set({ [label]: key }, value);
        },
      });
    };
    gauge("sluice_leader", "1 where this process leads.", () => (state.isLeader() ? 1 : 0));
    gauge("sluice_sync_age_seconds", "Since the quietest of the watches heard anything from the API server; beyond 180 something is wrong.", state.secondsSinceHeard);
    // kind: sweep, cronsweep.
    gauges("sluice_queue_depth", "Objects that wait to be looked at.", "kind", state.queueDepth);
    // phase: Pending, Preparing, Running, Suspended, Blocked, Complete, Usable, Incomplete, Failed. Only the leader tells.
    gauges("sluice_sweeps", "Sweeps by phase.", "phase", state.sweepsByPhase);
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  reconciled(kind: string, seconds: number, hasFailed: boolean): void {
    this.#reconcileSeconds.observe({ kind }, seconds);
    if (hasFailed) this.#reconcileErrors.inc({ kind });
  }

  requested({ verb, resource, code, seconds }: ApiCallSeen): void {
    this.#requests.inc({ verb, resource, code: String(code) });
    this.#requestSeconds.observe({ verb }, seconds);
  }

  eventLost(): void {
    this.#eventsLost.inc();
  }

  async text(): Promise<string> {
    return this.#registry.metrics();
  }
}
