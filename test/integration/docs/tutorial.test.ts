import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readPage } from "../../support/docs/page.ts";
import { aFolder } from "../../support/processes/sluice.ts";
import { ROOT } from "../../support/root.ts";
import { until } from "../../support/time/until.ts";

const PAGE = "docs/tutorial.md";
/** The port of the page, which may be taken on this machine. */
const PORT = "8099";

/** A file that the reader writes: its name is the last one in the sentence before. Or a terminal: commands, each with its output. */
const BLOCK = /^```(js|yaml|console)\n([^]*?)^```$/gm;

/** What differs from run to run. All else is compared to the letter. */
const VOLATILE: readonly [RegExp, string][] = [
  [/(?<=, )[\d.]+ s(?=\.?$)/, "<seconds>"],
  [/(?<=used )\d+(?= MiB)/, "<MiB>"],
  [/\d{4}-\d\d-\d\d \d\d:\d\d/g, "<minute>"],
];
/** On a busy machine a sweep may take long enough to report its progress. A reader's terminal shows that as a live view, which vanishes. */
const PROGRESS = /, pass \d+ of at most \d+: /;

let folder: Awaited<ReturnType<typeof aFolder>>;
let port: string;
let server: ChildProcess | undefined;

beforeAll(async () => {
  folder = await aFolder();
  port = await aFreePort();
  const bin = path.join(folder.path, "bin");
  await mkdir(bin);
  await writeFile(path.join(bin, "sluice"), `#!/bin/sh\nexec "${process.execPath}" "${path.join(inject("programs"), "sluice.mjs")}" "$@"\n`);
  await chmod(path.join(bin, "sluice"), 0o755);
  await mkdir(path.join(folder.path, "stations"));
});

afterAll(async () => {
  if (server !== undefined) {
    server.kill();
    await once(server, "close");
  }
  await folder.remove();
});

// After a change of what a command prints: npx vitest run test/integration/docs/tutorial.test.ts --update writes the new output into the page.
test("the tutorial's files and commands print what the page shows", async () => {
  const page = readPage(PAGE);
  const pieces: string[] = [];
  let end = 0;
  for (const block of page.matchAll(BLOCK)) {
    const [whole, language, content] = block as unknown as [string, string, string];
    const before = page.slice(end, block.index);
    pieces.push(before, language === "console" ? `\`\`\`console\n${await typeAll(content)}\`\`\`` : whole);
    if (language !== "console") writeFileSync(path.join(folder.path, "stations", fileNamedIn(before)), toFreePort(content));
    end = block.index + whole.length;
  }
  await expect([...pieces, page.slice(end)].join("")).toMatchFileSnapshot(path.join(ROOT, PAGE));
});

function fileNamedIn(text: string): string {
  return [...text.matchAll(/`([\w-]+\.(?:mjs|yaml))`/g)].at(-1)![1]!;
}

/** @param content commands after "$ ", each with the output that is expected. @returns the same with the output that came */
async function typeAll(content: string): Promise<string> {
  let typed = "";
  let code = 0;
  for (const step of content.split(/^\$ /m).slice(1)) {
    const [command = "", ...expected] = step.trimEnd().split("\n");
    const result = await type(command, code);
    code = result.code;
    const lines = result.output.split("\n").filter((line) => !PROGRESS.test(line)).map(fromFreePort);
    const shown = lines.map((line, index) => (expected[index] !== undefined && steady(line) === steady(expected[index]) ? expected[index] : line));
    typed += `$ ${command}\n${shown.join("\n").trimEnd()}\n`.replace(/\n+$/, "\n");
  }
  return typed;
}

/** Runs a command as a shell does after one that ended with `code`; the API keeps running. */
async function type(command: string, code: number): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn("bash", ["-c", `(exit ${code}); ${command.startsWith("node ") ? "exec " : ""}${toFreePort(command)} 2>&1`], {
    cwd: path.join(folder.path, "stations"),
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: [path.join(folder.path, "bin"), path.dirname(process.execPath), process.env["PATH"]].join(":"),
      HOME: folder.path,
      XDG_DATA_HOME: path.join(folder.path, "data"),
    },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  if (command.startsWith("node ")) {
    server = child;
    await until("the API listens", () => output.includes("\n"));
    return { code: 0, output };
  }
  await once(child, "close");
  return { code: child.exitCode!, output };
}

function steady(line: string): string {
  return VOLATILE.reduce((text, [pattern, name]) => text.replace(pattern, name), line);
}

function toFreePort(text: string): string {
  return text.replaceAll(PORT, port);
}

function fromFreePort(text: string): string {
  return text.replaceAll(port, PORT);
}

async function aFreePort(): Promise<string> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port: free } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return String(free);
}
