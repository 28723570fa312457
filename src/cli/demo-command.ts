import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { SurroundingsError } from "../model/errors.ts";
import { bytes } from "../model/figures.ts";
import { formatMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import { writeTo } from "./destination.ts";
import { knownDataset } from "./known-dataset.ts";
import type { Cli, AddCommand } from "./main.ts";
import { makeReport, reportFileName } from "./report-command.ts";
import { wantedSweeps } from "./run-command.ts";
import { openStore, type Store } from "./store.ts";
import { documentsOf } from "./sweep-files.ts";
import { sweepWindows } from "./sweep-windows.ts";

export const addDemo: AddCommand = (program, cli, act) => {
  program
    .command("demo")
    .description("Sweep yesterday of a simulated RIPEstat, with nothing but this machine (npm start).")
    .option("--data <dir>", "the data folder (default: sluice in the XDG data folder)")
    .action((options: { data?: string }) => act(() => demo(cli, options.data)));
};

async function demo(cli: Cli, data: string | undefined): Promise<number> {
  const file = path.join(cli.home, "examples", "demo.yaml");
  const documents = await documentsOf([file]);
  cli.stderr.write("A Postgres and a simulated RIPEstat are started on this machine.\n");
  const simulator = await startSimulatorProcess(cli, ["--demo"]);
  try {
    const sweeps = wantedSweeps(documents.map((document) => askingAt(document, simulator.url)), {}, Math.floor(cli.clock.now() / 1000));
    const store = await openStore(cli, { data, patienceSeconds: 60 });
    try {
      const code = await sweepWindows(cli, sweeps, { store, output: "text", metrics: null });
      if (cli.signal.aborted) return code;
      await writeReport(cli, store, sweeps[0]!.spec);
      tellNext(cli, sweeps[0]!.spec.window.start, data);
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

/** Beside the data, since the current folder is the project's own. */
async function writeReport(cli: Cli, store: Store, { dataset: name, window }: ResolvedSpec): Promise<void> {
  const dataset = await knownDataset(store.db, name);
  const { page } = await makeReport(cli, store.db, dataset, window);
  const folder = path.join(store.folder, "reports");
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, reportFileName(name, window));
  await writeTo(cli, file, (out) => pipeline([page], out));
  cli.stdout.write(`\nA report of it, to be opened in a browser:\n  ${file} (${bytes(Buffer.byteLength(page))})\n`);
}

function tellNext(cli: Cli, start: number, data: string | undefined): void {
  const where = data === undefined ? "" : ` --data ${data}`;
  cli.stdout.write(
    [
      "",
      "Who was noisiest yesterday:",
      `  npx sluice sql${where} "select target, updates from sluice.results where dataset = 'default/demo' and window_start = '${formatMoment(start)}' and state = 'ok' order by updates desc limit 10"`,
      "What it would be for the real thing:",
      "  npx sluice plan examples/ripestat-daily.yaml",
      "",
    ].join("\n"),
  );
}

/** A simulated RIPEstat in a process of its own: it must not share an event loop with who measures it. */
export interface SimulatorProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws SurroundingsError where it does not start */
export async function startSimulatorProcess(cli: Cli, flags: readonly string[]): Promise<SimulatorProcess> {
  const child = spawn(cli.node, [cli.program, "simulate", ...flags], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    // It ends with this command, however that one ends (see batch/parent.ts).
    env: { ...cli.environment, SLUICE_PARENT_FD: "3" },
    // Ctrl-C is for the command, which lets its batches end while there is still somebody to answer them.
    detached: true,
  });
  let said = "";
  child.stdio[3]?.on("error", () => undefined);
  const stdout = child.stdout!;
  stdout.setEncoding("utf8");
  const url = await new Promise<string>((resolve, reject) => {
    stdout.on("data", (text: string) => {
      said += text;
      const found = /\bat (https?:\/\/\S+)\n/.exec(said);
      if (found !== null) resolve(found[1]!);
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error("it ended at once")));
  }).catch((error: unknown) => {
    throw new SurroundingsError(`The simulated RIPEstat did not start: ${(error as Error).message}.`);
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
