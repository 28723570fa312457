import { lines } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import { steps, type Section, stat } from "../panel.ts";
import { now, over } from "../queries.ts";
import { byProcess, ifAny, quantile, rate } from "../selectors.ts";

const ofEach = (metric: string): string => byProcess(`max by (instance, pod) (${metric})`);
const IS_CONTROLLER = 'sluice_build_info{program="controller"}';

/** Not of a dataset: the health of who does it all. */
export const CONTROLLER: Section = {
  title: "Controller",
  lines: [
    [
      stat({
        title: "Leaders",
        description: "Exactly one of a release's controllers works; of several releases, the one with the fewest. None for more than 15 seconds: look at their logs, and at `kubectl sluice check`.",
        unit: "none",
        width: 4,
        steps: steps(COLOUR.bad, [1, COLOUR.good], [2, COLOUR.bad]),
        noValue: "no metrics",
        queries: [now("min(sum by (job) (sluice_leader))", "leaders")],
      }),
      stat({
        title: "Last in touch with the API",
        description: "Since the quietest of each controller's watches heard anything from the API server. Beyond three minutes something is wrong between them.",
        unit: "s",
        width: 4,
        named: true,
        decimals: 0,
        steps: steps(COLOUR.good, [180, COLOUR.bad]),
        queries: [now(ofEach("sluice_sync_age_seconds"), "{{process}}")],
      }),
      stat({
        title: "Oldest work in the queue",
        description: "How long the oldest object waits to be looked at.",
        unit: "s",
        width: 4,
        decimals: 1,
        steps: steps(COLOUR.good, [10, COLOUR.watch], [60, COLOUR.bad]),
        queries: [now("max(sluice_queue_oldest_seconds)", "oldest")],
      }),
      stat({
        title: "Events lost",
        description: "Events that could not be written to the API server since the controllers began. Nothing but the telling is lost with them.",
        unit: "none",
        width: 4,
        steps: steps(COLOUR.good, [1, COLOUR.watch]),
        queries: [now("sum(sluice_events_lost_total)", "lost")],
      }),
      stat({
        title: "Version",
        description: "How many controllers run each version. Two versions at once are seen while an upgrade goes on.",
        unit: "none",
        width: 4,
        named: true,
        queries: [now(`count by (version) (${IS_CONTROLLER})`, "{{version}}")],
      }),
      stat({
        title: "Sweeps by phase",
        description: "Sweeps that the leader knows.",
        unit: "none",
        width: 4,
        named: true,
        queries: [now(ifAny("max by (phase) (sluice_sweeps)"), "{{phase}}")],
      }),
    ],
    [
      lines({
        title: "Queue",
        description: "Objects that wait to be looked at, by kind.",
        unit: "none",
        width: 6,
        queries: [over("sum by (kind) (sluice_queue_depth)", "{{kind}}")],
      }),
      lines({
        title: "Reconciles",
        description: "How long 99 of 100 looks at an object take, by kind, with the writes and deletes that follow.",
        unit: "s",
        width: 6,
        queries: [over(quantile(0.99, "sluice_reconcile_seconds_bucket", "kind"), "{{kind}}")],
      }),
      lines({
        title: "Reconciles that failed",
        description: "A second, by kind. Each is tried again with a growing pause; the controller's log has the sentence.",
        unit: "cps",
        width: 6,
        noValue: "none",
        queries: [over(rate("sluice_reconcile_errors_total", "kind"), "{{kind}}")],
      }),
      lines({
        title: "API requests",
        description: "Requests a second to the API server by answer. 409 is a write that somebody else came before: harmless now and then. 403 means that a right is missing.",
        unit: "reqps",
        width: 6,
        queries: [over(rate("sluice_api_requests_total", "code"), "{{code}}")],
      }),
    ],
    [
      lines({
        title: "API latency",
        description: "How long 99 of 100 requests to the API server take, by verb.",
        unit: "s",
        width: 12,
        queries: [over(quantile(0.99, "sluice_api_request_seconds_bucket", "verb"), "{{verb}}")],
      }),
      lines({
        title: "Memory of controllers",
        description: "Resident memory of each controller.",
        unit: "bytes",
        width: 12,
        queries: [over(byProcess(`max by (instance, pod) (process_resident_memory_bytes and on (job, instance) ${IS_CONTROLLER})`), "{{process}}")],
      }),
    ],
  ],
};
