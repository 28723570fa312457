import { SWEEP_LABEL } from "../../../src/controller/job/job.ts";
import { type KubeObject, JOBS, PODS, type Resource } from "../../../src/kube/object.ts";
import type { Installation } from "./installation.ts";
import { follow } from "./watch-objects.ts";

/** Every Job and pod that has existed in the namespace since. */
export interface History {
  /** What is wrong with a sweep's Jobs and pods, one sentence each. */
  doublesOf(sweep: string): string[];
  close(): Promise<void>;
}

interface Seen {
  readonly uid: string;
  readonly name: string;
  readonly sweep: string;
  readonly owner: string | null;
}

export async function recordHistory(installation: Installation): Promise<History> {
  const jobs = new Map<string, Seen>();
  const pods = new Map<string, Seen>();
  const closing = [await record(installation, JOBS, jobs), await record(installation, PODS, pods)];
  return {
    doublesOf(sweep) {
      const made = [...jobs.values()].filter((job) => job.sweep === sweep);
      const ran = [...pods.values()].filter((pod) => pod.sweep === sweep);
      const twice = twin(made.map(({ name }) => name)).map((name) => `the Job ${name} was made more than once`);
      const owners = ran.map(({ owner }) => jobs.get(owner ?? ""));
      const withTwo = twin(owners.filter((job) => job !== undefined)).map(({ name }) => `the Job ${name} had more than one pod`);
      return [...twice, ...withTwo, ...(owners.includes(undefined) ? ["a pod was nobody's"] : [])];
    },
    async close() {
      await Promise.all(closing.map((close) => close()));
    },
  };
}

function record<T extends KubeObject>(installation: Installation, resource: Resource<T>, into: Map<string, Seen>): Promise<() => Promise<void>> {
  return follow(installation, resource, ({ after }) => {
    if (after === null) return;
    const { uid, name, labels = {}, ownerReferences = [] } = after.metadata;
    into.set(uid, { uid, name, sweep: labels[SWEEP_LABEL] ?? "", owner: ownerReferences.find(({ controller }) => controller === true)?.uid ?? null });
  });
}

function twin<T>(all: readonly T[]): T[] {
  return [...new Set(all.filter((one, index) => all.indexOf(one) !== index))];
}
