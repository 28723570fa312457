import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "../local/make-folder.ts";
import { SurroundingsError } from "../model/errors.ts";
import { bytes } from "../model/figures.ts";
import { formatMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import { sweepsToRun } from "./choose-windows.ts";
import { writeTo } from "./destination.ts";
import { knownDataset } from "./known-dataset.ts";
import type { Cli, AddCommand } from "./main.ts";
import { makeReport, reportFileName } from "./report-command.ts";
import { openStore, type Store } from "./store.ts";
import { documentsOf } from "./sweep-files.ts";
import { sweepWindows } from "./sweep-windows.ts";

export const addDemo: AddCommand = (program, cli, execute) => {
  program
    .command("demo")
    .description("Sweep yesterday's window of a simulated RIPEstat, on this machine alone (npm start).")
    .option("--data <dir>", "the data folder (default: sluice in the XDG data folder)")
    .action((options: { data?: string }) => execute(() => demo(cli, options.data)));
};

async function demo(cli: Cli, data: string | undefined): Promise<number> {
  const file = path.join(cli.home, "examples", "demo.yaml");
  const documents = await documentsOf([file]);
  cli.stderr.write("Starting a Postgres and a simulated RIPEstat on this machine.\n");
  const simulator = await startSimulatorProcess(cli, ["--demo"]);
  try {
    const sweeps = sweepsToRun(documents.map((document) => askingAt(document, simulator.url)), {}, Math.floor(cli.clock.now() / 1000));
    const store = await openStore(cli, { data, patienceSeconds: 60 });
    try {
      const code = await sweepWindows(cli, sweeps, { store, files: null, data, output: "text", yes: false, metrics: null });
      if (cli.signal.aborted) return code;
      await writeReport(cli, store, sweeps[0]!.spec);
      suggestNext(cli, sweeps[0]!.spec.window.start, data);
      return code;
    } finally {
      await store.close();
    }
  } finally {
    await simulator.stop();
  }
}

/** The simulator's port is chosen when it starts. */
function askingAt(document: SweepDocument, baseUrl: string): SweepDocument {
  if (document.kind !== "CronSweep") return document;
  const { sweepTemplate } = document.spec;
  const provider = { ...sweepTemplate.spec.provider!, baseUrl };
  return { ...document, spec: { ...document.spec, sweepTemplate: { ...sweepTemplate, spec: { ...sweepTemplate.spec, provider } } } };
}

/** Written to the data folder, since the current folder is usually the project's. */
async function writeReport(cli: Cli, store: Store, { dataset: name, window }: ResolvedSpec): Promise<void> {
  const dataset = await knownDataset(store.db, name);
  const { page } = await makeReport(cli, store.db, dataset, window);
  const folder = path.join(store.folder, "reports");
  await makeFolder(folder);
  const file = path.join(folder, reportFileName(name, window));
  await writeTo(cli, file, (out) => pipeline([page], out));
  cli.stdout.write(`\nIts report, to open in a browser:\n  ${file} (${bytes(Buffer.byteLength(page))})\n`);
}

function suggestNext(cli: Cli, start: number, data: string | undefined): void {
  const where = data === undefined ? "" : ` --data ${data}`;
  cli.stdout.write(
    [
      "",
      "Who was noisiest yesterday:",
      `  npx sluice sql${where} "select target, updates from sluice.results where dataset = 'default/demo' and window_start = '${formatMoment(start)}' and state = 'ok' order by updates desc limit 10"`,
      "What a sweep of the real RIPEstat would ask:",
      "  npx sluice plan examples/ripestat-daily.yaml",
      "",
    ].join("\n"),
  );
}

/** A simulated RIPEstat in its own process: sharing an event loop with the command would distort what the command measures. */
interface SimulatorProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws SurroundingsError if it does not start */
async function startSimulatorProcess(cli: Cli, flags: readonly string[]): Promise<SimulatorProcess> {
  const child = spawn(cli.node, [cli.program, "simulate", ...flags], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    // The simulator stops when this descriptor closes, so also if this command is killed.
    env: { ...cli.environment, SLUICE_PARENT_FD: "3" },
    // In its own process group it does not get the Ctrl-C: it must answer until the batches have stopped.
    detached: true,
  });
  let output = "";
  child.stdio[3]?.on("error", () => undefined);
  const stdout = child.stdout!;
  stdout.setEncoding("utf8");
  const url = await new Promise<string>((resolve, reject) => {
    stdout.on("data", (text: string) => {
      output += text;
      const found = /\bat (https?:\/\/\S+)\n/.exec(output);
      if (found !== null) resolve(found[1]!);
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error("it exited at once")));
  }).catch((error: unknown) => {
    throw new SurroundingsError(`The simulated RIPEstat did not start: ${(error as Error).message}.`, { cause: error });
  });
  return {
    url,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
