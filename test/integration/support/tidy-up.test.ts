import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { startPrivatePostgres } from "../../support/postgres/test-database.ts";
import { ROOT } from "../../support/root.ts";
import { isRunning, until } from "../../support/time/until.ts";

test("a killed run is tidied up after", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-tidy-"));
  const file = path.join(ROOT, "test/support/processes/tidy-up.ts");
  const run = spawn(process.execPath, ["--input-type=module", "--eval", `import { tidyUpAtTheEnd } from ${JSON.stringify(file)}; tidyUpAtTheEnd('rm -r "$1"', ${JSON.stringify(folder)}); console.log("ready"); setInterval(() => {}, 1000);`]);
  await once(run.stdout, "data");
  expect(existsSync(folder)).toBe(true);
  run.kill("SIGKILL");
  await until("the folder is gone", () => !existsSync(folder));
});

test("a private server that was killed and started again is gone when it is stopped", async () => {
  const server = await startPrivatePostgres({ fsync: "off" });
  const folder = path.dirname(path.dirname(new URL(server.url.replace("@/", "@host/")).searchParams.get("host")!));
  await server.kill9();
  await server.start();
  const pid = Number.parseInt(await readFile(path.join(folder, "postgres/cluster/postmaster.pid"), "utf8"), 10);
  await server.stop();
  expect([isRunning(pid), existsSync(folder)]).toEqual([false, false]);
  await rm(folder, { recursive: true, force: true });
});
