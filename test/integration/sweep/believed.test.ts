import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, sluice } from "../../support/processes/sluice.ts";
import { dayOf, YESTERDAY } from "../../support/sweeps/local-sweep.ts";

/** A whole sweep of an API that is not RIPEstat, whose answers are wrong in ways that look right. */

const AT = YESTERDAY.start + 3600;
const FIVE_DAYS = 5 * 86_400;

interface Event {
  readonly at: number;
  readonly kind: string;
}

function events(count: number, from = AT, kind = "open"): Event[] {
  return Array.from({ length: count }, (_, index) => ({ at: from + index, kind }));
}

function listing(name: string, found: readonly Event[], count: string | number = found.length): string {
  return `{"sensor":"${name}","events":[${found.map(({ at, kind }) => `{"at":${at},"kind":"${kind}"}`).join(",")}],"count":${count}}`;
}

const LONG = randomBytes(5000).toString("base64").replace(/[^A-Za-z]/g, "x").slice(0, 5000);

/** What each target is answered, and what must become of it. */
const DECLARING: Readonly<Record<string, readonly [answer: string, outcome: string]>> = {
  "normal-1": [listing("normal-1", events(3)), "ok 3"],
  "normal-2": [listing("normal-2", events(2)), "ok 2"],
  "quiet": [listing("quiet", []), "empty 0"],
  "type-of-5000-letters": [listing("type-of-5000-letters", events(1, AT, LONG)), "failed(types)"],
  "type-with-nul": [listing("type-with-nul", events(1, AT, "a\\u0000b")), "failed(types)"],
  "type-with-half-a-letter": [listing("type-with-half-a-letter", events(1, AT, "a\\ud800b")), "failed(types)"],
  "type-in-two-spellings": [listing("type-in-two-spellings", [{ at: AT, kind: "caf\\u00e9" }, { at: AT, kind: "café" }]), "ok 2"],
  "bücher": [listing("b\\u00fccher", events(1)), "ok 1"],
  "another": [listing("normal-1", events(3)), "suspect(other-target)"],
  "another-quiet": [listing("normal-1", []), "suspect(other-target)"],
  "exponent": [listing("exponent", events(30), "30e3"), "mismatch(declared-wrong)"],
  "fraction": [listing("fraction", events(5), "5.7"), "mismatch(declared-wrong)"],
  "contradiction": ['{"sensor":"contradiction","count":7,"events":[],"user":{"count":0}}', "mismatch(declared-ambiguous)"],
  "days-late": [listing("days-late", events(50, AT + FIVE_DAYS)), "suspect(outside-range)"],
};

const PLAIN: Readonly<Record<string, readonly [answer: string, outcome: string]>> = {
  "normal": ['{"events":[{"at":' + String(AT) + ',"kind":"open"}]}', "ok 1"],
  "quiet": ['{"events":[]}', "empty 0"],
  "login": ["<html><title>Log in</title></html>", "suspect(empty-unproven)"],
  "days-late": [listing("days-late", events(50, AT + FIVE_DAYS)), "suspect(outside-range)"],
};

/** The kinds of the events of one part: some in the second before T (or behind it), some at T, where both parts meet. */
interface Half {
  readonly aside: string;
  readonly atT: string;
  readonly count?: number;
}

const T = AT;

/** Both parts of each answer, and what must become of them: 10 and 11 are all there is. */
const IN_PARTS: Readonly<Record<string, readonly [before: Half, after: Half, outcome: string]>> = {
  "dealt-out": [{ aside: "aaa", atT: "aaa" }, { aside: "aa", atT: "aa" }, "mismatch(seam-split)"],
  "dealt-out-by-kind": [{ aside: "aaa", atT: "aaa" }, { aside: "aa", atT: "bbb" }, "mismatch(seam-split)"],
  "dealt-out-of-ten": [{ aside: "aaa", atT: "aaa", count: 10 }, { aside: "aa", atT: "aa", count: 10 }, "ok 10"],
  "dealt-out-of-eleven": [{ aside: "aaa", atT: "aaa", count: 11 }, { aside: "aa", atT: "bbb", count: 11 }, "ok 11"],
  "cut": [{ aside: "aaa", atT: "a" }, { aside: "aa", atT: "aab" }, "ok 8"],
  "repeated": [{ aside: "aaa", atT: "ab" }, { aside: "aa", atT: "ab" }, "ok 7"],
};

