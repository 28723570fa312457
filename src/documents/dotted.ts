import type { FieldProblem } from "../model/schema/explain.ts";

/** spec.targets.list[3] */
export function dotted(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`)).join("");
}

/** `field: sentence`, the same wherever a problem is told: on a terminal, in a condition. */
export function problemText({ path, sentence }: FieldProblem): string {
  return `${path.length === 0 ? "" : `${dotted(path)}: `}${sentence}`;
}
