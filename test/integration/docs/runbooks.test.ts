import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkRules, hasPromtool } from "../../support/alerts/promtool.ts";
import { blocks } from "../../support/docs/page.ts";
import { runbooks } from "../../support/docs/runbooks.ts";
import { aStore, type TestStore } from "../../support/postgres/store.ts";

const QUERIES = runbooks().flatMap(({ name, page }) => blocks(page, "sql").map((sql, index) => ({ what: `${name}, query ${index + 1}`, sql: filled(sql) })));

/** With the labels of an alert filled in. */
function filled(text: string): string {
  return text.replaceAll("'DATASET'", "'bgp/daily'").replaceAll("'WINDOW'", "'2026-11-22'");
}

let store: TestStore;

beforeAll(async () => {
  store = await aStore();
});

afterAll(async () => {
  await store.close();
});

describe("Postgres accepts the SQL of the runbooks", () => {
  test.each(QUERIES)("$what", async ({ sql }) => {
    await expect(store.db.query(sql)).resolves.toBeInstanceOf(Array);
    expect(sql).not.toMatch(/DATASET|WINDOW/);
  });
});

test.skipIf(!hasPromtool)("Prometheus accepts the queries of the runbooks (needs promtool)", async () => {
  const rules = runbooks().flatMap(({ name, page }) => blocks(page, "promql").map((expr, index) => ({ record: `${name}:${index}`, expr })));
  expect(rules.length).toBeGreaterThan(15);
  expect(await checkRules([{ name: "runbooks", rules }])).toMatchObject({ code: 0, stderr: "" });
});
