import { lines } from "../lines.ts";
import { over } from "../prometheus-query.ts";
import type { Section } from "../section.ts";
import { ofSweeps, rate } from "../selectors.ts";

const live = (name: string): string => ofSweeps(name);

export const SLOTS: Section = {
  title: "Slots and throttling",
  lines: [
    [
      lines({
        title: "Slots in use",
        description: "The rights to have a request in flight, by host: what pods hold and want now, and what the host allows to all of them together. In use far below the limit while more is wanted: the pods are too few or too slow (batch.pods).",
        unit: "none",
        width: 9,
        noValue: "no batch runs",
        queries: [
          over(`sum by (host) (${live("sluice_worker_slots_held")})`, "held of {{host}}"),
          over(`sum by (host) (${live("sluice_worker_slots_wanted")})`, "wanted of {{host}}"),
          over(`max by (host) (${live("sluice_worker_slots_limit")})`, "limit of {{host}}"),
        ],
      }),
      lines({
        title: "Requests in flight",
        description: "Now, in the pods that run; and on average by Little's law, from the seconds that requests took, of the batches that ended.",
        unit: "none",
        width: 5,
        interval: "2m",
        queries: [over(`sum(${live("sluice_worker_in_flight_requests")})`, "now"), over(rate(ofSweeps("sluice_sweep_request_seconds_sum")), "on average")],
      }),
      lines({
        title: "Paused",
        description: "Seconds a second in which batches might not ask, by cause: throttled, when the provider said 429, or illness, when too many answers were its own errors. 1 for each pod that waits all the time.",
        unit: "none",
        width: 5,
        interval: "2m",
        noValue: "never",
        queries: [over(rate(ofSweeps("sluice_sweep_paused_seconds_total"), "cause"), "{{cause}}")],
      }),
      lines({
        title: "Answers 429",
        description: "The provider says that we ask too much. All batches obey its Retry-After; if it goes on, lower host.inFlight.",
        unit: "reqps",
        width: 5,
        interval: "2m",
        noValue: "none",
        queries: [over(rate(ofSweeps("sluice_sweep_requests_total", 'outcome="throttled"'), "sweep"), "{{sweep}}")],
      }),
    ],
  ],
};
