import { SpecError } from "../../model/errors.ts";

/** What this installation of the controller says about the pods of every sweep. Each is optional where it may be absent. */
export interface WorkerSettings {
  /** Frozen into a Sweep when it is accepted. */
  readonly image: string;
  readonly imagePullPolicy: "Always" | "IfNotPresent" | "Never";
  /** Names of Secrets in the sweep's namespace, before those of the sweep's own template. */
  readonly pullSecrets: readonly string[];
  readonly httpsProxy?: string;
  readonly httpProxy?: string;
  readonly noProxy?: string;
  /** A ConfigMap in the sweep's namespace with further CA certificates, in PEM. */
  readonly ca?: { readonly configMap: string; readonly key: string };
  /** Whether the pods say by annotations where their metrics are. Not where a PodMonitor says it: they would be scraped twice. */
  readonly scrapeAnnotations?: true;
}

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"] as const;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The settings as the chart puts them into the controller's environment; a variable that is empty counts as absent.
 * @throws SpecError that names the variable
 */
export function workerSettingsFrom(variables: Variables): WorkerSettings {
  const told = (name: string): string | undefined => (variables[name] === "" ? undefined : variables[name]);
  const [image, policy] = ["SLUICE_IMAGE", "SLUICE_IMAGE_PULL_POLICY"].map((name) => told(name) ?? missing(name));
  const imagePullPolicy = PULL_POLICIES.find((known) => known === policy);
  if (imagePullPolicy === undefined) throw new SpecError(`SLUICE_IMAGE_PULL_POLICY is none of ${PULL_POLICIES.join(", ")}.`);
  const [httpsProxy, httpProxy, noProxy] = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"].map((name) => told(`SLUICE_WORKER_${name}`));
  const configMap = told("SLUICE_WORKER_CA_CONFIGMAP");
  return {
    image: image!,
    imagePullPolicy,
    pullSecrets: listOf(told("SLUICE_WORKER_PULL_SECRETS")),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
    ...(configMap === undefined ? {} : { ca: { configMap, key: told("SLUICE_WORKER_CA_KEY") ?? "ca.crt" } }),
    ...(told("SLUICE_WORKER_SCRAPE_ANNOTATIONS") === "true" ? { scrapeAnnotations: true } : {}),
  };
}

/** "bgp, lab" */
export function listOf(text: string | undefined): string[] {
  return (text ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "");
}

function missing(name: string): never {
  throw new SpecError(`${name} is not set; the chart's Deployment sets it.`);
}
