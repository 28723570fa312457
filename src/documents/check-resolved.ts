import { whyNotAskable, newestWindow, parseWindowStart, windowAt } from "../decide/grid.ts";
import { brokenRules } from "../decide/host/rules.ts";
import { listProblem } from "../decide/targets/list-check.ts";
import { tidyNames } from "../decide/targets/names.ts";
import { SpecError } from "../model/errors.ts";
import type { FieldProblem } from "../model/field-problem.ts";
import { parseMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import { rulesFor } from "../providers/registry.ts";
import { boundedPatterns, type NamedPattern } from "./bounded-patterns.ts";
import { gridOfDocument, resolve, type Surroundings } from "./resolve.ts";

/** What a document that its schema finds right comes to with its presets and defaults. */
export interface Checked {
  /** Null where it leans on something that is not at hand, or is wrong. */
  readonly spec: ResolvedSpec | null;
  readonly problems: readonly FieldProblem[];
  /** It can be run, but should be known. */
  readonly warnings: readonly FieldProblem[];
  readonly patterns: readonly NamedPattern[];
}

export function checkResolved(document: SweepDocument, surroundings: Surroundings, now: EpochSeconds): Checked {
  const elsewhere = whatIsElsewhere(document, surroundings);
  if (elsewhere !== null) return { spec: null, problems: [], warnings: [elsewhere], patterns: [] };
  try {
    const spec = resolve(document, windowOf(document, surroundings, now), surroundings);
    const patterns = boundedPatterns(spec);
    return { spec, patterns, ...checkList(document, spec), ...warn(document, spec, surroundings, now) };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return { spec: null, problems: [located(document, error.message)], warnings: [], patterns: [] };
  }
}

/** In a cluster it would be there; here nobody can tell whether the rest is right. */
function whatIsElsewhere(document: SweepDocument, { documents = [], inCluster = false }: Surroundings): FieldProblem | null {
  const template = document.kind === "CronSweep" ? document.spec.sweepTemplate.spec : document.spec;
  if (template.targets?.configMap !== undefined && !inCluster) {
    return { path: inTemplate(document, "targets", "configMap"), sentence: "this is read in Kubernetes only, so it and what hangs on it was not checked" };
  }
  if (document.kind === "CronSweep" || document.spec.cronSweepRef === undefined) return null;
  const { name } = document.spec.cronSweepRef;
  const { namespace = "default" } = document.metadata;
  const isAtHand = documents.some(({ kind, metadata }) => kind === "CronSweep" && metadata.name === name && (metadata.namespace ?? "default") === namespace);
  if (isAtHand) return null;
  return { path: ["spec", "cronSweepRef", "name"], sentence: `the CronSweep ${namespace}/${name} is in none of these files, so what comes from it was not checked` };
}

function windowOf(document: SweepDocument, surroundings: Surroundings, now: EpochSeconds): Window {
  const grid = gridOfDocument(document, surroundings);
  return document.kind === "Sweep" ? windowAt(grid, parseWindowStart(document.spec.window.start)) : newestWindow(grid, now);
}

/** A list in the file, as it is measured before anything is asked. */
function checkList(document: SweepDocument, { targets }: ResolvedSpec): Pick<Checked, "problems"> {
  if (targets.from.kind !== "list") return { problems: [] };
  const problem = listProblem(tidyNames(targets.from.list).names.length, { ...targets, last: null });
  return { problems: problem === null ? [] : [{ path: inTemplate(document, "targets"), sentence: problem }] };
}

function warn(document: SweepDocument, spec: ResolvedSpec, { providers }: Surroundings, now: EpochSeconds): Pick<Checked, "warnings"> {
  const { from, atLeast } = spec.targets;
  const list = from.kind === "list" ? tidyNames(from.list) : { names: { length: atLeast }, notes: [] };
  const rules = rulesFor(spec.host.name, providers);
  const broken = rules === null ? [] : brokenRules(rules, spec, list.names.length);
  const unaskable =
    document.kind === "CronSweep"
      ? null
      : whyNotAskable(spec.window, { grid: spec.grid, retentionSeconds: spec.retentionSeconds, firstData: parseMoment(rules?.firstData ?? ""), now });
  return {
    warnings: [
      ...list.notes.map((sentence) => ({ path: inTemplate(document, "targets", "list"), sentence })),
      ...broken.map((sentence) => ({ path: inTemplate(document, ...fieldNamedIn(sentence)), sentence })),
      ...(unaskable === null ? [] : [{ path: ["spec", "window", "start"], sentence: unaskable }]),
    ],
  };
}

/** "host.inFlight is 16" is told at that field. */
function fieldNamedIn(sentence: string): string[] {
  return /\b(?:host|provider)\.[A-Za-z]+/.exec(sentence)?.[0].split(".") ?? [];
}

/** A sentence that begins with its field, "extract.continuation: …", is told at that field. */
function located(document: SweepDocument, sentence: string): FieldProblem {
  const [, field, rest] = /^([a-z][A-Za-z]*(?:\.[A-Za-z-]+)+): (.*)$/s.exec(sentence) ?? [];
  if (field !== undefined) return { path: inTemplate(document, ...field.split(".")), sentence: rest! };
  return { path: document.kind === "Sweep" && sentence.startsWith("No window") ? ["spec", "window", "start"] : inTemplate(document), sentence };
}

function inTemplate({ kind }: SweepDocument, ...path: readonly string[]): readonly string[] {
  return kind === "CronSweep" ? ["spec", "sweepTemplate", "spec", ...path] : ["spec", ...path];
}
