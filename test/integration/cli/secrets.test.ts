import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { wrongWith } from "../../support/docs/log-fields.ts";
import { startTlsPostgres, type TlsPostgres } from "../../support/postgres/tls-postgres.ts";
import { argumentsOf, childrenOf } from "../../support/processes/process-tree.ts";
import { aFolder, type Ended, type Environment, type SluiceProcess, startSluice, writeCronSweep } from "../../support/processes/sluice.ts";
import { type AskingProxy, startAskingProxy } from "../../support/provider/authenticating-proxy.ts";
import { type EchoingProvider, startEchoingProvider } from "../../support/provider/echoing-provider.ts";
import { until } from "../../support/time/until.ts";

const WINDOW = "2026-11-20";
/** The provider repeats to these what it was told. */
const ECHOED = ["AS1", "AS2", "AS3", "AS4", "AS5", "AS6"];
const ON_A_TERMINAL = ["sh", "-c", 'exec script -qec "$*" /dev/null', "sh"];

/** With characters that a URL writes otherwise. */
function aSecret(what: string): string {
  return `${what}-${randomBytes(9).toString("hex")}/+ä`;
}

const SECRETS = {
  password: aSecret("password"),
  wrongPassword: aSecret("wrong"),
  token: `token-${randomBytes(9).toString("hex")}`,
  proxy: aSecret("proxy"),
  wrongProxy: aSecret("wrongproxy"),
};

let folder: Awaited<ReturnType<typeof aFolder>>;
let postgres: TlsPostgres;
let simulator: Simulator;
let provider: EchoingProvider;
let proxy: AskingProxy;
let file: string;
/** What was written, by where. */
const written = new Map<string, string>();

beforeAll(async () => {
  folder = await aFolder();
  await mkdir(path.join(folder.path, "tmp"));
  postgres = await startTlsPostgres();
  await writeFile(path.join(folder.path, "ca.pem"), postgres.ca);
  await letKeeperIn();
  simulator = await startSimulator(parseScenario({ seed: 7, source: { kind: "model", targets: 50 }, latency: { distribution: "constant", seconds: 0.1 } }), { now: () => Date.now() });
  provider = await startEchoingProvider(simulator.url);
  proxy = await startAskingProxy("somebody", SECRETS.proxy);
  file = await writeCronSweep(folder.path, provider.url, {
    targets: { preset: undefined, atLeast: undefined, list: [...Array.from({ length: 34 }, (_, index) => `AS${1101 + index}`), ...ECHOED] },
    request: { headers: { authorization: { valueFrom: { secretKeyRef: { name: "api", key: "token" } } } }, attempts: 1 },
    batch: { targets: 8 },
    done: { passes: 1 },
  });
}, 60_000);

afterAll(async () => {
  await Promise.allSettled([proxy.close(), provider.close(), simulator.close(), postgres.close()]);
  await folder.remove();
});

/** A user with a password, whom the server lets in with nothing else. */
async function letKeeperIn(): Promise<void> {
  await asSuperuser(async (client) => {
    const { rows } = await client.query<{ hba: string }>("show hba_file as hba").catch(() => client.query<{ hba: string }>("select current_setting('hba_file') as hba"));
    await client.query(`create role keeper login password ${client.escapeLiteral(SECRETS.password)}`);
    await client.query("grant create on database sluice to keeper");
    const rules = "local all all trust\nhostssl all keeper 127.0.0.0/8 scram-sha-256\nhostssl all all 127.0.0.0/8 trust\n";
    await client.query(`copy (select unnest(string_to_array(${client.escapeLiteral(rules)}, chr(10)))) to program ${client.escapeLiteral(`cat > '${rows[0]!.hba}'`)}`);
    await client.query("select pg_reload_conf()");
  });
}

async function asSuperuser<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: postgres.url("localhost"), ssl: { ca: postgres.ca } });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(password: string, host = ""): string {
  const url = new URL(postgres.url("localhost", `?sslmode=verify-full&sslrootcert=${encodeURIComponent(path.join(folder.path, "ca.pem"))}`));
  url.username = "keeper";
  url.password = encodeURIComponent(password);
  if (host !== "") url.host = host;
  return url.href;
}

function proxyUrl(password: string): string {
  return `http://somebody:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}`;
}

function environment(): Environment {
  return {
    TMPDIR: path.join(folder.path, "tmp"),
    XDG_DATA_HOME: path.join(folder.path, "data"),
    DATABASE_URL: databaseUrl(SECRETS.password),
    SLUICE_SECRET_API_TOKEN: SECRETS.token,
    HTTP_PROXY: proxyUrl(SECRETS.proxy),
    HTTPS_PROXY: proxyUrl(SECRETS.proxy),
  };
}

/** Keeps what a command says, and what stands in the arguments and files of it and of what it started, as long as it runs. */
async function ended(what: string, args: readonly string[], changes: Environment = {}, through: readonly string[] = []): Promise<Ended> {
  const running = startSluice(args, { ...environment(), ...changes }, through);
  return endOf(what, running);
}

