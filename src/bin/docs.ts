import { writeFileSync } from "node:fs";
import { renderFields } from "../model/schema/render-docs.ts";
import { PROVIDERS } from "../providers/registry.ts";

/** Writes what is made from the schema: run it after a change of a field. */
writeFileSync(new URL("../../docs/fields.md", import.meta.url), renderFields(PROVIDERS));
