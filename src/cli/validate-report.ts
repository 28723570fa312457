import type { SweepDocument } from "../model/schema/documents.ts";
import { tellWidened, type NamedPattern } from "../documents/bounded-patterns.ts";
import type { Checked } from "../documents/check-resolved.ts";
import { renderLabels, type Label } from "./labels.ts";
import type { Paint } from "./paint.ts";
import { formatProblem, type Problem } from "./read-file.ts";
import type { Validation } from "./validate-command.ts";

export function renderValidation(validations: readonly Validation[], output: "text" | "json", paint: Paint): string {
  if (output === "json") return `${JSON.stringify({ valid: validations.every(({ problems }) => problems.length === 0), files: validations.map(inJson) }, null, 2)}\n`;
  return validations.map((validation) => inText(validation, paint)).join("");
}

function inText({ file, problems, warnings, documents }: Validation, paint: Paint): string {
  return [
    ...problems.map((problem) => `${paint.bad(formatProblem(problem))}\n`),
    ...warnings.map((problem) => `${paint.middling(formatProblem({ ...problem, sentence: `warning: ${problem.sentence}` }))}\n`),
    ...documents.map(({ document, checked }) => documentInText(file, document, checked, paint)),
  ].join("");
}

function documentInText(file: string, document: SweepDocument, { spec, patterns }: Checked, paint: Paint): string {
  const { namespace = "default", name } = document.metadata;
  const fills = spec === null ? "" : `, fills the dataset ${spec.dataset}`;
  const heading = `${file}: ${paint.strong(`${document.kind} ${namespace}/${name}`)} ${paint.good("is right")}${fills}\n`;
  const shown = patterns.filter(({ field, pattern }) => field === "extract.pattern" || pattern.widened.length > 0);
  const others = patterns.length - shown.length;
  const labels: Label[] = shown.map((pattern) => [pattern.field, patternInText(pattern)]);
  if (others > 0) labels.push(["others", `${others} patterns that are matched as they are written (--output json shows them)`]);
  return labels.length === 0 ? heading : heading + renderLabels(labels, paint);
}

function patternInText({ pattern }: NamedPattern): string[] {
  return [pattern.source, ...tellWidened(pattern), `a match has at most ${pattern.longest} bytes`];
}

function inJson({ file, problems, warnings, documents }: Validation): object {
  return {
    file,
    problems: problems.map(problemInJson),
    warnings: warnings.map(problemInJson),
    documents: documents.map(({ document, checked }) => ({
      kind: document.kind,
      namespace: document.metadata.namespace ?? "default",
      name: document.metadata.name,
      dataset: checked.spec?.dataset ?? null,
      patterns: checked.patterns.map(({ field, pattern: { source, longest, widened } }) => ({ field, bounded: source, longestBytes: longest, widened })),
    })),
  };
}

function problemInJson({ line, path, sentence }: Problem): object {
  return { line, field: path, sentence };
}
