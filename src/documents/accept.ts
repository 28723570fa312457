import { newestWindow, parseWindowStart, whyNotAskable, windowAt } from "../decide/grid.ts";
import { brokenRules } from "../decide/host/rules.ts";
import { listProblem } from "../decide/targets/list-check.ts";
import { checkPaths, tidyNames } from "../decide/targets/names.ts";
import { atField, SpecError } from "../model/errors.ts";
import { type FieldProblem, formatFieldProblem } from "../model/field-problem.ts";
import { parseMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { type SweepDocument, validate } from "../model/schema/documents.ts";
import type { EpochSeconds, Grid, Window } from "../model/window.ts";
import type { Provider } from "../providers/provider.ts";
import { rulesFor } from "../providers/registry.ts";
import { boundedPatterns, type NamedPattern } from "./bounded-patterns.ts";
import { checkDocument, checkValue } from "./check-document.ts";
import { complete, type Complete, type Context, findCronSweep, namespaceOf, resolve } from "./complete.ts";

/**
 * How a file or an object becomes a spec, the same for every command and the controller:
 *
 * 1. readDocument: what can be held at all, the schema, and what it cannot express (check-document.ts). Needs nothing but the value.
 * 2. accept: presets, CronSweep and defaults (complete.ts), then one window (resolve), then the patterns, the list of targets and the warnings.
 *
 * The second step needs the other documents, so a command reads all its files before it takes it.
 */

type NonEmpty<T> = readonly [T, ...T[]];

/** Step 1. @param value as parsed from YAML or from the API */
export function readDocument(value: unknown, providers: readonly Provider[]): { readonly document: SweepDocument } | { readonly problems: NonEmpty<FieldProblem> } {
  const [unreadable, ...more] = checkValue(value);
  if (unreadable !== undefined) return { problems: [unreadable, ...more] };
  const outcome = validate(value);
  const [first, ...others] = [...("problems" in outcome ? outcome.problems : []), ...checkDocument(value, providers)];
  if (first !== undefined) return { problems: [first, ...others] };
  return outcome as Extract<typeof outcome, { document: SweepDocument }>;
}

export interface Accepted<D extends SweepDocument = SweepDocument> {
  readonly document: D;
  /** From which the spec of any other window can be resolved. */
  readonly complete: Complete;
  /** For a Sweep's window, or for the newest window of a CronSweep. */
  readonly spec: ResolvedSpec;
  readonly patterns: readonly NamedPattern[];
  /** From when on the provider has data; null where that is unknown. */
  readonly firstData: EpochSeconds | null;
  /** The document can be run all the same. */
  readonly warnings: readonly FieldProblem[];
}

interface Refused {
  readonly problems: NonEmpty<FieldProblem>;
  readonly warnings: readonly FieldProblem[];
}

/** Step 2. */
export function accept<D extends SweepDocument>(document: D, context: Context, now: EpochSeconds): Accepted<D> | Refused {
  try {
    const completed = complete(document, context);
    const spec = resolve(completed, windowOf(document, completed.grid, now));
    const patterns = boundedPatterns(spec);
    const rules = rulesFor(spec.host.name, context.providers);
    const firstData = parseMoment(rules?.firstData ?? "");
    const { from, atLeast } = spec.targets;
    const list = from.kind === "list" ? tidyNames(from.list, "targets.list") : null;
    atField(["targets", "list"], () => checkPaths(list?.names ?? [], spec.request.url, "targets.list"));
    atField(["canaries", "targets"], () => checkPaths(spec.canaries.targets, spec.request.url, "canaries.targets"));
    const broken = rules === null ? [] : brokenRules(rules, spec, list?.names.length ?? atLeast);
    const notAskable = document.kind === "Sweep" ? whyNotAskable(spec.window, { ...spec, firstData, now }) : null;
    const warnings = [
      ...(list?.notes ?? []).map((sentence) => ({ path: ["targets", "list"], sentence })),
      ...broken,
      ...emptyUnknown(spec),
      ...(notAskable === null ? [] : [{ path: ["window", "start"], sentence: notAskable }]),
    ].map((warning) => inDocument(document, warning));
    const problem = list === null ? null : listProblem(list.names.length, { ...spec.targets, last: null });
    if (problem !== null) return { problems: [inDocument(document, { path: ["targets"], sentence: problem })], warnings };
    return { document, complete: completed, spec, patterns, firstData, warnings };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return { problems: [inDocument(document, error)], warnings: [] };
  }
}

/** @throws SpecError that names the document, and the field with its whole path */
export function acceptOrThrow<D extends SweepDocument>(document: D, context: Context, now: EpochSeconds): Accepted<D> {
  const acceptance = accept(document, context, now);
  if (!("problems" in acceptance)) return acceptance;
  throw new SpecError(acceptance.problems.map((problem) => `${document.kind} ${document.metadata.name}: ${formatFieldProblem(problem)}`).join("\n"));
}

/** What `validate` cannot check on one machine, though a cluster may have it; null where it can check everything. */
export function whyUncheckable(document: SweepDocument, context: Context): FieldProblem | null {
  const template = document.kind === "CronSweep" ? document.spec.sweepTemplate.spec : document.spec;
  if (template.targets?.configMap !== undefined && context.inCluster !== true) {
    return inDocument(document, { path: ["targets", "configMap"], sentence: "a ConfigMap can only be read in Kubernetes, so the rest of this document was not checked" });
  }
  if (document.kind === "CronSweep" || document.spec.cronSweepRef === undefined || findCronSweep(document, context) !== undefined) return null;
  const name = `${namespaceOf(document)}/${document.spec.cronSweepRef.name}`;
  return inDocument(document, { path: ["cronSweepRef", "name"], sentence: `the CronSweep ${name} is in none of these files, so what comes from it was not checked` });
}

function emptyUnknown({ extract }: ResolvedSpec): FieldProblem[] {
  if (extract.declared !== undefined || extract.empty !== undefined) return [];
  return [{ path: ["extract"], sentence: "without declared or empty, an answer in which nothing is found stays suspect: nothing says that it is empty" }];
}

/** A path from the spec of the sweep on, as SpecError has it, from the document on. */
export function inDocument({ kind }: SweepDocument, { path, sentence }: FieldProblem): FieldProblem {
  return { path: [...(kind === "CronSweep" ? ["spec", "sweepTemplate", "spec"] : ["spec"]), ...path], sentence };
}

function windowOf(document: SweepDocument, grid: Grid, now: EpochSeconds): Window {
  if (document.kind === "CronSweep") return newestWindow(grid, now);
  return atField(["window", "start"], () => windowAt(grid, parseWindowStart(document.spec.window.start)));
}
