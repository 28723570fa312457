import { lines } from "../lines.ts";
import { over } from "../prometheus-query.ts";
import type { Section } from "../section.ts";
import { ofSweeps, rate } from "../selectors.ts";

/** What was counted is known when a batch ends: over less time there would be gaps and towers. */
const INTERVAL = "2m";
const EXACT = "Counted as batches end, so nothing is lost with a pod that nobody scraped.";

export const THROUGHPUT: Section = {
  title: "Throughput",
  lines: [
    [
      lines({
        title: "Targets a second",
        description: `Targets that got a result, by its state. ${EXACT}`,
        unit: "cps",
        width: 6,
        interval: INTERVAL,
        stacked: "values",
        queries: [over(rate(ofSweeps("sluice_sweep_answered_targets_total"), "state"), "{{state}}")],
      }),
      lines({
        title: "Requests a second",
        description: `Requests that ended, however they did. ${EXACT}`,
        unit: "reqps",
        width: 6,
        interval: INTERVAL,
        queries: [over(rate(ofSweeps("sluice_sweep_requests_total"), "sweep"), "{{sweep}}")],
      }),
      lines({
        title: "Bytes a second",
        description: `Bytes of answers, on the wire and as text after inflating. ${EXACT}`,
        unit: "binBps",
        width: 6,
        interval: INTERVAL,
        queries: [over(rate(ofSweeps("sluice_sweep_wire_bytes_total")), "on the wire"), over(rate(ofSweeps("sluice_sweep_inflated_bytes_total")), "text")],
      }),
      lines({
        title: "Rows a second",
        description: `Matches found in the text, and rows that were stored of them: updates of a second and type are one row. ${EXACT}`,
        unit: "cps",
        width: 6,
        interval: INTERVAL,
        queries: [over(rate(ofSweeps("sluice_sweep_matches_total")), "matches"), over(rate(ofSweeps("sluice_sweep_rows_total")), "rows")],
      }),
    ],
  ],
};
