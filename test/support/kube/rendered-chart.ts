import path from "node:path";
import { parseAllDocuments } from "yaml";
import { HELM, run } from "./programs.ts";
import { ROOT } from "../root.ts";

export const CHART = path.join(ROOT, "charts/sluice");

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly resources: { readonly requests: Readonly<Record<string, string>>; readonly limits: Readonly<Record<string, string>> };
  readonly securityContext: object;
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly [Container];
  readonly securityContext: object;
  readonly [field: string]: unknown;
}

/** What of the objects the tests look at. */
export interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  readonly rules?: readonly Rule[];
  readonly spec?: unknown;
}

export interface DeploymentSpec {
  readonly replicas: number;
  readonly template: { readonly metadata: Rendered["metadata"]; readonly spec: PodSpec };
}

export interface Release {
  readonly name: string;
  readonly namespace: string;
}

/** What helm makes of the chart for a release. @throws with helm's words where it refuses */
export async function render(values: object = {}, release: Release = { name: "sluice", namespace: "sluice" }): Promise<Rendered[]> {
  const { code, stdout, stderr } = await run(HELM!, ["template", release.name, CHART, `--namespace=${release.namespace}`, "--kube-version=1.31.0", "--values=-"], { input: JSON.stringify(values), env: { HOME: "/nowhere" } });
  if (code !== 0) throw new Error(stderr);
  const documents = parseAllDocuments(stdout);
  // A field that stands twice is read one way here and another way there.
  const [problem] = documents.flatMap(({ errors }) => errors);
  if (problem !== undefined) throw problem;
  return documents.map((document) => document.toJS() as Rendered | null).filter((object) => object !== null);
}

export function ofKind(objects: readonly Rendered[], kind: string): Rendered[] {
  return objects.filter((object) => object.kind === kind);
}

export function deployment(objects: readonly Rendered[]): DeploymentSpec {
  return ofKind(objects, "Deployment")[0]!.spec as DeploymentSpec;
}

/** The variables with a text of their own. */
export function environment(objects: readonly Rendered[]): Readonly<Record<string, string>> {
  const { env } = deployment(objects).template.spec.containers[0];
  return Object.fromEntries(env.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value!]));
}
