import { mkdirSync, writeFileSync } from "node:fs";
import { chartFiles } from "./chart-files.ts";

/** Writes the generated files of the chart. Run it after a change of a field or a dashboard. */
for (const { path, text } of chartFiles()) {
  const file = new URL(`../../charts/sluice/${path}`, import.meta.url);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}
