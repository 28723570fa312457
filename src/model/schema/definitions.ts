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
  /** Rules about changes of the spec. Only the API server can check them, since it alone has the old object. */
  readonly transitions: (spec: FieldSchema) => readonly Validation[];
}

const [GROUP, VERSION] = API_VERSION.split("/") as [string, string];

/** The two kinds as CustomResourceDefinitions. */
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

/** In metadata a definition may only restrict the name; the server itself checks apiVersion and kind. */
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
interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  readonly jsonPath: string;
  readonly description: string;
  /** Above 0: shown only with `-o wide`. */
  readonly priority?: number;
}

const AGE: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp", description: "The age of the object." };

const CRON_SWEEP_COLUMNS: readonly PrinterColumn[] = [
  { name: "Schedule", type: "string", jsonPath: ".spec.schedule", description: "The schedule." },
  { name: "Timezone", type: "string", jsonPath: ".spec.timeZone", description: "The time zone of the schedule." },
  // A string: kubectl prints a date as an age, and a future date as <invalid>.
  { name: "Next run", type: "string", jsonPath: ".status.nextRun", description: "The next run of the schedule." },
  { name: "Newest", type: "string", jsonPath: ".status.newestWindow", description: "The newest window." },
  { name: "State", type: "string", jsonPath: ".status.state", description: "The state of the newest window; Invalid while the spec is refused." },
  { name: "Behind", type: "integer", jsonPath: ".status.windowsToCatchUp", description: "The number of windows left to catch up." },
  { name: "Suspended", type: "boolean", jsonPath: ".spec.suspend", description: "Whether the schedule is suspended." },
  AGE,
  { name: "Missed", type: "integer", jsonPath: ".status.windowsMissed", description: "The number of windows that left catchUp without being asked.", priority: 1 },
  { name: "Last success", type: "date", jsonPath: ".status.lastSuccess", description: "The time since the last complete or usable sweep.", priority: 1 },
  { name: "Active", type: "string", jsonPath: ".status.active", description: "The running sweeps.", priority: 1 },
];

const SWEEP_COLUMNS: readonly PrinterColumn[] = [
  { name: "Window", type: "string", jsonPath: ".spec.window.start", description: "The window's start." },
  { name: "Phase", type: "string", jsonPath: ".status.phase", description: "The phase of the sweep." },
  { name: "Pass", type: "integer", jsonPath: ".status.pass", description: "The current pass." },
  { name: "Settled", type: "string", jsonPath: ".status.settledOfTargets", description: "Settled targets out of all targets, or out of the selected ones." },
  { name: "Failed", type: "integer", jsonPath: ".status.failed", description: "Targets without a settled answer." },
  { name: "Batches", type: "string", jsonPath: ".status.batches", description: "Finished batches out of those in this round." },
  { name: "Memory", type: "string", jsonPath: ".status.peakMemory", description: "The largest peak of a batch, and its limit." },
  { name: "Rate", type: "string", jsonPath: ".status.rate", description: "Targets settled per second." },
  { name: "ETA", type: "string", jsonPath: ".status.eta", description: "The estimated time until this round is done." },
  AGE,
  // Last, since it is long.
  { name: "Waiting", type: "string", jsonPath: ".status.waiting", description: "What the sweep waits for." },
  { name: "Dataset", type: "string", jsonPath: ".status.dataset", description: "The dataset.", priority: 1 },
  { name: "Verdict", type: "string", jsonPath: ".status.verdict", description: "The state of the window.", priority: 1 },
  { name: "Image", type: "string", jsonPath: ".status.image", description: "The image of its pods.", priority: 1 },
];

/**
 * A schema in the form that a CustomResourceDefinition requires: structural, with a type at every node and without what CRDs forbid.
 * So bounds of JavaScript's numbers, closed mappings, unions and examples are removed.
 * Source: Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions", specifying a structural schema.
 */
export function toStructuralSchema(schema: z.ZodType): FieldSchema {
  return structural(describe(schema));
}

/** Forbidden, or rewritten below. */
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
    // The API server prunes closed mappings by itself, and it allows either named fields or any, not both.
    ...(typeof additionalProperties !== "object" || handedOn ? {} : { additionalProperties: structural(additionalProperties) }),
  };
}

/** The fields that may change while a sweep runs: they change how fast it goes, not what it asks. */
const MUTABLE = ["suspend", "host", "prepare"];
const MUTABLE_OF_BATCH = ["pods"];

interface Validation {
  readonly rule: string;
  readonly message: string;
  /** The field that the server reports. */
  readonly fieldPath: string;
}

/** A rule for each field of a Sweep's spec that must not change. */
function unchanging(spec: FieldSchema): readonly Validation[] {
  const fields = Object.entries(spec.properties ?? {});
  const ofBatch = Object.keys(spec.properties?.["batch"]?.properties ?? {});
  return [
    ...fields.filter(([name]) => name !== "batch" && !MUTABLE.includes(name)).map(([name, field]) => stays(name, field)),
    ...ofBatch.filter((name) => !MUTABLE_OF_BATCH.includes(name)).map((name) => batchStays(name)),
  ];
}

const WHY = "immutable: only suspend, host, prepare and batch.pods of a Sweep can be changed; create another Sweep instead";

/** Not `self.?x == oldSelf.?x`: the API server cannot estimate the cost of comparing optional values and refuses the definition. */
function stays(name: string, field: FieldSchema): Validation {
  // CEL's type checker does not know a field without a type; dyn() reads its value all the same.
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
