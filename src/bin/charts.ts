import { mkdirSync, writeFileSync } from "node:fs";
import { chartFiles } from "./chart-files.ts";

/** Writes what of the chart is made from code: run it after a change of a field or of a dashboard. */
for (const { path, text } of chartFiles()) {
  const file = new URL(`../../charts/sluice/${path}`, import.meta.url);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}
