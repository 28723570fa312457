import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import type { FieldProblem } from "../field-problem.ts";
import { shownName } from "../visible.ts";
import { fieldAt, type FieldSchema } from "./describe.ts";

type Issue = z.core.$ZodIssue;

/** zod's issues as sentences for a person. @param schema the result of describe() for the same schema */
export function explain(issues: readonly Issue[], schema: FieldSchema): readonly FieldProblem[] {
  return issues.flatMap((issue): FieldProblem[] => {
    if (issue.code !== "unrecognized_keys") return [{ path: issue.path, sentence: sentenceOf(issue, schema) }];
    return issue.keys.map((key) => ({ path: [...issue.path, key], sentence: unknownField(key, issue.path, schema) }));
  });
}

function unknownField(key: string, path: readonly PropertyKey[], schema: FieldSchema): string {
  const known = Object.keys(fieldAt(schema, path)?.properties ?? {});
  const meant = nearest(key, known);
  if (meant !== undefined) return `unknown field; did you mean "${meant}"?`;
  const homes = homesOf(key, schema, []);
  if (homes.length === 1) return `unknown field; "${key}" belongs in ${homes[0]!}`;
  return known.length === 0 ? "unknown field" : `unknown field; known here: ${known.join(", ")}`;
}

/** The places where a field of this name is valid. */
function homesOf(key: string, field: FieldSchema, path: readonly string[]): readonly string[] {
  return Object.entries(field.properties ?? {}).flatMap(([name, inner]) => [
    ...(name === key && path.length > 0 ? [path.join(".")] : []),
    ...homesOf(key, inner, [...path, name]),
  ]);
}

function sentenceOf(issue: Issue, schema: FieldSchema): string {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.input, fieldAt(schema, issue.path));
    case "invalid_value":
      return wrongValue(issue.input, issue.values.map(String), fieldAt(schema, issue.path));
    case "too_small":
      return `must be at least ${amount(issue.minimum, issue.origin)}`;
    case "too_big":
      return `must be at most ${amount(issue.maximum, issue.origin)}`;
    case "invalid_key":
      return issue.issues.map((inner) => sentenceOf(inner, {})).join("; ");
    default:
      return issue.message;
  }
}

function amount(count: number | bigint, origin: string): string {
  const one = Number(count) === 1;
  if (origin === "string") return one ? "one character long" : `${count} characters long`;
  if (origin === "array") return one ? "one entry long" : `${count} entries long`;
  return String(count);
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  object: "a mapping of fields",
  array: "a list",
};

function wrongType(input: unknown, field: FieldSchema | undefined): string {
  const wanted = TYPES[field?.type ?? ""] ?? "another type";
  const example = field?.type === "string" && field.examples?.[0] !== undefined ? `, such as ${JSON.stringify(field.examples[0])}` : "";
  if (input === undefined) return `required: ${wanted}${example}`;
  if (input === null) return `is empty; it must be ${wanted}${example}`;
  return `must be ${wanted}${example}, not ${shown(input)}`;
}

function wrongValue(input: unknown, values: readonly string[], field: FieldSchema | undefined): string {
  if (input === undefined) return `required: ${values.join(" or ")}`;
  if (typeof input !== "string") return field?.type === "string" ? wrongType(input, field) : `must be ${values.join(" or ")}, not ${shown(input)}`;
  const meant = nearest(input, values);
  return `${shownName(input)} is ${values.length === 1 ? `not ${values[0]!}` : `none of ${values.join(", ")}`}${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
}

function shown(input: unknown): string {
  switch (typeof input) {
    case "string":
      return `the string ${shownName(input)}`;
    case "number":
      return `the number ${input}`;
    case "object":
      return Array.isArray(input) ? "a list" : "a mapping";
    default:
      return `the value ${JSON.stringify(input)}`;
  }
}

/** The known word that was probably meant, or undefined if none is close enough. Case does not count. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const small = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const steps = distance(small, candidate.toLowerCase());
    // At a distance of three, a word of three letters is a different word.
    if (steps < least && steps < candidate.length) {
      best = candidate;
      least = steps;
    }
  }
  return best;
}
