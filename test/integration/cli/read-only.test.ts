import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, type Ended, sluice, writeCronSweep } from "../../support/processes/sluice.ts";

const WINDOW = "2026-11-20";
const DATASET = "default/trial";
const suffix = randomBytes(4).toString("hex");
/** The reader is made as docs/dashboards.md says; the onlooker has nothing; the frozen one everything, but may write nothing. */
const ROLES = { reader: `reader_${suffix}`, onlooker: `onlooker_${suffix}`, frozen: `frozen_${suffix}` };

let folder: Awaited<ReturnType<typeof aFolder>>;
let database: TestDatabase;
let simulator: Simulator;
let file: string;
let before: string;

beforeAll(async () => {
  folder = await aFolder();
  database = await createDatabase();
  simulator = await startSimulator(parseScenario({ seed: 7, source: { kind: "model", targets: 20 }, faults: [{ what: "status", status: 503, when: { targets: ["AS12654"] } }] }), { now: () => Date.now() });
  file = await writeCronSweep(folder.path, simulator.url, { done: { passes: 1 }, request: { attempts: 1 } });
  expect(await as(null, ["run", file, "--window", WINDOW])).toMatchObject({ code: 1 });
  await asOwner(
    `create role ${ROLES.reader} login; grant usage on schema sluice to ${ROLES.reader};
     grant select on sluice.observed, sluice.hourly, sluice.windows, sluice.results to ${ROLES.reader};
     alter role ${ROLES.reader} set default_transaction_read_only = on;
     create role ${ROLES.onlooker} login;
     create role ${ROLES.frozen} login superuser; alter role ${ROLES.frozen} set default_transaction_read_only = on`,
  );
  before = await everything();
}, 60_000);

afterAll(async () => {
  await asOwner(`drop owned by ${ROLES.reader}; drop role ${Object.values(ROLES).join(", ")}`);
  await database.drop();
  await simulator.close();
  await folder.remove();
});

async function asOwner(text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Every row of every table with the transaction that wrote it. */
async function everything(): Promise<string> {
  const tables = await asOwner("select format('sluice.%I', relname) as name from pg_class where relnamespace = 'sluice'::regnamespace and relkind = 'r' order by 1");
  const rows = await Promise.all(tables.map(({ name }) => asOwner(`select '${name as string}' as name, count(*) as rows, md5(string_agg(t.xmin || t::text, '|' order by t.ctid)) as sum from ${name as string} t`)));
  return JSON.stringify(rows);
}

function as(role: keyof typeof ROLES | null, args: readonly string[]): Promise<Ended> {
  const url = role === null ? database.url : database.url.replace(/\/\/[^@]*@/, `//${ROLES[role]}@`);
  return sluice(args, { DATABASE_URL: url, XDG_DATA_HOME: folder.path });
}

type Command = readonly string[];
const WRITING: Record<string, () => Command> = {
  run: () => ["run", file, "--window", "2026-11-21"],
  "run of what is incomplete": () => ["run", file, "--window", WINDOW],
  rerun: () => ["rerun", DATASET, "--window", WINDOW],
  "rerun of all that is incomplete": () => ["rerun", DATASET],
  purge: () => ["purge", DATASET, "--yes"],
};
const READING: Record<string, () => Command> = {
  status: () => ["status"],
  "status of one": () => ["status", DATASET],
  "status as JSON": () => ["status", DATASET, "--output", "json"],
  ...Object.fromEntries(["noisiest", "quiet", "windows", "hours", "types", "failed"].map((name) => [`sql --ready ${name}`, () => ["sql", "--ready", name]])),
  export: () => ["export", DATASET, "--from", WINDOW, "--to", "2026-11-21"],
  "export of results": () => ["export", DATASET, "--from", WINDOW, "--to", "2026-11-21", "--what", "results"],
};
const PLANNING: Record<string, () => Command> = { plan: () => ["plan", file, "--window", WINDOW], report: () => ["report", DATASET, "--output", "-"] };

const FROZEN = /^sluice: The database at \S+ is read-only: a standby, or default_transaction_read_only\.\n$/;
const ANOTHERS = /^sluice: The tables in the database at \S+ belong to sluice: only sluice and its members may sweep and purge there, and reader_\w+ is not one\.\n$/;
const SHUT = /^sluice: The user onlooker_\w+ may not use the schema sluice of the database at \S+: as its owner, run GRANT USAGE ON SCHEMA sluice TO onlooker_\w+, and grant SELECT on its views\.\n$/;

describe("a role that may write nothing", () => {
  test.each(Object.entries(WRITING))("is refused by %s, with the reason, and nothing changes", async (_, command) => {
    expect(await as("frozen", command())).toEqual({ code: 3, stdout: "", stderr: expect.stringMatching(FROZEN) as string });
    expect(await as("reader", command())).toEqual({ code: 3, stdout: "", stderr: expect.stringMatching(ANOTHERS) as string });
    expect(await everything()).toBe(before);
    expect(await readdir(path.join(folder.path, "sluice", "logs"))).toEqual(["default-trial-20261120.log"]);
  });

  test.each(Object.entries({ ...READING, ...PLANNING }))("reads with %s what everyone reads", async (_, command) => {
    const [own, theirs] = [await as(null, command()), await as("frozen", command())];
    expect(theirs).toMatchObject({ code: 0 });
    expect(withoutTimes(theirs.stdout)).toBe(withoutTimes(own.stdout));
    expect(await everything()).toBe(before);
  });
});

/** The views have no details of errors. */
function withoutCauses(text: string): string {
  return text.replace(/\nunsettled {3}last asked[^]*$/, "").replace(/,\n +"causes": \[[^\]]*\]/, "");
}

