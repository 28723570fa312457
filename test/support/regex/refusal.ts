import { boundPattern } from "../../../src/extract/bound.ts";
import { SpecError } from "../../../src/model/errors.ts";

/** The sentence with which a pattern is refused, or null. */
export function refusal(source: string): string | null {
  try {
    boundPattern(source);
    return null;
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
}
