import { CRON_SWEEPS, SWEEPS, type CronSweepObject, type SweepObject } from "../controller/resources.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject, Resource } from "../kube/object.ts";
import { SpecError } from "../model/errors.ts";
import { parseMoment } from "../model/moment.ts";
import { nearest } from "../model/schema/explain.ts";
import { isFinished } from "../model/sweep.ts";
import type { Window } from "../model/window.ts";
import type { Cluster } from "./cluster.ts";

export type Found = { readonly kind: "CronSweep"; readonly object: CronSweepObject } | { readonly kind: "Sweep"; readonly object: SweepObject };

type Where = Pick<Cluster, "client" | "namespace">;

/** The prefixes that kubectl accepts: cronsweep/daily, csw/daily, cronsweeps.sluice.dev/daily. */
const OF_CRON_SWEEPS = /^(?:cronsweeps?|csw)(?:\.sluice\.dev)?\//;
const OF_SWEEPS = /^(?:sweeps?|sw)(?:\.sluice\.dev)?\//;

/** @throws SpecError if there is none; it suggests a similar name */
export async function findCronSweep({ client, namespace }: Where, name: string): Promise<CronSweepObject> {
  const found = await client.get(CRON_SWEEPS, { namespace, name: name.replace(OF_CRON_SWEEPS, "") });
  if (found !== null) return found;
  throw new SpecError(`There is no CronSweep ${name} in the namespace ${namespace}; ${suggest(name, namesOf(await listAll(client, CRON_SWEEPS, namespace)))}`);
}

/** @throws SpecError */
export async function findSweep({ client, namespace }: Where, name: string): Promise<SweepObject> {
  const found = await client.get(SWEEPS, { namespace, name: name.replace(OF_SWEEPS, "") });
  if (found !== null) return found;
  throw new SpecError(`There is no Sweep ${name} in the namespace ${namespace}; ${suggest(name, namesOf(await listAll(client, SWEEPS, namespace)))}`);
}

/** A CronSweep or a Sweep of that name; a prefix such as `sweep/NAME` decides if both exist. @throws SpecError */
export async function findEither(where: Where, name: string): Promise<Found> {
  const { client, namespace } = where;
  if (OF_SWEEPS.test(name)) return { kind: "Sweep", object: await findSweep(where, name) };
  if (OF_CRON_SWEEPS.test(name)) return { kind: "CronSweep", object: await findCronSweep(where, name) };
  const cronSweep = await client.get(CRON_SWEEPS, { namespace, name });
  if (cronSweep !== null) return { kind: "CronSweep", object: cronSweep };
  const sweep = await client.get(SWEEPS, { namespace, name });
  if (sweep !== null) return { kind: "Sweep", object: sweep };
  const known = [...namesOf(await listAll(client, CRON_SWEEPS, namespace)), ...namesOf(await listAll(client, SWEEPS, namespace))];
  throw new SpecError(`There is no CronSweep and no Sweep ${name} in the namespace ${namespace}; ${suggest(name, known)}`);
}

/** Reads every page of a list. Without `namespace`: of all namespaces. */
export async function listAll<T extends KubeObject>(client: KubeClient, of: Resource<T>, namespace?: string, labelSelector?: string): Promise<T[]> {
  const which = { limit: 500, ...(namespace === undefined ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }) };
  const items: T[] = [];
  let more: string | undefined;
  do {
    const page = await client.list(of, { ...which, ...(more === undefined ? {} : { continue: more }) });
    items.push(...page.items);
    more = page.continue;
  } while (more !== undefined);
  return items;
}

function namesOf(objects: readonly KubeObject[]): string[] {
  return objects.map(({ metadata }) => metadata.name);
}

function suggest(name: string, known: readonly string[]): string {
  if (known.length === 0) return "there are none at all: is it in another namespace (-n)?";
  const near = nearest(name.replace(/^.*\//, ""), known);
  if (near !== undefined) return `did you mean ${near}?`;
  return `known: ${known.slice(0, 8).join(", ")}${known.length > 8 ? ", …" : ""}.`;
}

/** The Sweeps that refer to a CronSweep, whether the controller or a person created them. */
export function sweepsOf(cronSweep: string, sweeps: readonly SweepObject[]): SweepObject[] {
  return sweeps.filter(({ spec }) => spec.cronSweepRef?.name === cronSweep);
}

export function isOfWindow({ spec }: SweepObject, window: Pick<Window, "start">): boolean {
  return parseMoment(spec.window.start) === window.start;
}

/** Not finished, not refused and not being deleted. */
export function isUnfinished(sweep: SweepObject): boolean {
  const { status, metadata } = sweep;
  return metadata.deletionTimestamp === undefined && (status?.phase === undefined || !isFinished(status.phase)) && !isRefused(sweep);
}

/** The controller found the spec invalid and does not start it. */
export function isRefused({ status }: SweepObject): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Accepted" && value === "False") ?? false;
}

/** How many sweeps a window has had, as far as the CronSweep's status knows. */
export function turnsOf({ status }: CronSweepObject, { start }: Pick<Window, "start">): number {
  return status?.windows?.find(({ from, to }) => (parseMoment(from) ?? Infinity) <= start && start < (parseMoment(to) ?? 0))?.turns ?? 0;
}