async function endOf(what: string, running: SluiceProcess): Promise<Ended> {
  const gone = new AbortController();
  const watching = watch(running, gone.signal);
  const code = await running.exited;
  gone.abort();
  await watching;
  const [stdout, stderr] = [running.stdout(), running.stderr()];
  written.set(`standard output of ${what}`, stdout);
  written.set(`standard error of ${what}`, stderr);
  return { code, stdout, stderr };
}

async function watch({ pid, stderr }: SluiceProcess, gone: AbortSignal): Promise<void> {
  while (!gone.aborted) {
    const [metrics] = /http:\S+\/metrics/.exec(stderr()) ?? [];
    if (metrics !== undefined) await fetch(metrics).then(async (told) => written.set("metrics", await told.text()), () => undefined);
    for (const below of treeOf(pid)) written.set(`arguments of ${below}`, argumentsOf(below).join(" "));
    await keepFiles("tmp");
    await wait(25);
  }
}

function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

async function keepFiles(within: string): Promise<void> {
  const entries = await readdir(path.join(folder.path, within), { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((each) => each.isFile())) {
    const name = path.join(entry.parentPath, entry.name);
    const text = await readFile(name, "latin1").catch(() => "");
    if (text !== "") written.set(`file ${path.relative(folder.path, name)}`, text);
  }
}

/** Every row of every table, as text. */
async function keepTables(): Promise<void> {
  await asSuperuser(async (client) => {
    const { rows } = await client.query<{ name: string }>("select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'sluice' and c.relkind in ('r', 'p', 'v')");
    for (const { name } of rows) {
      const { rows: kept } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      written.set(`table ${name}`, kept.map(({ row }) => row).join("\n"));
    }
  });
}

/** As it is, as a URL and as JSON have it, and within any base64 or hex. */
function ways(secret: string): string[] {
  const inner = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before, "x"), Buffer.from(secret)]).toString("base64").slice(before === 0 ? 0 : 4, -5));
  const [stem = ""] = secret.split("/");
  return [stem, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), Buffer.from(stem).toString("hex"), ...inner, ...inner.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))];
}

function found(): string[] {
  const secrets = Object.entries(SECRETS).flatMap(([name, secret]) => ways(secret).map((way) => [name, way] as const));
  return [...written].flatMap(([where, text]) => {
    const [hit] = secrets.filter(([, way]) => text.includes(way));
    if (hit === undefined) return [];
    const at = text.indexOf(hit[1]);
    return [`${where} has the ${hit[0]}: …${text.slice(Math.max(0, at - 80), at + 80)}…`];
  });
}

