import type { Job } from "../../kube/resource.ts";
import { TARGETS_FILE } from "../../providers/targets-file.ts";
import type { JobWork } from "../../model/sweep.ts";
import type { JobSource } from "./job.ts";
import { TASK_ANNOTATION } from "./labels.ts";

type PodSpec = NonNullable<NonNullable<Job["spec"]>["template"]["spec"]>;

interface Folders {
  readonly volumes: NonNullable<PodSpec["volumes"]>;
  readonly mounts: NonNullable<PodSpec["containers"][number]["volumeMounts"]>;
}

export const TASK_FILE = "/sluice-task/task.json";
export const CA_FILE = "/sluice-ca/ca.pem";

/**
 * The files that a pod is given. A ConfigMap that is not there would keep the pod waiting without a word, so each is optional: the
 * program finds its file missing, and says so.
 */
export function foldersFor({ frozen, settings }: JobSource, program: JobWork["program"]): Folders {
  const { configMap } = frozen;
  const { ca } = settings;
  return together([
    ...(program === "prepare" ? [taskFolder] : []),
    ...(program === "prepare" && configMap !== undefined ? [configMapFile("targets", configMap, TARGETS_FILE)] : []),
    ...(ca === undefined ? [] : [configMapFile("ca", { name: ca.configMap, key: ca.key }, CA_FILE)]),
  ]);
}

const taskFolder: Folders = {
  volumes: [{ name: "task", downwardAPI: { items: [{ path: nameOf(TASK_FILE), fieldRef: { fieldPath: `metadata.annotations['${TASK_ANNOTATION}']` } }] } }],
  mounts: [{ name: "task", mountPath: folderOf(TASK_FILE), readOnly: true }],
};

function configMapFile(volume: string, { name, key }: { readonly name: string; readonly key: string }, file: string): Folders {
  return {
    volumes: [{ name: volume, configMap: { name, optional: true, items: [{ key, path: nameOf(file) }] } }],
    mounts: [{ name: volume, mountPath: folderOf(file), readOnly: true }],
  };
}

function together(folders: readonly Folders[]): Folders {
  return { volumes: folders.flatMap(({ volumes }) => volumes), mounts: folders.flatMap(({ mounts }) => mounts) };
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
