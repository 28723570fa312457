import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { READY_QUERIES, windowsOf } from "../../../src/cli/ready-queries.ts";
import { SpecError } from "../../../src/model/errors.ts";
import { commitResults } from "../../../src/store/commit.ts";
import { aNo, anOk, aStore, aSweep, DAY, someRows, type TestStore } from "../../support/postgres/store.ts";
import { sluice } from "../../support/processes/sluice.ts";

const NEXT = { start: DAY.end, end: DAY.end + 86_400 };
/** One dataset is a day ahead of the other, whose name tries to be SQL. */
const AHEAD = "bgp/ahead";
const LATE = "bgp/la'te";

let store: TestStore;

beforeAll(async () => {
  store = await aStore();
  for (const [dataset, window] of [[LATE, DAY], [AHEAD, DAY], [AHEAD, NEXT]] as const) {
    const { fence, ids } = await aSweep(store.db, { dataset, window });
    const rows = someRows(window, 2);
    await commitResults(store.db, fence, [anOk(ids[0]!, rows), aNo(ids[1]!), aNo(ids[2]!, { state: "failed", error: window === NEXT ? "timeout" : "server" })]);
  }
});

afterAll(async () => {
  await store.close();
});

type Choice = Parameters<typeof windowsOf>[1];

async function sqlOf(name: string, choice: Choice = {}): Promise<string> {
  return READY_QUERIES.find((query) => query.name === name)!.sql(await windowsOf(store.db, choice));
}

async function ask(name: string, choice: Choice = {}): Promise<Record<string, unknown>[]> {
  return store.db.query(await sqlOf(name, choice));
}

describe("a ready query", () => {
  test.each(READY_QUERIES)("$name is about the newest window of each dataset, not of all together", async ({ name }) => {
    const rows = await ask(name);
    expect([...new Set(rows.map(({ dataset }) => dataset))].sort()).toEqual([AHEAD, LATE]);
  });

  test("failed has what failed in each", async () => {
    expect(await ask("failed")).toMatchObject([{ dataset: AHEAD, error: "timeout", targets: 1 }, { dataset: LATE, error: "server", targets: 1 }]);
  });

  test.each(READY_QUERIES)("$name is about one dataset and one window where they are named", async ({ name }) => {
    const rows = await ask(name, { dataset: AHEAD, window: "2026-11-20" });
    expect(new Set(rows.map(({ dataset }) => dataset))).toEqual(new Set([AHEAD]));
    if (name === "failed") expect(rows).toMatchObject([{ error: "server" }]);
    if (name === "hours") expect(rows.map(({ hour }) => (hour as Date).getTime() / 1000)).toEqual([DAY.start, DAY.start]);
    if (name === "windows") expect(rows).toHaveLength(1);
  });

  test.each(["failed", "hours"])("%s reads only the partitions of these windows", async (name) => {
    const plan = JSON.stringify(await store.db.query(`explain ${await sqlOf(name, { window: "2026-11-21" })}`));
    expect(plan).toMatch(/_20261121/);
    expect(plan).not.toMatch(/_20261120/);
  });

  test("of no window has no rows", async () => {
    for (const { sql } of READY_QUERIES) expect(await store.db.query(sql([]))).toEqual([]);
  });

  test("is refused for a window or a dataset that is not there", async () => {
    await expect(windowsOf(store.db, { dataset: LATE, window: "2026-11-21" })).rejects.toThrow(new SpecError(`The window 2026-11-21 of ${LATE} has not been swept.`));
    await expect(windowsOf(store.db, { window: "2026-11-22" })).rejects.toThrow(new SpecError("The window 2026-11-22 of any dataset has not been swept."));
    await expect(windowsOf(store.db, { dataset: "bgp/ahaed" })).rejects.toThrow('There is no dataset "bgp/ahaed"; did you mean bgp/ahead?');
  });
});

describe("sluice sql", () => {
  const env = (): { DATABASE_URL: string } => ({ DATABASE_URL: store.url });

  test("passes --dataset and --window to a ready query", async () => {
    const { code, stdout } = await sluice(["sql", "--ready", "failed", "--dataset", AHEAD, "--window", "2026-11-20", "--output", "csv"], env());
    expect({ code, stdout }).toEqual({ code: 0, stdout: "dataset,state,error,http_status,targets,example\nbgp/ahead,failed,server,200,1,AS3\n" });
  });

  test("refuses them for a query of one's own", async () => {
    const { code, stderr } = await sluice(["sql", "select 1", "--window", "2026-11-20"], env());
    expect({ code, stderr }).toEqual({ code: 2, stderr: "sluice: --dataset and --window are for the ready queries: use them with --ready.\n" });
  });
});
