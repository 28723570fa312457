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

/** For a person to check: the pattern as it is matched, what became of each quantifier without an upper bound, its longest match and its price. */
export function describePattern({ source, widened, longest, stepsPerByte }: BoundedPattern): string[] {
  return [
    source,
    ...widened.map(({ written, bounded, column }) => `${written} at column ${column} is matched as ${bounded}`),
    `a match has at most ${longest} bytes`,
    `at most ${grouped(stepsPerByte)} steps per byte`,
  ];
}

/** Of patterns that are matched as they were written, for a person. */
export function describeOthers(patterns: readonly NamedPattern[]): string {
  const dearest = Math.max(...patterns.map(({ pattern }) => pattern.stepsPerByte));
  return `${counted(patterns.length, "pattern", "patterns")} matched as written, at most ${grouped(dearest)} steps per byte (--output json shows them)`;
}

/** For programs. */
export function patternInJson({ source, longest, stepsPerByte, widened }: BoundedPattern): object {
  return { bounded: source, longestBytes: longest, stepsPerByte, widened };
}
