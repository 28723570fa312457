import type { z } from "zod";
import type { FieldProblem } from "../field-problem.ts";
import { shownName, shownValue } from "../visible.ts";
import { cronSweep, type CronSweep } from "./cron-sweep.ts";
import { describe, type FieldSchema } from "./describe.ts";
import { explain, nearest } from "./explain.ts";
import { API_VERSION } from "./object.ts";
import { sweep, type Sweep } from "./sweep.ts";

export type SweepDocument = CronSweep | Sweep;

type Validated = { readonly document: SweepDocument } | { readonly problems: readonly FieldProblem[] };

interface Kind {
  readonly schema: z.ZodType<SweepDocument>;
  /** Only asked for when something is wrong: describing a schema takes longer than checking a good file. */
  readonly fields: () => FieldSchema;
}

/** A Map and not an object, since a file may name its kind `constructor`. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["CronSweep", { schema: cronSweep, fields: () => describe(cronSweep) }],
  ["Sweep", { schema: sweep, fields: () => describe(sweep) }],
]);

/** A value from a file or the API as one of the two kinds, or everything that is wrong with it. */
export function validate(value: unknown): Validated {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problems: [{ path: [], sentence: "must be a mapping of fields with apiVersion, kind, metadata and spec" }] };
  }
  const { kind, apiVersion } = value as { kind?: unknown; apiVersion?: unknown };
  const known = typeof kind === "string" ? KINDS.get(kind) : undefined;
  if (known === undefined) {
    return { problems: [...(apiVersion === API_VERSION ? [] : [{ path: ["apiVersion"], sentence: versionSentence(apiVersion) }]), { path: ["kind"], sentence: kindSentence(kind) }] };
  }
  const parsed = known.schema.safeParse(value, { reportInput: true });
  return parsed.success ? { document: parsed.data } : { problems: explain(parsed.error.issues, known.fields()) };
}

function kindSentence(kind: unknown): string {
  const names = [...KINDS.keys()];
  if (typeof kind !== "string") return `required: ${names.join(" or ")}`;
  const meant = nearest(kind, names);
  return `${shownName(kind)} is none of ${names.join(", ")}${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
}

function versionSentence(version: unknown): string {
  return version === undefined ? `required: ${API_VERSION}` : `${shownValue(version)} is not ${API_VERSION}`;
}
