import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { addPurge } from "../../../src/cli/purge-command.ts";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { openDatabase, type Database } from "../../../src/store/database.ts";
import { releaseDriver, takeSweep, type Driver } from "../../../src/store/driven-sweeps.ts";
import { REAL_CLOCK } from "../../support/postgres/store.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aCli } from "../../support/processes/in-process-cli.ts";
import { aFolder, sluice, startSluice, writeCronSweep, type Ended } from "../../support/processes/sluice.ts";
import { until } from "../../support/time/until.ts";
import { aCause, aPreparing, aRunning, totals } from "../../unit/decide/builders.ts";

const DAYS = ["2026-11-19", "2026-11-20"] as const;
const WINDOW = { start: Date.UTC(2026, 10, 20) / 1000, end: Date.UTC(2026, 10, 21) / 1000 };
const FAILING = "AS3333";

let simulator: Simulator;
let database: TestDatabase;
let db: Database;
let folder: Awaited<ReturnType<typeof aFolder>>;
let file: string;
let env: { DATABASE_URL: string };

beforeAll(async () => {
  database = await createDatabase();
  folder = await aFolder();
  db = openDatabase({ url: database.url, name: "test", clock: REAL_CLOCK });
  env = { DATABASE_URL: database.url };
  simulator = await startSimulator(parseScenario({ seed: 5, source: { kind: "model", targets: 200, largest: 3000 }, limits: { inFlight: 16 } }), { now: () => Date.now() });
  file = await writeCronSweep(folder.path, simulator.url, { done: { passes: 1, atLeast: "99%" } });
  expect(await runOf(DAYS[0])).toMatchObject({ code: 0 });
  simulator.set([{ what: "status", status: 503, body: "html", when: { targets: [FAILING] } }]);
  expect(await runOf(DAYS[1])).toMatchObject({ code: 0 });
  simulator.set([]);
});

afterAll(async () => {
  await simulator.close();
  await db.close();
  await database.drop();
  await folder.remove();
});

function runOf(window: string): Promise<Ended> {
  return sluice(["run", file, "--window", window, "--data", folder.path], env);
}

function oneLine({ stdout, stderr }: Ended): string {
  expect(stdout).toBe("");
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  return stderr.trimEnd();
}

