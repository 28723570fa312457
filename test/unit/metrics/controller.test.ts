import { expect, test } from "vitest";
import { ControllerMetrics } from "../../../src/metrics/controller.ts";

test("tells what was asked of it and what is so now", async () => {
  let isLeader = false;
  const metrics = new ControllerMetrics({ isLeader: () => isLeader, queueDepth: () => ({ sweep: 3, cronsweep: 0 }), sweepsByPhase: () => ({ Running: 2, Blocked: 0 }), secondsSinceHeard: () => 12.5 });
  metrics.reconciled("sweep", 0.02, false);
  metrics.reconciled("sweep", 0.2, true);
  metrics.requested({ verb: "create", resource: "jobs", code: 403, seconds: 0.01 });
  metrics.requested({ verb: "get", resource: "sweeps", code: 0, seconds: 30 });
  metrics.eventLost();
  isLeader = true;
  const text = await metrics.text();
  for (const line of [
    'sluice_reconcile_seconds_count{kind="sweep"} 2',
    'sluice_reconcile_errors_total{kind="sweep"} 1',
    'sluice_api_requests_total{verb="create",resource="jobs",code="403"} 1',
    'sluice_api_requests_total{verb="get",resource="sweeps",code="0"} 1',
    "sluice_events_lost_total 1",
    "sluice_leader 1",
    "sluice_sync_age_seconds 12.5",
    'sluice_queue_depth{kind="sweep"} 3',
    'sluice_sweeps{phase="Running"} 2',
    'sluice_sweeps{phase="Blocked"} 0',
  ]) {
    expect(text.split("\n")).toContain(line);
  }
});
