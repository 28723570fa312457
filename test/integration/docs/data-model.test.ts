import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { READY_QUERIES } from "../../../src/cli/ready-queries.ts";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator } from "../../../src/simulate/server.ts";
import { blocks, codes, readPage, section, tableRows } from "../../support/docs/page.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, sluice, writeCronSweep } from "../../support/processes/sluice.ts";

const PAGE = readPage("docs/data-model.md");
const FAILING = { what: "status", status: 503, body: "html", when: { targets: ["AS174"] } } as const;
/** It would have the most updates if its answer were proven. */
const UNPROVEN = { what: "declared", off: 1, when: { targets: ["AS64496"] } } as const;

let database: TestDatabase;
let client: Client;

/** Two days of the dataset that the page asks about; on the second a target fails. */
beforeAll(async () => {
  database = await createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  const folder = await aFolder();
  const targets = Array.from({ length: 40 }, (_, index) => (index === 0 ? 3333 : index === 1 ? 174 : index === 2 ? 64_496 : 10_000 + index));
  const simulator = await startSimulator(parseScenario({ seed: 3, source: { kind: "model", targets, active: 0.9, largest: 3000 }, big: { AS64496: 2_000_000 }, limits: { inFlight: 16 } }), { now: () => performance.now() });
  try {
    const file = await writeCronSweep(folder.path, simulator.url, { done: { passes: 1 } }, "ripestat-daily");
    await writeFile(file, (await readFile(file, "utf8")).replace('"name": "ripestat-daily"', '"name": "ripestat-daily", "namespace": "bgp"'));
    const sweepOf = (window: string) => sluice(["run", file, "--window", window, "--data", path.join(folder.path, "data")], { DATABASE_URL: database.url });
    expect(await sweepOf("2026-11-19")).toMatchObject({ code: 0 });
    simulator.set([FAILING, UNPROVEN]);
    expect(await sweepOf("2026-11-20")).toMatchObject({ code: 1 });
  } finally {
    await simulator.close();
    await folder.remove();
  }
}, 120_000);

afterAll(async () => {
  await client.end();
  await database.drop();
});

describe("each query of the page returns rows", () => {
  test.each(blocks(PAGE, "sql").map((sql) => ({ sql, first: sql.split("\n")[0]! })))("$first", async ({ sql }) => {
    // A session may be in another time zone than the database.
    await client.query("set timezone = 'Asia/Tokyo'");
    const { rows } = await client.query<Record<string, unknown>>(sql);
    expect(rows.length).toBeGreaterThan(0);
    expect(Object.values(rows[0]!)).not.toContain(null);
  });
});

test("an unproven answer does not make a target the noisiest", async () => {
  const [onThePage] = blocks(PAGE, "sql");
  const ready = READY_QUERIES.find(({ name }) => name === "noisiest")!.sql([{ dataset: "bgp/ripestat-daily", start: Date.UTC(2026, 10, 20) / 1000, end: Date.UTC(2026, 10, 21) / 1000 }]);
  for (const sql of [onThePage!, ready]) {
    const { rows } = await client.query<{ target: string }>(sql);
    expect(rows).toHaveLength(10);
    expect(rows.map(({ target }) => target)).not.toContain("AS64496");
  }
  const { rows } = await client.query("select state, updates > 3000 as loud from sluice.results where target = 'AS64496' order by window_start");
  expect(rows).toEqual([{ state: "ok", loud: true }, { state: "mismatch", loud: true }]);
});

test("a quiet hour of a target is a zero among 24", async () => {
  const sql = blocks(PAGE, "sql").find((block) => block.includes("generate_series"))!;
  const { rows } = await client.query<{ updates: string }>(sql.replace("AS3333", "AS0"));
  expect(rows.map(({ updates }) => updates)).toEqual(Array.from({ length: 24 }, () => "0"));
});

describe("the page has the columns of each view", () => {
  test.each(["observed", "hourly", "results", "windows"])("sluice.%s", async (view) => {
    const { rows } = await client.query<{ column_name: string }>(
      "select column_name from information_schema.columns where table_schema = 'sluice' and table_name = $1 order by ordinal_position",
      [view],
    );
    expect(tableRows(section(PAGE, `sluice.${view}`)).map(([column]) => column)).toEqual(rows.map(({ column_name }) => column_name));
  });
});

test("the page has every table", async () => {
  const { rows } = await client.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'sluice'::regnamespace and relkind in ('r', 'p') and not relispartition",
  );
  const onThePage = tableRows(section(PAGE, "Tables")).flatMap(([names]) => codes(names!));
  expect(onThePage.sort()).toEqual(rows.map(({ name }) => name).sort());
});
