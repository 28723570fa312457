import { accept, type Accepted, inDocument, readDocument } from "../documents/accept.ts";
import { type FieldProblem, formatFieldProblem } from "../model/field-problem.ts";
import type { CronSweep } from "../model/schema/cron-sweep.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import { API_VERSION } from "../model/schema/object.ts";
import type { Sweep } from "../model/schema/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { FilledSpec } from "../providers/fill.ts";
import type { Provider } from "../providers/provider.ts";
import type { CronSweepObject, SweepObject } from "./resources.ts";

/** An object that can be run in a cluster. Its warnings and problems are the sentences of `sluice validate`, each with its field before it. */
export interface AcceptedObject<D extends SweepDocument> extends Omit<Accepted<D>, "warnings"> {
  /** As the document says it: the Secrets and the pods' template are not part of the resolved spec. */
  readonly filled: FilledSpec & { readonly store: { readonly secretRef: { readonly name: string; readonly key: string } } };
  readonly warnings: readonly string[];
}

interface RefusedObject {
  readonly problems: readonly [string, ...string[]];
}

export function acceptCronSweep(object: CronSweepObject, providers: readonly Provider[], now: EpochSeconds): AcceptedObject<CronSweep> | RefusedObject {
  return acceptObject<CronSweep>({ ...object, kind: "CronSweep" }, [], providers, now);
}

/** @param cronSweep the one that the Sweep names; null where it names none or where that does not exist */
export function acceptSweep(object: SweepObject, cronSweep: CronSweepObject | null, providers: readonly Provider[], now: EpochSeconds): AcceptedObject<Sweep> | RefusedObject {
  const ref = object.spec.cronSweepRef;
  if (ref === undefined) return acceptObject<Sweep>({ ...object, kind: "Sweep" }, [], providers, now);
  if (cronSweep === null) return { problems: [`spec.cronSweepRef.name: there is no CronSweep ${ref.name} in this namespace`] };
  const owner = acceptCronSweep(cronSweep, providers, now);
  if ("problems" in owner) return { problems: [`spec.cronSweepRef.name: the CronSweep ${ref.name} is not accepted: ${owner.problems[0]}`] };
  return acceptObject<Sweep>({ ...object, kind: "Sweep" }, [owner.document], providers, now);
}

/** An item of a list has neither apiVersion nor kind. */
function acceptObject<D extends SweepDocument>(object: object, documents: readonly SweepDocument[], providers: readonly Provider[], now: EpochSeconds): AcceptedObject<D> | RefusedObject {
  const read = readDocument({ ...object, apiVersion: API_VERSION }, providers);
  if ("problems" in read) return refused(read.problems);
  const accepted = accept(read.document as D, { providers, documents, inCluster: true }, now);
  if ("problems" in accepted) return refused(accepted.problems);
  const { filled } = accepted.complete;
  const { secretRef } = filled.store;
  if (secretRef === undefined) {
    return refused([inDocument(read.document, { path: ["store", "secretRef"], sentence: "required on Kubernetes: the Secret and the key that hold the URI of the database" })]);
  }
  return { ...accepted, filled: { ...filled, store: { ...filled.store, secretRef } }, warnings: accepted.warnings.map(formatFieldProblem) };
}

function refused([first, ...others]: readonly [FieldProblem, ...FieldProblem[]]): RefusedObject {
  return { problems: [formatFieldProblem(first), ...others.map(formatFieldProblem)] };
}
