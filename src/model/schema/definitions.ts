import type { z } from "zod";
import { CRON_SWEEP_COLUMNS, SWEEP_COLUMNS, type PrinterColumn } from "./columns.ts";
import { cronSweep } from "./cron-sweep.ts";
import type { FieldSchema } from "./describe.ts";
import { API_VERSION } from "./object.ts";
import { cronSweepStatus, sweepStatus } from "./status.ts";
import { toStructuralSchema } from "./structural.ts";
import { sweep } from "./sweep.ts";
import { unchanging, type Validation } from "./unchanging.ts";

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
