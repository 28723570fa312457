import { build } from "esbuild";
import { readFileSync } from "node:fs";

/**
 * Bundles the script of a report's page and four programs: the command line, kubectl's plugin, the controller, and the worker (prepare
 * and batch), which leaves out what a batch does not need. Stripping types at start would cost each batch 12 MiB.
 * The argument is the output folder, dist by default: each run of the tests builds its own.
 */
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

const outdir = process.argv[2] ?? "dist";

await build({
  entryPoints: { "report-page": "src/report/page/main.ts" },
  outdir,
  bundle: true,
  platform: "browser",
  target: ["chrome111", "firefox113", "safari16.4"],
  format: "iife",
  minify: true,
  // Every report contains the script, so it needs these notices.
  banner: { js: "/*! Charts: Apache ECharts (Apache License 2.0, https://echarts.apache.org) with zrender (BSD 3-Clause). */" },
  // Its tsconfig.json is only for type checks.
  tsconfigRaw: {},
  logLevel: "warning",
});

await build({
  entryPoints: { sluice: "src/bin/sluice.ts", "kubectl-sluice": "src/bin/kubectl-sluice.ts", worker: "src/bin/worker.ts", controller: "src/bin/controller.ts" },
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  target: "node22",
  format: "esm",
  // CommonJS packages load Node's modules by require().
  banner: { js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' },
  external: ["pg-native"],
  define: { SLUICE_VERSION: JSON.stringify(version) },
  minifySyntax: true,
  logLevel: "warning",
});
