/** The names of a list as they are asked: once each, in their order. */
export interface Names {
  readonly names: readonly string[];
  /** What a person should be told of the list. */
  readonly notes: readonly string[];
}

/** Drops blanks and doubles, and tells how many. */
export function tidyNames(found: readonly string[]): Names {
  const trimmed = found.map((name) => name.trim());
  const filled = trimmed.filter((name) => name !== "");
  const names = [...new Set(filled)];
  const notes: string[] = [];
  if (filled.length < trimmed.length) notes.push(`Blank names dropped from the list of targets: ${trimmed.length - filled.length}.`);
  if (names.length < filled.length) notes.push(`Doubles dropped from the list of targets: ${filled.length - names.length}.`);
  return { names, notes };
}
