import { readFile, writeFile } from "node:fs/promises";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { startSimulator, type Simulator } from "./server.ts";
import { scenarioOfFlags, type SimulatorFlags } from "./simulator-flags.ts";

/** Starts a simulator from the flags of a command line, and logs what a person needs to know about it. The caller closes it. */
export async function runSimulator(flags: SimulatorFlags, { now, token }: { readonly now: () => number; readonly token: string }, log: (line: string) => void): Promise<Simulator> {
  const scenario = scenarioOfFlags(flags, flags.scenario === undefined ? undefined : await readJsonFile(flags.scenario));
  const port = Number(flags.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new SpecError(`--port: must be a port between 0 and 65535, not ${flags.port ?? ""}.`);
  if (flags.caFile !== undefined && !scenario.tls) throw new SpecError("--ca-file needs --tls: without it there is no certificate.");
  const simulator = await startSimulator(scenario, { now, port, token, ...(flags.host === undefined ? {} : { host: flags.host }) });
  if (flags.caFile !== undefined && simulator.caCertificate !== undefined) await writeCertificate(flags.caFile, simulator);
  for (const note of simulator.notes) log(note);
  for (const [target, bytes] of Object.entries(scenario.big)) log(`${target} answers with ${bytes} bytes.`);
  log(`Wire format of ${scenario.format}, seed ${scenario.seed}, ${scenario.limits.inFlight} requests at once from one address, ${scenario.faults.length} faults.`);
  log(`Statistics: ${simulator.url}/simulator/stats`);
  return simulator;
}

async function readJsonFile(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new SpecError(`The scenario ${path} cannot be read: ${(cause as Error).message}.`, { cause });
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SpecError(`The scenario ${path} is not JSON: ${(cause as Error).message}.`, { cause });
  }
}

async function writeCertificate(path: string, simulator: Simulator): Promise<void> {
  await writeFile(path, simulator.caCertificate ?? "").catch(async (cause: unknown) => {
    await simulator.close();
    throw new SurroundingsError(`The certificate cannot be written to ${path}: ${(cause as Error).message}.`, { cause });
  });
}
