import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, sluice, startSluice, type Ended } from "../../support/processes/sluice.ts";

const DAY = "2026-11-20";

/** What nobody sees, turns the direction of writing, or steers a terminal. Within a name no control characters are allowed. */
const HIDDEN = "\u202egnp.exe\u2066\u200b";
const STEERING = "\u001b[2J\u009b31m\u0007";
const FORMULA = `=HYPERLINK("http://127.0.0.1:9/")${HIDDEN}`;
const BAD = `bad${HIDDEN}`;

/** As they are shown. */
const SHOWN = "\\u202egnp.exe\\u2066";

let server: Server;
let database: TestDatabase;
let folder: Awaited<ReturnType<typeof aFolder>>;
let file: string;
let env: Readonly<Record<string, string>>;
let swept: Ended;

/** Lists two names; one has a type that is a formula and steers a terminal, the other an error that does. */
beforeAll(async () => {
  database = await createDatabase();
  folder = await aFolder();
  env = { DATABASE_URL: database.url };
  server = createServer((request, response) => {
    const url = new URL(request.url!, "http://host");
    const seconds = Date.parse(`${DAY}T10:00:00Z`) / 1000;
    if (url.pathname === "/list") response.end(JSON.stringify([FORMULA, BAD]));
    else if (url.searchParams.get("of") === BAD) response.end(JSON.stringify({ error: `refused ${STEERING}${HIDDEN}`, count: 0 }));
    else response.end(JSON.stringify({ events: [{ at: seconds, kind: `@SUM(1)${HIDDEN}` }], count: 1 }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const spec = {
    window: { every: "24h", settle: "0s" },
    targets: { http: { url: `${base}/list`, pattern: '"((?:[^"\\\\]|\\\\.){1,200})"' } },
    request: { url: `${base}/data?of={target}&from={start}&to={end}` },
    extract: { pattern: '"at":([0-9]{10}),"kind":"([^"]{1,64})"', declared: '"count":([0-9]{1,12})', error: '"error":"([^"]{1,200})"' },
    done: { passes: 1 },
  };
  file = path.join(folder.path, "sweep.json");
  await writeFile(file, JSON.stringify({ apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", metadata: { name: "hostile" }, spec: { schedule: "@daily", sweepTemplate: { spec } } }));
  swept = await run(["run", file, "--window", DAY]);
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await database.drop();
  await folder.remove();
});

function expectHarmless(text: string, shown: readonly string[]): void {
  expect(text).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u);
  for (const part of shown) expect(text).toContain(part);
}

async function run(args: readonly string[]): Promise<Ended> {
  return sluice([...args, "--data", folder.path], env);
}

test("a sweep shows what is invisible in the names, types and errors of a provider, on the way and afterwards, in every format", async () => {
  expect(swept, swept.stderr).toMatchObject({ code: 1 });
  expectHarmless(swept.stdout + swept.stderr, []);

  for (const target of [FORMULA, BAD]) {
    for (const output of ["text", "json"]) {
      const { stdout, stderr } = await sluice(["try", file, "--target", target, "--window", DAY, "--output", output], env);
      expectHarmless(stdout + stderr, [SHOWN]);
      if (output === "json") expect(JSON.parse(stdout)).toMatchObject({ target });
    }
  }

  const dataset = "default/hostile";
  expectHarmless((await run(["status", dataset])).stdout, ["error-body"]);

  const query = "select target, type, updates from sluice.observed";
  expectHarmless((await run(["sql", query])).stdout, [SHOWN]);
  const json = (await run(["sql", query, "--output", "json"])).stdout;
  expectHarmless(json, [SHOWN]);
  expect(JSON.parse(json)).toEqual([{ target: FORMULA, type: `@SUM(1)${HIDDEN}`, updates: 1 }]);

  // Without its sign a cell is what the provider wrote, but for what turns the direction of writing.
  const cell = `"=HYPERLINK(""http://127.0.0.1:9/"")${SHOWN}\u200b"`;
  const range = ["--from", DAY, "--to", "2026-11-21"];
  const bidi = /[\u202a-\u202e\u2066-\u2069\u001b\u009b]/u;
  for (const command of [["sql", query, "--output", "csv"], ["export", dataset, ...range]]) {
    const [plain, marked] = [(await run(command)).stdout, (await run([...command, "--spreadsheet"])).stdout];
    expect(plain + marked).not.toMatch(bidi);
    expect(plain).toContain(cell);
    expect(plain).toContain(",@SUM(1)");
    expect(marked).toContain(`"'${cell.slice(1)}`);
    expect(marked).toContain(",'@SUM(1)");
  }
  expect((await run(["export", dataset, ...range, "--what", "results", "--spreadsheet"])).stdout).not.toMatch(bidi);

  const page = (await run(["report", dataset, "--window", DAY, "--output", path.join(folder.path, "page.html")])).stdout;
  expectHarmless(page, []);
  const html = await readFile(path.join(folder.path, "page.html"), "utf8");
  const [beforeScript] = html.split("<script>");
  expectHarmless(beforeScript!, [SHOWN, "@SUM(1)\\u202e"]);
}, 120_000);

test("log lines of its processes do so too, on a terminal and in their files", async () => {
  const logs = path.join(folder.path, "logs");
  const names = (await readdir(logs)).filter((name) => name.endsWith(".log"));
  const lines = (await Promise.all(names.map((name) => readFile(path.join(logs, name), "utf8")))).join("");
  expectHarmless(lines, [SHOWN]);
  expect(lines.split("\n").filter((line) => line !== "").map((line) => (JSON.parse(line) as { target?: string }).target)).toContain(BAD);
});

test("on a terminal an error that quotes a name cannot steer it", async () => {
  const through = ["sh", "-c", 'exec script -qec "$*" /dev/null', "sh"];
  const name = `x${HIDDEN}`;
  const ended = startSluice(["status", name, "--data", folder.path], { ...env, TERM: "xterm" }, through);
  await ended.exited;
  expect(ended.stdout()).toContain(`x${SHOWN}`);
  expect(ended.stdout()).not.toMatch(/[\u202e\u2066\u200b]/u);
});
