import type { PreparePlace } from "../../model/message.ts";
import type { PrepareTask } from "../../model/tasks.ts";
import { taskProblem } from "../job/task.ts";
import type { SweepObject } from "../resources.ts";
import { lookAt } from "./accept-or-refuse.ts";
import type { Hindrance } from "./conditions.ts";
import type { SweepHands } from "./hands.ts";
import { SWEEP_REASON } from "./reasons.ts";

/** What prepare is told. Once a prepare has spoken the spec is frozen in Postgres, and its source may be gone or wrong by now. */
export async function taskFor(sweep: SweepObject, place: PreparePlace, hands: SweepHands): Promise<PrepareTask | { readonly hindrance: Hindrance }> {
  const { uid, namespace = "default", name } = sweep.metadata;
  const task: PrepareTask = { identity: { uid, namespace, name }, place };
  const acceptance = await lookAt(sweep, hands);
  if ("begun" in acceptance) {
    const whole = { ...task, spec: acceptance.spec };
    const problem = taskProblem(whole);
    return problem === null ? whole : { hindrance: { reason: SWEEP_REASON.invalid, message: problem } };
  }
  return (sweep.status?.flow?.pass ?? 0) > 0 ? task : { hindrance: acceptance.refused };
}
