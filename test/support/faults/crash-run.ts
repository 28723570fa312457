import { setTimeout as wait } from "node:timers/promises";
import type { Scenario } from "../../../src/simulate/scenario.ts";
import { seededRandom } from "../../../src/simulate/seeded.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import type { Deed, Moment, Step } from "./crash-plan.ts";
import { startCommitWatch, type Fate } from "../postgres/commit-proxy.ts";
import { argumentsOf, childrenOf, ownerOf } from "../processes/process-tree.ts";
import { aFolder, startSluice, writeCronSweep, type Ended } from "../processes/sluice.ts";
import { isRunning, until } from "../time/until.ts";

/** Where a trial stores: a Postgres of its own, if it is to be killed. */
export interface CrashPostgres {
  readonly url: string;
  kill9?(): Promise<void>;
  start?(): Promise<void>;
}

export interface CrashRun {
  readonly simulator: Simulator;
  /** `sluice run`, again whenever it was killed, while the steps are done one after the other. @throws where it ends before the last */
  sweepThrough(steps: readonly Step[]): Promise<Ended>;
  /** Ends all that was started and is still there. */
  close(): Promise<void>;
}

export interface CrashRunOptions {
  /** Chooses among the batches that run. */
  readonly seed?: number;
  readonly pods?: number;
}

const LOOK_EVERY_MS = 2;

/** A simulated provider, `sluice run` in a process of its own, and a hand on every COMMIT. */
export async function startCrashRun(scenario: Scenario, postgres: CrashPostgres, { seed = 1, pods = 3 }: CrashRunOptions = {}): Promise<CrashRun> {
  const folder = await aFolder();
  const simulator = await startSimulator(scenario, { now: () => performance.now() });
  const watch = await startCommitWatch(postgres.url);
  const file = await writeCronSweep(folder.path, simulator.url, {
    // Slots of killed processes stay leased for a while: there are enough for all who follow them.
    host: { inFlight: 64 },
    batch: { targets: 32, concurrency: 4, pods },
    done: { passes: 9 },
  });
  const random = seededRandom(seed);
  const programs = new Set<number>();
  // Its own folder for what killed processes cannot remove any more.
  const env = { DATABASE_URL: watch.url, TMPDIR: folder.path };
  const start = (): ReturnType<typeof startSluice> => startSluice(["run", file, "--window", "2026-11-20", "--data", folder.path, "--output", "json"], env);
  let command: ReturnType<typeof startSluice> | null = null;

  function rememberPrograms(): void {
    childrenOf(command!.pid).forEach((pid) => programs.add(pid));
  }

  /** Of any command: those of one that was killed live on for a moment. */
  function committing(clientPort: number): number {
    rememberPrograms();
    return ownerOf(clientPort, watch.port, [command!.pid, ...programs])!;
  }

  function batches(): number[] {
    rememberPrograms();
    return childrenOf(command!.pid).filter((pid) => argumentsOf(pid).includes("batch"));
  }

  /** Kills at once; what is left is to wait, and to start again. */
  function strike(deed: Deed, program: number): () => Promise<void> {
    const victim = command!;
    const killed = deed.includes("Postgres") ? postgres.kill9!() : null;
    if (deed.includes("the command")) victim.kill("SIGKILL");
    if (deed === "kill a program") process.kill(program, "SIGKILL");
    return async () => {
      await killed;
      if (killed !== null) await postgres.start!();
      if (!deed.includes("the command")) return;
      await victim.exited;
      command = start();
    };
  }

  async function atRequest(deed: Deed, more: number, calledOff: AbortSignal): Promise<() => Promise<void>> {
    const count = simulator.stats().requests + more;
    while (simulator.stats().requests < count || batches().length === 0) await wait(LOOK_EVERY_MS, undefined, { signal: calledOff });
    const running = batches();
    return strike(deed, running[Math.floor(random() * running.length)]!);
  }

  function atCommit(deed: Deed, { text, more, arrives }: Extract<Moment, { at: "commit" }>): Promise<() => Promise<void>> {
    const fate: Fate = !arrives ? "is lost" : deed === "cut the connection" ? "is not answered" : "passes";
    return new Promise((resolve) => {
      watch.onCommit(text, more, (clientPort) => {
        resolve(strike(deed, committing(clientPort)));
        return fate;
      });
    });
  }

  async function step({ deed, moment }: Step): Promise<void> {
    const running = command!;
    const calledOff = new AbortController();
    const struck = moment.at === "request" ? atRequest(deed, moment.more, calledOff.signal) : atCommit(deed, moment);
    const ended = running.exited.then((code) => {
      calledOff.abort();
      throw new Error(`The command ended with ${String(code)} before it was time to ${deed}: ${running.stderr()}`);
    });
    const recover = await Promise.race([struck, ended]);
    await recover();
  }

  return {
    simulator,
    async sweepThrough(steps) {
      command = start();
      for (const next of steps) await step(next);
      const code = await command.exited;
      return { code, stdout: command.stdout(), stderr: command.stderr() };
    },
    async close() {
      if (command !== null) {
        rememberPrograms();
        command.kill("SIGKILL");
        await command.exited;
      }
      await until("the programs have ended with their command", () => ![...programs].some(isRunning));
      await watch.close();
      await simulator.close();
      await folder.remove();
    },
  };
}
