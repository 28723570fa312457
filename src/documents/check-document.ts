import { boundPattern } from "../extract/bound.ts";
import { SpecError } from "../model/errors.ts";
import type { FieldProblem } from "../model/field-problem.ts";
import { nearest } from "../model/schema/explain.ts";
import { PATTERN_FIELDS } from "../model/schema/extract.ts";
import type { Provider } from "../providers/provider.ts";

/**
 * What the schema cannot know: whether patterns can be matched on a stream, and whether what is named is there.
 * Takes the value as it was read, right or wrong, so that these problems are told together with the schema's.
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

/** How many groups a pattern may have, where it is not just one. */
const GROUPS: Readonly<Record<string, readonly [number, number]>> = { "extract.pattern": [1, 2], "extract.error": [0, 1], "extract.maintenance": [0, 1] };

function checkPattern(pattern: unknown, path: readonly string[]): readonly FieldProblem[] {
  if (typeof pattern !== "string" || pattern === "") return [];
  try {
    const { groups } = boundPattern(pattern);
    const [least, most] = GROUPS[path.join(".")] ?? [1, 1];
    if (groups < least) return [{ path, sentence: "holds no group: put the part that is wanted between ( and )" }];
    if (groups > most) return [{ path, sentence: `holds ${groups} groups and at most ${most} ${most === 1 ? "is" : "are"} read: write (?: for those that are not wanted` }];
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return [{ path, sentence: error.message }];
  }
}

function checkProvider(name: unknown, preset: unknown, providers: readonly Provider[]): readonly FieldProblem[] {
  const provider = providers.find((known) => known.name === name);
  if (typeof name === "string" && provider === undefined) {
    return [{ path: ["provider", "name"], sentence: noneOf(name, "provider", providers.map((known) => known.name)) }];
  }
  if (typeof preset !== "string") return [];
  if (provider === undefined) return [{ path: ["targets", "preset"], sentence: "a preset is a provider's; name the provider, or use list or http" }];
  const lists = Object.keys(provider.lists);
  return lists.includes(preset) ? [] : [{ path: ["targets", "preset"], sentence: noneOf(preset, `list of ${provider.name}`, lists) }];
}

function noneOf(word: string, what: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return `${JSON.stringify(word)} is no ${what}; ${meant === undefined ? `known: ${known.join(", ")}` : `did you mean "${meant}"?`}`;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, step) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[step] : undefined), value);
}