describe("sluice status", () => {
  test("has a line for each dataset", async () => {
    const ended = await sluice(["status"], env);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(/^dataset +every +complete +usable +incomplete +oldest +newest +updates +kept$/m);
    expect(ended.stdout).toMatch(/^default\/trial +24h +1 +1 +0 +2026-11-19 +2026-11-20 +[\d,]+ +730d$/m);
  });

  test("has a line for each window of a dataset, the newest first, and their sums", async () => {
    const { stdout } = await sluice(["status", "default/trial"], env);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[1]).toMatch(/^2026-11-20 +usable +200 +199 +0 +0 +1 +0 /);
    expect(lines[2]).toMatch(/^2026-11-19 +complete +200 +200 +0 +0 +0 +0 /);
    expect(lines[3]).toMatch(/^total +400 +399 +0 +0 +1 +0 /);
  });

  test("says of each window what is not settled, when it was last met, and what to do", async () => {
    const { stdout } = await sluice(["status", "default/trial"], env);
    const lines = stdout.trimEnd().split("\n").slice(4);
    expect(lines.slice(0, 2)).toEqual(["", "unsettled   last asked        why, and what to do"]);
    expect(lines.slice(2)).toEqual([expect.stringMatching(/^2026-11-20  20\d\d-\d\d-\d\d \d\d:\d\d  1 × server, e\.g\. AS3333: HTTP 503.*\. sluice rerun default\/trial --window 2026-11-20$/)]);
  });

  test("shows as many windows as asked for, to a program too", async () => {
    const { stdout } = await sluice(["status", "default/trial", "--last", "1", "--output", "json"], env);
    expect(JSON.parse(stdout)).toMatchObject({
      dataset: "default/trial",
      windows: [{ start: "2026-11-20T00:00:00.000Z", end: "2026-11-21T00:00:00.000Z", state: "usable", targets: 200, settled: 199, failed: 1, missing: 0, causes: [{ code: "server", targets: 1, example: FAILING }] }],
      sweeps: [],
    });
  });

  test("shows a sweep that is running, and one that no process drives any more", async () => {
    const me: Driver = { token: randomUUID(), host: "elsewhere", pid: 4711, pidStarted: "1" };
    const status = aRunning({ totals: totals({ targets: 200, ok: 50, missing: 150 }) });
    const identity = { uid: randomUUID(), namespace: "default", name: "other-20261120" };
    await takeSweep(db, { identity, dataset: "default/other", windowStart: WINDOW.start, status }, me, 60);
    try {
      const { stdout } = await sluice(["status", "default/other"], env);
      expect(stdout).toMatch(/sweep other-20261120 of default\/other 2026-11-20: running, pass 1, \d+ batches running, 50 of 200 settled before this pass \(25\.0 %\); driven by process 4711 on elsewhere/);
      await releaseDriver(db, identity.uid, me.token, false);
      expect((await sluice(["status"], env)).stdout).toContain("no process drives it: run the same command again to do the rest");
    } finally {
      await db.query("delete from sluice.driven_sweeps where uid = $1", [identity.uid]);
    }
  });

  test("says what a running sweep waits for: its next pass, and a host that is unhealthy", async () => {
    const me: Driver = { token: randomUUID(), host: "elsewhere", pid: 4711, pidStarted: "1" };
    const notBefore = Math.floor(Date.now() / 1000) + 600;
    const status = aPreparing({ pass: 2, notBefore }, { pass: 1, fruitless: 1, totals: totals({ targets: 200, ok: 199, failed: 1 }), selected: { targets: 1, settled: 0 }, causes: [aCause({ code: "connect", targets: 1, example: "AS7", detail: "no connection to gone:9" })] });
    const identity = { uid: randomUUID(), namespace: "default", name: "rerun-20261120" };
    await takeSweep(db, { identity, dataset: "default/waiting", windowStart: WINDOW.start, status }, me, 60);
    await db.query("insert into sluice.hosts (name, ill_since, probe_at, last_error) values ('gone:9', now(), now(), 'no connection to gone:9')");
    try {
      const { stdout } = await sluice(["status", "default/waiting"], env);
      expect(stdout).toMatch(/sweep rerun-20261120 of default\/waiting 2026-11-20: preparing, pass 1, 0 batches running, 0 of 1 selected settled before this pass \(0\.0 %\): pass 2 has not started, because pass 1 settled nothing \(since [\d:]{8}, until [\d:]{8} UTC\): 1 × connect, e\.g\. AS7: no connection to gone:9; driven by process 4711 on elsewhere\n/);
      expect(stdout).toMatch(/\nwaiting: gone:9 is unhealthy \(since [\d:]{8} UTC\): no connection to gone:9\n/);
    } finally {
      await db.query("delete from sluice.driven_sweeps where uid = $1", [identity.uid]);
      await db.query("delete from sluice.hosts where name = 'gone:9'");
    }
  });

  test("suggests the dataset that was meant", async () => {
    const ended = await sluice(["status", "default/trail"], env);
    expect(ended.code).toBe(2);
    expect(oneLine(ended)).toBe('sluice: There is no dataset "default/trail"; did you mean default/trial?');
  });

  const nothing: Record<string, { env: () => Record<string, string>; line: RegExp }> = {
    "refuses an empty data folder, and creates nothing": {
      env: () => ({ XDG_DATA_HOME: path.join(folder.path, "none") }),
      line: /^sluice: The data folder .*none\/sluice has no data of Sluice yet: use `sluice run FILE` first\.$/,
    },
    "reports a database that refuses the login": {
      env: () => ({ DATABASE_URL: database.url.replace("sluice@", "nobody-of-that-name@") }),
      line: /^sluice: The database at .* refuses the login: /,
    },
    "reports a database that does not exist": {
      env: () => ({ DATABASE_URL: database.url.replace(/\/test_[0-9a-f]+/, "/nowhere") }),
      line: /^sluice: The database at .*nowhere does not exist\.$/,
    },
  };
  test.for(Object.entries(nothing))("%s", async ([, { env: other, line }]) => {
    const ended = await sluice(["status"], other());
    expect(ended.code).toBe(3);
    expect(oneLine(ended)).toMatch(line);
    expect(existsSync(path.join(folder.path, "none"))).toBe(false);
  });
});

