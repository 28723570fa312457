import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LocalPostgres, type LocalPostgresPlace, startOrAdoptPostgres } from "../../../src/local/postgres/postgres.ts";
import { aPostgresPlace } from "../../support/postgres/local-postgres-place.ts";
import { childrenOf } from "../../support/processes/process-tree.ts";
import { ROOT } from "../../support/root.ts";
import { isRunning, until, untilGone } from "../../support/time/until.ts";

const isRoot = process.getuid!() === 0;

/** A data folder that the tests use one after the other, each of them leaving it in order. */
let common: string;
let folder: string;
let dataDir: string;
let commands: ChildProcess[];
/** Servers that a failed test may have left. */
let pids: Set<number>;

beforeAll(async () => {
  common = path.join(await openFolder("sluice-common-"), "postgres");
});

afterAll(async () => {
  await rm(path.dirname(common), { recursive: true });
});

beforeEach(async () => {
  folder = await openFolder("sluice-local-");
  dataDir = common;
  commands = [];
  pids = new Set();
});

/** Open to the user nobody, as whom root runs Postgres. */
async function openFolder(prefix: string): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), prefix));
  await chmod(made, 0o755);
  return made;
}

/** A first start writes 40 MB: only the tests that need it do it. */
function anEmptyFolder(): void {
  dataDir = path.join(folder, "postgres");
}

afterEach(async () => {
  for (const command of commands) command.kill("SIGKILL");
  for (const pid of pids) if (isRunning(pid)) process.kill(pid, "SIGQUIT");
  for (const pid of pids) await untilGone(pid);
  await rm(folder, { recursive: true, force: true });
});

async function start(changes: Partial<LocalPostgresPlace> = {}): Promise<LocalPostgres> {
  const server = await startOrAdoptPostgres(aPostgresPlace(dataDir, { settings: { fsync: "off" }, ...changes }));
  pids.add(server.pid);
  return server;
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

interface CommandAnswer {
  readonly pid: number;
  readonly adopted: boolean;
}

/** A command in a process of its own; `answer` fails with what it wrote when it ended early. */
function command(times = 1): { process: ChildProcess; answer: Promise<CommandAnswer>; leave: () => Promise<number | null> } {
  const child = spawn(process.execPath, [path.join(ROOT, "test/support/postgres/local-postgres-command.ts"), dataDir, String(times)]);
  commands.push(child);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const closed = once(child, "close") as Promise<[number | null]>;
  const answer = new Promise<CommandAnswer>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => {
      const said = JSON.parse(chunk.toString()) as CommandAnswer;
      pids.add(said.pid);
      resolve(said);
    });
    void closed.then(() => reject(new Error(errors)));
  });
  return {
    process: child,
    answer,
    async leave() {
      child.stdin.end();
      return (await closed)[0];
    },
  };
}

