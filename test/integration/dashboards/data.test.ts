import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dashboards } from "../../../src/dashboards/dashboards.ts";
import type { Observation, TargetResult } from "../../../src/model/result.ts";
import type { Window } from "../../../src/model/window.ts";
import { commitResults } from "../../../src/store/commit.ts";
import { type Chosen, expanded } from "../../support/dashboards/grafana-postgres.ts";
import { asJson, type PanelJson } from "../../support/dashboards/panels.ts";
import { blocks, readPage } from "../../support/docs/page.ts";
import { aNo, anOk, aStore, aSweep, type TestStore } from "../../support/postgres/store.ts";

const DAY_SECONDS = 86_400;
const DATASET = "bgp/it's odd";
/** Days of the tested dataset; the 21st was never swept. */
const DAYS = [19, 20, 22];
const TARGETS = Array.from({ length: 40 }, (_, index) => `AS${index}`);
const CHOSEN: Chosen = { from: "2026-11-18T00:00:00Z", to: "2026-11-23T08:00:00Z", dataset: DATASET };
const HOURS_FROM = Date.UTC(2026, 10, 20, 8) / 1000;

const ROLE = `reader_${randomBytes(4).toString("hex")}`;
const PANELS = asJson(dashboards().data).panels.filter(({ targets }) => targets !== undefined);

/** The outcome of a target on a day; null if it was never asked. */
interface Fate {
  readonly day: number;
  readonly target: string;
  readonly state: TargetResult["state"];
  readonly rows: readonly Observation[];
  readonly wishes: Partial<TargetResult>;
}

function windowOf(day: number): Window {
  const start = Date.UTC(2026, 10, day) / 1000;
  return { start, end: start + DAY_SECONDS };
}

function fateOf(day: number, index: number): Fate | null {
  const about = { day, target: TARGETS[index]! };
  const bytes = 1000 + ((index * 7919 + day) % 5000);
  if (day === 22 && index === 39) return null;
  if (index === 3) return { ...about, state: "failed", rows: [], wishes: { state: "failed", error: "server", httpStatus: 503, bytes: 0 } };
  if (day === 20 && index === 5) return { ...about, state: "mismatch", rows: [], wishes: { state: "mismatch", updates: 999_999, error: "declared-wrong", bytes: 9_000_000 } };
  if (day === 22 && index === 6) return { ...about, state: "suspect", rows: [], wishes: { state: "suspect", error: "ends-early", bytes } };
  if (index === 7) return { ...about, state: "rejected", rows: [], wishes: { state: "rejected", httpStatus: 400, bytes } };
  const rows = Array.from({ length: (index % 5) * 11 }, (_, row) => ({ at: windowOf(day).start + ((index * 4999 + row * 2311 + day * 3600) % DAY_SECONDS), type: row % 3 === 0 ? "W" : "A", updates: 1 + ((index + row + day) % 9) }));
  return { ...about, state: rows.length === 0 ? "empty" : "ok", rows, wishes: { bytes } };
}

const FATES = DAYS.flatMap((day) => TARGETS.flatMap((_, index) => fateOf(day, index) ?? []));

let store: TestStore;
let reader: Client;

beforeAll(async () => {
  store = await aStore();
  for (const day of DAYS) {
    const sweep = await aSweep(store.db, { dataset: DATASET, targets: TARGETS, window: windowOf(day), atLeast: 0.9 });
    const idOf = new Map(TARGETS.map((target, index) => [target, sweep.ids[index]!]));
    const items = FATES.filter((fate) => fate.day === day).map(({ target, rows, wishes }) => {
      const item = rows.length === 0 ? aNo(idOf.get(target)!, wishes) : anOk(idOf.get(target)!, rows);
      return rows.length === 0 ? item : { ...item, result: { ...item.result, ...wishes } };
    });
    await commitResults(store.db, sweep.fence, items);
  }
  // Another dataset, louder and larger and worse: no panel may show any of it.
  const other = await aSweep(store.db, { dataset: "bgp/other", targets: TARGETS, window: windowOf(22) });
  await commitResults(store.db, other.fence, other.ids.map((id, index) => (index === 0 ? aNo(id, { state: "failed", error: "timeout" }) : anOk(id, [{ at: windowOf(22).start + index, type: "B", updates: 1_000_000 }]))));
  const [roleSql] = blocks(readPage("docs/dashboards.md"), "sql");
  await asOwner(roleSql!.replaceAll("sluice_reader", ROLE));
  reader = new Client({ connectionString: store.serverUrl.replace("//sluice@", `//${ROLE}@`) });
  await reader.connect();
});

afterAll(async () => {
  await reader.end();
  await asOwner(`drop owned by ${ROLE}; drop role ${ROLE}`);
  await store.close();
});

async function asOwner(sql: string): Promise<void> {
  const owner = new Client({ connectionString: store.serverUrl });
  await owner.connect();
  try {
    await owner.query(sql);
  } finally {
    await owner.end();
  }
}

