import { SpecError } from "../model/errors.ts";
import { parseDuration, parseMemory, parsePercent } from "../model/quantity.ts";
import type { ExtractSpec, HeaderValue, RequestSpec, ResolvedSpec, Selection, TargetSource } from "../model/resolved.ts";
import { shownName } from "../model/visible.ts";
import type { Grid, Window } from "../model/window.ts";
import type { FilledSpec } from "./fill.ts";
import type { Provider } from "./provider.ts";

/** What a Sweep sets besides its template. */
export interface SweepOptions {
  readonly dataset: string;
  readonly window: Window;
  readonly select: Selection;
  readonly replace: boolean;
  /** Only a pod can mount a ConfigMap. */
  readonly inCluster: boolean;
}

/**
 * A filled spec as the programs read it: quantities as numbers, secrets as names of variables, the URL complete.
 * @throws SpecError if a required field has no value
 */
export function resolveSpec(spec: FilledSpec, options: SweepOptions, provider: Provider | undefined): ResolvedSpec {
  const request = resolveRequest(spec, provider);
  const memoryBytes = need(parseMemory(spec.batch.memory), "batch", "memory");
  return {
    dataset: options.dataset,
    grid: gridOf(spec),
    window: options.window,
    targets: resolveTargets(spec, options, provider),
    request,
    extract: resolveExtract(spec),
    host: {
      name: hostOf(request.url),
      inFlight: spec.host.inFlight,
      probeSeconds: seconds(spec.host.probeEvery),
      maxPauseSeconds: seconds(spec.host.maxPause),
    },
    canaries: { targets: spec.canaries.targets, everySeconds: seconds(spec.canaries.every) },
    batch: {
      targets: spec.batch.targets,
      concurrency: spec.batch.concurrency,
      pods: spec.batch.pods,
      memoryBytes,
      // A rerun may raise memory above the memoryMax of its CronSweep.
      memoryMaxBytes: Math.max(memoryBytes, need(parseMemory(spec.batch.memoryMax), "batch", "memoryMax")),
    },
    done: { atLeast: need(parsePercent(spec.done.atLeast), "done", "atLeast"), passes: spec.done.passes },
    retentionSeconds: seconds(spec.store.retention),
    select: options.select,
    replace: options.replace,
  };
}

export function gridOf(spec: FilledSpec): Grid {
  return { everySeconds: seconds(spec.window.every), settleSeconds: seconds(spec.window.settle) };
}

function resolveTargets({ targets, provider: named }: FilledSpec, { inCluster }: SweepOptions, provider: Provider | undefined): TargetSource {
  const bounds = { atLeast: targets.atLeast, maxShrink: need(parsePercent(targets.maxShrink), "targets", "maxShrink") };
  if (targets.list !== undefined) return { from: { kind: "list", list: targets.list }, ...bounds };
  if (targets.http !== undefined) {
    return { from: { kind: "http", url: targets.http.url, pattern: targets.http.pattern, prefix: targets.http.prefix ?? "" }, ...bounds };
  }
  if (targets.configMap !== undefined) {
    if (!inCluster) throw new SpecError("needs Kubernetes; on one machine use targets.list or targets.http", { path: ["targets", "configMap"] });
    return { from: { kind: "file", path: TARGETS_FILE, origin: `key ${targets.configMap.key} of the ConfigMap ${targets.configMap.name}` }, ...bounds };
  }
  const list = provider?.lists[targets.preset ?? ""];
  if (list === undefined) throw new SpecError(`${named?.name ?? "no provider"} has no list ${shownName(targets.preset ?? "")}`, { path: ["targets", "preset"] });
  return { from: { kind: "http", ...list, url: asProvider(list.url, named, provider) }, ...bounds };
}