describe("the local Postgres", () => {
  test("keeps its data between runs, and is stopped between them", async () => {
    anEmptyFolder();
    const first = await start();
    expect(first.adopted).toBe(false);
    await query(first.url, "CREATE TABLE kept AS SELECT 'ü' AS letter");
    await first.release();
    expect(isRunning(first.pid)).toBe(false);
    const second = await start();
    expect(await query(second.url, "SELECT letter FROM kept")).toEqual([{ letter: "ü" }]);
    await second.release();
  });

  test("opens no port, and closes its socket's folder to other users", async () => {
    const server = await start();
    expect(await query(server.url, "SHOW listen_addresses")).toEqual([{ listen_addresses: "" }]);
    const { mode } = await stat(new URL(server.url.replace("@/", "@host/")).searchParams.get("host")!);
    expect(mode & 0o777).toBe(0o700);
    await server.release();
  });

  test("syncs every commit to disk by default", async () => {
    const server = await start({ settings: {} });
    expect(await query(server.url, "SELECT current_setting('fsync') AS f, current_setting('synchronous_commit') AS s")).toEqual([{ f: "on", s: "on" }]);
    await server.release();
  });

  test("is adopted by a second run, and stopped by the last to leave", async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ adopted: true, pid: first.pid, url: first.url });
    await first.release();
    expect(await query(second.url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
    await second.release();
    expect(isRunning(first.pid)).toBe(false);
  });

  test("is not stopped while another client is connected", async () => {
    const server = await start();
    const stranger = new Client({ connectionString: server.url });
    await stranger.connect();
    await server.release();
    expect((await stranger.query("SELECT 1 AS n")).rows).toEqual([{ n: 1 }]);
    await stranger.end();
    const again = await start();
    expect(again.adopted).toBe(true);
    await again.release();
    expect(isRunning(server.pid)).toBe(false);
  });

  test("is one server when five commands start at once on an empty folder", async () => {
    anEmptyFolder();
    const five = Array.from({ length: 5 }, () => command());
    const answers = await Promise.all(five.map((one) => one.answer));
    expect(new Set(answers.map((answer) => answer.pid)).size).toBe(1);
    expect(answers.filter((answer) => !answer.adopted)).toHaveLength(1);
    expect(await Promise.all(five.map((one) => one.leave()))).toEqual([0, 0, 0, 0, 0]);
    expect(isRunning(answers[0]!.pid)).toBe(false);
    expect((await readdir(dataDir)).sort()).toEqual(["cluster", "libraries", "server.log", "socket"]);
  });

  test("fails no command when many come and go, and stops with the last one", async () => {
    const four = Array.from({ length: 4 }, () => command(8));
    await Promise.all(four.map((one) => one.answer));
    expect(await Promise.all(four.map((one) => one.leave()))).toEqual([0, 0, 0, 0]);
    for (const { answer } of four) await untilGone((await answer).pid);
  });

  test("is stopped by one of several that leave at once: the others find its lock, however long it waits for them", async () => {
    const server = await start();
    const other = new Client({ connectionString: server.url });
    await other.connect();
    const leaving = server.release();
    const locks = async (): Promise<unknown[]> => (await other.query<object>("SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'")).rows;
    await until("the first has the lock", async () => (await locks()).length === 1);
    for (let look = 1; look <= 20; look += 1) expect(await locks()).toHaveLength(1);
    await other.end();
    await leaving;
    expect(isRunning(server.pid)).toBe(false);
  });

  test("survives the command that started it, and the next one stops it", async () => {
    const killed = command();
    const { pid } = await killed.answer;
    process.kill(killed.process.pid!, "SIGKILL");
    await once(killed.process, "close");
    const next = await start();
    expect(next).toMatchObject({ adopted: true, pid });
    await next.release();
    expect(isRunning(pid)).toBe(false);
  });

  test("has a session of its own, so that Ctrl-C in the terminal does not reach it", async () => {
    const server = await start();
    const fields = (await readFile(`/proc/${server.pid}/stat`, "utf8")).split(") ")[1]!.split(" ");
    expect(fields.slice(2, 4)).toEqual([String(server.pid), String(server.pid)]);
    await server.release();
  });

  test("has all commits after it was killed", async () => {
    const server = await start();
    await query(server.url, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 7 AS n");
    process.kill(server.pid, "SIGKILL");
    const again = await start();
    expect(again.adopted).toBe(false);
    expect(await query(again.url, "SELECT n FROM kept")).toEqual([{ n: 7 }]);
    await server.release();
    expect(await query(again.url, "SELECT n FROM kept")).toEqual([{ n: 7 }]);
    await again.release();
  });

  const LOCKS: Record<string, string> = { "data folder": "cluster/postmaster.pid", socket: "socket/.s.PGSQL.5432.lock" };
  test.each(Object.entries(LOCKS))("starts although a killed server left a lock on its %s whose PID is now another process", async (_, name) => {
    const server = await start();
    process.kill(server.pid, "SIGKILL");
    await untilGone(server.pid);
    const lock = path.join(dataDir, name);
    await writeFile(lock, (await readFile(lock, "utf8")).replace(String(server.pid), String(process.ppid)));
    const again = await start();
    expect(again.adopted).toBe(false);
    await again.release();
  });

  test.each(Object.entries(LOCKS))("starts although a server that was killed as it started left an empty lock on its %s", async (_, name) => {
    const server = await start();
    process.kill(server.pid, "SIGKILL");
    await untilGone(server.pid);
    await writeFile(path.join(dataDir, name), "");
    const again = await start();
    expect(again.adopted).toBe(false);
    await again.release();
  });

  test("starts although an earlier set-up was interrupted", async () => {
    anEmptyFolder();
    const { pid: gone } = spawn("true");
    await untilGone(gone!);
    await mkdir(path.join(dataDir, `cluster.new-${gone!}`, "base"), { recursive: true });
    const server = await start();
    await server.release();
    expect(await readdir(dataDir)).not.toContain(`cluster.new-${gone!}`);
  });

  test("takes a short folder for its socket when the data's path is too long for one, and removes it at the end", async () => {
    dataDir = path.join(folder, "long".repeat(25), "postgres");
    const server = await start({ temporary: folder });
    expect(await readdir(folder)).toHaveLength(2);
    const second = await start({ temporary: "/nowhere" });
    expect(second).toMatchObject({ adopted: true, url: server.url });
    process.kill(server.pid, "SIGKILL");
    await untilGone(server.pid);
    const third = await start({ temporary: "/nowhere" });
    expect(third.url).toBe(server.url);
    await third.release();
    expect(await readdir(folder)).toEqual(["long".repeat(25)]);
  });

  test("replaces a server whose socket was deleted with its temporary folder", async () => {
    dataDir = path.join(folder, "long".repeat(25), "postgres");
    const runtime = path.join(folder, "runtime");
    await mkdir(runtime);
    const env = { PATH: process.env["PATH"], XDG_RUNTIME_DIR: runtime };
    const lost = await start({ env });
    await rm(runtime, { recursive: true });
    const server = await start({ env, temporary: folder });
    expect(server.adopted).toBe(false);
    expect(isRunning(lost.pid)).toBe(false);
    await server.release();
  });

  test("works in a folder whose name has blanks, quotes and commas", async () => {
    dataDir = path.join(folder, `it's a "name", 100 % ü`);
    const server = await start();
    expect(await query(server.url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
    await server.release();
  });

  test("waits for a server that is stopping, and starts a new one", async () => {
    const first = await start();
    process.kill(first.pid, "SIGINT");
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
    await second.release();
  });
});

describe("the local Postgres says in one sentence", () => {
  test("that its data is of another version", async () => {
    anEmptyFolder();
    await mkdir(path.join(dataDir, "cluster"), { recursive: true });
    await writeFile(path.join(dataDir, "cluster", "PG_VERSION"), "15\n");
    await expect(start()).rejects.toThrow(
      `The data in ${dataDir}/cluster was written by Postgres 15, and the bundled Postgres 18 cannot read it: move the folder away to start with an empty database.`,
    );
  });

  test("that the folder cannot be written", async () => {
    dataDir = "/sys/sluice";
    await expect(start()).rejects.toThrow("This user cannot write to /sys/sluice.");
  });

  test("that the folder can have no folder, as in /proc", async () => {
    dataDir = "/proc/sluice/postgres";
    await expect(start()).rejects.toThrow("/proc/sluice/postgres does not exist and cannot be made: ENOENT: no such file or directory, mkdir '/proc/sluice'.");
  });

  test("that the folder is a file", async () => {
    anEmptyFolder();
    await writeFile(dataDir, "");
    await expect(start()).rejects.toThrow(`${dataDir} cannot be used: EEXIST`);
  });

  test("why the server would not start", async () => {
    await expect(start({ settings: { shared_buffers: "none" } })).rejects.toThrow(
      `The local Postgres in ${dataDir} could not start: invalid value for parameter "shared_buffers": "none"`,
    );
  });

  test.skipIf(!mayMount())("that the disk is full (needs the right to mount a tmpfs)", async () => {
    const disk = path.join(folder, "disk");
    await mkdir(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]);
    try {
      dataDir = path.join(disk, "postgres");
      await expect(start()).rejects.toThrow(`The disk that holds ${dataDir} is full: the local Postgres could not be set up.`);
      expect(await readdir(dataDir)).toEqual(["libraries"]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

describe.skipIf(!isRoot)("for root (needs root),", () => {
  /** What the kernel says of a process: its four user and group numbers, its other groups, and what it may do as root does. */
  async function rightsOf(pid: number): Promise<Record<string, string>> {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const line = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "m").exec(status)![1]!.replaceAll(/\s+/g, " ");
    return Object.fromEntries(["Uid", "Gid", "Groups", "CapEff", "CapPrm", "CapAmb"].map((name) => [name, line(name)]));
  }
  const NOBODYS = { Uid: "65534 65534 65534 65534", Gid: "65534 65534 65534 65534", Groups: "", CapEff: "0000000000000000", CapPrm: "0000000000000000", CapAmb: "0000000000000000" };

  test("Postgres and what it starts have no right of root", async () => {
    const server = await start();
    expect(await rightsOf(server.pid)).toEqual(NOBODYS);
    const backends = childrenOf(server.pid);
    expect(backends.length).toBeGreaterThan(3);
    for (const pid of backends) expect(await rightsOf(pid)).toEqual(NOBODYS);
    const mine = path.join(folder, "of-root");
    await writeFile(mine, "", { mode: 0o600 });
    await expect(query(server.url, `COPY (SELECT 1) TO PROGRAM 'cat >> ${mine}'`)).rejects.toThrow("program \"cat >> ");
    expect(await readFile(mine, "utf8")).toBe("");
    expect(await query(server.url, "SHOW data_directory")).toEqual([{ data_directory: path.join(dataDir, "cluster") }]);
    await server.release();
  });

  test("a system's folder that cannot be made is named, with the way out", async () => {
    dataDir = path.join(folder, "closed", "postgres");
    await mkdir(path.dirname(dataDir), { mode: 0o700 });
    await expect(start({ systemFolder: "/proc/sluice" })).rejects.toThrow(
      new RegExp(`^/proc/sluice/postgres-\\w+ does not exist and cannot be made: .* Root's Postgres runs as the user nobody, who cannot reach ${dataDir}: name a data folder whose path is open to others with --data\\.$`),
    );
  });

  test("it runs in the system's folder, from a copy of its binaries, if the paths are closed", async () => {
    const closed = path.join(folder, "closed");
    await mkdir(closed, { mode: 0o700 });
    const { binaries } = aPostgresPlace(dataDir);
    execFileSync("cp", ["-r", binaries, path.join(closed, "package")]);
    dataDir = path.join(closed, "postgres");
    const systemFolder = path.join(folder, "system");
    const place = { binaries: path.join(closed, "package"), systemFolder };
    const server = await start(place);
    expect(await rightsOf(server.pid)).toEqual(NOBODYS);
    await query(server.url, "CREATE TABLE kept AS SELECT 7 AS n");
    await server.release();
    const again = await start(place);
    expect(await query(again.url, "SELECT n FROM kept")).toEqual([{ n: 7 }]);
    await again.release();
    const [home] = await readdir(systemFolder);
    expect((await readdir(path.join(systemFolder, home!))).sort()).toEqual(["binaries", "cluster", "libraries", "server.log", "socket"]);
  });
});

function mayMount(): boolean {
  try {
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
    return isRoot;
  } catch {
    return false;
  }
}
