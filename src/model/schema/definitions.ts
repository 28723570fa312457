import type { z } from "zod";
import { cronSweep } from "./cron-sweep.ts";
import { type FieldSchema, describe } from "./describe.ts";
import { API_VERSION } from "./object.ts";
import { cronSweepStatus, sweepStatus } from "./status.ts";
import { sweep } from "./sweep.ts";

export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly listKind: string; readonly plural: string; readonly singular: string; readonly shortNames: readonly string[]; readonly categories: readonly string[] };
    readonly scope: "Namespaced";
    readonly versions: readonly {
      readonly name: string;
      readonly served: true;
      readonly storage: true;
      readonly subresources: { readonly status: object };
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly schema: { readonly openAPIV3Schema: FieldSchema };
    }[];
  };
}

interface Resource {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly columns: readonly PrinterColumn[];
  readonly schema: z.ZodType;
  readonly status: z.ZodType;
  /** Rules of the spec that only the API server can hold to: it alone knows what the object was. */
  readonly transitions: (spec: FieldSchema) => readonly Validation[];
}

const [GROUP, VERSION] = API_VERSION.split("/") as [string, string];

/** The two kinds as the Kubernetes API server takes them. */
export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  return [
    definition({ kind: "CronSweep", plural: "cronsweeps", shortName: "csw", columns: CRON_SWEEP_COLUMNS, schema: cronSweep, status: cronSweepStatus, transitions: () => [] }),
    definition({ kind: "Sweep", plural: "sweeps", shortName: "sw", columns: SWEEP_COLUMNS, schema: sweep, status: sweepStatus, transitions: unchanging }),
  ];
}

function definition({ kind, plural, shortName, columns, schema, status, transitions }: Resource): CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [shortName], categories: ["sluice"] },
      scope: "Namespaced",
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: whole(toStructuralSchema(schema), toStructuralSchema(status), transitions) },
        },
      ],
    },
  };
}

/** Of metadata a definition may only bound the name; apiVersion and kind are known to the server. */
function whole(object: FieldSchema, status: FieldSchema, transitions: Resource["transitions"]): FieldSchema {
  const { kind, metadata, spec } = object.properties as Readonly<Record<"kind" | "metadata" | "spec", FieldSchema>>;
  return {
    type: "object",
    description: kind.description!,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object", properties: { name: metadata.properties!["name"]! } },
      spec: withValidations(spec, transitions(spec)),
      status: { ...status, description: "Written by the controller." },
    },
  };
}

function withValidations(field: FieldSchema, added: readonly Validation[]): FieldSchema {
  return added.length === 0 ? field : { ...field, "x-kubernetes-validations": [...(field["x-kubernetes-validations"] ?? []), ...added] };
}

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  readonly jsonPath: string;
  readonly description: string;
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
}

const AGE: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp", description: "Since when there is this object." };

export const CRON_SWEEP_COLUMNS: readonly PrinterColumn[] = [
  { name: "Schedule", type: "string", jsonPath: ".spec.schedule", description: "When is asked." },
  { name: "Timezone", type: "string", jsonPath: ".spec.timeZone", description: "The time zone of the schedule." },
  // A text: kubectl prints a date as an age, and one that is to come as <invalid>.
  { name: "Next run", type: "string", jsonPath: ".status.nextRun", description: "When the schedule comes next." },
  { name: "Newest", type: "string", jsonPath: ".status.newestWindow", description: "The newest window." },
  { name: "State", type: "string", jsonPath: ".status.newestState", description: "What became of the newest window." },
  { name: "Behind", type: "integer", jsonPath: ".status.windowsToCatchUp", description: "Windows to catch up." },
  { name: "Suspended", type: "boolean", jsonPath: ".spec.suspend", description: "Whether no new sweeps are begun." },
  AGE,
  { name: "Last success", type: "date", jsonPath: ".status.lastSuccess", description: "Since a sweep last ended well.", priority: 1 },
  { name: "Active", type: "string", jsonPath: ".status.active", description: "Sweeps that run.", priority: 1 },
];

