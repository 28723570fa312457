import { readFile, writeFile } from "node:fs/promises";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { startSimulator, type Simulator } from "./server.ts";
import { scenarioOfFlags, type SimulatorFlags } from "./simulator-flags.ts";

/** Starts a simulator as a command line says, and tells what a person needs to know of it. Who calls it closes it. */
export async function runSimulator(flags: SimulatorFlags, now: () => number, log: (line: string) => void): Promise<Simulator> {
  const scenario = scenarioOfFlags(flags, flags.scenario === undefined ? undefined : await readJsonFile(flags.scenario));
  const port = Number(flags.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new SpecError(`--port: a number from 0 to 65535 is wanted, not ${flags.port ?? ""}.`);
  if (flags.caFile !== undefined && !scenario.tls) throw new SpecError("--ca-file is for --tls: without it there is no certificate.");
  const simulator = await startSimulator(scenario, { now, port, ...(flags.host === undefined ? {} : { host: flags.host }) });
  if (flags.caFile !== undefined && simulator.caCertificate !== undefined) await writeCertificate(flags.caFile, simulator);
  for (const note of simulator.notes) log(note);
  for (const [target, bytes] of Object.entries(scenario.big)) log(`${target} answers with ${bytes} bytes.`);
  log(`Wire format of ${scenario.format}, seed ${scenario.seed}, ${scenario.limits.inFlight} requests at once from one address, ${scenario.faults.length} faults.`);
  log(`What it has seen: ${simulator.url}/simulator/stats`);
  return simulator;
}

async function readJsonFile(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new SpecError(`The scenario ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`);
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SpecError(`The scenario ${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
}

async function writeCertificate(path: string, simulator: Simulator): Promise<void> {
  await writeFile(path, simulator.caCertificate ?? "").catch(async (cause: unknown) => {
    await simulator.close();
    throw new SurroundingsError(`The certificate cannot be written to ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`);
  });
}
