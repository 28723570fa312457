import { boundPattern, type BoundedPattern } from "../extract/bound.ts";
import { compileExtract, ENVELOPE_FIELDS } from "../extract/compile.ts";
import { SpecError } from "../model/errors.ts";
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
  if (targets.from.kind === "http") found.push({ field: "targets.http.pattern", pattern: boundListPattern(targets.from.pattern) });
  return found;
}

function boundListPattern(source: string): BoundedPattern {
  try {
    return boundPattern(source);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError(error.sentence, { path: ["targets", "http", "pattern"], cause: error });
  }
}

/** `[^"]* at column 7 is matched as [^"]{0,256}`, for each quantifier without an upper bound. */
export function warnAboutWidened({ widened }: BoundedPattern): string[] {
  return widened.map(({ written, bounded, column }) => `${written} at column ${column} is matched as ${bounded}`);
}
