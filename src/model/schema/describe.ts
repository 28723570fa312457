import { z } from "zod";

/** The part of OpenAPI's schema object that ours come out as. */
export interface FieldSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: boolean | FieldSchema;
  readonly items?: FieldSchema;
  readonly anyOf?: readonly FieldSchema[];
  readonly "x-kubernetes-validations"?: readonly { readonly rule: string; readonly message: string; readonly fieldPath?: string }[];
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** A schema as data: descriptions, examples and defaults, for the input side (a file as it is written). */
export function describe(schema: z.ZodType): FieldSchema {
  return z.toJSONSchema(schema, { target: "openapi-3.0", io: "input", unrepresentable: "any" }) as FieldSchema;
}

/** The schema of the field at `path`, or undefined where there is no such field. */
export function fieldAt(schema: FieldSchema, path: readonly PropertyKey[]): FieldSchema | undefined {
  let field: FieldSchema | undefined = schema;
  for (const step of path) {
    if (field === undefined) return undefined;
    const others: FieldSchema | undefined = typeof field.additionalProperties === "object" ? field.additionalProperties : undefined;
    const named: Readonly<Record<string, FieldSchema>> = field.properties ?? {};
    field = typeof step === "number" ? field.items : Object.hasOwn(named, step) ? named[String(step)] : others;
  }
  return field;
}
