/** One thing that is wrong in a document: where, and one sentence that says what. */
export interface FieldProblem {
  readonly path: readonly PropertyKey[];
  readonly sentence: string;
}

/** spec.targets.list[3] */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`)).join("");
}

/** `field: sentence`, the same on a terminal, in an error and in a condition. */
export function formatFieldProblem({ path, sentence }: FieldProblem): string {
  return path.length === 0 ? sentence : `${formatPath(path)}: ${sentence}`;
}
