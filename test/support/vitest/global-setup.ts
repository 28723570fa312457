import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { startOrAdoptPostgres } from "../../../src/local/postgres/postgres.ts";
import { aPostgresPlace } from "../postgres/local-postgres-place.ts";
import { endBy, tidyUpAtTheEnd } from "../processes/tidy-up.ts";
import { ROOT } from "../root.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of the server that all test files share: see createDatabase. */
    readonly postgresUrl: string;
    /** The folder with sluice.mjs and worker.mjs, as the sources were when the run began. */
    readonly programs: string;
  }
}

/** Nobody kills this server, so durability only costs time. */
const SETTINGS = { fsync: "off", full_page_writes: "off", synchronous_commit: "off", wal_level: "minimal", max_wal_senders: "0", max_connections: "300" };

/** One Postgres and one build for each run of the tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Inside the project, so that what the programs look for beside themselves is there.
  const programs = await mkdtemp(path.join(ROOT, "dist-test-"));
  try {
    execFileSync(process.execPath, ["src/bin/build.ts", programs], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    rmSync(programs, { recursive: true });
    throw error;
  }
  project.provide("programs", programs);
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-test-"));
  // Root's Postgres runs as nobody, and would else put its data elsewhere.
  await chmod(folder, 0o755);
  const server = await startOrAdoptPostgres(aPostgresPlace(path.join(folder, "postgres"), { settings: SETTINGS }));
  project.provide("postgresUrl", server.url);
  // Not released but stopped: a test that forgot a connection must not keep the server alive.
  return tidyUpAtTheEnd(`pid="$1"; ${endBy("INT")}; rm -r "$2" "$3"`, String(server.pid), folder, programs);
}
