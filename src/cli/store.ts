import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { postgresBinaries } from "../local/postgres/binaries.ts";
import { startOrAdoptPostgres } from "../local/postgres/postgres.ts";
import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import { openDatabase, type Database } from "../store/database.ts";
import { checkProgram, isMigrated } from "../store/migrate.ts";
import type { Cli } from "./main.ts";

/** Postgres, as a command uses it. */
export interface Store {
  readonly db: Database;
  /** For the programs that a command starts. */
  readonly url: string;
  /** The folder of this machine's own files. */
  readonly folder: string;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** `--data DIR`, else the XDG data folder. */
  readonly data?: string | undefined;
  readonly patienceSeconds?: number;
}

/** DATABASE_URL, or else the Postgres that Sluice brings along. @throws SurroundingsError where neither can be had */
export async function openStore(cli: Cli, options: StoreOptions): Promise<Store> {
  const named = namedUrl(cli);
  const own = named === undefined ? await ownPostgres(cli, folderOf(cli, options)) : null;
  const url = own?.url ?? named!;
  if (own === null) await reach(cli, url);
  const db = openDatabase({ url, name: "sluice", max: 4, patienceSeconds: options.patienceSeconds ?? 30, clock: untilInterrupted(cli) });
  const close = async (): Promise<void> => {
    await db.close();
    await own?.release();
  };
  return {
    db,
    url,
    // Asked for by who writes there only: with a DATABASE_URL one can read without a home.
    get folder() {
      return folderOf(cli, options);
    },
    close,
  };
}

/** Whoever waits at a terminal should learn at once that a database is not there; one that goes away later is waited for. */
const REACH_SECONDS = 3;

async function reach(cli: Cli, url: string): Promise<void> {
  const db = openDatabase({ url, name: "sluice", max: 1, patienceSeconds: REACH_SECONDS, clock: cli.clock });
  try {
    await db.query("select 1");
  } finally {
    await db.close();
  }
}

/** For commands that only read: what an earlier command has filled, and nothing is made. @throws SurroundingsError where there is none */
export async function openFilledStore(cli: Cli, options: StoreOptions): Promise<Store> {
  const store = await findFilledStore(cli, options);
  if (store !== null) return store;
  const where = namedUrl(cli) === undefined ? `The data folder ${folderOf(cli, options)}` : "The database that DATABASE_URL names";
  throw new SurroundingsError(`${where} holds no data of Sluice yet: \`sluice run FILE\` brings some.`);
}

/** The same; null where there is none. */
export async function findFilledStore(cli: Cli, options: StoreOptions): Promise<Store | null> {
  if (namedUrl(cli) === undefined && !existsSync(path.join(folderOf(cli, options), POSTGRES))) return null;
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

/** The local Postgres' own folder, within the data folder. */
const POSTGRES = "postgres";

function namedUrl({ environment }: Cli): string | undefined {
  const url = environment["DATABASE_URL"];
  return url === "" ? undefined : url;
}

function folderOf(cli: Cli, { data }: StoreOptions): string {
  return data === undefined ? dataFolder(cli.environment) : path.resolve(data);
}

function ownPostgres(cli: Cli, folder: string): ReturnType<typeof startOrAdoptPostgres> {
  return startOrAdoptPostgres({
    dataDir: path.join(folder, POSTGRES),
    binaries: postgresBinaries(path.join(cli.home, "package.json"), process.platform, process.arch),
    env: cli.environment,
    temporary: tmpdir(),
    uid: cli.uid,
    now: () => cli.clock.monotonic(),
    log: (sentence) => cli.stderr.write(`${sentence}\n`),
  });
}

/** Who presses Ctrl-C does not wait for a database that is away. */
function untilInterrupted({ clock, signal }: Cli): Pick<Clock, "monotonic" | "sleep"> {
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
 * @throws SurroundingsError where neither XDG_DATA_HOME nor HOME says where to write
 */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const data = env["XDG_DATA_HOME"];
  if (data !== undefined && path.isAbsolute(data)) return path.join(data, "sluice");
  const home = env["HOME"];
  if (home !== undefined && path.isAbsolute(home)) return path.join(home, ".local", "share", "sluice");
  throw new SurroundingsError("No folder to keep data in: neither XDG_DATA_HOME nor HOME is an absolute path.");
}
