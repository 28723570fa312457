import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aFolder } from "../../support/processes/sluice.ts";
import { ROOT } from "../../support/root.ts";

let folder: Awaited<ReturnType<typeof aFolder>>;

beforeAll(async () => {
  folder = await aFolder();
  await writeFile(path.join(folder.path, "some.test.js"), 'test("runs", () => {}); test.skip("needs what is not here", () => {});\n');
});

afterAll(() => folder.remove());

/** A run of the tests in the folder, reported as `npm test` does. */
function runTests(env: Readonly<Record<string, string>>): Promise<{ readonly code: number; readonly stdout: string }> {
  const args = [path.join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--globals", "--root", folder.path, "--reporter", path.join(ROOT, "test/support/vitest/skipped-reporter.ts")];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { PATH: process.env["PATH"], ...env } }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout });
    });
  });
}

test("a run tells what it skipped, and is good all the same", async () => {
  const { code, stdout } = await runTests({});
  expect(stdout).toContain("1 skipped:\n  some.test.js > needs what is not here\n");
  expect(code).toBe(0);
});

test("a run in which a test was skipped fails where all are required, and is counted", async () => {
  const tally = path.join(folder.path, "tally");
  const { code, stdout } = await runTests({ SLUICE_REQUIRE_ALL: "1", SLUICE_TALLY: tally });
  expect(stdout).toContain("1 skipped, and SLUICE_REQUIRE_ALL wants all to run:\n");
  expect(code).toBe(1);
  expect(await readFile(tally, "utf8")).toBe("1 0 1\n");
});