describe("a role that may select from the four views", () => {
  test.each(Object.entries(READING))("reads with %s what everyone reads, except what is not in the views", async (_, command) => {
    const [own, theirs] = [await as(null, command()), await as("reader", command())];
    expect(theirs).toMatchObject({ code: 0, stderr: "" });
    const told = theirs.stdout.replace("\nUnfinished sweeps are not shown: this database user may not read them.\n", "").replace('"sweeps": null', '"sweeps": []');
    expect(told.replace(/\s+$/gm, "")).toBe(withoutCauses(own.stdout).replace(/ +730d$/m, "").replace(/\s+$/gm, ""));
  });

  test("learns which permission it lacks for the rest", async () => {
    expect(await as("reader", PLANNING["plan"]!())).toEqual({ code: 3, stdout: "", stderr: expect.stringMatching(/^sluice: The database at \S+ denies access: permission denied for table datasets\.\n$/) as string });
    expect(await as("reader", PLANNING["report"]!())).toMatchObject({ code: 3, stdout: "", stderr: expect.stringMatching(/^sluice: The role "reader_\w+" may not read everything that a report needs .*\n$/) as string });
    expect(await as("reader", ["sql", "select * from sluice.sweeps"])).toEqual({ code: 3, stdout: "", stderr: expect.stringMatching(/denies access: permission denied for table sweeps\.\n$/) as string });
    expect(await as("reader", ["export", "default/trail", "--from", WINDOW, "--to", "2026-11-21"])).toMatchObject({ code: 2, stderr: 'sluice: There is no dataset "default/trail"; did you mean default/trial?\n' });
  });
});

test.each(Object.entries({ ...READING, ...PLANNING, rerun: WRITING["rerun"]!, purge: WRITING["purge"]! }))("a role without access to the schema is refused by %s, with what to grant", async (_, command) => {
  expect(await as("onlooker", command())).toEqual({ code: 3, stdout: "", stderr: expect.stringMatching(SHUT) as string });
});

test("validate needs no database", async () => {
  expect(await as("onlooker", ["validate", file])).toMatchObject({ code: 0 });
});

/** A report tells when it was made. */
function withoutTimes(text: string): string {
  return text.replaceAll(/\d\d:\d\d:\d\d|\d\d:\d\d UTC/g, "");
}
