import { compilePattern } from "../extract/compile.ts";
import { SpecError } from "../model/errors.ts";
import type { FieldProblem } from "../model/field-problem.ts";
import { PATTERN_PATHS } from "../model/pattern-fields.ts";
import { shownName } from "../model/visible.ts";
import { nearest } from "../model/schema/explain.ts";
import type { Provider } from "../providers/provider.ts";

/** Deeper than anything that has a meaning, and far from the end of a stack. */
const DEEPEST = 64;
const MOST_PROBLEMS = 10;

/**
 * What neither JSON nor Postgres can hold, wherever it is: NUL, half of a surrogate pair, a value within itself (by an alias of YAML).
 * Everything else may rely on it.
 */
export function checkValue(value: unknown): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const visit = (inner: unknown, path: readonly PropertyKey[], around: readonly unknown[]): void => {
    if (problems.length === MOST_PROBLEMS) return;
    if (typeof inner === "string") {
      const sentence = whyNotText(inner);
      if (sentence !== null) problems.push({ path, sentence });
    } else if (typeof inner === "object" && inner !== null) {
      if (around.includes(inner)) problems.push({ path, sentence: "contains itself: an alias (*) names an anchor (&) around it" });
      else if (around.length === DEEPEST) problems.push({ path: path.slice(0, 4), sentence: `is nested more than ${DEEPEST} levels deep` });
      else for (const [key, field] of Object.entries(inner)) visit(field, [...path, Array.isArray(inner) ? Number(key) : nameOf(key)], [...around, inner]);
    }
  };
  const nameOf = (key: string): string => {
    const sentence = whyNotText(key);
    if (sentence !== null) problems.push({ path: [], sentence: `the field name ${shownName(key)} ${sentence}` });
    return key;
  };
  visit(value, [], []);
  return problems;
}

function whyNotText(text: string): string | null {
  if (text.includes("\u0000")) return "contains the character NUL, which the database cannot store";
  return text.isWellFormed() ? null : "contains half of a surrogate pair, which is no character";
}

/**
 * What the schema cannot know: whether patterns can be matched on a stream, and whether providers and their lists exist.
 * Takes the value as it was read, valid or not, so that these problems are reported together with those of the schema.
 */
export function checkDocument(value: unknown, providers: readonly Provider[]): readonly FieldProblem[] {
  const path = at(value, ["kind"]) === "CronSweep" ? ["spec", "sweepTemplate", "spec"] : ["spec"];
  const isWhole = at(value, ["spec", "cronSweepRef"]) === undefined;
  const problems = [
    ...PATTERN_PATHS.flatMap((field) => checkPattern(at(value, [...path, ...field]), field)),
    ...checkProvider(at(value, [...path, "provider", "name"]), isWhole ? at(value, [...path, "targets", "preset"]) : undefined, providers),
  ];
  return problems.map((problem) => ({ path: [...path, ...problem.path], sentence: problem.sentence }));
}

function checkPattern(pattern: unknown, path: readonly string[]): readonly FieldProblem[] {
  if (typeof pattern !== "string" || pattern === "") return [];
  try {
    compilePattern(path, pattern);
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
  return `unknown ${what} ${shownName(word)}; ${meant === undefined ? `known: ${known.join(", ")}` : `did you mean "${meant}"?`}`;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, step) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[step] : undefined), value);
}
