import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { Finding } from "../../../src/prepare/run-check.ts";
import { createDatabase } from "../../support/postgres/test-database.ts";
import { aFolder } from "../../support/processes/sluice.ts";
import { anIdentity, DAYS, openPlace, type PreparePlaces } from "./place.ts";

let place: PreparePlaces;
let folder: Awaited<ReturnType<typeof aFolder>>;

beforeAll(async () => {
  place = await openPlace({ seed: 3, source: { kind: "model", targets: 5 }, limits: { inFlight: 16 } });
  folder = await aFolder();
});

afterAll(async () => {
  await place.close();
  await folder.remove();
});

beforeEach(() => place.simulator.set([]));

/** Runs `worker check` as a process. */
async function check(databaseUrl: string): Promise<{ code: number | null; findings: Finding[] }> {
  const task = path.join(folder.path, "task.json");
  await writeFile(task, JSON.stringify({ identity: anIdentity(), spec: await place.spec(DAYS.first), place: { pass: 1, round: 1, outOfMemory: [] } }));
  const child = spawn(process.execPath, [path.join(inject("programs"), "worker.mjs"), "check", task], {
    env: { DATABASE_URL: databaseUrl, SLUICE_MESSAGE_FILE: path.join(folder.path, "message.json") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  await once(child, "close");
  return { code: child.exitCode, findings: stdout.trim().split("\n").map((line) => JSON.parse(line) as Finding) };
}

describe("worker check", () => {
  test("reports a database and a host that work, and writes nothing", async () => {
    const database = await createDatabase();
    const { code, findings } = await check(database.url);
    expect(findings).toEqual([
      { check: "database", ok: true, said: expect.stringMatching(/^PostgreSQL \d+\.\d+ at .*; the first sweep creates the schema$/) as string },
      { check: "host", ok: true, said: `${new URL(place.simulator.url).host} answers` },
    ]);
    expect(code).toBe(0);
    expect((await check(place.store.url)).findings[0]).toMatchObject({ ok: true, said: expect.stringMatching(/; the schema is at step \d+$/) as string });
    await database.drop();
  });

  test("reports a host that answers with an error, beside a database that works", async () => {
    place.simulator.set([{ what: "status", status: 503, body: "html", when: { targets: ["ris-asns"] } }]);
    const { code, findings } = await check(place.store.url);
    expect(findings).toMatchObject([{ ok: true }, { check: "host", ok: false, said: expect.stringContaining("answers HTTP 503") as string }]);
    expect(code).toBe(3);
  });

  test("reports a user without the right to create a schema, and one without rights on ours", async () => {
    const database = await createDatabase();
    const asOnlooker = (url: string): string => url.replace(/\/\/[^@]*@/, "//onlooker:x@");
    await place.store.db.query("create role onlooker login password 'x'");
    try {
      expect((await check(asOnlooker(database.url))).findings[0]).toMatchObject({ ok: false, said: expect.stringMatching(/^The user onlooker may not create a schema in the database at .*: run GRANT CREATE ON DATABASE/) as string });
      expect((await check(asOnlooker(place.store.url))).findings[0]).toMatchObject({ ok: false, said: expect.stringMatching(/^The tables in the database at .* belong to sluice: only sluice and its members may sweep and purge there, and onlooker is not one\.$/) as string });
    } finally {
      await place.store.db.query("drop role onlooker");
      await database.drop();
    }
  });
});
