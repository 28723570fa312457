import { DEFAULTS } from "../model/defaults.ts";
import type { SweepTemplateSpec } from "../model/schema/template.ts";
import type { Provider } from "./provider.ts";

/** A spec in which every field with a default has a value. */
export type FilledSpec = Filled<SweepTemplateSpec, typeof DEFAULTS>;

type Filled<T, D> = {
  [K in keyof T & keyof D]-?: D[K] extends string | number | readonly unknown[] ? NonNullable<T[K]> : Filled<NonNullable<T[K]>, D[K]>;
} & Omit<T, keyof D>;

type Fields = Readonly<Record<string, unknown>>;

/** Merges the defaults, the preset of the provider and `specs`, field by field; later layers win. */
export function fill(specs: readonly SweepTemplateSpec[], provider: Provider | undefined): FilledSpec {
  const layers: readonly Fields[] = [DEFAULTS, ...(provider === undefined ? [] : [provider.preset]), ...specs];
  // The defaults have every field of FilledSpec, and merging never removes one.
  return layers.reduce((below, above) => merge(below, above, "")) as unknown as FilledSpec;
}

/** These are replaced and not merged, like lists: half of one header and half of another would be neither. */
const WHOLE = /^(?:request\.headers|batch\.podTemplate)\../;

const SOURCES = ["preset", "list", "configMap", "http"];

function merge(below: Fields, above: Fields, path: string): Fields {
  const isOtherSource = path === "targets" && SOURCES.some((source) => above[source] !== undefined);
  const merged: Record<string, unknown> = isOtherSource ? Object.fromEntries(Object.entries(below).filter(([key]) => !SOURCES.includes(key))) : { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const place = path === "" ? key : `${path}.${key}`;
    const under = merged[key];
    merged[key] = isFields(value) && isFields(under) && !WHOLE.test(place) ? merge(under, value, place) : value;
  }
  return merged;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
