import { SpecError } from "../model/errors.ts";

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
}

/** Reads the fields of a JSON object one by one; every complaint names the place. */
export interface JsonFields {
  readonly place: string;
  has(name: string): boolean;
  number(name: string, bounds?: Bounds, otherwise?: number): number;
  optionalNumber(name: string, bounds?: Bounds): number | undefined;
  text(name: string, otherwise?: string): string;
  word<Word extends string>(name: string, words: readonly Word[], otherwise?: Word): Word;
  truth(name: string, otherwise: boolean): boolean;
  list(name: string, otherwise?: readonly unknown[]): readonly unknown[];
  /** The fields of an inner object; empty if it is missing. */
  inner(name: string): JsonFields;
  raw(name: string): unknown;
  names(): readonly string[];
  /** Called after the last field: refuses fields that were not read. */
  end(): void;
}

export function jsonFields(value: unknown, place: string): JsonFields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new SpecError(`${place}: must be an object, not ${shown(value)}.`);
  const record = value as Readonly<Record<string, unknown>>;
  const known = new Set<string>();

  function raw(name: string): unknown {
    known.add(name);
    return record[name];
  }
  function wrong(name: string, wanted: string): SpecError {
    return new SpecError(`${place}.${name}: must be ${wanted}, not ${shown(record[name])}.`);
  }
  function optionalNumber(name: string, { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, integer = false }: Bounds = {}): number | undefined {
    const found = raw(name);
    if (found === undefined) return undefined;
    if (typeof found !== "number" || !Number.isFinite(found) || (integer && !Number.isInteger(found))) throw wrong(name, integer ? "a whole number" : "a number");
    if (found < min) throw wrong(name, `a number of at least ${min}`);
    if (found > max) throw wrong(name, `a number of at most ${max}`);
    return found;
  }
  function required<T>(name: string, found: T | undefined, otherwise: T | undefined): T {
    const taken = found ?? otherwise;
    if (taken === undefined) throw new SpecError(`${place}.${name} is missing.`);
    return taken;
  }
  return {
    place,
    has: (name) => record[name] !== undefined,
    optionalNumber,
    number: (name, bounds, otherwise) => required(name, optionalNumber(name, bounds), otherwise),
    text(name, otherwise) {
      const found = raw(name);
      if (found !== undefined && typeof found !== "string") throw wrong(name, "a text");
      return required(name, found, otherwise);
    },
    word<Word extends string>(name: string, words: readonly Word[], otherwise?: Word): Word {
      const found = raw(name);
      if (found !== undefined && !(words as readonly unknown[]).includes(found)) throw wrong(name, `one of ${words.join(", ")}`);
      return required(name, found as Word | undefined, otherwise);
    },
    truth(name, otherwise) {
      const found = raw(name) ?? otherwise;
      if (typeof found !== "boolean") throw wrong(name, "true or false");
      return found;
    },
    list(name, otherwise) {
      const found = raw(name);
      if (found !== undefined && !Array.isArray(found)) throw wrong(name, "a list");
      return required(name, found as readonly unknown[] | undefined, otherwise);
    },
    inner: (name) => jsonFields(raw(name) ?? {}, `${place}.${name}`),
    raw,
    names: () => Object.keys(record),
    end() {
      const unknown = Object.keys(record).find((name) => !known.has(name));
      if (unknown !== undefined) throw new SpecError(`${place}: unknown field ${JSON.stringify(unknown)}; the fields are ${[...known].join(", ")}.`);
    },
  };
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
}