describe("nothing that a command writes has a secret in it", () => {
  test("while a sweep runs, and in what it leaves behind", async () => {
    const run = await ended("run", ["run", file, "--window", WINDOW, "--metrics-port", "0"]);
    expect(run).toMatchObject({ code: 1, stdout: expect.stringContaining("40 targets") as string });
    expect(provider.seen).toContain(SECRETS.token);
    expect(proxy.passed()).toBeGreaterThan(0);
    await ended("rerun", ["rerun", "default/trial", "--window", WINDOW]);
    await ended("run on a terminal", ["run", file, "--window", "2026-11-21"], { TERM: "xterm" }, ON_A_TERMINAL);
    for (const [name, args] of Object.entries({
      status: ["status"],
      "status of one": ["status", "default/trial", "--output", "json"],
      "sql failed": ["sql", "--ready", "failed"],
      "sql results": ["sql", "select * from sluice.results"],
      export: ["export", "default/trial", "--from", WINDOW, "--to", "2026-11-21"],
      plan: ["plan", file, "--output", "json"],
      validate: ["validate", file, "--output", "json"],
    })) {
      expect(await ended(name, args), name).toMatchObject({ code: 0 });
    }
    expect(await ended("report", ["report", "default/trial", "--window", WINDOW, "--output", "-"])).toMatchObject({ code: 0 });
    for (const target of ECHOED) await ended(`try ${target}`, ["try", file, "--target", target]);
    await ended("try as JSON", ["try", file, "--target", ECHOED[0]!, "--output", "json"]);
    await keepFiles("data");
    await keepTables();

    const places = [...written.keys()];
    // Was looked at what was to be looked at?
    expect(places.filter((place) => place.endsWith(".message.json")).length).toBeGreaterThan(2);
    expect(places.filter((place) => place.endsWith(".task.json")).length).toBeGreaterThan(1);
    expect([...written].filter(([place, text]) => place.startsWith("arguments of") && / batch [0-9a-f-]{36} \d/.test(text)).length).toBeGreaterThan(2);
    expect(written.get("table sluice.target_results")?.includes("unknown key")).toBe(true);
    expect(written.get("standard output of run on a terminal")?.includes("\u001b[")).toBe(true);
    expect(written.get("metrics")?.includes("sluice_sweep_targets{")).toBe(true);
    const logs = [...written].filter(([place]) => place.endsWith(".log"));
    expect(logs.length).toBeGreaterThanOrEqual(2);
    expect(logs.flatMap(([, text]) => text.trimEnd().split("\n")).map(wrongWith).filter((wrong) => wrong !== null)).toEqual([]);
    expect(found()).toEqual([]);
  }, 120_000);

  const wrong: Record<string, { changes: () => Environment; asks?: true; code?: number; says: RegExp }> = {
    "a password that is wrong": { changes: () => ({ DATABASE_URL: databaseUrl(SECRETS.wrongPassword) }), says: /password authentication failed for user "keeper"/ },
    "a password from elsewhere": { changes: () => ({ DATABASE_URL: databaseUrl(""), PGPASSWORD: SECRETS.wrongPassword }), says: /password authentication failed for user "keeper"/ },
    "a database that is away": { changes: () => ({ DATABASE_URL: databaseUrl(SECRETS.password, "localhost:1") }), says: /localhost:1\/sluice/ },
    "a database's URL that is none": { changes: () => ({ DATABASE_URL: `postgres//keeper:${SECRETS.password}@db/sluice` }), code: 2, says: /does not start with postgres:\/\// },
    "a database's URL that cannot be read": { changes: () => ({ DATABASE_URL: `postgres://keeper:${SECRETS.password}%@[db/sluice` }), code: 2, says: /The database URL is not valid/ },
    "a parameter of it that is none": { changes: () => ({ DATABASE_URL: databaseUrl(SECRETS.password).replace("verify-full", encodeURIComponent(SECRETS.password)) }), code: 2, says: /unknown sslmode; use one of disable/ },
    "a CA that is not there": { changes: () => ({ DATABASE_URL: databaseUrl(SECRETS.password).replace("ca.pem", "no.pem") }), code: 2, says: /for TLS cannot be read: ENOENT/ },
    "a CA that is another's": { changes: () => ({ DATABASE_URL: databaseUrl(SECRETS.password).replace(/sslrootcert=[^&]*/, "") }), says: /certificate/ },
    "a header that cannot be sent": { changes: () => ({ SLUICE_SECRET_API_TOKEN: `${SECRETS.token}\n` }), asks: true, says: /The value of SLUICE_SECRET_API_TOKEN, for the header authorization/ },
    "a header that is missing": { changes: () => ({ SLUICE_SECRET_API_TOKEN: undefined }), asks: true, code: 2, says: /its value is missing from the environment: SLUICE_SECRET_API_TOKEN is not set/ },
    "a proxy whose password is wrong": { changes: () => ({ HTTP_PROXY: proxyUrl(SECRETS.wrongProxy) }), asks: true, code: 1, says: /407/ },
    "a proxy of another kind": { changes: () => ({ HTTP_PROXY: proxyUrl(SECRETS.proxy).replace("http:", "socks5:") }), asks: true, says: /HTTP_PROXY is not a proxy URL/ },
    "a stray % in the password of a proxy": { changes: () => ({ HTTP_PROXY: `http://somebody:${SECRETS.proxy}%@127.0.0.1:1` }), asks: true, says: /HTTP_PROXY is not a proxy URL such as .* A % in its user or password is written %25/ },
    "a proxy's URL that cannot be read": { changes: () => ({ HTTP_PROXY: `http://somebody:${SECRETS.proxy}@` }), asks: true, says: /HTTP_PROXY is not a proxy URL/ },
  };

  test.each(Object.entries(wrong))("for %s", async (what, { changes, asks, code = 3, says }) => {
    const commands = asks === undefined ? [["run", file, "--window", WINDOW], ["status"], ["sql", "select 1"], ["export", "default/trial", "--from", WINDOW, "--to", "2026-11-21"]] : [["try", file, "--target", "AS1101"]];
    for (const command of commands) {
      const { code: told, stdout, stderr } = await ended(`${command[0]!} with ${what}`, command, changes());
      expect({ command: command[0], code: told, said: stdout + stderr }).toEqual({ command: command[0], code, said: expect.stringMatching(says) as string });
    }
    await keepFiles("data");
    expect(found()).toEqual([]);
  }, 60_000);

  test("while a sweep waits for a proxy that refuses it", async () => {
    const running = startSluice(["run", file, "--window", "2026-11-22"], { ...environment(), HTTP_PROXY: proxyUrl(SECRETS.wrongProxy) });
    const told = endOf("run with a proxy that refuses it", running);
    await until("its log tells of the refusal", async () => {
      await keepFiles("data");
      return /"detail":"[^"]*407/.test(written.get("file data/sluice/logs/default-trial-20261122.log") ?? "");
    });
    running.kill("SIGINT");
    expect((await told).code).toBe(130);
    expect(found()).toEqual([]);
  }, 60_000);
});
