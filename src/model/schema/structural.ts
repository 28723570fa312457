import type { z } from "zod";
import { describe, type FieldSchema } from "./describe.ts";

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
