import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { postgresBinaries } from "../local/postgres/binaries.ts";
import { KeptPostgres } from "../local/postgres/kept-postgres.ts";
import { checkProc } from "../local/proc.ts";
import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import { linkSignals } from "../model/linked-signal.ts";
import { outageWait, waitText } from "../model/wait.ts";
import { openDatabase, type Database } from "../store/database.ts";
import { checkProgram, isMigrated } from "../store/migrate.ts";
import { checkEncoding } from "../store/server.ts";
import type { Cli } from "./main.ts";

/** The Postgres that a command uses, and the folder beside it. */
export interface Store {
  readonly db: Database;
  /** For the processes that a command starts. */
  readonly url: string;
  /** The data folder, for logs and reports. */
  readonly folder: string;
  /** Takes what happens to the local Postgres, in sentences; until then they go to standard error. */
  listen(say: (sentence: string) => void): void;
  /** What a command waits for while its Postgres is away; null otherwise. */
  readonly problem: string | null;
  close(): Promise<void>;
}

interface StoreOptions {
  /** `--data DIR`, else the XDG data folder. */
  readonly data?: string | undefined;
  readonly patienceSeconds?: number;
}

/** Opens DATABASE_URL, or starts the bundled Postgres. @throws SurroundingsError if that fails */
export async function openStore(cli: Cli, options: StoreOptions): Promise<Store> {
  const given = givenUrl(cli);
  const lost = new AbortController();
  let say = (sentence: string): void => cli.stderr.write(`${sentence}\n`);
  const own = given === undefined ? await ownPostgres(cli, folderOf(cli, options), { say: (sentence) => say(sentence), failed: (error) => lost.abort(error) }) : null;
  const url = own?.url ?? given!;
  if (own === null) await checkReachable(cli, url);
  const linked = linkSignals(cli.signal, lost.signal);
  const db = openDatabase({ url, name: "sluice", max: 4, patienceSeconds: options.patienceSeconds ?? 30, clock: untilAborted(cli.clock, linked.signal) });
  const close = async (): Promise<void> => {
    await db.close();
    await own?.release();
    linked[Symbol.dispose]();
  };
  return {
    db,
    url,
    // Resolved only when used: with a DATABASE_URL, commands that only read work without a home folder.
    get folder() {
      return folderOf(cli, options);
    },
    listen: (listener) => void (say = listener),
    get problem() {
      const outage = outageWait(db, cli.clock.now() / 1000);
      return own?.problem ?? (outage === null ? null : waitText(outage));
    },
    close,
  };
}

/** A database that is away from the start is reported at once; only one that goes away later is waited for. */
const REACH_SECONDS = 3;

async function checkReachable(cli: Cli, url: string): Promise<void> {
  const db = openDatabase({ url, name: "sluice", max: 1, patienceSeconds: REACH_SECONDS, clock: cli.clock });
  try {
    await checkEncoding(db, db.place);
  } finally {
    await db.close();
  }
}

/** For commands that only read: creates nothing. @throws SurroundingsError if no earlier command has stored anything */
export async function openFilledStore(cli: Cli, options: StoreOptions): Promise<Store> {
  const store = await findFilledStore(cli, options);
  if (store !== null) return store;
  const where = givenUrl(cli) === undefined ? `The data folder ${folderOf(cli, options)}` : "The database of DATABASE_URL";
  throw new SurroundingsError(`${where} has no data of Sluice yet: use \`sluice run FILE\` first.`);
}

/** The same, or null if there is no data. */
export async function findFilledStore(cli: Cli, options: StoreOptions): Promise<Store | null> {
  if (givenUrl(cli) === undefined && !existsSync(path.join(folderOf(cli, options), POSTGRES))) return null;
  const store = await openStore(cli, options);
  try {
    if (await isMigrated(store.db)) {
      await checkProgram(store.db, { version: cli.version });
      return store;
    }
  } catch (error) {
    await store.close();
    throw error;
  }
  await store.close();
  return null;
}

/** The folder of the bundled Postgres, within the data folder. */
const POSTGRES = "postgres";

function givenUrl({ environment }: Cli): string | undefined {
  const url = environment["DATABASE_URL"];
  return url === "" ? undefined : url;
}

function folderOf(cli: Cli, { data }: StoreOptions): string {
  return data === undefined ? dataFolder(cli.environment) : path.resolve(data);
}

function ownPostgres(cli: Cli, folder: string, deps: { say: (sentence: string) => void; failed: (error: SurroundingsError) => void }): Promise<KeptPostgres> {
  checkProc();
  const place = {
    dataDir: path.join(folder, POSTGRES),
    binaries: postgresBinaries(path.join(cli.home, "package.json"), process.platform, process.arch),
    env: cli.environment,
    temporary: tmpdir(),
    uid: cli.uid,
    now: () => cli.clock.monotonic(),
    log: deps.say,
  };
  return KeptPostgres.start(place, { ...deps, clock: cli.clock });
}

/** Ctrl-C, or the loss of the local Postgres, also ends the wait for a database that is away. */
function untilAborted(clock: Clock, signal: AbortSignal): Pick<Clock, "monotonic" | "sleep"> {
  return {
    monotonic: () => clock.monotonic(),
    sleep: async (milliseconds) => {
      await clock.sleep(milliseconds, signal);
      signal.throwIfAborted();
      return true;
    },
  };
}

/**
 * The folder that outlives a command: `$XDG_DATA_HOME/sluice`, else `~/.local/share/sluice`.
 * A relative XDG_DATA_HOME is ignored, as the XDG base directory specification asks.
 *
 * @throws SurroundingsError if neither XDG_DATA_HOME nor HOME names a folder
 */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const data = env["XDG_DATA_HOME"];
  if (data !== undefined && path.isAbsolute(data)) return path.join(data, "sluice");
  const home = env["HOME"];
  if (home !== undefined && path.isAbsolute(home)) return path.join(home, ".local", "share", "sluice");
  throw new SurroundingsError("No data folder: neither XDG_DATA_HOME nor HOME is an absolute path. Use --data.");
}
