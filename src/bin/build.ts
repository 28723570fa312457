import { build } from "esbuild";
import { readFileSync } from "node:fs";

/**
 * The script of a report's page, and four programs, a file each: the command line, the plugin of kubectl, the controller, and the worker (prepare and batch), which leaves out
 * whatever would cost a batch its memory. Stripping types at start would cost each batch 12 MiB.
 * An argument names another folder than dist: each run of the tests builds one of its own.
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
  // It goes into every report, and these notices with it.
  banner: { js: "/*! Charts: Apache ECharts (Apache License 2.0, https://echarts.apache.org) with zrender (BSD 3-Clause). */" },
  // Its tsconfig.json is for the check of its types alone.
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
  // Packages that are CommonJS ask for Node's own modules in the old way.
  banner: { js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' },
  external: ["pg-native"],
  define: { SLUICE_VERSION: JSON.stringify(version) },
  minifySyntax: true,
  logLevel: "warning",
});
