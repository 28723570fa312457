import { afterEach, describe, expect, test } from "vitest";
import { SpecError, SurroundingsError } from "../../../src/model/errors.ts";
import { findDataset, listDatasets, openDataset } from "../../../src/store/datasets.ts";
import { checkProgram, isMigrated, migrate } from "../../../src/store/migrate.ts";
import { planWindow } from "../../../src/store/windows.ts";
import { type TestStore, aStore, WAYS } from "../../support/postgres/store.ts";

const PROGRAM = { version: "0.2.0" };

describe.each(WAYS)("migrations $way", ({ pooled }) => {
  let store: TestStore;

  afterEach(async () => {
    await store.close();
  });

  test("run once, however many processes start them at once, and do no harm again", async () => {
    store = await aStore({ pooled, migrated: false });
    expect(await isMigrated(store.db)).toBe(false);
    await Promise.all(Array.from({ length: 4 }, () => migrate(store.connect({ max: 1 }), PROGRAM)));
    await migrate(store.db, PROGRAM);
    expect(await store.db.query("select number, program from sluice.migrations order by number")).toEqual([1, 2, 3, 4, 5].map((number) => ({ number, program: "0.2.0" })));
    expect(await isMigrated(store.db)).toBe(true);
  });

  test("refuse a program older than the database requires", async () => {
    store = await aStore({ pooled });
    await store.db.query("update sluice.meta set min_program = '0.10.0'");
    const sentence = `The database at ${store.db.place} needs sluice 0.10.0 or newer; this is 0.2.0.`;
    await expect(migrate(store.db, PROGRAM)).rejects.toThrow(new SurroundingsError(sentence));
    await expect(checkProgram(store.db, PROGRAM)).rejects.toThrow(new SurroundingsError(sentence));
    await checkProgram(store.db, { version: "0.10.0-rc.1" });
    await checkProgram(store.db, { version: "1.0.0" });
  });

  test("need no right to create a schema that exists", async () => {
    store = await aStore({ pooled, migrated: false });
    const role = `owner_${process.pid}_${pooled ? 1 : 0}`;
    await store.db.query(`create role ${role} login`);
    await store.db.query(`create schema sluice authorization ${role}`);
    await migrate(store.connect({ url: store.serverUrl.replace(/\/\/[^@]*@/, `//${role}@`) }), PROGRAM);
    expect(await isMigrated(store.db)).toBe(true);
    await store.db.query(`drop owned by ${role}`);
    await store.db.query(`drop role ${role}`);
  });
});

describe("a dataset", () => {
  const IDENTITY = { name: "bgp/daily", everySeconds: 86_400, fingerprint: "1", fingerprintText: "url: u\npattern: p", retentionSeconds: 100 };
  const REFUSED: Record<string, { wanted: object; says: string }> = {
    "with another grid": {
      wanted: { everySeconds: 3600 },
      says: "The dataset bgp/daily exists and differs: its windows are 86400 s long, not 3600 s. A dataset keeps its windows, its request and its pattern: name a new dataset.",
    },
    "with another pattern": {
      wanted: { fingerprint: "2", fingerprintText: "url: u\npattern: q" },
      says: 'The dataset bgp/daily exists and differs: it has "pattern: p", not "pattern: q". A dataset keeps its windows, its request and its pattern: name a new dataset.',
    },
    "with less to distinguish": {
      wanted: { fingerprint: "2", fingerprintText: "url: u" },
      says: 'The dataset bgp/daily exists and differs: it has "pattern: p". A dataset keeps its windows, its request and its pattern: name a new dataset.',
    },
  };

  test("is created once, refused with another grid or fingerprint after a window was planned, and takes over a longer retention", async () => {
    const store = await aStore();
    const open = (wanted: object): Promise<number> => store.db.transaction((tx) => openDataset(tx, { ...IDENTITY, ...wanted }));
    const [id, same] = await Promise.all([open({}), open({})]);
    expect(same).toBe(id);
    expect(await open({ everySeconds: 3600 })).toBe(id);
    expect(await open({})).toBe(id);
    const planned = { start: 0, end: 86_400 };
    await store.db.transaction((tx) => planWindow(tx, id, planned, [], { sourceHash: "h", atLeast: 1 }));
    for (const { wanted, says } of Object.values(REFUSED)) await expect(open(wanted)).rejects.toThrow(new SpecError(says));
    expect(await open({ retentionSeconds: 200 })).toBe(id);
    expect(await listDatasets(store.db)).toEqual([{ ...IDENTITY, id, retentionSeconds: 200 }]);
    expect(await findDataset(store.db, "other")).toBeNull();
    await store.close();
  });
});
