import type { BoundedPattern } from "../extract/bound.ts";
import { compileExtract, compileListPattern } from "../extract/compile.ts";
import { counted, grouped } from "../model/figures.ts";
import { ENVELOPE_FIELDS } from "../model/pattern-fields.ts";
import type { ResolvedSpec } from "../model/resolved.ts";

export interface NamedPattern {
  /** "extract.pattern" */
  readonly field: string;
  readonly pattern: BoundedPattern;
}

/** Every pattern of a spec as it is matched. @throws SpecError with the path of the field */
export function boundedPatterns({ extract, targets }: Pick<ResolvedSpec, "extract" | "targets">): NamedPattern[] {
  const { pattern, envelope } = compileExtract(extract);
  const found: NamedPattern[] = [{ field: "extract.pattern", pattern }];
  for (const field of ENVELOPE_FIELDS) {
    const bounded = envelope[field];
    if (bounded !== undefined) found.push({ field: `extract.${field}`, pattern: bounded });
  }
  const { from } = targets;
  if (from.kind === "http") found.push({ field: "targets.http.pattern", pattern: compileListPattern(from.pattern) });
  return found;
}

/**
 * For a person to check, by field: the pattern as it is matched, what became of each quantifier without an upper bound, its longest match and
 * its price. Patterns of the envelope that are matched as they were written are only counted.
 */
export function describePatterns(patterns: readonly NamedPattern[]): [label: string, lines: string | string[]][] {
  const [shown, others] = [true, false].map((is) => patterns.filter(({ field, pattern }) => (field === "extract.pattern" || pattern.widened.length > 0) === is)) as [NamedPattern[], NamedPattern[]];
  const described = shown.map(({ field, pattern }): [string, string[]] => [field, describe(pattern)]);
  if (others.length === 0) return described;
  const dearest = Math.max(...others.map(({ pattern }) => pattern.stepsPerByte));
  return [...described, ["others", `${counted(others.length, "pattern", "patterns")} matched as written, at most ${grouped(dearest)} steps per byte (--output json shows them)`]];
}

function describe({ source, widened, longest, stepsPerByte }: BoundedPattern): string[] {
  return [
    source,
    ...widened.map(({ written, bounded, column }) => `${written} at column ${column} is matched as ${bounded}`),
    `a match has at most ${longest} bytes`,
    `at most ${grouped(stepsPerByte)} steps per byte`,
  ];
}

/** For programs. */
export function patternInJson({ field, pattern: { source, longest, stepsPerByte, widened } }: NamedPattern): object {
  return { field, bounded: source, longestBytes: longest, stepsPerByte, widened };
}
