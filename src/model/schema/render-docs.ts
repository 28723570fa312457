import { DEFAULTS } from "../defaults.ts";
import { DURATION, MEMORY, PERCENT } from "../quantity.ts";
import { cronSweep } from "./cron-sweep.ts";
import { describe, type FieldSchema } from "./describe.ts";
import { sweep } from "./sweep.ts";
import type { SweepTemplateSpec } from "./template.ts";

/** The presets of a provider. */
interface NamedPreset {
  readonly name: string;
  readonly baseUrl: string;
  readonly lists: Readonly<Record<string, object>>;
  readonly preset: SweepTemplateSpec;
}

/** docs/fields.md: every field of the two resources, as the schema describes it. */
export function renderFields(presets: readonly NamedPreset[]): string {
  const cron = describe(cronSweep);
  const template = cron.properties!["spec"]!.properties!["sweepTemplate"]!.properties!["spec"]!;
  const one = describe(sweep).properties!["spec"]!;
  const own = Object.entries(one.properties!).filter(([name]) => template.properties![name] === undefined || name === "window");
  const shared = Object.entries(template.properties!)
    .filter(([name]) => name !== "window")
    .map(([name, field]) => (isMapping(field) ? `[\`${name}\`](#${name})` : `\`${name}\``));
  return [
    "# The fields of a file",
    "<!-- Generated from the schema by `npm run docs`; a test checks that it is up to date. -->",
    "A file holds one or more YAML documents, each a CronSweep or a Sweep of `apiVersion: sluice.dev/v1alpha1`. `sluice validate FILE` reports every problem in it. " +
      "Durations are written like `90s`, `1h30m` or `730d`, amounts of memory like `128Mi` or `1Gi`, shares like `99.9%`, moments in UTC like `2026-11-20` or `2026-11-20T06:00:00Z`.",
    "A field that is not set takes its value from the first of these that has one: the template of the CronSweep (for a Sweep of a CronSweep), the preset of the provider, the default shown here.",
    "## CronSweep",
    "A dataset that is kept complete, window by window.",
    ...section("metadata", visible(cron.properties!["metadata"]!), {}),
    ...section("spec", withoutField(cron.properties!["spec"]!, "sweepTemplate"), {}),
    "## spec.sweepTemplate.spec",
    "The spec of each sweep.",
    ...section("", template, DEFAULTS),
    "## Sweep",
    `One window, started by hand. Its name has at most 52 characters. Besides the fields below, its spec takes ${shared.join(", ")} as the template of a CronSweep does.`,
    ...section("spec of a Sweep", { ...one, properties: Object.fromEntries(own) }, DEFAULTS),
    ...presets.flatMap(presetSection),
    "",
  ].join("\n\n").replace(/\n+$/, "\n");
}

/** A table of the fields of a mapping, then a section for each mapping in it. */
function section(path: string, mapping: FieldSchema, defaults: unknown): readonly string[] {
  const fields = Object.entries(mapping.properties ?? {});
  const required = mapping.required ?? [];
  const rows = fields.map(([name, field]) => {
    const fallback = field.default ?? (isMapping(field) ? undefined : at(defaults, name));
    const value = required.includes(name) ? "required" : fallback === undefined ? "" : code(fallback);
    return `| \`${name}\` | ${typeWords(field)} | ${value} | ${cell(meaning(field))} |`;
  });
  const inner = fields.flatMap(([name, field]) => {
    const home = innerMapping(field);
    return home === undefined ? [] : section(path === "" ? name : `${path}.${name}`, home, at(defaults, name));
  });
  return [...(path === "" ? [] : [`### ${path}`]), ["| field | type | default | meaning |", "|---|---|---|---|", ...rows].join("\n"), ...inner];
}

function meaning(field: FieldSchema): string {
  const example = field.examples?.[0];
  const shown = example === undefined || isQuantity(field) ? [] : [`Example: ${code(example)}.`];
  return [field.description ?? "", ...shown].join(" ");
}

function presetSection({ name, preset, baseUrl, lists }: NamedPreset): readonly string[] {
  return [
    `## What \`provider: { name: ${name} }\` presets`,
    `\`{base}\` is \`provider.baseUrl\`, else \`${baseUrl}\`.`,
    valueTable(preset, ""),
    ...Object.entries(lists).flatMap(([list, source]) => [`And with \`targets: { preset: ${list} }\`:`, valueTable(source, "targets.http")]),
  ];
}

function valueTable(values: object, path: string): string {
  return ["| field | value |", "|---|---|", ...leaves(values, path).map((leaf) => `| \`${leaf.path}\` | ${code(leaf.value)} |`)].join("\n");
}

function leaves(value: unknown, path: string): readonly { readonly path: string; readonly value: unknown }[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path === "" ? name : `${path}.${name}`));
}

const QUANTITIES: Readonly<Record<string, string>> = { [MEMORY.source]: "memory", [DURATION.source]: "duration", [PERCENT.source]: "share" };

function isQuantity(field: FieldSchema): boolean {
  return QUANTITIES[field.pattern ?? ""] !== undefined;
}

function typeWords(field: FieldSchema): string {
  if (field.enum !== undefined) return field.enum.map(code).join(", ");
  if (field.anyOf !== undefined) return field.anyOf.map(typeWords).join(", or ");
  switch (field.type) {
    case "string":
      return QUANTITIES[field.pattern ?? ""] ?? "text";
    case "integer":
      return `${field.minimum!} to ${field.maximum!}`;
    case "boolean":
      return "true, false";
    case "array":
      return `list of ${typeWords(field.items!)}`;
    default:
      return isMapping(field) ? "fields" : typeof field.additionalProperties === "object" && field.additionalProperties.type !== undefined ? `map of ${typeWords(field.additionalProperties)}` : "any";
  }
}

function isMapping(field: FieldSchema): boolean {
  return field.properties !== undefined;
}

/** The mapping inside a field: the field itself, the entries of a list, or the values of a map. */
function innerMapping(field: FieldSchema): FieldSchema | undefined {
  if (isMapping(field)) return field;
  if (field.items !== undefined) return innerMapping(field.items);
  return typeof field.additionalProperties === "object" ? innerMapping(field.additionalProperties) : undefined;
}

/** Without the fields that only the API server writes. */
function visible(mapping: FieldSchema): FieldSchema {
  return { ...mapping, properties: Object.fromEntries(Object.entries(mapping.properties!).filter(([, field]) => field.type !== undefined)) };
}

function withoutField(mapping: FieldSchema, name: string): FieldSchema {
  return { ...mapping, properties: Object.fromEntries(Object.entries(mapping.properties!).filter(([other]) => other !== name)) };
}

function at(defaults: unknown, name: string): unknown {
  return typeof defaults === "object" && defaults !== null ? (defaults as Record<string, unknown>)[name] : undefined;
}

function code(value: unknown): string {
  return `\`${cell(typeof value === "string" ? value : JSON.stringify(value))}\``;
}

/** A | ends the cell, even inside code. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
