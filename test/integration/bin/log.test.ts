import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { aFolder } from "../../support/processes/sluice.ts";

let folder: Awaited<ReturnType<typeof aFolder>>;

beforeAll(async () => {
  folder = await aFolder();
});

afterAll(() => folder.remove());

async function said(program: string, through: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const [command, ...rest] = [...through, process.execPath, path.join(inject("programs"), `${program}.mjs`), "batch", "00000000-0000-0000-0000-000000000000", "0"];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"], TERM: "xterm", SLUICE_MESSAGE_FILE: path.join(folder.path, "message"), ...env } });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(child, "close");
  return text;
}

const ON_A_TERMINAL = ["sh", "-c", 'exec script -qec "$*" /dev/null', "sh"];

test("the worker writes JSON where nobody reads along", async () => {
  expect(JSON.parse(await said("worker", []))).toMatchObject({ level: "fatal", program: "batch", exitCode: 3, msg: "DATABASE_URL is not set: it names the Postgres to write to." });
});

test("the worker writes sentences on a terminal, in colours only where they are wanted", async () => {
  const sentence = /^\d\d:\d\d:\d\d fatal DATABASE_URL is not set: it names the Postgres to write to\. exitCode=3\r\n$/;
  expect(await said("worker", ON_A_TERMINAL, { NO_COLOR: "1" })).toMatch(sentence);
  const coloured = await said("worker", ON_A_TERMINAL);
  expect(coloured).toContain("\u001b[31mfatal\u001b[0m");
  expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toMatch(sentence);
});

test("the controller does as the worker", async () => {
  const msg = "POD_NAMESPACE is not set; the chart's Deployment sets it.";
  expect(JSON.parse(await said("controller", []))).toMatchObject({ level: "fatal", program: "controller", exitCode: 2, msg });
  expect(await said("controller", ON_A_TERMINAL, { NO_COLOR: "1" })).toMatch(/^\d\d:\d\d:\d\d fatal POD_NAMESPACE is not set; the chart's Deployment sets it\. exitCode=2\r\n$/);
});
