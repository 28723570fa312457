import { build } from "esbuild";
import { readFileSync } from "node:fs";

/**
 * Two programs, a file each: the command line, and the worker (prepare and batch), which leaves out
 * whatever would cost a batch its memory. Stripping types at start would cost each batch 12 MiB.
 */
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

await build({
  entryPoints: { sluice: "src/bin/sluice.ts", worker: "src/bin/worker.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  external: ["pg-native"],
  define: { SLUICE_VERSION: JSON.stringify(version) },
  sourcemap: false,
  minifySyntax: true,
  logLevel: "warning",
});
