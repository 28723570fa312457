import { checkDocument } from "../documents/check-document.ts";
import { checkResolved } from "../documents/check-resolved.ts";
import { complete } from "../documents/resolve.ts";
import { type FieldProblem, formatFieldProblem } from "../model/field-problem.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { CronSweep } from "../model/schema/cron-sweep.ts";
import { validate, type SweepDocument } from "../model/schema/documents.ts";
import { API_VERSION } from "../model/schema/object.ts";
import type { Sweep } from "../model/schema/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { FilledSpec } from "../providers/fill.ts";
import type { Provider } from "../providers/provider.ts";
import type { CronSweepObject, SweepObject } from "./resources.ts";

/** What an object comes to, or why it comes to nothing. */
export type Acceptance<D extends SweepDocument> = Accepted<D> | { readonly problems: readonly [string, ...string[]] };

export interface Accepted<D extends SweepDocument> {
  readonly problems: readonly [];
  readonly document: D;
  /** A CronSweep's is for the newest window. */
  readonly spec: ResolvedSpec;
  /** With presets and defaults, as the file says it: Secrets, the pods' template. */
  readonly filled: FilledSpec & { readonly store: { readonly secretRef: { readonly name: string; readonly key: string } } };
  /** It can be run, but should be known. */
  readonly warnings: readonly string[];
}

/** The sentences are those that `sluice validate` prints, each with its field before it. */
export function acceptCronSweep(object: CronSweepObject, providers: readonly Provider[], now: EpochSeconds): Acceptance<CronSweep> {
  return accept<CronSweep>({ ...object, apiVersion: API_VERSION, kind: "CronSweep" }, [], providers, now);
}

/** @param cronSweep the one that the Sweep names, or null where it names none or where it is not there */
export function acceptSweep(object: SweepObject, cronSweep: CronSweepObject | null, providers: readonly Provider[], now: EpochSeconds): Acceptance<Sweep> {
  const ref = object.spec.cronSweepRef;
  const value = { ...object, apiVersion: API_VERSION, kind: "Sweep" };
  if (ref === undefined) return accept<Sweep>(value, [], providers, now);
  if (cronSweep === null) return { problems: [`spec.cronSweepRef.name: there is no CronSweep ${ref.name} in this namespace`] };
  const owner = acceptCronSweep(cronSweep, providers, now);
  if (isRefused(owner)) return { problems: [`spec.cronSweepRef.name: the CronSweep ${ref.name} is not accepted: ${owner.problems[0]}`] };
  return accept<Sweep>(value, [owner.document], providers, now);
}

export function isRefused<D extends SweepDocument>(acceptance: Acceptance<D>): acceptance is Extract<Acceptance<D>, { problems: readonly [string, ...string[]] }> {
  return acceptance.problems.length > 0;
}

function accept<D extends SweepDocument>(value: object, documents: readonly SweepDocument[], providers: readonly Provider[], now: EpochSeconds): Acceptance<D> {
  const outcome = validate(value);
  const found: readonly FieldProblem[] = [...("problems" in outcome ? outcome.problems : []), ...checkDocument(value, providers)];
  if (found.length > 0 || !("document" in outcome)) return refused(found);
  const { document } = outcome;
  const surroundings = { providers, documents, inCluster: true };
  const { problems, warnings, spec } = checkResolved(document, surroundings, now);
  if (problems.length > 0 || spec === null) return refused(problems.length > 0 ? problems : warnings);
  const filled = complete(document, surroundings).spec;
  const { secretRef } = filled.store;
  if (secretRef === undefined) return refused([{ path: secretRefOf(document), sentence: "required on Kubernetes: the Secret and the key that hold the URI of the database" }]);
  return { problems: [], document: document as D, spec, filled: { ...filled, store: { ...filled.store, secretRef } }, warnings: warnings.map(formatFieldProblem) };
}

function secretRefOf({ kind }: SweepDocument): readonly string[] {
  return [...(kind === "CronSweep" ? ["spec", "sweepTemplate", "spec"] : ["spec"]), "store", "secretRef"];
}

function refused(problems: readonly FieldProblem[]): { readonly problems: readonly [string, ...string[]] } {
  return { problems: problems.map(formatFieldProblem) as [string, ...string[]] };
}
