import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KeptPostgres } from "../../../src/local/postgres/kept-postgres.ts";
import type { SurroundingsError } from "../../../src/model/errors.ts";
import { aPostgresPlace } from "../../support/postgres/local-postgres-place.ts";
import { until, untilGone } from "../../support/time/until.ts";

let folder: string;
let said: string[];
let failures: SurroundingsError[];
let kept: KeptPostgres;
let slept: number[];
let onSleep: () => Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sluice-kept-"));
  await chmod(folder, 0o755);
  said = [];
  failures = [];
  slept = [];
  onSleep = () => Promise.resolve();
  const place = aPostgresPlace(path.join(folder, "postgres"), { settings: { fsync: "off" } });
  kept = await KeptPostgres.start(place, {
    say: (sentence) => said.push(sentence),
    failed: (error) => failures.push(error),
    clock: {
      async sleep(milliseconds) {
        slept.push(milliseconds);
        await onSleep();
        return true;
      },
    },
  });
});

afterEach(async () => {
  await kept.release();
  await rm(folder, { recursive: true });
});

async function serverPid(): Promise<number> {
  const client = new Client({ connectionString: kept.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid");
    return rows[0]!.pid;
  } finally {
    await client.end();
  }
}

async function kill(): Promise<void> {
  const pid = await serverPid();
  process.kill(pid, "SIGKILL");
  await untilGone(pid);
}

test("a local Postgres that dies is said to be away until it runs again, with the same URL", async () => {
  const { url } = kept;
  await kill();
  await until("it is noticed", () => kept.problem !== null);
  expect(kept.problem).toBe("the local Postgres, which is being started again");
  await until("it runs again", () => kept.problem === null);
  expect(kept.url).toBe(url);
  expect(await serverPid()).toBeGreaterThan(0);
  expect(said).toEqual(["The local Postgres has died. It is started again; what was committed is kept.", "The local Postgres runs again."]);
  expect(failures).toEqual([]);
});

test("one that dies again and again is given up with a sentence", async () => {
  for (let deaths = 1; deaths <= 4; deaths += 1) {
    await kill();
    await until("it is noticed", () => said.filter((sentence) => sentence.includes("has died")).length === deaths);
    await until("it is decided", () => kept.problem === null);
  }
  expect(failures.map(({ message }) => message)).toEqual([`The local Postgres in ${path.join(folder, "postgres")} has died 4 times within a minute: see server.log in that folder.`]);
});

test("one that cannot be started again is given up with the reason, after half a minute of tries", async () => {
  await writeFile(path.join(folder, "postgres", "cluster", "postgresql.auto.conf"), "shared_buffers = none\n");
  await kill();
  await until("it is given up", () => failures.length > 0);
  expect(failures[0]!.message).toMatch(/^The local Postgres in \S+ could not start: /);
  expect(slept).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  expect(said.slice(1).every((sentence) => /could not start: .* The next try is in \d+ s\.$/.test(sentence))).toBe(true);
});

test("one that cannot start for a moment, as on a full disk, runs again once it can", async () => {
  const settings = path.join(folder, "postgres", "cluster", "postgresql.auto.conf");
  await writeFile(settings, "shared_buffers = none\n");
  onSleep = () => (slept.length < 2 ? Promise.resolve() : rm(settings));
  await kill();
  await until("it runs again", () => said.at(-1) === "The local Postgres runs again.");
  expect(slept).toEqual([1_000, 2_000]);
  expect(failures).toEqual([]);
});

test("one that is released is not started again", async () => {
  await kept.release();
  expect(said).toEqual([]);
});
