import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { aFolder, sluice, writeCronSweep, type Ended } from "../../support/processes/sluice.ts";
import { ROOT } from "../../support/root.ts";

const WINDOW = "2026-11-20";

let simulator: Simulator;
let folder: Awaited<ReturnType<typeof aFolder>>;
let file: string;
/** No DATABASE_URL, and a data folder that does not exist. */
let env: { XDG_DATA_HOME: string };

beforeAll(async () => {
  folder = await aFolder();
  env = { XDG_DATA_HOME: path.join(folder.path, "xdg") };
  simulator = await startSimulator(
    parseScenario({
      seed: 11,
      source: { kind: "model", targets: 300 },
      compression: ["gzip"],
      big: { AS3333: 3_000_000 },
      faults: [
        { what: "outage", when: { targets: ["AS1101"] } },
        { what: "status", status: 503, when: { targets: ["AS1102"] } },
        { what: "status", status: 429, retryAfter: 1, when: { targets: ["AS1103"], times: 1 } },
        { what: "truncated", updates: 500, seam: "duplicate", when: { targets: ["AS12654"] } },
        { what: "declared", off: 1, when: { targets: ["AS1104"] } },
      ],
    }),
    { now: () => Date.now() },
  );
  file = await writeCronSweep(folder.path, simulator.url);
});

afterAll(async () => {
  await simulator.close();
  await folder.remove();
});

async function write(name: string, text: string): Promise<string> {
  const written = path.join(folder.path, name);
  await writeFile(written, text);
  return written;
}

function oneLine(ended: Ended): string {
  expect(ended.stderr).not.toMatch(/\n\s+at /);
  expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
  return ended.stderr.trimEnd();
}

describe("sluice validate", () => {
  test("finds the examples right", async () => {
    const ended = await sluice(["validate", ...["ripestat-daily", "rerun", "custom", "demo"].map((name) => path.join(ROOT, "examples", `${name}.yaml`))], env);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout.match(/is valid/g)).toHaveLength(4);
  });

  test("lists every problem of every file with file, line and field, and exits with 2", async () => {
    const bad = path.join(ROOT, "test/support/bad-files/misspelt-field.yaml");
    const missing = path.join(folder.path, "nope.yaml");
    const ended = await sluice(["validate", bad, missing, file], env);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toContain(`${bad}:16: spec.sweepTemplate.spec.batch.memroy: unknown field; did you mean "memory"?\n`);
    expect(ended.stdout).toContain(`${missing}: no such file\n`);
    expect(ended.stdout).toContain(`${file}: CronSweep default/trial is valid, fills the dataset default/trial\n`);
  });

  test("prints the same as JSON", async () => {
    const ended = await sluice(["validate", path.join(ROOT, "test/support/bad-files/misspelt-field.yaml"), file, "--output", "json"], env);
    expect(ended.code).toBe(2);
    const { valid, files } = JSON.parse(ended.stdout) as { valid: boolean; files: { problems: { line: number }[]; documents: { patterns: { field: string; longestBytes: number; stepsPerByte: number }[] }[] }[] };
    expect(valid).toBe(false);
    expect(files[0]!.problems).toEqual([{ line: 16, field: "spec.sweepTemplate.spec.batch.memroy", sentence: 'unknown field; did you mean "memory"?' }]);
    expect(files[1]!.documents[0]!.patterns[0]).toMatchObject({ field: "extract.pattern", longestBytes: 201, stepsPerByte: 18 });
  });
});

