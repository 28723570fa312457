import { SpecError } from "../model/errors.ts";

type Fields = Record<string, unknown>;

/**
 * A fault as one word of a command line: its name, then fields of it with commas between, an inner field after a dot, the entries
 * of a list with + between. "status,status=503,when.rate=0.01" is { what: "status", status: 503, when: { rate: 0.01 } }.
 * Whether there is such a fault with such fields is for parseFaults to say.
 */
export function readFaultFlag(text: string): Fields {
  const [what, ...parts] = text.split(",");
  const fault: Fields = { what };
  for (const part of parts) {
    const [, path, value] = /^([A-Za-z.]+)=(.+)$/.exec(part) ?? [];
    if (path === undefined) throw new SpecError(`--fault ${text}: a field with its value is wanted, such as when.rate=0.01, not ${JSON.stringify(part)}.`);
    put(fault, path.split("."), path === "when.targets" ? value!.split("+") : readValue(value!));
  }
  return fault;
}

function put(fields: Fields, path: readonly string[], value: unknown): void {
  const [name, ...inner] = path as [string, ...string[]];
  if (inner.length === 0) {
    fields[name] = value;
    return;
  }
  const under = fields[name];
  const fresh: Fields = typeof under === "object" && under !== null ? (under as Fields) : {};
  fields[name] = fresh;
  put(fresh, inner, value);
}

function readValue(text: string): unknown {
  return /^-?[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : text;
}
