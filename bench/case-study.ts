import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { runClient } from "./client-run.ts";
import { query, type Databases } from "./databases.ts";
import type { Peer } from "./peer.ts";

const SCRIPT = path.join(import.meta.dirname, "case-study.py");
const REQUIREMENTS = path.join(import.meta.dirname, "requirements.txt");

/** The case study's approach (case-study.py), run by `python`. */
export function caseStudy(python: string, databases: Databases): Peer {
  return {
    name: "case study (Python)",
    run: ({ protocol, url, caFile, targets }) =>
      databases.withFresh(async (database) => {
        await query(database, "create table updates (target text not null, second bigint not null, type text not null)");
        const encoding = protocol === "HTTPS and gzip" ? "gzip" : "identity";
        const run = await runClient([python, SCRIPT, url, database, encoding, ...targets], { REQUESTS_CA_BUNDLE: caFile ?? undefined });
        const [stored] = await query<{ count: string }>(database, "select count(*) from updates");
        return { ...run, matches: Number(stored!.count) };
      }),
  };
}

/** A Python with the pinned packages, kept in the cache folder; null, after saying why, if it is not available. */
export function preparePython(environment: NodeJS.ProcessEnv, say: (sentence: string) => void): string | null {
  const wanted = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const cache = path.join(environment["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "sluice-bench");
  const folder = path.join(cache, `python-${wanted}`);
  const python = path.join(folder, "bin", "python");
  if (existsSync(python)) return python;
  const half = `${folder}.part`;
  try {
    rmSync(half, { recursive: true, force: true });
    execFileSync("python3", ["-m", "venv", half], { stdio: "pipe" });
    execFileSync(path.join(half, "bin", "python"), ["-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS], { stdio: "pipe" });
    renameSync(half, folder);
    return python;
  } catch (error) {
    say(`Without the case study's client: Python 3 with venv, or a package of bench/requirements.txt, is not available: ${(error as Error).message.split("\n")[0]!}`);
    return null;
  }
}