describe("sluice try", () => {
  const tryTarget = (target: string, ...more: string[]): Promise<Ended> => sluice(["try", file, "--target", target, "--window", WINDOW, ...more], env);

  interface Tried {
    readonly state: string;
    readonly updates: number;
    readonly declared: number | null;
    readonly rows: number;
    readonly requests: { status: number; encoding: string | null; wireBytes: number; textBytes: number; url: string }[];
    readonly parts: { start: string; end: string; matches: number; continuation: string | null }[];
    readonly matches: { found: string; at: string; type: string }[];
    readonly types: { type: string; updates: number }[];
  }

  test("shows what a large answer holds, in text", async () => {
    const ended = await tryTarget("AS3333");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^AS3333 in 2026-11-20 of default\/trial would be ok\n/);
    expect(ended.stdout).toMatch(/answer +HTTP 200, [\d,]+ bytes \(gzip\), 3,000,000 of text, \d+\.\d\d s\n/);
    expect(ended.stdout).toMatch(/pattern +"timestamp":.*\n.*at most 201 bytes\n +at most 18 steps per byte\n +others +\d+ patterns matched as written, at most \d+ steps per byte/);
    expect(ended.stdout).toMatch(/covers +2026-11-20T00:00:00Z to 2026-11-21T00:00:00Z\n/);
    expect(ended.stdout).toMatch(/\n"timestamp":\d+,"type":"[AW]" +2026-11-20T\d\d:\d\d:\d\dZ +[AW]\n/);
    expect(ended.stdout).not.toContain("\u001b");
  });

  test("counts as the provider does", async () => {
    const tried = JSON.parse((await tryTarget("AS3333", "--output", "json")).stdout) as Tried;
    const expected = simulator.expected("AS3333", { start: Date.UTC(2026, 10, 20) / 1000, end: Date.UTC(2026, 10, 21) / 1000 });
    expect(tried).toMatchObject({ state: "ok", declared: expected.declared, updates: expected.updates, rows: expected.observations.length });
    expect(tried.types.reduce((sum, { updates }) => sum + updates, 0)).toBe(tried.updates);
    expect(tried.matches).toHaveLength(5);
    expect(tried.requests).toMatchObject([{ status: 200, encoding: "gzip", textBytes: 3_000_000 }]);
  });

  test("follows the parts of a cut answer and shows each", async () => {
    const tried = JSON.parse((await tryTarget("AS12654", "--output", "json")).stdout) as Tried;
    expect(tried.state).toBe("ok");
    expect(tried.parts.length).toBeGreaterThan(2);
    expect(tried.parts.at(-1)!.continuation).toBeNull();
    expect(tried.requests.map(({ status }) => status)).toEqual(tried.parts.map(() => 200));
    expect(tried.parts[0]!.continuation).toContain("starttime=");
  });

  test("says of an empty answer that it depends on the canaries", async () => {
    const ended = await tryTarget("AS1101");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/would be empty\n[^]*only counts while the canaries are healthy/);
  });

  test("ends with 1 where the answer settles nothing, and shows each try", async () => {
    const ended = await tryTarget("AS1102");
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/would be failed \(server\)\n/);
    expect(ended.stdout.match(/answer +HTTP 503/g)).toHaveLength(3);
    expect(ended.stdout).toMatch(/because +HTTP 503/);
  });

  test("ends with 1 where the proof fails", async () => {
    const ended = await tryTarget("AS1104");
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/would be mismatch \(declared-wrong\)\n/);
  });

  test("waits out a pause of the host, and asks again", async () => {
    const tried = JSON.parse((await tryTarget("AS1103", "--output", "json")).stdout) as Tried;
    expect(tried.requests.map(({ status }) => status)).toEqual([429, 200]);
  });

  test("is settled where the provider says that the question is wrong", async () => {
    const ended = await tryTarget("AS99999999999");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/would be rejected\n/);
  });

  test("creates no data folder", () => {
    expect(existsSync(env.XDG_DATA_HOME)).toBe(false);
  });

  const wrong: Record<string, { args: string[]; line: RegExp }> = {
    "without a target": { args: [], line: /required option '--target <name>' not specified/ },
    "with a window off the grid": { args: ["--target", "AS1", "--window", "2026-11-20T06:00"], line: /^sluice: No window starts at 2026-11-20T06:00:00Z/m },
    "with a window of the future": { args: ["--target", "AS1", "--window", "2999-01-01"], line: /^sluice: The window 2999-01-01 is not over yet/m },
    "with an unknown output": { args: ["--target", "AS1", "--output", "xml"], line: /Allowed choices are text, json/ },
  };
  test.for(Object.entries(wrong))("is refused %s", async ([, { args, line }]) => {
    const ended = await sluice(["try", file, ...args], env);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(line);
  });

  test("is refused without the secret of a header", async () => {
    const secret = await writeCronSweep(folder.path, simulator.url, { request: { headers: { authorization: { valueFrom: { secretKeyRef: { name: "keys", key: "token" } } } } } }, "secret");
    const ended = await sluice(["try", secret, "--target", "AS1", "--window", WINDOW], env);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("SLUICE_SECRET_KEYS_TOKEN");
    expect((await sluice(["try", secret, "--target", "AS1", "--window", WINDOW], { ...env, SLUICE_SECRET_KEYS_TOKEN: "hush-hush" })).stdout).not.toContain("hush-hush");
  });
});