function partOf(url: URL): string {
  const name = url.searchParams.get("sensor")!;
  const [from, to] = [Number(url.searchParams.get("from")), Number(url.searchParams.get("to"))];
  const [before, after] = IN_PARTS[name]!;
  const isFirst = from < T;
  const { aside, atT, count = aside.length + atT.length } = isFirst ? before : after;
  const found = aside.split("").map((kind) => ({ at: isFirst ? T - 1 : T + 1, kind })).concat(atT.split("").map((kind) => ({ at: T, kind })));
  const rest = isFirst ? `"/parts?sensor=${name}&from=${T}&to=${to}"` : "null";
  return `${listing(name, found, count).slice(0, -1)},"from":${from},"to":${isFirst ? T : to},"next":${rest}}`;
}

const EXTRACT = { pattern: '"at":([0-9]{10}),"kind":"([^"]{1,6000})"', time: "unix" };

let database: TestDatabase;
let server: http.Server;
let folder: Awaited<ReturnType<typeof aFolder>>;

beforeAll(async () => {
  database = await createDatabase();
  folder = await aFolder();
  server = http.createServer((request, response) => {
    const url = new URL(request.url!, "http://x");
    const answers = url.pathname === "/declaring" ? DECLARING : PLAIN;
    response.setHeader("content-type", "application/json");
    response.end(url.pathname === "/parts" ? partOf(url) : answers[url.searchParams.get("sensor")!]![0]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await folder.remove();
  await database.drop();
});

describe.each([
  ["declaring", DECLARING, { declared: '"count":([0-9]{1,9})', target: '"sensor":"([^"]{1,100})"' }],
  ["plain", PLAIN, { empty: '"events":\\[\\]' }],
  [
    "parts",
    Object.fromEntries(Object.entries(IN_PARTS).map(([name, [, , outcome]]) => [name, ["", outcome] as const])),
    { declared: '"count":([0-9]{1,9})', target: '"sensor":"([^"]{1,100})"', queryStart: '"from":([0-9]{10})', queryEnd: '"to":([0-9]{10})', continuation: '"next":"([^"]{1,200})"' },
  ],
] as const)("a sweep of an API: %s", (name, answers, extract) => {
  test("believes what is proven, and keeps each target's error to itself", async () => {
    const file = path.join(folder.path, `${name}.yaml`);
    await writeFile(file, JSON.stringify(cronSweep(name, Object.keys(answers), extract)));
    const ended = await sluice(["run", file, "--window", dayOf(YESTERDAY), "--output", "json", "--data", folder.path], { DATABASE_URL: database.url });
    expect(ended.code, ended.stderr).toBe(1);
    expect(await outcomes(name)).toEqual(Object.fromEntries(Object.entries(answers).map(([target, [, outcome]]) => [target, outcome])));
  });
});

test("both spellings of a type are one row", async () => {
  expect(await rows("select type, updates from sluice.observed where target = 'type-in-two-spellings'")).toEqual([{ type: "café", updates: 2 }]);
});

function cronSweep(name: string, list: readonly string[], extract: object): object {
  const { port } = server.address() as AddressInfo;
  const spec = {
    dataset: `default/${name}`,
    window: { every: "24h", settle: "0s" },
    targets: { list },
    request: { url: `http://127.0.0.1:${port}/${name}?sensor={target}&from={start}&to={end}` },
    extract: { ...EXTRACT, ...extract },
    canaries: { targets: [list[0]] },
    done: { passes: 1 },
  };
  return { apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", metadata: { name }, spec: { schedule: "0 3 * * *", sweepTemplate: { spec } } };
}

async function outcomes(dataset: string): Promise<Record<string, string>> {
  const found = await rows<{ target: string; state: string; error: string | null; updates: number }>(`select target, state, error, updates::int from sluice.results where dataset = 'default/${dataset}'`);
  return Object.fromEntries(found.map(({ target, state, error, updates }) => [target, error === null ? `${state} ${updates}` : `${state}(${error})`]));
}

async function rows<Row>(sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}
