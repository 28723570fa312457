/** The limits that a list of targets is checked against before anything is asked. */
interface ListRule {
  readonly atLeast: number;
  /** 0.05: more than 5 % shorter than the last one is too much. */
  readonly maxShrink: number;
  /** The length of the dataset's last list; null if this is the first. */
  readonly last: number | null;
}

/** Why a list of this many targets is refused, or null. A window swept with a truncated list would look complete. */
export function listProblem(targets: number, { atLeast, maxShrink, last }: ListRule): string | null {
  if (targets === 0) return "The list of targets is empty.";
  if (targets < atLeast) return `The list has ${targets} targets; targets.atLeast requires ${atLeast}.`;
  if (last === null || targets >= last * (1 - maxShrink) - 1e-6) return null;
  return `The list shrank by ${percent(1 - targets / last)}, from ${last} targets to ${targets}; targets.maxShrink allows ${percent(maxShrink)}.`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
