import { Refused } from "./refused.ts";
import type { Stored } from "./stored-object.ts";

export type Selector = (object: Stored) => boolean;

const REQUIREMENT = /^(?:(?<set>[^\s,!=()]+)\s+(?<in>in|notin)\s+\((?<values>[^)]*)\)|(?<key>[^\s,!=()]+)\s*(?<is>==?|!=)\s*(?<value>[^,()]*)|(?<not>!?)(?<exists>[^\s,!=()]+))$/;

/** A label selector and a field selector, as they stand in a query. */
export function selector(labels: string, fields: string): Selector {
  const wanted = [...split(labels).map(labelRequirement), ...split(fields).map(fieldRequirement)];
  return (object) => wanted.every((fits) => fits(object));
}

function split(text: string): string[] {
  return text
    .split(/,(?![^()]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function labelRequirement(text: string): Selector {
  const found = REQUIREMENT.exec(text)?.groups as Record<string, string | undefined> | undefined;
  if (found === undefined) throw new Refused(400, "BadRequest", `unable to parse requirement: ${text}`);
  const key = found["set"] ?? found["key"] ?? found["exists"]!;
  const values = found["set"] !== undefined ? found["values"]!.split(",").map((value) => value.trim()) : [found["value"] ?? ""];
  const isWanted = found["in"] !== "notin" && found["is"] !== "!=" && found["not"] !== "!";
  const isAny = found["exists"] !== undefined;
  return ({ metadata }) => {
    const label = metadata.labels?.[key];
    return (label !== undefined && (isAny || values.includes(label))) === isWanted;
  };
}

function fieldRequirement(text: string): Selector {
  const [, path, is, value] = /^([^=!]+)(==?|!=)(.*)$/.exec(text) ?? [];
  if (path === undefined) throw new Refused(400, "BadRequest", `invalid field selector: ${text}`);
  return (object) => {
    const field = path.split(".").reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], object);
    return ((field ?? "") === value) === (is !== "!=");
  };
}
