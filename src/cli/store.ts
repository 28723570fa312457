import path from "node:path";
import { tmpdir } from "node:os";
import { dataFolder } from "../local/data-folder.ts";
import { postgresBinaries } from "../local/postgres-binaries.ts";
import { startOrAdoptPostgres } from "../local/postgres.ts";
import { SurroundingsError } from "../model/errors.ts";
import { openDatabase, type Database } from "../store/database.ts";
import { checkProgram, isMigrated } from "../store/migrate.ts";
import type { Cli } from "./context.ts";

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
export async function openStore(cli: Cli, { data, patienceSeconds = 30 }: StoreOptions): Promise<Store> {
  const folder = data === undefined ? dataFolder(cli.environment) : path.resolve(data);
  const named = cli.environment["DATABASE_URL"];
  const own = named === undefined || named === "" ? await ownPostgres(cli, folder) : null;
  const url = own?.url ?? named!;
  const db = openDatabase({ url, name: "sluice", max: 4, patienceSeconds, clock: cli.clock });
  const close = async (): Promise<void> => {
    await db.close();
    await own?.release();
  };
  return { db, url, folder, close };
}

/** For commands that only read: a database that was never swept into has nothing to show. */
export async function openFilledStore(cli: Cli, options: StoreOptions): Promise<Store> {
  const store = await openStore(cli, options);
  try {
    if (!(await isMigrated(store.db))) throw new SurroundingsError(`The database ${store.db.place} holds no data of Sluice yet: \`sluice run FILE\` brings some.`);
    await checkProgram(store.db, { version: cli.version });
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function ownPostgres(cli: Cli, folder: string): ReturnType<typeof startOrAdoptPostgres> {
  return startOrAdoptPostgres({
    dataDir: path.join(folder, "postgres"),
    binaries: postgresBinaries(path.join(cli.home, "package.json"), process.platform, process.arch),
    env: cli.environment,
    temporary: tmpdir(),
    uid: cli.uid,
    now: () => cli.clock.monotonic(),
    log: (sentence) => cli.stderr.write(`${sentence}\n`),
  });
}
