import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { checkClock, CLOCK_TOLERANCE_SECONDS, serverTime } from "../../../src/store/server.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { aStore, type TestStore } from "../../support/postgres/store.ts";
import { aFolder, sluice, writeCronSweep } from "../../support/processes/sluice.ts";

let store: TestStore;

beforeAll(async () => {
  store = await aStore();
});

afterAll(async () => {
  await store.close();
});

describe("a database of another encoding", () => {
  test.for(["LATIN1", "SQL_ASCII"])("%s is refused in one sentence, by every command before it asks anything, and by prepare", async (encoding) => {
    const server = new Client({ connectionString: inject("postgresUrl") });
    await server.connect();
    const name = `test_${encoding.toLowerCase()}_${process.pid}`;
    await server.query(`create database ${name} template template0 encoding '${encoding}' locale 'C'`);
    const url = inject("postgresUrl").replace("/sluice?", `/${name}?`);
    const folder = await aFolder();
    try {
      // Nobody listens there: a request would be another error.
      const file = await writeCronSweep(folder.path, "http://127.0.0.1:9");
      const says = new RegExp(`^sluice: The database at \\S+/${name} must be UTF8, and is ${encoding}: create another with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0\\.\\n$`);
      for (const args of [["run", file], ["plan", file], ["status"]]) {
        const { code, stdout, stderr } = await sluice([...args, "--data", folder.path], { DATABASE_URL: url });
        expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: "", stderr: expect.stringMatching(says) as string });
      }
      await expect(migrate(store.connect({ url }), { version: "0.1.0" })).rejects.toThrow(`must be UTF8, and is ${encoding}`);
    } finally {
      await server.query(`drop database ${name} with (force)`);
      await server.end();
      await folder.remove();
    }
  });
});

describe("the clock of a program", () => {
  const DECADE_SECONDS = 10 * 365 * 86_400;
  const away = (seconds: number): { now: () => number } => ({ now: () => Date.now() + seconds * 1000 });
  // The test itself takes a moment between the readings.
  const MOMENT_SECONDS = 60;

  test.for([0, CLOCK_TOLERANCE_SECONDS - MOMENT_SECONDS, MOMENT_SECONDS - CLOCK_TOLERANCE_SECONDS])("that is %d s away is good enough, and the time is that of Postgres", async (seconds) => {
    const before = await serverTime(store.db);
    const theirs = await checkClock(store.db, "here", away(seconds));
    expect(theirs).toBeGreaterThanOrEqual(before);
    expect(theirs).toBeLessThanOrEqual(await serverTime(store.db));
  });

  test.for([DECADE_SECONDS, -DECADE_SECONDS, CLOCK_TOLERANCE_SECONDS + MOMENT_SECONDS])("that is %d s away is refused with both times", async (seconds) => {
    await expect(checkClock(store.db, "here", away(seconds))).rejects.toThrow(
      /^The clock of this machine says \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, that of the database at here says \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: they may differ by 5 minutes at most\. Set the clock that is wrong\.$/,
    );
  });

  test("that waits long for its answer is not wrong for that", async () => {
    const readings = [Date.now() - 2 * DECADE_SECONDS * 1000, Date.now() + 60_000];
    await expect(checkClock(store.db, "here", { now: () => readings.shift()! })).resolves.toBeGreaterThan(0);
  });
});
