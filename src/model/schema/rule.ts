import type { z } from "zod";

/**
 * A rule about several fields. The programs check `holds`, the Kubernetes API server checks `cel`.
 * A rule that CEL cannot express has no `cel`: the API server accepts such an object, and the controller refuses it.
 */
export interface Rule {
  readonly holds: (value: Readonly<Record<string, unknown>>) => boolean;
  readonly message: string;
  /** The field to report; absent for the object itself. */
  readonly field?: string;
  readonly cel?: string;
}

/** The object with its rules. They are checked even if other fields are wrong, so that all problems are reported at once. */
export function withRules<T extends z.ZodObject>(object: T, rules: readonly Rule[]): T {
  let ruled = object;
  for (const rule of rules) {
    ruled = ruled.refine((value) => rule.holds(value), {
      error: rule.message,
      path: rule.field === undefined ? [] : [rule.field],
      when: (payload) => typeof payload.value === "object" && payload.value !== null && !Array.isArray(payload.value),
    });
  }
  const validations = rules
    .filter((rule) => rule.cel !== undefined)
    .map((rule) => ({ rule: rule.cel, message: rule.message, ...(rule.field === undefined ? {} : { fieldPath: `.${rule.field}` }) }));
  return validations.length === 0 ? ruled : ruled.meta({ "x-kubernetes-validations": validations });
}

export function exactlyOne(fields: readonly [string, string, ...string[]]): Rule {
  return {
    holds: (value) => fields.filter((field) => value[field] !== undefined).length === 1,
    message: `exactly one of ${fields.join(", ")} must be given`,
    cel: `[${fields.map((field) => `has(self.${field})`).join(", ")}].filter(given, given).size() == 1`,
  };
}