describe("sluice plan", () => {
  test("asks only for what is not settled already", async () => {
    const { code, stdout } = await sluice(["plan", file, "--from", DAYS[0], "--to", DAYS[1], "--output", "json"], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      plans: [{ requests: 1, batches: 1, windows: [{ targets: 200, settled: 199, asked: 1 }, { targets: 200, settled: 200, asked: 0 }] }],
    });
  });

  test("is refused where what is asked has changed", async () => {
    const changed = await writeCronSweep(folder.path, simulator.url, { request: { query: { more: "yes" } } }, "trial-changed");
    const renamed = (await readFile(changed, "utf8")).replace('"name": "trial-changed"', '"name": "trial"');
    await writeFile(changed, renamed);
    const ended = await sluice(["plan", changed, "--window", DAYS[1]], env);
    expect(ended.code).toBe(2);
    expect(oneLine(ended)).toMatch(/^sluice: The dataset default\/trial exists and differs: .*name a new dataset\.$/);
  });

  test("is refused where the list shrank", async () => {
    simulator.set([{ what: "short-list", share: 0.5 }]);
    const ended = await sluice(["plan", file, "--window", "2026-11-18"], env);
    simulator.set([]);
    expect(ended.code).toBe(2);
    expect(oneLine(ended)).toMatch(/^sluice: The list shrank by 50(\.\d)?%, from 200 targets to \d+; targets\.maxShrink allows 5%\.$/);
  });
});

describe("sluice sql", () => {
  test("lists the ready queries, and answers each", async () => {
    const listed = await sluice(["sql", "--output", "json"], {});
    const ready = JSON.parse(listed.stdout) as { name: string }[];
    expect(ready.map(({ name }) => name)).toEqual(["noisiest", "quiet", "windows", "hours", "types", "failed"]);
    for (const { name } of ready) {
      const ended = await sluice(["sql", "--ready", name, "--output", "json"], env);
      expect(ended, name).toMatchObject({ code: 0, stderr: "" });
      expect((JSON.parse(ended.stdout) as unknown[]).length, name).toBeGreaterThan(0);
    }
  });

  test("answers who was noisiest as the provider does", async () => {
    const { stdout } = await sluice(["sql", `select target, updates from sluice.results where window_start = '${DAYS[0]}' order by updates desc, target limit 3`, "--output", "csv"], env);
    const [heading, ...rows] = stdout.trimEnd().split("\n");
    expect(heading).toBe("target,updates");
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      const [target, updates] = row.split(",");
      expect(simulator.expected(target!, { start: WINDOW.start - 86_400, end: WINDOW.start }).updates).toBe(Number(updates));
    }
  });

  test("prints a table with numbers on the right", async () => {
    const { stdout } = await sluice(["sql", "select state, settled from sluice.windows order by window_start"], env);
    expect(stdout).toBe("state     settled\n--------  -------\ncomplete      200\nusable        199\n(2 rows)\n");
  });

  test("says in one line where a query is wrong", async () => {
    const ended = await sluice(["sql", "select nope from sluice.results"], env);
    expect(ended.code).toBe(2);
    expect(oneLine(ended)).toBe('sluice: The query is wrong at line 1, column 8: column "nope" does not exist');
  });

  test("writes nothing", async () => {
    const ended = await sluice(["sql", "delete from sluice.target_results"], env);
    expect(ended.code).toBe(2);
    expect(oneLine(ended)).toBe("sluice: Only one statement that returns rows is run: use select, values, table, with, explain or show.");
  });

  test("exits quietly when its reader stops early", async () => {
    const running = startSluice(["sql", "select generate_series(1, 100000000)", "--output", "csv"], env);
    await until("it prints", () => running.stdout().length > 0);
    running.closeOutput();
    expect(await running.exited).toBe(0);
    expect(running.stderr()).toBe("");
  });

  test("is interrupted by Ctrl-C", async () => {
    const running = startSluice(["sql", "select pg_sleep(120)"], env);
    const isAsked = async (): Promise<boolean> => (await db.query("select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'")).length > 0;
    await until("it asks", isAsked);
    running.kill("SIGINT");
    expect(await running.exited).toBe(130);
    await until("nobody works on it any more", async () => !(await isAsked()));
  });
});

