import { describePatterns, patternInJson } from "../documents/bounded-patterns.ts";
import { accept, type Accepted, whyUncheckable } from "../documents/accept.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { type FieldProblem, formatPath } from "../model/field-problem.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import type { EpochSeconds } from "../model/window.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { renderLabels } from "./labels.ts";
import type { Cli, AddCommand } from "./main.ts";
import { paintFor, type Paint } from "./paint.ts";
import { outputOption } from "./shared-options.ts";
import { type Problem, type SweepFile, formatProblem, readSweepFiles } from "./sweep-files.ts";

const EXAMPLES = `
Examples:
  sluice validate sweep.yaml                    report every problem with its file, line and field, and show the patterns
  sluice validate daily.yaml rerun.yaml         check a Sweep with the CronSweep that it names
  sluice validate sweeps/*.yaml --output json   for a pipeline; the exit code is 2 if anything is wrong`;

/** The result for one file. */
export interface Validation {
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The documents without problems. */
  readonly documents: readonly ValidDocument[];
}

interface ValidDocument {
  readonly document: SweepDocument;
  /** Null where it refers to something that cannot be read here. */
  readonly accepted: Accepted | null;
}

export const addValidate: AddCommand = (program, cli, act) => {
  program
    .command("validate")
    .description("Check files, and show how their patterns are matched. Sends no requests and writes nothing.")
    .argument("<files...>", "CronSweeps and Sweeps, as YAML")
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((files: string[], { output }: { output: "text" | "json" }) => act(() => validate(cli, files, output)));
};

async function validate(cli: Cli, files: readonly string[], output: "text" | "json"): Promise<number> {
  cli.endBySignals();
  const read = await readSweepFiles(files);
  const documents = read.flatMap((file) => file.documents);
  const now = Math.floor(cli.clock.now() / 1000);
  const validations = read.map((file, index) => validateFile(files[index]!, file, documents, now));
  const isWrong = validations.some(({ problems }) => problems.length > 0);
  cli.stdout.write(renderValidation(validations, output, paintFor(cli.stdout, cli)));
  return isWrong ? COMMAND_EXIT.usage : COMMAND_EXIT.done;
}

export function validateFile(file: string, read: SweepFile, documents: readonly SweepDocument[], now: EpochSeconds): Validation {
  const checks = read.documents.map((document) => ({ document, ...check(document, documents, now) }));
  const located = (of: (checked: Check) => readonly FieldProblem[]): Problem[] =>
    checks.flatMap((checked) => of(checked).map(({ path, sentence }) => ({ file, line: read.lineOf(checked.document, path), path: formatPath(path), sentence })));
  return {
    file,
    problems: [...read.problems, ...located(({ problems }) => problems)].sort((one, other) => one.line - other.line),
    warnings: located(({ warnings }) => warnings),
    documents: checks.filter(({ problems }) => problems.length === 0),
  };
}

interface Check {
  readonly accepted: Accepted | null;
  readonly problems: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
}

function check(document: SweepDocument, documents: readonly SweepDocument[], now: EpochSeconds): Check {
  const context = { providers: PROVIDERS, documents };
  const uncheckable = whyUncheckable(document, context);
  if (uncheckable !== null) return { accepted: null, problems: [], warnings: [uncheckable] };
  const acceptance = accept(document, context, now);
  return "problems" in acceptance ? { accepted: null, ...acceptance } : { accepted: acceptance, problems: [], warnings: acceptance.warnings };
}

function renderValidation(validations: readonly Validation[], output: "text" | "json", paint: Paint): string {
  if (output === "json") return `${JSON.stringify({ valid: validations.every(({ problems }) => problems.length === 0), files: validations.map(inJson) }, null, 2)}\n`;
  return validations.map((validation) => inText(validation, paint)).join("");
}

function inText({ file, problems, warnings, documents }: Validation, paint: Paint): string {
  return [
    ...problems.map((problem) => `${paint.bad(formatProblem(problem))}\n`),
    ...warnings.map((problem) => `${paint.middling(formatProblem({ ...problem, sentence: `warning: ${problem.sentence}` }))}\n`),
    ...documents.map((valid) => documentInText(file, valid, paint)),
  ].join("");
}

function documentInText(file: string, { document, accepted }: ValidDocument, paint: Paint): string {
  const { namespace = "default", name } = document.metadata;
  const { spec, patterns } = accepted ?? { spec: null, patterns: [] };
  const fills = spec === null ? "" : `, fills the dataset ${spec.dataset}`;
  const heading = `${file}: ${paint.strong(`${document.kind} ${namespace}/${name}`)} ${paint.good("is valid")}${fills}\n`;
  const labels = describePatterns(patterns);
  return labels.length === 0 ? heading : heading + renderLabels(labels, paint);
}

function inJson({ file, problems, warnings, documents }: Validation): object {
  return {
    file,
    problems: problems.map(problemInJson),
    warnings: warnings.map(problemInJson),
    documents: documents.map(({ document, accepted }) => ({
      kind: document.kind,
      namespace: document.metadata.namespace ?? "default",
      name: document.metadata.name,
      dataset: accepted?.spec.dataset ?? null,
      patterns: (accepted?.patterns ?? []).map(patternInJson),
    })),
  };
}

function problemInJson({ line, path, sentence }: Problem): object {
  return { line, field: path, sentence };
}
