import { tmpdir } from "node:os";
import type { LocalPostgresPlace } from "../../src/local/postgres.ts";
import { postgresBinaries } from "../../src/local/postgres-binaries.ts";

/** A place for a server of a test's own. */
export function aPostgresPlace(dataDir: string, changes: Partial<LocalPostgresPlace> = {}): LocalPostgresPlace {
  return {
    dataDir,
    binaries: postgresBinaries(import.meta.url, process.platform, process.arch),
    env: { PATH: process.env["PATH"] },
    temporary: tmpdir(),
    uid: process.getuid!(),
    now: () => performance.now(),
    log: () => {},
    ...changes,
  };
}
