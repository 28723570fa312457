import { SpecError } from "../model/errors.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { CronSweep } from "../model/schema/cron-sweep.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import type { Sweep } from "../model/schema/sweep.ts";
import type { SweepTemplateSpec } from "../model/schema/template.ts";
import { shownName } from "../model/visible.ts";
import type { Grid, Window } from "../model/window.ts";
import { fill, type FilledSpec } from "../providers/fill.ts";
import type { Provider } from "../providers/provider.ts";
import { gridOf, resolveSpec, type SweepOptions } from "../providers/resolve.ts";

/** What a document may refer to. */
export interface Context {
  readonly providers: readonly Provider[];
  /** The other documents that were given: among them the CronSweep that a Sweep names. */
  readonly documents?: readonly SweepDocument[];
  /** Only Kubernetes has ConfigMaps. */
  readonly inCluster?: boolean;
}

/** All that a document says, whatever the window. */
export interface Complete {
  /** With the presets of the provider, the fields of the CronSweep and the defaults. Nothing is converted yet. */
  readonly filled: FilledSpec;
  readonly provider: Provider | undefined;
  /** Needed before a window can be chosen. */
  readonly grid: Grid;
  readonly options: Omit<SweepOptions, "window">;
}

/** @throws SpecError where it refers to something that was not given */
export function complete(document: SweepDocument, context: Context): Complete {
  const owner = document.kind === "Sweep" ? ownerOf(document, context) : document;
  const { specs, narrow } = layersOf(document, owner);
  const provider = providerOf(specs, context.providers);
  const filled = fill(specs, provider);
  return {
    filled,
    provider,
    grid: gridOf(filled),
    options: {
      dataset: filled.dataset ?? `${namespaceOf(owner)}/${owner.metadata.name}`,
      select: { states: document.kind === "Sweep" ? document.spec.select : "incomplete", ...(narrow === undefined ? {} : { narrow }) },
      replace: document.kind === "Sweep" && document.spec.replace,
      inCluster: context.inCluster === true,
    },
  };
}

/** A complete document as the programs read it. @throws SpecError with the path of a field that nothing gives a value */
export function resolve({ filled, provider, options }: Complete, window: Window): ResolvedSpec {
  return resolveSpec(filled, { ...options, window }, provider);
}

/** A namespace that is not given is the default one. */
export function namespaceOf({ metadata }: SweepDocument): string {
  return metadata.namespace ?? "default";
}

/** The CronSweep that a Sweep names, if it was given. */
export function findCronSweep(sweep: Sweep, { documents = [] }: Context): CronSweep | undefined {
  return documents.find(
    (other): other is CronSweep => other.kind === "CronSweep" && other.metadata.name === sweep.spec.cronSweepRef?.name && namespaceOf(other) === namespaceOf(sweep),
  );
}

/** The document that the dataset is named after. */
function ownerOf(sweep: Sweep, context: Context): SweepDocument {
  const ref = sweep.spec.cronSweepRef;
  if (ref === undefined) return sweep;
  const found = findCronSweep(sweep, context);
  if (found !== undefined) return found;
  throw new SpecError(`the CronSweep ${namespaceOf(sweep)}/${ref.name} is in none of these files; give its file too, or put it into the same file with --- between them`, {
    path: ["cronSweepRef", "name"],
  });
}

/** The specs that lie upon each other, the one that wins last. `narrow`: targets.list of a Sweep of a CronSweep selects from the list, and does not replace it. */
function layersOf(document: SweepDocument, owner: SweepDocument): { readonly specs: readonly SweepTemplateSpec[]; readonly narrow?: readonly string[] | undefined } {
  if (document.kind === "CronSweep") return { specs: [document.spec.sweepTemplate.spec] };
  const { window, provider, dataset, targets, request, extract, host, canaries, batch, done, store } = document.spec;
  const own: SweepTemplateSpec = { provider, dataset, window: { every: window.every, settle: window.settle }, targets, request, extract, host, canaries, batch, done, store };
  if (owner.kind === "Sweep") return { specs: [own] };
  const { list: narrow, ...bounds } = targets ?? {};
  return { specs: [owner.spec.sweepTemplate.spec, { ...own, targets: bounds }], narrow };
}

function providerOf(specs: readonly SweepTemplateSpec[], providers: readonly Provider[]): Provider | undefined {
  const named = specs.findLast((spec) => spec.provider !== undefined)?.provider;
  if (named === undefined) return undefined;
  const found = providers.find((provider) => provider.name === named.name);
  if (found !== undefined) return found;
  throw new SpecError(`unknown provider ${shownName(named.name)}; known: ${providers.map((provider) => provider.name).join(", ")}`, { path: ["provider", "name"] });
}
