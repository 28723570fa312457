import { writeFile } from "node:fs/promises";
import http from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aFolder, startSluice, writeCronSweep, type SluiceProcess } from "../../support/processes/sluice.ts";
import { until } from "../../support/time/until.ts";

let folder: Awaited<ReturnType<typeof aFolder>>;
/** Answers nothing. */
let provider: http.Server;

beforeAll(async () => {
  folder = await aFolder();
  provider = http.createServer().listen(0, "127.0.0.1");
  await once(provider, "listening");
});

afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await folder.remove();
});

/** Runs `code` in the command before the command itself. */
async function startWith(code: string, args: readonly string[]): Promise<SluiceProcess> {
  const file = path.join(folder.path, `before-${args[0]!}.mjs`);
  await writeFile(file, code);
  return startSluice(args, { NODE_OPTIONS: `--import=${file}`, HOME: folder.path });
}

describe("Ctrl-C", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("ends try while its event loop stands still, as in a pattern that costs too much: %s", async (signal) => {
    const flag = path.join(folder.path, `still-${signal}`);
    const standStill = `import { existsSync, writeSync } from "node:fs";
      setInterval(() => { if (existsSync(${JSON.stringify(flag)})) { writeSync(2, "it stands still"); for (;;) continue; } }, 10).unref();`;
    const asked = once(provider, "request");
    const { port } = provider.address() as AddressInfo;
    const running = await startWith(standStill, ["try", await writeCronSweep(folder.path, `http://127.0.0.1:${port}`), "--target", "AS1"]);
    await asked;
    await writeFile(flag, "");
    await until("it stands still", () => running.stderr().includes("it stands still"));
    running.kill(signal);
    expect(await running.exited).toBeNull();
  });

  test("the second time ends a command that hangs while it stops", async () => {
    const running = await startWith("setInterval(() => {}, 1000);", ["sql"]);
    let isOver = false;
    void running.exited.then(() => (isOver = true));
    await until("it has done its work", () => running.stdout().includes("noisiest"));
    await until("it has exited", () => {
      running.kill("SIGINT");
      return isOver;
    });
    expect(await running.exited).toBe(130);
  });
});
