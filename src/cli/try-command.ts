import { SpecError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { isSettled } from "../model/states.ts";
import type { Cli, AddCommand } from "./main.ts";
import { paintFor } from "./paint.ts";
import { wantedSweeps } from "./run-command.ts";
import { addWindowOption, outputOption } from "./shared-options.ts";
import { documentsOf } from "./sweep-files.ts";
import { renderTrial } from "./try-report.ts";
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

export const addTry: AddCommand = (program, cli, act) => {
  const command = program
    .command("try")
    .description("Ask one target and show what is found: how patterns get written. Writes nothing.")
    .argument("<files...>", "one CronSweep or Sweep, as YAML, with what it names")
    .requiredOption("--target <name>", "the target, as the list names it");
  addWindowOption(command)
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((files: string[], options: TryOptions) => act(() => runTry(cli, files, options)));
};

async function runTry(cli: Cli, files: readonly string[], { target, window, output }: TryOptions): Promise<number> {
  const [sweep, another] = wantedSweeps(await documentsOf(files), { window }, Math.floor(cli.clock.now() / 1000));
  if (another !== undefined) throw new SpecError(`One sweep can be tried at a time, and the files ask for several: ${sweep!.name}, ${another.name}.`);
  const { spec } = sweep!;
  cli.stderr.write(`Asking ${spec.host.name} about ${target} …\n`);
  const trial = await tryTarget(target, spec, cli);
  cli.stdout.write(renderTrial(trial, spec, output, paintFor(cli.stdout, cli)));
  return isSettled(trial.result.state) ? COMMAND_EXIT.done : COMMAND_EXIT.incomplete;
}
