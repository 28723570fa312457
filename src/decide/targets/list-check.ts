/** What a sweep's list of targets is measured by before anything is asked. */
export interface ListRule {
  readonly atLeast: number;
  /** 0.05: more than 5 % shorter than the last one is too much. */
  readonly maxShrink: number;
  /** How many the dataset's last list held; null where this is the first. */
  readonly last: number | null;
}

/** Why a list of `targets` names is not asked, as one sentence, or null. A list that came short would end as a window that looks complete. */
export function listProblem(targets: number, { atLeast, maxShrink, last }: ListRule): string | null {
  if (targets === 0) return "The list of targets is empty.";
  if (targets < atLeast) return `The list holds ${targets} targets; targets.atLeast asks for ${atLeast}.`;
  if (last === null || targets >= last * (1 - maxShrink) - 1e-6) return null;
  return `The list shrank by ${percent(1 - targets / last)}, from ${last} targets to ${targets}; targets.maxShrink allows ${percent(maxShrink)}.`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
