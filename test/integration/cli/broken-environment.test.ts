import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, startSluice, writeCronSweep, type Environment } from "../../support/processes/sluice.ts";

let folder: Awaited<ReturnType<typeof aFolder>>;
let database: TestDatabase;
let simulator: Simulator;
let file: string;

beforeAll(async () => {
  folder = await aFolder();
  database = await createDatabase();
  simulator = await startSimulator(parseScenario({ source: { kind: "model", targets: 4 } }), { now: () => Date.now() });
  file = await writeCronSweep(folder.path, simulator.url);
  for (const name of ["data", "small", "home"]) await mkdir(path.join(folder.path, name));
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
  await folder.remove();
});

interface Broken {
  readonly env?: (folder: string) => Environment;
  readonly args?: readonly string[];
  /** For the shell, in a mount namespace of its own: what is broken before the command starts. $1 is the folder. */
  readonly first?: string;
  readonly local?: true;
  readonly says: RegExp;
}

const NO_TMPDIR = / Temporary files go there: set TMPDIR to another folder\.$/;

const BROKEN: Record<string, Broken> = {
  "a data folder in /proc": { local: true, args: ["--data", "/proc/x"], says: /^sluice: \/proc\/x\/postgres does not exist and cannot be made: ENOENT: .*\.$/ },
  "a folder for logs in /proc": { args: ["--data", "/proc/x"], says: /^sluice: \/proc\/x\/logs does not exist and cannot be made: ENOENT: .*\.$/ },
  "a TMPDIR that is missing": { env: () => ({ TMPDIR: "/nowhere" }), says: new RegExp(`^sluice: /nowhere does not exist.*${NO_TMPDIR.source}`) },
  "a % in the password of a proxy": { env: () => ({ HTTP_PROXY: "http://user:100%@127.0.0.1:1" }), says: /^sluice: The environment variable HTTP_PROXY is not a proxy URL such as .* A % in its user or password is written %25\. \(log of its processes: \S+\)$/ },
};

const MOUNTED: Record<string, Broken> = {
  "a TMPDIR where no file can be made": { first: 'mount -t tmpfs -o nr_inodes=1 none "$1/small"', env: (at) => ({ TMPDIR: path.join(at, "small") }), says: new RegExp(`^sluice: The disk that holds \\S+/small is full\\.${NO_TMPDIR.source}`) },
  "a TMPDIR that is full": { first: 'mount -t tmpfs -o size=4k none "$1/small" && echo > "$1/small/full"', env: (at) => ({ TMPDIR: path.join(at, "small") }), says: new RegExp(`^sluice: The disk that holds \\S+/small is full\\.${NO_TMPDIR.source}`) },
  "a HOME that is read-only": { local: true, first: 'mount -t tmpfs -o ro none "$1/home"', env: (at) => ({ HOME: path.join(at, "home") }), says: /^sluice: \S+\/home\/\.local\/share\/sluice\/postgres is on a read-only file system\.$/ },
  "no /proc": { first: "mount -t tmpfs none /proc", says: /^sluice: \/proc is not mounted here: from it Sluice reads .*\.$/ },
  "no /proc, and the local Postgres": { local: true, first: "mount -t tmpfs none /proc", says: /^sluice: \/proc is not mounted here: from it Sluice reads .*\.$/ },
  "a root without the capabilities of root": { local: true, first: "true", says: /^sluice: Postgres does not run as root, and this root may not run it as the user nobody: .*\.$/ },
};

async function lastLineOf({ env = () => ({}), args = [], first, local }: Broken, through: readonly string[] = []): Promise<string> {
  const settings = { XDG_DATA_HOME: path.join(folder.path, "data"), ...(local === undefined && { DATABASE_URL: database.url }), ...env(folder.path) };
  const home = local !== undefined && "HOME" in settings ? { XDG_DATA_HOME: undefined } : {};
  const mounts = first === undefined ? [] : ["unshare", "--mount", "/bin/sh", "-c", `${first} || exit 99; shift; exec "$@"`, "sh", folder.path];
  const running = startSluice(["run", file, "--window", "2026-11-20", ...args], { ...settings, ...home }, [...mounts, ...through]);
  expect(await running.exited, running.stderr()).toBe(3);
  expect(running.stderr()).not.toMatch(/^\s+at |internal error|this is a bug/m);
  expect(running.stdout()).toBe("");
  return running.stderr().trimEnd().split("\n").at(-1)!;
}

describe("a broken environment ends a run with one sentence and exit code 3", () => {
  test.each(Object.entries(BROKEN))("%s", async (_, broken) => {
    expect(await lastLineOf(broken)).toMatch(broken.says);
  });
});

const canMount = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;

describe.skipIf(!canMount)("so does one that is made by mounting (needs the right to mount)", () => {
  test.each(Object.entries(MOUNTED))("%s", async (what, broken) => {
    const through = what.startsWith("a root without") ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
    expect(await lastLineOf(broken, through)).toMatch(broken.says);
  });
});