function resolveRequest({ request, provider: named }: FilledSpec, provider: Provider | undefined): RequestSpec {
  const template = need(request.url, "request", "url");
  return {
    url: withQuery(asProvider(template, named, provider), request.query ?? {}),
    timeFormat: request.timeFormat,
    headers: resolveHeaders(request.headers ?? {}),
    timeouts: {
      connectSeconds: seconds(request.timeouts.connect),
      headersSeconds: seconds(request.timeouts.headers),
      idleSeconds: seconds(request.timeouts.idle),
      targetSeconds: seconds(request.timeouts.target),
    },
    compression: request.compression,
    attempts: request.attempts,
    statuses: request.statuses,
  };
}

/** The template with {base} filled in and the sourceapp added. */
function asProvider(template: string, named: FilledSpec["provider"], provider: Provider | undefined): string {
  const url = template.replace("{base}", named?.baseUrl ?? provider?.baseUrl ?? "");
  const parameter = provider?.sourceappParameter;
  return named?.sourceapp === undefined || parameter === undefined ? url : withQuery(url, { [parameter]: named.sourceapp });
}

function resolveHeaders(headers: NonNullable<FilledSpec["request"]["headers"]>): Record<string, HeaderValue> {
  const owners = new Map<string, string>();
  const entries = Object.entries(headers).map(([name, header]): [string, HeaderValue] => {
    const secret = header.valueFrom?.secretKeyRef;
    if (secret === undefined) return [name, { value: need(header.value, "request", "headers", name) }];
    const env = secretVariable(secret.name, secret.key);
    const owner = `${secret.name}/${secret.key}`;
    if ((owners.get(env) ?? owner) !== owner) {
      throw new SpecError(`the Secrets ${owners.get(env)!} and ${owner} would both be ${env}; rename a key`, { path: ["request", "headers", name] });
    }
    owners.set(env, owner);
    return [name, { env }];
  });
  return Object.fromEntries(entries);
}

function resolveExtract({ extract }: FilledSpec): ExtractSpec {
  const { pattern, time, maxParts, ...optional } = extract;
  const given = Object.entries(optional).filter((entry) => entry[1] !== undefined);
  return { pattern: need(pattern, "extract", "pattern"), time, maxParts, ...(Object.fromEntries(given) as Partial<ExtractSpec>) };
}

/** @param text a duration that the schema has accepted */
function seconds(text: string): number {
  const parsed = parseDuration(text);
  if (parsed === null) throw new Error(`${JSON.stringify(text)} is not a duration`);
  return parsed;
}

function need<T>(value: T | null | undefined, ...path: readonly string[]): T {
  if (value === null || value === undefined) throw new SpecError("is not given, and no provider presets it", { path });
  return value;
}

/** The places of a URL that are filled for each request. */
const PLACES = /(\{(?:target|start|end)\})/;

/** The template with these query parameters appended. Its own parameters of the same names are dropped. */
export function withQuery(template: string, query: Readonly<Record<string, string>>): string {
  const at = template.indexOf("?");
  const before = at === -1 ? template : template.slice(0, at);
  const names = Object.keys(query).map(encode);
  const own = at === -1 ? [] : template.slice(at + 1).split("&").filter((part) => part !== "" && !names.includes(part.split("=", 1)[0]!));
  const added = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return own.length + added.length === 0 ? template : `${before}?${[...own, ...added].join("&")}`;
}

/** host:port, always with the port: the name under which slots are shared. */
export function hostOf(template: string): string {
  const url = URL.parse(template);
  if (url === null) throw new SpecError(`${JSON.stringify(template)} is not a URL`, { path: ["request", "url"] });
  return `${url.hostname}:${url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port}`;
}

function encode(text: string): string {
  return text.split(PLACES).map((part) => (PLACES.test(part) ? part : encodeURIComponent(part))).join("");
}

/** The environment variable for one key of a Secret: SLUICE_SECRET_API_KEYS_RIPE_TOKEN for "api-keys" and "ripe.token". */
export function secretVariable(name: string, key: string): string {
  return `SLUICE_SECRET_${name}_${key}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}

/** The file in which a prepare pod finds the list of a ConfigMap, one target per line. */
export const TARGETS_FILE = "/sluice-targets/list";
