import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aFolder, sluice, startSluice, type SluiceProcess } from "../../support/processes/sluice.ts";
import { until } from "../../support/time/until.ts";

let folder: Awaited<ReturnType<typeof aFolder>>;
beforeAll(async () => {
  folder = await aFolder();
});
afterAll(() => folder.remove());

async function urlOf(running: SluiceProcess): Promise<string> {
  const url = (): string | undefined => /^A simulated RIPEstat answers at (\S+)\n/.exec(running.stdout())?.[1];
  await until("the simulator says where it answers", () => url() !== undefined);
  return url()!;
}

async function ask(url: string, target: string): Promise<number> {
  const { status } = await fetch(`${url}/data/bgp-updates/data.json?resource=${target}&starttime=1795305600&endtime=1795392000`);
  return status;
}

test("answers until it is interrupted, and then prints what it was asked", async () => {
  const running = startSluice(["simulate", "--targets", "50", "--seed", "3", "--fault", "status,status=503,when.targets=AS1101"], {});
  const url = await urlOf(running);
  expect([await ask(url, "AS3333"), await ask(url, "AS1101"), await ask(url, "AS99999999999")]).toEqual([200, 503, 400]);
  running.kill("SIGINT");
  expect(await running.exited).toBe(0);
  expect(running.stdout()).toMatch(/answers +HTTP 200: 1, HTTP 400: 1, HTTP 503: 1\n/);
  expect(running.stdout()).toMatch(/breaches +0 of the limit in flight, 3 requests without sourceapp\n/);
  expect(running.stderr()).toContain("50 AS numbers with invented updates from seed 3.");
});

test("prints what it was asked as JSON", async () => {
  const scenario = path.join(folder.path, "scenario.json");
  await writeFile(scenario, JSON.stringify({ seed: 1, source: { kind: "model", targets: 10 }, faults: [{ what: "maintenance" }] }));
  const running = startSluice(["simulate", "--scenario", scenario, "--output", "json"], {});
  await ask(await urlOf(running), "AS3333");
  running.kill("SIGTERM");
  expect(await running.exited).toBe(0);
  expect(JSON.parse(running.stdout().split("\n")[1]!)).toMatchObject({ requests: 1, byFault: { maintenance: 1 } });
});

describe("sluice simulate is refused", () => {
  const wrong: Record<string, { args: string[]; code: number; line: RegExp }> = {
    "with a fault that there is not": { args: ["--fault", "boom"], code: 2, line: /^sluice: scenario\.faults\[0\]\.what: must be one of slow, status, .*, not "boom"\.$/ },
    "with a list and no updates": { args: ["--asns", "x"], code: 2, line: /^sluice: --asns and --updates go together\.$/ },
    "with a number that is none": { args: ["--seed", "x"], code: 2, line: /^sluice: --seed: must be a number, not x\.$/ },
    "with a scenario that is not there": { args: ["--scenario", "/no/such"], code: 2, line: /^sluice: The scenario \/no\/such cannot be read: ENOENT/ },
    "on a port that it may not have": { args: ["--port", "70000"], code: 2, line: /^sluice: --port: must be a port between 0 and 65535, not 70000\.$/ },
  };
  test.for(Object.entries(wrong))("%s", async ([, { args, code, line }]) => {
    const ended = await sluice(["simulate", ...args], {});
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr.trimEnd()).toMatch(line);
  });
});
