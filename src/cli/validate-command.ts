import { COMMAND_EXIT } from "../model/exit-codes.ts";
import type { FieldProblem } from "../model/schema/explain.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import type { EpochSeconds } from "../model/window.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { checkResolved, type Checked } from "../documents/check-resolved.ts";
import { dotted } from "../documents/dotted.ts";
import type { Cli } from "./context.ts";
import type { AddCommand } from "./main.ts";
import { paintFor } from "./paint.ts";
import type { Problem, SweepFile } from "./read-file.ts";
import { outputOption } from "./shared-options.ts";
import { readSweepFiles } from "./sweep-files.ts";
import { renderValidation } from "./validate-report.ts";

const EXAMPLES = `
Examples:
  sluice validate sweep.yaml                    every problem with its file, line and field; the patterns as they are matched
  sluice validate daily.yaml rerun.yaml         a Sweep together with the CronSweep that it names
  sluice validate sweeps/*.yaml --output json   for a pipeline; exit code 2 if anything is wrong`;

/** What was found in one file. */
export interface Validation {
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Those that are right. */
  readonly documents: readonly { readonly document: SweepDocument; readonly checked: Checked }[];
}

export const addValidate: AddCommand = (program, cli, act) => {
  program
    .command("validate")
    .description("Check files, and show the patterns as they are matched. Asks nothing and writes nothing.")
    .argument("<files...>", "CronSweeps and Sweeps, as YAML")
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((files: string[], { output }: { output: "text" | "json" }) => act(() => validate(cli, files, output)));
};

async function validate(cli: Cli, files: readonly string[], output: "text" | "json"): Promise<number> {
  const read = await readSweepFiles(files);
  const documents = read.flatMap((file) => file.documents);
  const now = Math.floor(cli.clock.now() / 1000);
  const validations = read.map((file, index) => validateFile(files[index]!, file, documents, now));
  const isWrong = validations.some(({ problems }) => problems.length > 0);
  cli.stdout.write(renderValidation(validations, output, paintFor(cli.stdout, cli)));
  return isWrong ? COMMAND_EXIT.usage : COMMAND_EXIT.done;
}

export function validateFile(file: string, read: SweepFile, documents: readonly SweepDocument[], now: EpochSeconds): Validation {
  const checks = read.documents.map((document) => ({ document, checked: checkResolved(document, { providers: PROVIDERS, documents }, now) }));
  const tell = (of: (checked: Checked) => readonly FieldProblem[]): Problem[] =>
    checks.flatMap(({ document, checked }) => of(checked).map(({ path, sentence }) => ({ file, line: read.lineOf(document, path), path: dotted(path), sentence })));
  return {
    file,
    problems: [...read.problems, ...tell((checked) => checked.problems)].sort((one, other) => one.line - other.line),
    warnings: tell((checked) => checked.warnings),
    documents: checks.filter(({ checked }) => checked.problems.length === 0),
  };
}
