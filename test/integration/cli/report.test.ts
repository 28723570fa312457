import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { openDatabase, type Database } from "../../../src/store/database.ts";
import { aSweep, REAL_CLOCK } from "../../support/postgres/store.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, sluice, startSluice, writeCronSweep, type Ended } from "../../support/processes/sluice.ts";

const DAY = "2026-11-20";
const FAILING = "AS3333";

let simulator: Simulator;
let database: TestDatabase;
let db: Database;
let folder: Awaited<ReturnType<typeof aFolder>>;
let env: { DATABASE_URL: string };

beforeAll(async () => {
  database = await createDatabase();
  folder = await aFolder();
  db = openDatabase({ url: database.url, name: "test", clock: REAL_CLOCK });
  env = { DATABASE_URL: database.url };
  simulator = await startSimulator(parseScenario({ seed: 5, source: { kind: "model", targets: 200, largest: 3000 }, limits: { inFlight: 16 } }), { now: () => Date.now() });
  const file = await writeCronSweep(folder.path, simulator.url, { done: { passes: 1, atLeast: "99%" } });
  simulator.set([{ what: "status", status: 503, body: "html", when: { targets: [FAILING] } }]);
  const run = (args: readonly string[]): Promise<Ended> => sluice(["run", file, ...args, "--data", folder.path], env);
  expect(await run(["--window", DAY])).toMatchObject({ code: 0 });
  simulator.set([]);
  expect(await run(["--window", "2026-11-18"])).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await simulator.close();
  await db.close();
  await database.drop();
  await folder.remove();
});

function report(args: readonly string[], other: Record<string, string> = {}): Promise<Ended> {
  return sluice(["report", ...args], { ...env, ...other });
}

function oneLine({ stdout, stderr }: Ended): string {
  expect(stdout).toBe("");
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  return stderr.trimEnd();
}

/** What stands in the tables of sweeps, as a text: whoever reads changes nothing of it. */
async function everything(): Promise<string> {
  const tables = ["window_plans", "sweeps", "batches", "samples", "target_results", "driven_sweeps", "commits"];
  const texts = await Promise.all(tables.map((table) => db.query(`select md5(coalesce(string_agg(t::text, '' order by t::text), '')) as sum from sluice.${table} t`)));
  return JSON.stringify(texts);
}

