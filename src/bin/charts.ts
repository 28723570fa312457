import { mkdirSync, writeFileSync } from "node:fs";
import { chartDefinitions } from "./chart-definitions.ts";

/** Writes what of the chart is made from the schema: run it after a change of a field. */
for (const { path, text } of chartDefinitions()) {
  const file = new URL(`../../charts/sluice/${path}`, import.meta.url);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}