type Row = Readonly<Record<string, unknown>>;

function panelOf(title: string): PanelJson {
  return PANELS.find((panel) => panel.title === title)!;
}

/** Numbers as numbers, as Grafana makes them of bigint and numeric; times as days where they are whole ones. */
async function ask(title: string, chosen: Chosen = CHOSEN): Promise<Row[]> {
  const { rows } = await reader.query<Row>(expanded(panelOf(title).targets![0]!.rawSql!, chosen));
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asGrafana(value)])));
}

function asGrafana(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().replace("T00:00:00.000Z", "");
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

const date = (day: number): string => `2026-11-${day}`;
const isUnsettled = ({ state }: Fate): boolean => ["failed", "mismatch", "suspect"].includes(state);
const updatesOf = ({ rows }: Fate): number => rows.reduce((sum, { updates }) => sum + updates, 0);
const sumOf = (fates: readonly Fate[]): number => fates.reduce((sum, fate) => sum + updatesOf(fate), 0);
const ofDay = (day: number): Fate[] => FATES.filter((fate) => fate.day === day);
const countOf = (fates: readonly Fate[], state: string): number => fates.filter((fate) => fate.state === state).length;

function grouped<T>(all: readonly T[], key: (each: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(key(each), [...(groups.get(key(each)) ?? []), each]);
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** What each panel should show, by plain counting. */
const EXPECTED: Readonly<Record<string, () => unknown>> = {
  Windows: () => [{ complete: 0, usable: 3, incomplete: 0 }],
  "Not settled": () => [{ suspect: 1, mismatch: 1, failed: 3, missing: 1 }],
  Updates: () => [{ updates: sumOf(FATES) }],
  "State of windows": () => [
    { time: date(19), state: "usable" },
    { time: date(20), state: "usable" },
    { time: date(21), state: null },
    { time: date(22), state: "usable" },
    { time: date(23), state: null },
  ],
  "Windows and their states": () =>
    [...DAYS].reverse().map((day) => ({
      window_start: date(day),
      state: "usable",
      targets: 40,
      settled: (40 - ofDay(day).filter(isUnsettled).length - (day === 22 ? 1 : 0)) / 40,
      suspect: countOf(ofDay(day), "suspect"),
      mismatch: countOf(ofDay(day), "mismatch"),
      failed: 1,
      missing: day === 22 ? 1 : 0,
      updates: sumOf(ofDay(day)),
      took: 4,
    })),
  "Updates by window": () => DAYS.map((day) => ({ time: date(day), updates: sumOf(ofDay(day)) })),
  "Updates by hour": byHour,
  "Share of types": byHour,
  "Noisiest targets": () =>
    grouped(FATES.filter(({ state }) => state === "ok"), ({ target }) => target)
      .map(([target, fates]) => ({ target, updates: sumOf(fates), share: expect.closeTo(sumOf(fates) / sumOf(FATES), 9) as number, most: Math.max(...fates.map(updatesOf)), windows: fates.length }))
      .sort((one, other) => other.updates - one.updates || (one.target < other.target ? -1 : 1))
      .slice(0, 20),
  "Types of the noisiest targets": () =>
    ofDay(22)
      .filter(({ state }) => state === "ok")
      .sort((one, other) => updatesOf(other) - updatesOf(one) || (one.target < other.target ? -1 : 1))
      .slice(0, 15)
      .flatMap(({ target, rows }) => grouped(rows, ({ type }) => type).map(([type, of]) => ({ target, type, updates: of.reduce((sum, { updates }) => sum + updates, 0) }))),
  "Targets by state": () => grouped(FATES, ({ day, state }) => `${date(day)} ${state}`).map(([key, fates]) => ({ time: key.split(" ")[0], metric: key.split(" ")[1], targets: fates.length })),
  "Largest answers": () =>
    FATES.map((fate) => ({ target: fate.target, window_start: date(fate.day), bytes: fate.wishes.bytes!, updates: fate.wishes.updates ?? updatesOf(fate), attempts: 1, seconds: 4 }))
      .sort((one, other) => other.bytes - one.bytes || (one.target < other.target ? -1 : 1))
      .slice(0, 20),
  "Failing targets": () => [
    { target: "AS3", windows: 3, state: "failed", error: "server", http_status: 503, window_start: date(22) },
    { target: "AS5", windows: 1, state: "mismatch", error: "declared-wrong", http_status: 200, window_start: date(20) },
    { target: "AS6", windows: 1, state: "suspect", error: "ends-early", http_status: 200, window_start: date(22) },
  ],
  "Unsettled targets by error": () => [
    { time: date(19), metric: "server", targets: 1 },
    { time: date(20), metric: "declared-wrong", targets: 1 },
    { time: date(20), metric: "server", targets: 1 },
    { time: date(22), metric: "ends-early", targets: 1 },
    { time: date(22), metric: "server", targets: 1 },
  ],
};

function byHour(): unknown {
  const rows = FATES.flatMap((fate) => fate.rows).filter(({ at }) => at - (at % 3600) >= HOURS_FROM);
  return grouped(rows, ({ at, type }) => `${new Date((at - (at % 3600)) * 1000).toISOString().replace("T00:00:00.000Z", "")} ${type}`).map(([key, of]) => ({ time: key.split(" ")[0], metric: key.split(" ")[1], updates: of.reduce((sum, { updates }) => sum + updates, 0) }));
}

describe("each panel of Data, asked as the role of docs/dashboards.md,", () => {
  test("has its expected numbers here", () => {
    expect(Object.keys(EXPECTED)).toEqual(PANELS.map(({ title }) => title));
  });

  test.for(PANELS)("$title: shows what plain counting finds", async ({ title }) => {
    const expected = EXPECTED[title!]!() as Row[];
    expect(expected.length).toBeGreaterThan(0);
    expect(await ask(title!)).toEqual(expected);
  });

  test.for(PANELS)("$title: has the columns that it shows", async ({ type, targets, transformations }) => {
    const { format, rawSql } = targets![0]!;
    const { fields } = await reader.query({ text: expanded(rawSql!, CHOSEN), rowMode: "array" });
    const [names, types] = [fields.map(({ name }) => name), fields.map(({ dataTypeID }) => KINDS[dataTypeID])];
    // From a long answer Grafana makes a series for each value of `metric`, in the order of time.
    if (format === "time_series" || type === "state-timeline") expect([names[0], types[0]]).toEqual(["time", "time"]);
    if (format === "time_series") expect(types.slice(1)).toEqual(names.includes("metric") ? ["text", "number"] : ["number"]);
    if (type === "stat") expect(new Set(types)).toEqual(new Set(["number"]));
    const shown = transformations?.find(({ id }) => id === "filterFieldsByName")?.options as { include: { names: string[] } } | undefined;
    if (type === "table") expect(shown!.include.names).toEqual(names);
    const matrix = transformations?.find(({ id }) => id === "groupingToMatrix")?.options as { rowField: string; columnField: string; valueField: string } | undefined;
    if (type === "barchart") expect([matrix!.rowField, matrix!.columnField, matrix!.valueField]).toEqual(names);
    expect(types).not.toContain(undefined);
  });

  test.for(PANELS)("$title: shows nothing for an unknown dataset", async ({ title }) => {
    const rows = await ask(title!, { ...CHOSEN, dataset: "nobody's'; drop schema sluice cascade; --" });
    // A sum of nothing is a row of zeros.
    expect(rows.flatMap((row) => Object.values(row)).filter((value) => value !== 0)).toEqual([]);
  });

  test("offers the datasets, the one with the newest window first", async () => {
    const { query } = asJson(dashboards().data).templating.list.find(({ name }) => name === "dataset")!;
    const { rows } = await reader.query<{ dataset: string }>(query as string);
    expect(rows).toEqual([{ dataset: DATASET }, { dataset: "bgp/other" }]);
  });
});

const KINDS: Readonly<Record<number, string>> = { 1184: "time", 25: "text", 20: "number", 21: "number", 23: "number", 700: "number", 701: "number", 1700: "number" };

describe("the role of docs/dashboards.md", () => {
  const INSUFFICIENT_PRIVILEGE = "42501";
  const READ_ONLY = "25006";

  async function refusal(sql: string): Promise<string | undefined> {
    return reader.query(sql).then(
      () => undefined,
      (error: unknown) => (error as { code: string }).code,
    );
  }

  test("reads the four views", async () => {
    for (const view of ["observed", "hourly", "windows", "results"]) expect(await refusal(`select * from sluice.${view} limit 1`)).toBeUndefined();
  });

  test("reads no table, and no other view", async () => {
    const { rows } = await reader.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = (select oid from pg_namespace where nspname = 'sluice') and relkind in ('r', 'p', 'v') and relname not in ('observed', 'hourly', 'windows', 'results')",
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const { name } of rows) expect([name, await refusal(`select * from sluice.${name} limit 1`)]).toEqual([name, INSUFFICIENT_PRIVILEGE]);
  });

  test.for(["insert into sluice.targets (name) values ('x')", "delete from sluice.target_results", "truncate sluice.observations", "drop view sluice.windows", "create table sluice.mine (a integer)", "create schema mine", "select nextval(pg_get_serial_sequence('sluice.targets', 'id'))"])(
    "may not: %s",
    async (sql) => {
      expect([INSUFFICIENT_PRIVILEGE, READ_ONLY]).toContain(await refusal(sql));
      // The role could change its own default: it is held by its rights.
      await reader.query("set default_transaction_read_only = off");
      expect(await refusal(sql)).toBe(INSUFFICIENT_PRIVILEGE);
      await reader.query("set default_transaction_read_only = on");
    },
  );

  test("is stopped when a query takes too long", async () => {
    const { rows } = await reader.query<{ statement_timeout: string }>("show statement_timeout");
    expect(rows).toEqual([{ statement_timeout: "30s" }]);
  });
});
