import { stat, timeSeries } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import { type Section, thresholds } from "../panel.ts";
import { byProcess, nonZero, quantile, rate } from "../promql.ts";
import { instant, range } from "../queries.ts";

const byController = (metric: string): string => byProcess(`max by (instance, pod) (${metric})`);
const IS_CONTROLLER = 'sluice_build_info{program="controller"}';

/** The health of the controllers themselves, whatever dataset is selected. */
export const CONTROLLER: Section = {
  title: "Controller",
  lines: [
    [
      stat({
        title: "Leaders",
        description: "Exactly one controller of a release leads. With several releases, this is the smallest number. If it is 0 for more than 15 seconds, check the controllers' logs and `kubectl sluice check`.",
        unit: "none",
        width: 4,
        thresholds: thresholds(COLOUR.bad, [1, COLOUR.good], [2, COLOUR.bad]),
        noValue: "no metrics",
        queries: [instant("min(sum by (job) (sluice_leader))", "leaders")],
      }),
      stat({
        title: "Since last API contact",
        description: "Time since the quietest watch of each controller received anything from the API server. More than three minutes means that the connection between them is broken.",
        unit: "s",
        width: 4,
        named: true,
        decimals: 0,
        thresholds: thresholds(COLOUR.good, [180, COLOUR.bad]),
        queries: [instant(byController("sluice_sync_age_seconds"), "{{process}}")],
      }),
      stat({
        title: "Oldest item in the queue",
        description: "How long the oldest object has been waiting for its reconcile.",
        unit: "s",
        width: 4,
        decimals: 1,
        thresholds: thresholds(COLOUR.good, [10, COLOUR.watch], [60, COLOUR.bad]),
        queries: [instant("max(sluice_queue_oldest_seconds)", "oldest")],
      }),
      stat({
        title: "Events lost",
        description: "Events that could not be written to the API server since the controllers started. No data is lost with them.",
        unit: "none",
        width: 4,
        thresholds: thresholds(COLOUR.good, [1, COLOUR.watch]),
        queries: [instant("sum(sluice_events_lost_total)", "lost")],
      }),
      stat({
        title: "Version",
        description: "How many controllers run each version. During an upgrade there are two versions.",
        unit: "none",
        width: 4,
        named: true,
        queries: [instant(`count by (version) (${IS_CONTROLLER})`, "{{version}}")],
      }),
      stat({
        title: "Sweeps by phase",
        description: "The Sweeps that the leader knows, by phase.",
        unit: "none",
        width: 4,
        named: true,
        queries: [instant(nonZero("max by (phase) (sluice_sweeps)"), "{{phase}}")],
      }),
    ],
    [
      timeSeries({
        title: "Queue",
        description: "Objects that wait for a reconcile, by kind.",
        unit: "none",
        width: 6,
        queries: [range("sum by (kind) (sluice_queue_depth)", "{{kind}}")],
      }),
      timeSeries({
        title: "Reconcile duration",
        description: "99th percentile, by kind, including the writes and deletes of a reconcile.",
        unit: "s",
        width: 6,
        queries: [range(quantile(0.99, "sluice_reconcile_seconds_bucket", "kind"), "{{kind}}")],
      }),
      timeSeries({
        title: "Failed reconciles",
        description: "Failures per second, by kind. Each is retried after a growing pause; the controller's log has the error.",
        unit: "cps",
        width: 6,
        noValue: "none",
        queries: [range(rate("sluice_reconcile_errors_total", "kind"), "{{kind}}")],
      }),
      timeSeries({
        title: "API requests",
        description: "Requests per second to the API server, by status code. 409 means that somebody else changed the object first: harmless now and then. 403 means that a permission is missing.",
        unit: "reqps",
        width: 6,
        queries: [range(rate("sluice_api_requests_total", "code"), "{{code}}")],
      }),
    ],
    [
      timeSeries({
        title: "API latency",
        description: "99th percentile of requests to the API server, by verb.",
        unit: "s",
        width: 12,
        queries: [range(quantile(0.99, "sluice_api_request_seconds_bucket", "verb"), "{{verb}}")],
      }),
      timeSeries({
        title: "Controller memory",
        description: "Resident memory of each controller.",
        unit: "bytes",
        width: 12,
        queries: [range(byProcess(`max by (instance, pod) (process_resident_memory_bytes and on (job, instance) ${IS_CONTROLLER})`), "{{process}}")],
      }),
    ],
  ],
};
