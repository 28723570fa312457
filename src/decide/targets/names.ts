import { SpecError } from "../../model/errors.ts";
import { targetNameProblem, targetPathProblem } from "../../model/target-name.ts";
import { shownName } from "../../model/visible.ts";

/** The names of a list as they are asked: each once, in the order of the list. */
export interface Names {
  readonly names: readonly string[];
  /** Sentences about what was dropped, for a person. */
  readonly notes: readonly string[];
}

/**
 * Drops blank names and duplicates.
 *
 * @param origin where the list comes from, for a message: "https://example.net/nodes"
 * @throws SpecError that names the first entry that cannot be a target. Without it the window would look complete, or Postgres would refuse the whole plan.
 */
export function tidyNames(found: readonly string[], origin: string): Names {
  const trimmed = found.map((name) => name.trim());
  const filled = trimmed.filter((name) => name !== "");
  const names = [...new Set(filled)];
  for (const name of names) {
    const problem = targetNameProblem(name);
    if (problem !== null) throw entryError(trimmed.indexOf(name), name, problem, origin);
  }
  const notes: string[] = [];
  if (filled.length < trimmed.length) notes.push(`Blank names dropped from the list of targets: ${trimmed.length - filled.length}.`);
  if (names.length < filled.length) notes.push(`Duplicates dropped from the list of targets: ${filled.length - names.length}.`);
  return { names, notes };
}

/**
 * @param names already tidy
 * @throws SpecError that names the first one that would change the path of the request
 */
export function checkPaths(names: readonly string[], template: string, origin: string): void {
  names.forEach((name, index) => {
    const problem = targetPathProblem(name, template);
    if (problem !== null) throw entryError(index, name, problem, origin);
  });
}

/** @param index from 0 */
export function entryError(index: number, name: string, problem: string, origin: string): SpecError {
  return new SpecError(`The list of targets (${origin}) cannot be asked: entry ${index + 1}, ${shownName(name)}, ${problem}.`);
}
