/** The names of a list as they are asked: each once, in the order of the list. */
export interface Names {
  readonly names: readonly string[];
  /** Sentences about what was dropped, for a person. */
  readonly notes: readonly string[];
}

/** Drops blank names and duplicates. */
export function tidyNames(found: readonly string[]): Names {
  const trimmed = found.map((name) => name.trim());
  const filled = trimmed.filter((name) => name !== "");
  const names = [...new Set(filled)];
  const notes: string[] = [];
  if (filled.length < trimmed.length) notes.push(`Blank names dropped from the list of targets: ${trimmed.length - filled.length}.`);
  if (names.length < filled.length) notes.push(`Duplicates dropped from the list of targets: ${filled.length - names.length}.`);
  return { names, notes };
}
