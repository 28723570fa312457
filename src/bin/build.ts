import { build } from "esbuild";
import { readFileSync } from "node:fs";

/**
 * Three programs, a file each: the command line, the controller, and the worker (prepare and batch), which leaves out
 * whatever would cost a batch its memory. Stripping types at start would cost each batch 12 MiB.
 * An argument names another folder than dist: each run of the tests builds one of its own.
 */
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

await build({
  entryPoints: { sluice: "src/bin/sluice.ts", worker: "src/bin/worker.ts", controller: "src/bin/controller.ts" },
  outdir: process.argv[2] ?? "dist",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  target: "node22",
  format: "esm",
  // Packages that are CommonJS ask for Node's own modules in the old way.
  banner: { js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' },
  external: ["pg-native"],
  define: { SLUICE_VERSION: JSON.stringify(version) },
  minifySyntax: true,
  logLevel: "warning",
});
