import { tmpdir } from "node:os";
import { postgresBinaries } from "../../../src/local/postgres/binaries.ts";
import type { LocalPostgresPlace } from "../../../src/local/postgres/postgres.ts";

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
