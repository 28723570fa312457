import { SpecError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { isSettled } from "../model/states.ts";
import { sweepsToRun } from "./choose-windows.ts";
import type { Cli, AddCommand } from "./main.ts";
import { paintFor } from "./paint.ts";
import { checkTargetName, outputOption, windowOption } from "./shared-options.ts";
import { documentsOf } from "./sweep-files.ts";
import { renderAttempt } from "./try-report.ts";
import { tryTarget } from "./try-target.ts";

interface TryOptions {
  readonly target: string;
  readonly window?: string;
  readonly output: "text" | "json";
}

const EXAMPLES = `
Examples:
  sluice try sweep.yaml --target AS3333                       what the pattern finds in the newest window
  sluice try sweep.yaml --target AS3333 --window 2026-11-20   in that day
  sluice try sweep.yaml --target AS3333 --output json         for a script

Exit code 0 if the answer settles the target (ok, empty or rejected), else 1.`;

export const addTry: AddCommand = (program, cli, execute) => {
  program
    .command("try")
    .description("Ask one target and show what the pattern finds. Stores nothing.")
    .argument("<files...>", "one CronSweep or Sweep, as YAML, with the files it refers to")
    .requiredOption("--target <name>", "the target, as the list names it")
    .addOption(windowOption())
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((files: string[], options: TryOptions) => execute(() => runTry(cli, files, options)));
};

async function runTry(cli: Cli, files: readonly string[], { target, window, output }: TryOptions): Promise<number> {
  checkTargetName(target);
  // A pattern may cost more than anyone waits for.
  cli.endBySignals();
  const [sweep, another] = sweepsToRun(await documentsOf(files), { window }, Math.floor(cli.clock.now() / 1000));
  if (another !== undefined) throw new SpecError(`try runs one sweep at a time, but the files contain several: ${sweep!.name}, ${another.name}.`);
  const { spec } = sweep!;
  cli.stderr.write(`Asking ${spec.host.name} about ${target} …\n`);
  const attempt = await tryTarget(target, spec, cli);
  cli.stdout.write(renderAttempt(attempt, spec, output, paintFor(cli.stdout, cli)));
  return isSettled(attempt.result.state) ? COMMAND_EXIT.done : COMMAND_EXIT.incomplete;
}
