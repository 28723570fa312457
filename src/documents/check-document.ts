import { boundPattern } from "../extract/bound.ts";
import { SpecError } from "../model/errors.ts";
import type { FieldProblem } from "../model/field-problem.ts";
import { nearest } from "../model/schema/explain.ts";
import { PATTERN_FIELDS } from "../model/schema/extract.ts";
import type { Provider } from "../providers/provider.ts";

/**
 * What the schema cannot know: whether patterns can be matched on a stream, and whether providers and their lists exist.
 * Takes the value as it was read, valid or not, so that these problems are reported together with those of the schema.
 */
export function checkDocument(value: unknown, providers: readonly Provider[]): readonly FieldProblem[] {
  const path = at(value, ["kind"]) === "CronSweep" ? ["spec", "sweepTemplate", "spec"] : ["spec"];
  const patterns = [...PATTERN_FIELDS.map((field) => ["extract", field]), ["targets", "http", "pattern"]];
  const isWhole = at(value, ["spec", "cronSweepRef"]) === undefined;
  const problems = [
    ...patterns.flatMap((field) => checkPattern(at(value, [...path, ...field]), field)),
    ...checkProvider(at(value, [...path, "provider", "name"]), isWhole ? at(value, [...path, "targets", "preset"]) : undefined, providers),
  ];
  return problems.map((problem) => ({ path: [...path, ...problem.path], sentence: problem.sentence }));
}

/** The least and the most groups that a pattern may have; one where it is not listed. */
const GROUPS: Readonly<Record<string, readonly [number, number]>> = { "extract.pattern": [1, 2], "extract.error": [0, 1], "extract.maintenance": [0, 1] };

function checkPattern(pattern: unknown, path: readonly string[]): readonly FieldProblem[] {
  if (typeof pattern !== "string" || pattern === "") return [];
  try {
    const { groups } = boundPattern(pattern);
    const [least, most] = GROUPS[path.join(".")] ?? [1, 1];
    if (groups < least) return [{ path, sentence: "has no group: put the part to read between ( and )" }];
    if (groups > most) return [{ path, sentence: `has ${groups} groups, and at most ${most} ${most === 1 ? "is" : "are"} read: write (?: for the others` }];
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return [{ path, sentence: error.sentence }];
  }
}

function checkProvider(name: unknown, preset: unknown, providers: readonly Provider[]): readonly FieldProblem[] {
  const provider = providers.find((known) => known.name === name);
  if (typeof name === "string" && provider === undefined) {
    return [{ path: ["provider", "name"], sentence: unknownName(name, "provider", providers.map((known) => known.name)) }];
  }
  if (typeof preset !== "string") return [];
  if (provider === undefined) return [{ path: ["targets", "preset"], sentence: "only a provider has presets: name the provider, or use list or http" }];
  const lists = Object.keys(provider.lists);
  return lists.includes(preset) ? [] : [{ path: ["targets", "preset"], sentence: unknownName(preset, `${provider.name} list`, lists) }];
}

function unknownName(word: string, what: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return `unknown ${what} ${JSON.stringify(word)}; ${meant === undefined ? `known: ${known.join(", ")}` : `did you mean "${meant}"?`}`;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, step) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[step] : undefined), value);
}
