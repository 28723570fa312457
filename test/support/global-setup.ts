import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { startOrAdoptPostgres } from "../../src/local/postgres.ts";
import { aPostgresPlace } from "./postgres-place.ts";
import { ROOT } from "./root.ts";
import { endBy, tidyUpAtTheEnd } from "./tidy-up.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of the server that all test files share: see createDatabase. */
    readonly postgresUrl: string;
  }
}

/** One Postgres and one build for each run of the tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  buildPrograms();
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-test-"));
  const server = await startOrAdoptPostgres(aPostgresPlace(path.join(folder, "postgres"), { settings: { fsync: "off", max_connections: "300" } }));
  project.provide("postgresUrl", server.url);
  // Not released but stopped: a test that forgot a connection must not keep the server alive.
  return tidyUpAtTheEnd(`pid="$1"; ${endBy("INT")}; rm -r "$2"`, String(server.pid), folder);
}

/** Where the build fails, the tests that run the programs shall find none rather than old ones; the others can still tell something. */
function buildPrograms(): void {
  try {
    execFileSync("npm", ["run", "--silent", "build"], { cwd: ROOT, stdio: ["ignore", "inherit", "pipe"] });
  } catch (error) {
    rmSync(path.join(ROOT, "dist"), { recursive: true, force: true });
    process.stderr.write(`The programs could not be built: ${String((error as { stderr?: Buffer }).stderr)}\n`);
  }
}