describe("sluice report", () => {
  test("takes the newest window that was swept, and prints where the page is", async () => {
    const file = path.join(folder.path, "newest.html");
    const ended = await report(["default/trial", "--output", file]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const [verdict, where] = ended.stdout.trimEnd().split("\n");
    expect(verdict).toBe("default/trial 2026-11-20 is usable: 199 of 200 targets are settled (99.5 %).");
    expect(where).toMatch(new RegExp(`^Its report: ${file} \\([\\d.]+ [kM]B\\)$`));
    const page = await readFile(file, "utf8");
    expect(page).toContain("<!doctype html>");
    expect(page).toMatch(new RegExp(`<td class="name">${FAILING}</td><td>failed</td><td><code>server</code></td>`));
  });

  test("counts what the simulator counted", async () => {
    const { stdout } = await report(["default/trial", "--window", "2026-11-18", "--output", "-"]);
    const [{ updates, rows }] = (await db.query<{ updates: number; rows: number }>(
      "select w.updates, (select count(*) from sluice.observed where at >= w.window_start and at < w.window_end) as rows from sluice.windows w where window_start = '2026-11-18'",
    )) as [{ updates: number; rows: number }];
    expect(stdout).toContain(`<dt>Updates</dt><dd>${updates.toLocaleString("en-US")} `);
    expect(stdout).toContain(`<dt>Rows</dt><dd>${rows.toLocaleString("en-US")} `);
    expect(stdout).toMatch(/<dt>Peak memory<\/dt><dd>\d+ of 128 MiB /);
    expect(stdout).toContain("All 200 targets are settled.");
  });

  test("writes the page to standard output, and its verdict to standard error", async () => {
    const ended = await report(["default/trial", "--output", "-"]);
    expect(ended.code).toBe(0);
    expect(ended.stdout.startsWith("<!doctype html>") && ended.stdout.endsWith("</html>\n")).toBe(true);
    expect(ended.stderr).toBe("default/trial 2026-11-20 is usable: 199 of 200 targets are settled (99.5 %).\n");
  });

  test("replaces an existing file, and leaves no other file beside it", async () => {
    const file = path.join(folder.path, "again.html");
    await writeFile(file, "the one before");
    expect((await report(["default/trial", "--output", file])).code).toBe(0);
    expect(await readFile(file, "utf8")).toContain("<!doctype html>");
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("changes nothing in the database", async () => {
    const before = await everything();
    expect((await report(["default/trial", "--output", "-"])).code).toBe(0);
    expect(await everything()).toBe(before);
  });

  test("shows an unfinished sweep as far as it is", async () => {
    await aSweep(db, { dataset: "bgp/running", targets: ["AS1", "AS2"] });
    const before = await everything();
    const ended = await report(["bgp/running", "--output", "-"]);
    expect(ended.stderr).toBe("bgp/running 2026-11-20 is running: so far 0 of 2 targets are settled (0.0 %).\n");
    expect(ended.stdout).toContain("The newest sweep is running, or was interrupted.");
    expect(await everything()).toBe(before);
  });

  test("says of an incomplete window that it is incomplete", async () => {
    const { uid } = await aSweep(db, { dataset: "bgp/left", targets: ["AS1", "AS2"] });
    await db.query("update sluice.sweeps set finished_at = now(), verdict = 'incomplete' where uid = $1", [uid]);
    const ended = await report(["bgp/left", "--output", "-"]);
    expect(ended).toMatchObject({ code: 0, stderr: "bgp/left 2026-11-20 is incomplete: 0 of 2 targets are settled (0.0 %).\n" });
    expect(ended.stdout).toContain("Speed and memory of this sweep are not known.");
  });
});

describe("a report is refused in one line", () => {
  const wrong: Record<string, { args: () => string[]; env?: () => Record<string, string>; code: number; line: RegExp }> = {
    "for a misspelt dataset": { args: () => ["default/trail"], code: 2, line: /^sluice: There is no dataset "default\/trail"; did you mean default\/trial\?$/ },
    "for a window that was never swept, between two that were": {
      args: () => ["default/trial", "--window", "2026-11-19"],
      code: 2,
      line: /^sluice: The window 2026-11-19 of default\/trial has not been swept; the nearest swept windows are 2026-11-18 and 2026-11-20\.$/,
    },
    "for a window before the first one": { args: () => ["default/trial", "--window", "2026-01-01"], code: 2, line: /has not been swept; the nearest swept window is 2026-11-18\.$/ },
    "for an unreadable time": { args: () => ["default/trial", "--window", "yesterday"], code: 2, line: /^sluice: "yesterday" is not the start of a window/ },
    "into a folder that is not there": { args: () => ["default/trial", "--output", "/no/such/file.html"], code: 3, line: /^sluice: \/no\/such\/file\.html cannot be written: ENOENT/ },
    "onto a folder": { args: () => ["default/trial", "--output", folder.path], code: 3, line: /^sluice: .* cannot be written: EISDIR/ },
    "onto a full disk": { args: () => ["default/trial", "--output", "/dev/full"], code: 3, line: /^sluice: \/dev\/full cannot be written: ENOSPC/ },
    "where nothing was ever swept": {
      args: () => ["default/trial"],
      env: () => ({ DATABASE_URL: database.url.replace(/\/test_[0-9a-f]+/, "/postgres") }),
      code: 3,
      line: /^sluice: The database of DATABASE_URL has no data of Sluice yet: /,
    },
    "for a role that may read the four views only": {
      args: () => ["default/trial"],
      env: () => ({ DATABASE_URL: database.url.replace("sluice@", "report_reader@") }),
      code: 3,
      line: /^sluice: The role "report_reader" may not read everything that a report needs in the database at .* \(missing: sluice\.datasets, .*\): as its owner, run `grant usage on schema sluice to "report_reader"; grant select on all tables in schema sluice to "report_reader";`\.$/,
    },
  };

  beforeAll(async () => {
    await db.query("create role report_reader login").catch(() => undefined);
    await db.query("grant usage on schema sluice to report_reader");
    await db.query("grant select on sluice.windows, sluice.results, sluice.hourly, sluice.observed to report_reader");
  });

  afterAll(() => db.query("drop owned by report_reader").then(() => db.query("drop role if exists report_reader")));

  test.for(Object.entries(wrong))("%s", async ([, { args, env: other, code, line }]) => {
    const ended = await report(args(), other?.());
    expect(oneLine(ended)).toMatch(line);
    expect(ended.code).toBe(code);
    expect(existsSync("/no")).toBe(false);
  });

  test("but a role with the rights named in that line may read a report, and write nothing", async () => {
    await db.query("grant select on all tables in schema sluice to report_reader");
    const ended = await report(["default/trial", "--output", "-"], { DATABASE_URL: database.url.replace("sluice@", "report_reader@") });
    expect(ended).toMatchObject({ code: 0, stderr: "default/trial 2026-11-20 is usable: 199 of 200 targets are settled (99.5 %).\n" });
  });
});

test("without --output the page goes to the current folder, named after dataset and window", async () => {
  const here = path.join(folder.path, "here");
  await mkdir(here);
  const running = startSluice(["report", "default/trial", "--window", DAY], env, ["env", `--chdir=${here}`]);
  expect(await running.exited, running.stderr()).toBe(0);
  expect(await readdir(here)).toEqual(["default-trial-2026-11-20.html"]);
});
