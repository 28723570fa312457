import { writeFileSync } from "node:fs";
import { renderMetrics } from "../metrics/render-docs.ts";
import { renderFields } from "../model/schema/render-docs.ts";
import { PROVIDERS } from "../providers/registry.ts";

/** Writes the generated pages of the docs. Run it after a change of a field or a metric. */
write("fields.md", renderFields(PROVIDERS));
write("metrics.md", renderMetrics());

function write(page: string, text: string): void {
  writeFileSync(new URL(`../../docs/${page}`, import.meta.url), text);
}
