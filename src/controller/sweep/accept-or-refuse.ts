import { REASON } from "../../decide/reasons.ts";
import type { Telling } from "../../kube/event-recorder.ts";
import { PROVIDERS } from "../../providers/registry.ts";
import { CRON_SWEEPS, type CronSweepObject, type SweepObject } from "../resources.ts";
import { acceptanceOf, type SweepAcceptance } from "./acceptance.ts";
import { refusedConditions } from "./conditions.ts";
import type { SweepHands } from "./hands.ts";
import { begun, isoOf } from "./show-status.ts";
import { saysOtherwise, writeStatus } from "./write-status.ts";

/**
 * A Sweep with what its pods are made from: frozen before, or now, and then it is written together with the first status of its flow.
 * One that is refused is told so, and left alone until it changes, or what it names appears.
 */
export async function acceptOrRefuse(sweep: SweepObject, hands: SweepHands): Promise<{ readonly sweep: SweepObject; /** To be told once it is written. */ readonly warnings: readonly Telling[] } | { readonly again: number | null }> {
  if (sweep.status?.frozen !== undefined) return { sweep, warnings: [] };
  const acceptance = await lookAt(sweep, hands);
  if ("refused" in acceptance) {
    await refuse(sweep, acceptance, hands);
    return { again: acceptance.again };
  }
  const warnings = acceptance.warnings.map((message): Telling => ({ type: "Warning", reason: REASON.noted, message }));
  return { sweep: { ...sweep, status: begun(acceptance.begun, hands.clock.now()) }, warnings };
}

/** The CronSweep is read and not taken from the cache, which may not have seen what was made together with the Sweep. */
export async function lookAt(sweep: SweepObject, { client, clock, workers }: SweepHands): Promise<SweepAcceptance> {
  const { namespace } = sweep.metadata;
  const named = sweep.spec.cronSweepRef;
  const cronSweep: CronSweepObject | null = named === undefined ? null : await client.get(CRON_SWEEPS, { ...(namespace === undefined ? {} : { namespace }), name: named.name });
  return acceptanceOf(sweep, cronSweep, workers.image, PROVIDERS, Math.floor(clock.now() / 1000));
}

async function refuse(sweep: SweepObject, { refused }: Extract<SweepAcceptance, { refused: object }>, hands: SweepHands): Promise<void> {
  const before = sweep.status ?? {};
  const generation = sweep.metadata.generation ?? 0;
  const conditions = refusedConditions(before.conditions ?? [], refused, generation, isoOf(hands.clock.now()));
  const after = { ...before, observedGeneration: generation, phase: "Pending" as const, conditions };
  if (!saysOtherwise(before, after)) return;
  hands.tell(await writeStatus(sweep, after, hands), { type: "Warning", ...refused });
}
