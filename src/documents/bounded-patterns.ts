import { boundPattern, type BoundedPattern } from "../extract/bound.ts";
import { compileExtract, ENVELOPE_FIELDS } from "../extract/compile.ts";
import { atField } from "../model/errors.ts";
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
  if (from.kind === "http") found.push({ field: "targets.http.pattern", pattern: atField(["targets", "http", "pattern"], () => boundPattern(from.pattern)) });
  return found;
}

/** `[^"]* at column 7 is matched as [^"]{0,256}`, for each quantifier without an upper bound. */
export function warnAboutWidened({ widened }: BoundedPattern): string[] {
  return widened.map(({ written, bounded, column }) => `${written} at column ${column} is matched as ${bounded}`);
}
