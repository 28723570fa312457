import { SpecError } from "../model/errors.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { CronSweep } from "../model/schema/cron-sweep.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import type { SweepTemplateSpec } from "../model/schema/template.ts";
import type { Grid, Window } from "../model/window.ts";
import { fill, type FilledSpec } from "../providers/fill.ts";
import type { Provider } from "../providers/provider.ts";
import { gridOf, resolveSpec } from "../providers/resolve.ts";

/** What a document may lean on. */
export interface Surroundings {
  readonly providers: readonly Provider[];
  /** The other documents at hand: among them the CronSweep that a Sweep names. */
  readonly documents?: readonly SweepDocument[];
  /** On Kubernetes there is more to lean on: ConfigMaps. */
  readonly inCluster?: boolean;
}

/**
 * A document with its presets and defaults filled in, for one window.
 * @throws SpecError where it leans on something that is not there.
 */
export function resolve(document: SweepDocument, window: Window, surroundings: Surroundings): ResolvedSpec {
  const { spec, owner, provider, narrow } = complete(document, surroundings);
  return resolveSpec(
    spec,
    {
      dataset: spec.dataset ?? `${owner.metadata.namespace ?? "default"}/${owner.metadata.name}`,
      window,
      select: { states: document.kind === "Sweep" ? document.spec.select : "incomplete", ...(narrow === undefined ? {} : { narrow }) },
      replace: document.kind === "Sweep" && document.spec.replace,
      inCluster: surroundings.inCluster === true,
    },
    provider,
  );
}

/** The grid that a document's windows are cells of: needed before a window can be chosen. */
export function gridOfDocument(document: SweepDocument, surroundings: Surroundings): Grid {
  return gridOf(complete(document, surroundings).spec);
}

/** A document with what its provider presets and its CronSweep says. */
export interface Complete {
  readonly spec: FilledSpec;
  /** Who gives the dataset its name. */
  readonly owner: SweepDocument;
  readonly provider: Provider | undefined;
  readonly narrow: readonly string[] | undefined;
}

/** @throws SpecError where it leans on something that is not there */
export function complete(document: SweepDocument, surroundings: Surroundings): Complete {
  if (document.kind === "CronSweep") {
    const template = document.spec.sweepTemplate.spec;
    const provider = providerOf(template, surroundings.providers);
    return { spec: fill([template], provider), owner: document, provider, narrow: undefined };
  }
  const { cronSweepRef, window, provider: named, dataset, targets, request, extract, host, canaries, batch, done, store } = document.spec;
  const grid = { every: window.every, settle: window.settle };
  const own: SweepTemplateSpec = { provider: named, dataset, window: grid, targets, request, extract, host, canaries, batch, done, store };
  if (cronSweepRef === undefined) {
    const provider = providerOf(own, surroundings.providers);
    return { spec: fill([own], provider), owner: document, provider, narrow: undefined };
  }
  const cronSweep = findCronSweep(cronSweepRef.name, document, surroundings.documents ?? []);
  const template = cronSweep.spec.sweepTemplate.spec;
  const { list: narrow, ...bounds } = own.targets ?? {};
  const provider = providerOf({ ...template, ...(own.provider === undefined ? {} : { provider: own.provider }) }, surroundings.providers);
  return { spec: fill([template, { ...own, targets: bounds }], provider), owner: cronSweep, provider, narrow };
}

function findCronSweep(name: string, sweep: SweepDocument, documents: readonly SweepDocument[]): CronSweep {
  const namespace = sweep.metadata.namespace ?? "default";
  const found = documents.find(
    (other): other is CronSweep => other.kind === "CronSweep" && other.metadata.name === name && (other.metadata.namespace ?? "default") === namespace,
  );
  if (found !== undefined) return found;
  throw new SpecError(
    `Sweep ${sweep.metadata.name}: the CronSweep ${namespace}/${name} that it names is not at hand; give its file too, or put it into the same file with --- between them`,
  );
}

function providerOf(spec: SweepTemplateSpec, providers: readonly Provider[]): Provider | undefined {
  if (spec.provider === undefined) return undefined;
  const found = providers.find((provider) => provider.name === spec.provider?.name);
  if (found === undefined) throw new SpecError(`no provider is called ${spec.provider.name}; known: ${providers.map((provider) => provider.name).join(", ")}`);
  return found;
}