describe("sluice export", () => {
  const range = ["--from", DAYS[1], "--to", "2026-11-21"];

  test("writes the rows as they were answered", async () => {
    const { code, stdout } = await sluice(["export", "default/trial", ...range], env);
    expect(code).toBe(0);
    const [heading, ...rows] = stdout.trimEnd().split("\n");
    expect(heading).toBe("dataset,target,at,type,updates");
    const names = await db.query<{ target: string }>("select target from sluice.results where window_start = $1 and state = 'ok'", [DAYS[1]]);
    const expected = names.flatMap(({ target }) =>
      simulator.expected(target, WINDOW).observations.map(({ at, type, updates }) => `default/trial,${target},${new Date(at * 1000).toISOString().slice(0, 19).replace("T", " ")},${type},${updates}`),
    );
    expect(rows.sort()).toEqual(expected.sort());
  });

  test("writes results and hours into a file, whole or not at all", async () => {
    const results = path.join(folder.path, "results.csv");
    expect(await sluice(["export", "default/trial", ...range, "--what", "results", "--file", results], env)).toEqual({ code: 0, stdout: "", stderr: "" });
    const rows = (await readFile(results, "utf8")).trimEnd().split("\n");
    expect(rows).toHaveLength(201);
    expect(rows.find((row) => row.includes(`,${FAILING},`))).toMatch(/^default\/trial,2026-11-20 00:00:00,2026-11-21 00:00:00,AS3333,failed,0,,/);
    const hours = await sluice(["export", "default/trial", ...range, "--what", "hourly"], env);
    const sum = hours.stdout.trimEnd().split("\n").slice(1).reduce((total, row) => total + Number(row.split(",")[4]), 0);
    const [{ updates }] = (await db.query<{ updates: number }>("select updates from sluice.windows where window_start = $1", [DAYS[1]])) as [{ updates: number }];
    expect(sum).toBe(updates);
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  const wrong: Record<string, { args: string[]; code: number; line: RegExp }> = {
    "of an unknown dataset": { args: ["default/none", ...range], code: 2, line: /^sluice: There is no dataset "default\/none"; / },
    "of an empty range": { args: ["default/trial", "--from", DAYS[1], "--to", DAYS[1]], code: 2, line: /^sluice: --to must be later than --from/ },
    "of an unreadable time": { args: ["default/trial", "--from", "noon", "--to", DAYS[1]], code: 2, line: /^sluice: "noon" is not the start of a window/ },
    "into a folder that is not there": { args: ["default/trial", ...range, "--file", "/no/such/file"], code: 3, line: /^sluice: \/no\/such\/file cannot be written: ENOENT/ },
    "onto a full disk": { args: ["default/trial", ...range, "--file", "/dev/full"], code: 3, line: /^sluice: \/dev\/full cannot be written: ENOSPC/ },
  };
  test.for(Object.entries(wrong))("%s is refused with one line", async ([, { args, code, line }]) => {
    const ended = await sluice(["export", ...args], env);
    expect(ended.code).toBe(code);
    expect(oneLine(ended)).toMatch(line);
  });
});

describe("sluice purge", () => {
  const held = async (): Promise<number> => (await db.query("select 1 from sluice.windows where dataset = 'default/trial'")).length;

  async function answering(answer: string, environment = env): Promise<{ code: number; asked: string; stdout: string; stderr: string }> {
    let asked = "";
    const cli = aCli({ environment, question: (text) => Promise.resolve(((asked = text), answer)) });
    const code = await main(["purge", "default/trial"], cli, { name: "sluice", description: "", commands: [addPurge] });
    return { code, asked, stdout: cli.stdout.text(), stderr: cli.stderr.text() };
  }

  test("deletes nothing without a terminal and without --yes", async () => {
    const ended = await sluice(["purge", "default/trial"], env);
    expect(ended.code).toBe(2);
    expect(oneLine(ended)).toBe("sluice: purge deletes data for good. Without a terminal to ask for confirmation, it needs --yes.");
    expect(await held()).toBe(2);
  });

  test.for(["", "n", "yikes"])("deletes nothing for the answer %j", async (answer) => {
    const { code, asked, stderr } = await answering(answer);
    expect(asked, stderr).toMatch(/^Delete default\/trial with 2 windows \(2026-11-19 to 2026-11-20\) and [\d,]+ updates\? This cannot be undone\. \[y\/N\] $/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "Nothing was deleted.\n" });
    expect(await held()).toBe(2);
  });

  test("leaves alone a dataset of which a sweep runs", async () => {
    const me: Driver = { token: randomUUID(), host: "elsewhere", pid: 1, pidStarted: "1" };
    const identity = { uid: randomUUID(), namespace: "default", name: "trial-20261118" };
    await takeSweep(db, { identity, dataset: "default/trial", windowStart: WINDOW.start - 2 * 86_400, status: aRunning() }, me, 60);
    const ended = await sluice(["purge", "default/trial", "--yes"], env);
    expect(ended.code).toBe(2);
    expect(oneLine(ended)).toBe("sluice: The sweep trial-20261118 of the dataset default/trial is running: stop it before you purge.");
    expect(await held()).toBe(2);
    await releaseDriver(db, identity.uid, me.token, true);
  });

  test("removes all of it for a yes, says what that was, and knows it no more", async () => {
    const own = await createDatabase();
    const there = { DATABASE_URL: own.url };
    const inIt = openDatabase({ url: own.url, name: "test", clock: REAL_CLOCK });
    try {
      for (const day of DAYS) expect(await sluice(["run", file, "--window", day, "--data", folder.path], there)).toMatchObject({ code: 0 });
      const { code, stdout, stderr } = await answering("y", there);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^Deleted default\/trial: 2 windows \(2026-11-19 to 2026-11-20\) and [\d,]+ updates\.\n$/);
      expect(await inIt.query("select name from sluice.datasets")).toEqual([]);
      expect(await inIt.query("select 1 from sluice.windows")).toEqual([]);
      expect((await sluice(["status"], there)).stdout).toBe("No datasets yet.\n");
      const again = await sluice(["purge", "default/trial", "--yes"], there);
      expect(again.code).toBe(2);
      expect(oneLine(again)).toBe('sluice: There is no dataset "default/trial"; there are no datasets yet');
    } finally {
      await inIt.close();
      await own.drop();
    }
  });
});

describe("a data folder of this machine", () => {
  test("is used by run, status, sql and purge alike where DATABASE_URL is not set", async () => {
    const local = { XDG_DATA_HOME: path.join(folder.path, "xdg") };
    const few = await writeCronSweep(folder.path, simulator.url, { targets: { preset: undefined, list: ["AS12654", "AS3333"], atLeast: 2 }, canaries: { targets: [] } }, "few");
    expect((await sluice(["run", few, "--window", DAYS[1]], local)).code).toBe(0);
    expect((await sluice(["status"], local)).stdout).toMatch(/^default\/few +24h +1 /m);
    expect((await sluice(["sql", "select count(*) from sluice.results", "--output", "csv"], local)).stdout).toBe("count\n2\n");
    const planned = await sluice(["plan", few, "--window", DAYS[1], "--output", "json"], local);
    expect(JSON.parse(planned.stdout)).toMatchObject({ plans: [{ requests: 0, windows: [{ settled: 2, asked: 0 }] }] });
    expect((await sluice(["purge", "default/few", "--yes"], local)).code).toBe(0);
  });
});
