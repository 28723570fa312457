import { spawnSync } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, sluice, startSluice, writeCronSweep, type Ended } from "../../support/processes/sluice.ts";
import { dayOf, YESTERDAY } from "../../support/sweeps/local-sweep.ts";
import { until } from "../../support/time/until.ts";

let simulator: Simulator;
let folder: Awaited<ReturnType<typeof aFolder>>;

beforeAll(async () => {
  folder = await aFolder();
  simulator = await startSimulator(parseScenario({ source: { kind: "model", targets: 40, largest: 50 } }), { now: () => performance.now() });
});

afterAll(async () => {
  await simulator.close();
  await folder.remove();
});

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Wrong {
  /** Laid over the template's spec. */
  readonly spec?: Sections;
  /** Beside the template. */
  readonly top?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
  /** The last line that is written, after the file's name and the line for what stands in the file. */
  readonly says?: string | RegExp;
  /** The field that the line number must lead to. */
  readonly field?: string;
}

const WRONG_FILES: Readonly<Record<string, Wrong>> = {
  "a misspelt field": { spec: { batch: { memroy: "1Gi" } }, field: "memroy", says: 'spec.sweepTemplate.spec.batch.memroy: unknown field; did you mean "memory"?' },
  "a field in the wrong place": { spec: { done: { inFlight: 4 } }, field: "inFlight", says: 'spec.sweepTemplate.spec.done.inFlight: unknown field; "inFlight" belongs in spec.sweepTemplate.spec.host' },
  "a number where a string is wanted": { spec: { batch: { memory: 128 } }, field: "memory", says: /spec\.sweepTemplate\.spec\.batch\.memory: must be a string, such as ".*", not the number 128/ },
  "a string instead of a number": { spec: { host: { inFlight: "eight" } }, field: "inFlight", says: 'spec.sweepTemplate.spec.host.inFlight: must be an integer, not the string "eight"' },
  "an amount that is none": { spec: { store: { retention: "two years" } }, field: "retention", says: /spec\.sweepTemplate\.spec\.store\.retention: .*"?two years"?/ },
  "a schedule that is none": { top: { schedule: "61 * * * *" }, field: "schedule", says: /spec\.schedule: .*61/ },
  "a time zone that is none": { top: { timeZone: "Europe/Amsterdan" }, field: "timeZone", says: /spec\.timeZone: .*Europe\/Amsterdan/ },
  "a grid that divides no day": { spec: { window: { every: "7h" } }, field: "every", says: /spec\.sweepTemplate\.spec\.window\.every: .*/ },
  "a pattern that cannot be streamed": { spec: { extract: { pattern: "(?<=x)([0-9]+)" } }, field: "pattern", says: /spec\.sweepTemplate\.spec\.extract\.pattern: .*look-?behind/i },
  "a pattern that may backtrack for ever": { spec: { extract: { pattern: "((?:[0-9]+)+)b" } }, field: "pattern", says: /spec\.sweepTemplate\.spec\.extract\.pattern: .*/ },
  "a provider that nobody knows": { spec: { provider: { name: "ripestad" } }, field: "name", says: 'spec.sweepTemplate.spec.provider.name: unknown provider "ripestad"; did you mean "ripestat"?' },
  "two sources of targets": { spec: { targets: { list: ["AS1"] } }, field: "targets", says: /spec\.sweepTemplate\.spec\.targets: .*one of/ },
};

const WRONG_WINDOWS: Readonly<Record<string, Wrong>> = {
  "is no cell of the grid": { args: ["--window", "2026-11-20T06:00"], says: /No window starts at 2026-11-20T06:00:00Z: windows are 24h long, and the nearest start at 2026-11-20 and 2026-11-21\./ },
  "is no date": { args: ["--window", "2026-02-30"], says: /"2026-02-30" is not the start of a window; write it in UTC, like/ },
  "is in the future": { args: ["--window", "2099-01-01"], says: /The window 2099-01-01 is not over yet; the newest that can be asked is / },
  "has not settled": { args: ["--window", dayOf(YESTERDAY)], spec: { window: { settle: "24h" } }, says: /has not settled yet; it can be asked from .*, 24h after its end/ },
  "is older than the retention": { args: ["--window", "2025-01-01"], spec: { store: { retention: "30d" } }, says: "The window 2025-01-01 is older than the retention of 30d; its results would be dropped at once." },
  "is before the provider's first data": {
    args: ["--window", "2023-12-31"],
    spec: { provider: { name: "ripestat", sourceapp: "sluice-test", baseUrl: "https://stat.ripe.net" }, store: { retention: "7300d" } },
    says: "The window 2023-12-31 starts before the provider's first data, 2024-01-01.",
  },
};

