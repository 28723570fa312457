import { SpecError } from "../../model/errors.ts";

/** What this installation of the controller sets for the pods of every sweep. */
export interface WorkerSettings {
  /** Frozen in a Sweep when it is accepted. */
  readonly image: string;
  readonly imagePullPolicy: "Always" | "IfNotPresent" | "Never";
  /** Names of Secrets in the sweep's namespace. They come before those of the sweep's own template. */
  readonly pullSecrets: readonly string[];
  readonly httpsProxy?: string;
  readonly httpProxy?: string;
  readonly noProxy?: string;
  /** A ConfigMap in the sweep's namespace with additional CA certificates, in PEM. */
  readonly ca?: { readonly configMap: string; readonly key: string };
  /** Annotations for a Prometheus that finds pods by them. Not together with a PodMonitor, which would scrape the pods a second time. */
  readonly scrapeAnnotations?: true;
}

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"] as const;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment that the chart sets. An empty variable counts as absent.
 * @throws SpecError with the name of the variable
 */
export function workerSettingsFrom(variables: Variables): WorkerSettings {
  const value = (name: string): string | undefined => (variables[name] === "" ? undefined : variables[name]);
  const [image, policy] = ["SLUICE_IMAGE", "SLUICE_IMAGE_PULL_POLICY"].map((name) => value(name) ?? missing(name));
  const imagePullPolicy = PULL_POLICIES.find((known) => known === policy);
  if (imagePullPolicy === undefined) throw new SpecError(`SLUICE_IMAGE_PULL_POLICY is ${policy!}; it must be one of ${PULL_POLICIES.join(", ")}.`);
  const [httpsProxy, httpProxy, noProxy] = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"].map((name) => value(`SLUICE_WORKER_${name}`));
  const configMap = value("SLUICE_WORKER_CA_CONFIGMAP");
  return {
    image: image!,
    imagePullPolicy,
    pullSecrets: listOf(value("SLUICE_WORKER_PULL_SECRETS")),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
    ...(configMap === undefined ? {} : { ca: { configMap, key: value("SLUICE_WORKER_CA_KEY") ?? "ca.crt" } }),
    ...(value("SLUICE_WORKER_SCRAPE_ANNOTATIONS") === "true" ? { scrapeAnnotations: true } : {}),
  };
}

/** Splits "bgp, lab" at its commas. */
export function listOf(text: string | undefined): string[] {
  return (text ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "");
}

function missing(name: string): never {
  throw new SpecError(`${name} is not set; the chart's Deployment sets it.`);
}
