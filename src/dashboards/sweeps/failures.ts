import { bars } from "../bars.ts";
import { COLOUR } from "../colours.ts";
import { lines } from "../lines.ts";
import { steps } from "../panel.ts";
import { over } from "../prometheus-query.ts";
import type { Section } from "../section.ts";
import { ifAny, ofSweeps, rate, total } from "../selectors.ts";

export const FAILURES: Section = {
  title: "Failures",
  lines: [
    [
      bars({
        title: "Targets not settled, by reason",
        description: "How often a target was left unsettled by a pass, by error code, in the sweeps of the last two days. The next pass asks it again: most of these are settled in the end.",
        unit: "none",
        width: 6,
        steps: steps(COLOUR.watch),
        noValue: "none",
        queries: [over(ifAny(total(ofSweeps("sluice_sweep_target_errors_total"), "code")), "{{code}}")],
      }),
      lines({
        title: "Targets not settled a second",
        description: "The same over time: a wave of one code is the provider's, a steady trickle that of a few targets.",
        unit: "cps",
        width: 6,
        interval: "2m",
        noValue: "none",
        queries: [over(ifAny(rate(ofSweeps("sluice_sweep_target_errors_total"), "code")), "{{code}}")],
      }),
      lines({
        title: "Requests that got no whole answer",
        description: "Requests a second by what went wrong; those that we ended ourselves are left out. Each is tried again, or left to the next pass.",
        unit: "reqps",
        width: 6,
        interval: "2m",
        noValue: "none",
        queries: [over(ifAny(rate(ofSweeps("sluice_sweep_requests_total", 'outcome!~"answered|aborted"'), "outcome")), "{{outcome}}")],
      }),
      lines({
        title: "Retries",
        description: "Requests a second that were sent again within a pass, by why.",
        unit: "reqps",
        width: 6,
        interval: "2m",
        noValue: "none",
        queries: [over(rate(ofSweeps("sluice_sweep_retries_total"), "reason"), "{{reason}}")],
      }),
    ],
  ],
};
