import { randomUUID } from "node:crypto";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { grouped } from "../model/figures.ts";
import { runSimulator } from "../simulate/run-simulator.ts";
import { simulatorOptions, type SimulatorFlags } from "../simulate/simulator-flags.ts";
import type { Stats } from "../simulate/stats.ts";
import { renderLabels, type Label } from "./labels.ts";
import type { Cli, AddCommand } from "./main.ts";
import { paintFor, type Paint } from "./paint.ts";
import { outputOption } from "./shared-options.ts";

interface SimulateOptions extends SimulatorFlags {
  readonly output: "text" | "json";
}

const EXAMPLES = `
Examples:
  sluice simulate --port 8480 --targets 3000 --seed 7
  sluice simulate --asns asns.txt.gz --updates updates.txt.gz      real AS numbers, and bgpdump -m
  sluice simulate --fault status,status=503,when.rate=0.01 --fault slow,latency.distribution=constant,latency.seconds=5,when.targets=AS3333

It prints its address. Ctrl-C stops it; then it prints what it was asked.`;

export const addSimulate: AddCommand = (program, cli, execute) => {
  const command = program.command("simulate").description("Run a local RIPEstat simulator with injectable faults.");
  for (const { flags, description } of simulatorOptions) command.option(flags, description);
  command
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((options: SimulateOptions) => execute(() => simulate(cli, options)));
};

/** Runs until it is interrupted, which is how it normally stops. */
async function simulate(cli: Cli, { output, ...flags }: SimulateOptions): Promise<number> {
  const token = randomUUID();
  const simulator = await runSimulator(flags, { now: () => cli.clock.now(), token }, (line) => cli.stderr.write(`${line}\n`));
  cli.stdout.write(`A simulated RIPEstat answers at ${simulator.url}\n`);
  (output === "json" ? cli.stderr : cli.stdout).write(`Its faults are changed with the header authorization: Bearer ${token}\n`);
  await aborted(cli.signal);
  const stats = simulator.stats();
  await simulator.close();
  cli.stdout.write(output === "json" ? `${JSON.stringify(stats)}\n` : renderStats(stats, paintFor(cli.stdout, cli)));
  return COMMAND_EXIT.done;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function renderStats({ requests, requestsByTarget, byStatus, byFault, mostInFlight, breaches, bytes }: Stats, paint: Paint): string {
  const labels: Label[] = [
    ["requests", `${grouped(requests)} for ${grouped(Object.keys(requestsByTarget).length)} targets, ${grouped(bytes)} bytes sent`],
    ["answers", countsText(Object.entries(byStatus).map(([status, count]) => [`HTTP ${status}`, count]))],
    ["faults", countsText(Object.entries(byFault))],
    ["in flight", `${grouped(mostInFlight)} at most, from one address`],
    ["breaches", `${grouped(breaches.inFlight)} of the limit in flight, ${grouped(breaches.sourceapp)} requests without sourceapp`],
  ];
  return renderLabels(labels, paint);
}

function countsText(counts: readonly (readonly [string, number])[]): string {
  return counts.length === 0 ? "none" : counts.map(([what, count]) => `${what}: ${grouped(count)}`).join(", ");
}