async function write(name: string, { spec = {}, top = {} }: Wrong): Promise<string> {
  const file = await writeCronSweep(folder.path, simulator.url, spec, name);
  const document = JSON.parse(await readFile(file, "utf8")) as { spec: object };
  await writeFile(file, JSON.stringify({ ...document, spec: { ...document.spec, ...top } }, null, 2).replace("http://HOST", simulator.url));
  return file;
}

/** One clear line, and nothing of a program's insides. */
function expectLine({ stderr, stdout }: Ended, says: string | RegExp = ""): void {
  const line = stderr.trimEnd().split("\n").at(-1)!;
  if (typeof says === "string") expect(line).toContain(says);
  else expect(line).toMatch(says);
  expect(stderr).not.toMatch(/^\s+at |node:internal|internal error|\bError\b/m);
  expect(stderr.split("\n").filter((text) => text.startsWith("sluice: "))).toHaveLength(1);
  expect(stdout).toBe("");
}

describe("a wrong file or window is refused before anything changes", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  async function refused(file: string, args: readonly string[] = []): Promise<Ended> {
    const asked = simulator.stats().requests;
    const ended = await sluice(["run", file, ...args, "--data", folder.path], { DATABASE_URL: database.url });
    expect(ended, ended.stderr).toMatchObject({ code: 2 });
    expect(simulator.stats().requests).toBe(asked);
    expect(await ask(database.url, "select 1 from pg_namespace where nspname = 'sluice'")).toEqual([]);
    return ended;
  }

  test.each(Object.entries(WRONG_FILES))("%s", async (name, wrong) => {
    const file = await write(name.replaceAll(" ", "-").slice(0, 30), wrong);
    const ended = await refused(file);
    expectLine(ended, wrong.says);
    const problems = ended.stderr.trimEnd().split("\n").slice(1);
    expect(problems).toHaveLength(1);
    const number = Number(new RegExp(`^${file}:(\\d+): `).exec(problems[0]!)?.[1]);
    expect((await readFile(file, "utf8")).split("\n")[number - 1]).toContain(`"${wrong.field!}"`);
  });

  test.each(Object.entries(WRONG_WINDOWS))("a window that %s", async (name, wrong) => {
    expectLine(await refused(await write(`window-${name.replaceAll(/[^a-z]/g, "").slice(0, 24)}`, wrong), wrong.args), wrong.says);
  });

  test("a missing file, or one that is not YAML", async () => {
    expectLine(await refused(path.join(folder.path, "nowhere.yaml")), `${folder.path}/nowhere.yaml: no such file`);
    const torn = path.join(folder.path, "torn.yaml");
    await writeFile(torn, "kind: CronSweep\nspec: [\n");
    expectLine(await refused(torn), new RegExp(`^${torn}:[23]: invalid YAML: `));
  });

  test("a Sweep without the file of its CronSweep", async () => {
    const file = path.join(folder.path, "lost.yaml");
    const spec = { cronSweepRef: { name: "elsewhere" }, window: { start: dayOf(YESTERDAY) } };
    await writeFile(file, JSON.stringify({ apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", metadata: { name: "lost" }, spec }));
    expectLine(await refused(file), "the CronSweep default/elsewhere is in none of these files");
  });
});

describe("a database that cannot be used", () => {
  let good: TestDatabase;
  beforeAll(async () => {
    good = await createDatabase();
  });
  afterAll(() => good.drop());

  const wrongUrls: Readonly<Record<string, { url: () => string; code: number; says: RegExp }>> = {
    "is no URL": { url: () => "my database", code: 2, says: /The database URL does not start with postgres:/ },
    "does not exist": { url: () => good.url.replace(/\/test_[a-f0-9]+/, "/nowhere"), code: 3, says: /The database at .*nowhere does not exist\./ },
    "is not there": { url: () => "postgres://sluice@127.0.0.1:1/sluice?sslmode=disable", code: 3, says: /The database at 127\.0\.0\.1:1\/sluice .*ECONNREFUSED/ },
    "has another login": { url: () => good.url.replace("sluice@", "stranger@"), code: 3, says: /refuses the login: / },
    "needs a newer program": { url: () => good.url, code: 3, says: /needs sluice 99\.0\.0 or newer; this is / },
  };

  test.each(Object.entries(wrongUrls))("it %s", async (name, { url, code, says }) => {
    await ask(good.url, "create schema if not exists sluice; create table if not exists sluice.meta (single boolean primary key default true, min_program text not null); insert into sluice.meta (min_program) values ('99.0.0') on conflict do nothing");
    const file = await write("database", {});
    const ended = await sluice(["run", file, "--data", folder.path], { DATABASE_URL: url() });
    expect(ended, name).toMatchObject({ code });
    expectLine(ended, says);
    expect(await ask(good.url, "select table_name from information_schema.tables where table_schema = 'sluice'")).toEqual([{ table_name: "meta" }]);
  });
});

describe("what only the database or the provider knows to be wrong", () => {
  let database: TestDatabase;
  let file: string;
  const run = (of: string, args: readonly string[] = ["--window", dayOf(YESTERDAY)]): Promise<Ended> => sluice(["run", of, ...args, "--data", folder.path], { DATABASE_URL: database.url });
  const stored = (): Promise<unknown[]> =>
    ask(database.url, "select (select json_agg(d order by id) from sluice.datasets d) datasets, (select count(*) from sluice.sweeps) sweeps, (select json_agg(w) from sluice.windows w) windows, (select count(*) from sluice.observed) observed");

  beforeAll(async () => {
    database = await createDatabase();
    file = await write("kept", {});
    expect(await run(file)).toMatchObject({ code: 0 });
  });
  afterAll(() => database.drop());

  const others: Readonly<Record<string, { wrong: Wrong; code?: number; faults?: Parameters<Simulator["set"]>[0] }>> = {
    "another grid": { wrong: { spec: { window: { every: "12h" } }, says: /The dataset default\/kept exists and differs: its windows are 86400 s long, not 43200 s\. .*name a new dataset/ } },
    "another pattern": { wrong: { spec: { extract: { pattern: '"timestamp":([0-9]{1,12})' } }, says: /The dataset default\/kept exists and differs: it has ".*", not ".*"\. A dataset keeps its windows, its request and its pattern: name a new dataset/ } },
    "an empty list": { wrong: { spec: { targets: { preset: "ris-asns" } }, says: /The list of targets is empty: / }, code: 3, faults: [{ what: "short-list", share: 0 }] },
    "a list that is too short": { wrong: { spec: { targets: { atLeast: 100 } }, says: "The list has 40 targets; targets.atLeast requires 100." } },
    "a shrunken list": { wrong: { says: "The list shrank by 25%, from 40 targets to 30; targets.maxShrink allows 5%." }, faults: [{ what: "short-list", share: 0.75 }] },
    "a list with an entry that is no name": {
      wrong: {
        spec: { targets: { preset: undefined, http: { url: "http://HOST/data/ris-asns/data.json?list_asns=true", pattern: '[\\[,]\\s{0,8}"?([0-9]{1,10})"?(?=\\s{0,8}[,\\]])', prefix: "AS\t" } } },
        says: /^sluice: The list of targets \(http:.*\) cannot be asked: entry 1, "AS\\t\d+", contains a control character \(U\+0009\)\.$/,
      },
    },
    "a list that cannot be fetched": { wrong: { says: /The list of targets cannot be fetched from http:.*: HTTP 503/ }, code: 3, faults: [{ what: "status", status: 503, body: "html" }] },
  };
  const DAY_BEFORE = dayOf({ start: YESTERDAY.start - 86_400, end: YESTERDAY.start });
  const TWO_DAYS_BEFORE = dayOf({ start: YESTERDAY.start - 2 * 86_400, end: YESTERDAY.start - 86_400 });

  test.each(Object.entries(others))("%s: nothing is asked, and what is stored stays", async (_, { wrong, code = 2, faults = [] }) => {
    await write("kept", wrong);
    simulator.set(faults);
    const before = await stored();
    const { requestsByTarget } = simulator.stats();
    const ended = await run(file, ["--window", DAY_BEFORE]);
    expect(ended, ended.stderr).toMatchObject({ code });
    expectLine(ended, wrong.says);
    const { "ris-asns": listed = 0, ...asked } = simulator.stats().requestsByTarget;
    expect(listed).toBeGreaterThanOrEqual(requestsByTarget["ris-asns"] ?? 0);
    expect(asked).toEqual({ ...requestsByTarget, "ris-asns": undefined });
    // Where a list could not be had the sweep itself stays, for the same command to take it up.
    if (code === 3) await ask(database.url, "delete from sluice.sweeps where finished_at is null and dataset_id = (select id from sluice.datasets where name = 'default/kept')");
    expect(await stored()).toEqual(before);
  });

  test.each([
    { list: "is too short", code: 2, spec: { targets: { atLeast: 100 } }, faults: [] },
    { list: "is down", code: 3, spec: {}, faults: [{ what: "status", status: 503, body: "html" }] as const },
  ])("a first sweep whose list $list leaves nothing that a corrected file could disagree with", async ({ list, code, spec, faults }) => {
    const name = `fresh-${list.replaceAll(" ", "-")}`;
    simulator.set(faults);
    const first = await write(name, { spec });
    expect(await run(first)).toMatchObject({ code });
    expect(await ask(database.url, `select name from sluice.datasets where name = 'default/${name}'`)).toHaveLength(code === 2 ? 0 : 1);
    simulator.set([]);
    await write(name, { spec: { window: { every: "12h" } } });
    expect(await run(first)).toMatchObject({ code: 0 });
  });

  test("a second run of the same sweep is refused, and the first goes on", async () => {
    simulator.set([{ what: "slow", latency: { distribution: "constant", seconds: 1 } }]);
    await write("kept", {});
    const first = startSluice(["run", file, "--window", TWO_DAYS_BEFORE, "--data", folder.path], { DATABASE_URL: database.url });
    try {
      await until("the first asks", async () => (await ask(database.url, `select 1 from sluice.driven_sweeps where driver_pid = ${first.pid} and finished_at is null`)).length > 0);
      const second = await run(file, ["--window", TWO_DAYS_BEFORE]);
      expect(second).toMatchObject({ code: 2 });
      expectLine(second, `This window of default/kept is already being swept by process ${first.pid} on this machine`);
    } finally {
      simulator.set([]);
      expect(await first.exited).toBe(0);
    }
  });
});

/** Small disks are made by mounting them, unseen by others. */
const canMount = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;

describe.skipIf(!canMount)("a disk that is full (needs the right to mount)", () => {
  /** $1: a folder, $2: its size; when sluice has spoken of the space that it lacks, there is more. */
  const ON_A_SMALL_DISK = `
    folder="$1"; mount -t tmpfs -o mode=755,size="$2" none "$folder" || exit 99
    shift 2; "$@" --data "$folder/data" 2> "$folder.said" & pid=$!
    while kill -0 $pid 2> /dev/null && ! grep -qE "no disk space left|is full" "$folder.said"; do sleep 0.1; done
    mount -o remount,size=400m "$folder"; wait $pid; code=$?
    cat "$folder.said" >&2; exit $code`;

  async function onDisk(size: string): Promise<Ended> {
    const disk = await aFolder();
    const roomy = await startSimulator(parseScenario({ source: { kind: "model", targets: 60, active: 1, median: 20_000, largest: 30_000 }, limits: { inFlight: 16 } }), { now: () => performance.now() });
    try {
      const file = await writeCronSweep(folder.path, roomy.url, {}, "disk");
      const command = startSluice(["run", file], {}, ["unshare", "--mount", "/bin/sh", "-c", ON_A_SMALL_DISK, "sh", disk.path, size]);
      return { code: await command.exited, stdout: command.stdout(), stderr: command.stderr() };
    } finally {
      await roomy.close();
      await disk.remove();
      await rm(`${disk.path}.said`, { force: true });
    }
  }

  test("from the start is reported", async () => {
    const ended = await onDisk("20m");
    expect(ended, ended.stderr).toMatchObject({ code: 3 });
    expectLine(ended, /The disk that holds .*\/data\/postgres is full: the local Postgres could not be set up\./);
  });

  test("in the middle of a sweep is reported, and once there is room again the sweep goes on", { timeout: 120_000 }, async () => {
    const ended = await onDisk("64m");
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    // Postgres refuses a statement, or dies while it writes its log.
    expect(ended.stderr).toMatch(/^The database at .* has no disk space left: |^The disk that holds .* is full: the local Postgres could not start\. The next try is in \d+ s\./m);
    expect(ended.stderr).not.toMatch(/^\s+at |internal error|crashed/m);
  });
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = (await client.query(sql)) as { rows: unknown[] };
    return result.rows;
  } finally {
    await client.end();
  }
}