export const SWEEP_COLUMNS: readonly PrinterColumn[] = [
  { name: "Window", type: "string", jsonPath: ".spec.window.start", description: "The window's start." },
  { name: "Phase", type: "string", jsonPath: ".status.phase", description: "Where it stands." },
  { name: "Pass", type: "integer", jsonPath: ".status.pass", description: "The pass that runs." },
  { name: "Settled", type: "string", jsonPath: ".status.settledOfTargets", description: "Settled targets of all." },
  { name: "Failed", type: "integer", jsonPath: ".status.failed", description: "Targets that failed." },
  { name: "Batches", type: "string", jsonPath: ".status.batches", description: "Batches done of those of this round." },
  { name: "Memory", type: "string", jsonPath: ".status.peakMemory", description: "The largest peak of a batch, of its limit." },
  { name: "Rate", type: "string", jsonPath: ".status.rate", description: "Targets settled a second." },
  { name: "ETA", type: "string", jsonPath: ".status.eta", description: "How long the rest of this round will take." },
  AGE,
  { name: "Dataset", type: "string", jsonPath: ".status.dataset", description: "The dataset.", priority: 1 },
  { name: "Verdict", type: "string", jsonPath: ".status.verdict", description: "What the window came to.", priority: 1 },
  { name: "Image", type: "string", jsonPath: ".status.image", description: "The image of its pods.", priority: 1 },
];

/**
 * A schema as a CustomResourceDefinition takes it. Structural: a type at every node, and nothing that CRDs forbid. What zod writes
 * beyond that (bounds of JavaScript's numbers, closed mappings, unions, examples) is taken out.
 * Source: Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions", specifying a structural schema.
 */
export function toStructuralSchema(schema: z.ZodType): FieldSchema {
  return structural(describe(schema));
}

/** Forbidden, or written anew below. */
const LEFT_OUT = ["examples", "anyOf", "additionalProperties", "items", "properties", "minimum", "maximum"];

function structural(field: FieldSchema): FieldSchema {
  const { anyOf, additionalProperties, items, properties, minimum, maximum } = field;
  const handedOn = field["x-kubernetes-preserve-unknown-fields"] === true || (field.type === undefined && anyOf === undefined);
  return {
    ...Object.fromEntries(Object.entries(field).filter(([key]) => !LEFT_OUT.includes(key))),
    ...(handedOn && anyOf === undefined ? { type: "object", "x-kubernetes-preserve-unknown-fields": true } : {}),
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
    ...(items === undefined ? {} : { items: structural(items) }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, structural(field)])) }),
    // Closed mappings are pruned by the API server, and a mapping has either named fields or any.
    ...(typeof additionalProperties !== "object" || handedOn ? {} : { additionalProperties: structural(additionalProperties) }),
  };
}

/** What a running sweep can be told: it changes how fast it goes, not what it does. */
const MUTABLE = ["suspend", "host"];
const MUTABLE_OF_BATCH = ["pods"];

export interface Validation {
  readonly rule: string;
  readonly message: string;
  /** The field that the server's answer names. */
  readonly fieldPath: string;
}

/** A rule for each field of a Sweep's spec that stays as it was when the object was made. */
export function unchanging(spec: FieldSchema): readonly Validation[] {
  const fields = Object.entries(spec.properties ?? {});
  const ofBatch = Object.keys(spec.properties?.["batch"]?.properties ?? {});
  return [
    ...fields.filter(([name]) => name !== "batch" && !MUTABLE.includes(name)).map(([name, field]) => stays(name, field)),
    ...ofBatch.filter((name) => !MUTABLE_OF_BATCH.includes(name)).map((name) => batchStays(name)),
  ];
}

const WHY = "this does not change once the Sweep is made; only suspend, host and batch.pods do. Make another Sweep";

/** Not `self.?x == oldSelf.?x`: the API server cannot estimate what comparing optional values costs, and refuses the definition. */
function stays(name: string, field: FieldSchema): Validation {
  // A field without a type is not known to CEL's checker, but its value is there.
  const [now, before] = field.type === undefined ? [`dyn(self).${name}`, `dyn(oldSelf).${name}`] : [`self.${name}`, `oldSelf.${name}`];
  return { rule: `has(${now}) == has(${before}) && (!has(${now}) || ${now} == ${before})`, message: WHY, fieldPath: `.${name}` };
}

function batchStays(name: string): Validation {
  const given = (object: string) => `(has(${object}.batch) && has(${object}.batch.${name}))`;
  return {
    rule: `${given("self")} == ${given("oldSelf")} && (!${given("self")} || self.batch.${name} == oldSelf.batch.${name})`,
    message: WHY,
    fieldPath: `.batch.${name}`,
  };
}