describe("sluice plan", () => {
  const plan = (...more: string[]): Promise<Ended> => sluice(["plan", file, ...more], env);

  test("shows what there is to ask, asks for the list only, and creates no data folder", async () => {
    const before = simulator.stats().requests;
    const ended = await plan("--window", WINDOW);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(/^2026-11-20 +300 +nothing yet +300$/m);
    expect(ended.stdout).toMatch(/batches +3 of at most 128 targets, 4 at once\n/);
    expect(ended.stdout).toMatch(/memory +384Mi for all batches at once, 128Mi each\n/);
    expect(ended.stdout).toMatch(/less than 1 h 16 min on average/);
    expect(simulator.stats().requests - before).toBe(1);
    expect(existsSync(env.XDG_DATA_HOME)).toBe(false);
  });

  test("plans a backfill as a whole, and asks once for a list that is the same", async () => {
    const before = simulator.stats().requests;
    const ended = await plan("--from", "2026-11-18", "--to", "2026-11-20", "--output", "json");
    const { plans } = JSON.parse(ended.stdout) as { plans: { requests: number; batches: number; windows: { start: string }[] }[] };
    expect(plans).toHaveLength(1);
    expect(plans[0]).toMatchObject({ dataset: "default/trial", requests: 900, batches: 9, inFlight: 16, rules: null });
    expect(plans[0]!.windows.map(({ start }) => start)).toEqual(["2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z", "2026-11-18T00:00:00Z"]);
    expect(simulator.stats().requests - before).toBe(1);
  });

  test("names each rule of the provider that the file would break", async () => {
    const provider = { name: "ripestat" };
    const targets = { list: Array.from({ length: 1200 }, (_, index) => `AS${index + 1}`) };
    const fields = { apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", metadata: { name: "greedy" } };
    const greedy = await write("greedy.yaml", JSON.stringify({ ...fields, spec: { schedule: "@daily", sweepTemplate: { spec: { provider, targets, host: { inFlight: 32 } } } } }));
    const ended = await sluice(["plan", greedy], env);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("RIPEstat allows 8 requests in flight from one address; host.inFlight is 32.");
    expect(ended.stdout).toContain("RIPEstat requires a sourceapp above 1000 requests a day; this sweep sends 1200 a day, and provider.sourceapp is not set.");
  });

  const wrong: Record<string, { spec: Record<string, object>; code: number; line: RegExp }> = {
    "is too short": { spec: { targets: { preset: "ris-asns", atLeast: 5000 } }, code: 2, line: /^sluice: The list has 300 targets; targets\.atLeast requires 5000\.$/ },
    "matches nothing": { spec: { targets: { preset: undefined, atLeast: 1, http: { url: "URL/data/ris-asns/data.json?list_asns=true", pattern: "(nowhere)" } } }, code: 2, line: /^sluice: The list of targets is empty\.$/ },
    "is down": { spec: { provider: { baseUrl: "http://127.0.0.1:9" } }, code: 3, line: /^sluice: The list of targets cannot be fetched from http:\/\/127\.0\.0\.1:9\/.*ECONNREFUSED/ },
  };
  test.for(Object.entries(wrong))("is refused with one line where the list %s", async ([name, { spec, code, line }]) => {
    const text = JSON.parse(JSON.stringify(spec).replace("URL", simulator.url)) as Record<string, Record<string, unknown>>;
    const wrongFile = await writeCronSweep(folder.path, simulator.url, text, name.replaceAll(" ", "-"));
    const written = name === "matches nothing" ? await withoutPreset(wrongFile) : wrongFile;
    const ended = await sluice(["plan", written], env);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(oneLine(ended)).toMatch(line);
  });

  test("is refused with one line where DATABASE_URL names no database", async () => {
    const ended = await sluice(["plan", file], { ...env, DATABASE_URL: "mysql://somewhere" });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(oneLine(ended)).toMatch(/does not start with postgres:\/\//);
  });

  test("is refused with each problem of the file", async () => {
    const ended = await sluice(["plan", path.join(ROOT, "test/support/bad-files/misspelt-field.yaml")], env);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain('misspelt-field.yaml:16: spec.sweepTemplate.spec.batch.memroy: unknown field; did you mean "memory"?');
  });
});

async function withoutPreset(written: string): Promise<string> {
  const text = (await readFile(written, "utf8")).replace(/"preset": "ris-asns",\s*/, "");
  await writeFile(written, text);
  return written;
}

describe("help", () => {
  test.for(["run", "backfill", "rerun", "report", "validate", "try", "plan", "status", "sql", "export", "purge", "simulate"])("of %s has examples", async (command) => {
    const ended = await sluice([command, "--help"], env);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(new RegExp(`Examples:\\n(?:.*sluice ${command}.*\\n){1,}`));
  });

  test("of everything names the exit codes, and an unknown command ends with 2", async () => {
    expect((await sluice(["--help"], env)).stdout).toContain("130  interrupted");
    const ended = await sluice(["sttus"], env);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("Did you mean status?");
  });
});
