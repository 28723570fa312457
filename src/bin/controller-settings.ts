import type { WorkerSettings } from "../controller/job/settings.ts";
import { SpecError } from "../model/errors.ts";

/** What the chart's Deployment says by the environment. */
export interface ControllerSettings {
  readonly namespace: string;
  readonly podName: string;
  readonly lease: string;
  /** None: all of them. */
  readonly namespaces: readonly string[];
  readonly port: number;
  readonly logLevel: string;
  readonly account: { readonly folder: string; readonly host: string; readonly port: string };
  readonly workers: WorkerSettings;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"] as const;

/** @throws SpecError that names the variable */
export function controllerSettings(environment: Environment): ControllerSettings {
  const needed = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") throw new SpecError(`${name} is not set; the chart's Deployment sets it.`);
    return value;
  };
  const policy = PULL_POLICIES.find((known) => known === needed("SLUICE_IMAGE_PULL_POLICY"));
  if (policy === undefined) throw new SpecError(`SLUICE_IMAGE_PULL_POLICY is none of ${PULL_POLICIES.join(", ")}.`);
  return {
    namespace: needed("POD_NAMESPACE"),
    podName: needed("POD_NAME"),
    lease: needed("SLUICE_LEASE"),
    namespaces: listOf(environment["SLUICE_NAMESPACES"]),
    port: Number(needed("SLUICE_PORT")),
    logLevel: environment["SLUICE_LOG_LEVEL"] ?? "info",
    account: {
      folder: environment["SLUICE_SERVICE_ACCOUNT"] ?? "/var/run/secrets/kubernetes.io/serviceaccount",
      host: needed("KUBERNETES_SERVICE_HOST"),
      port: needed("KUBERNETES_SERVICE_PORT"),
    },
    workers: { image: needed("SLUICE_IMAGE"), imagePullPolicy: policy, pullSecrets: listOf(environment["SLUICE_WORKER_PULL_SECRETS"]), ...surroundings(environment) },
  };
}

function surroundings(environment: Environment): Partial<WorkerSettings> {
  const given = (name: string): string | undefined => (environment[name] === "" ? undefined : environment[name]);
  const [httpsProxy, httpProxy, noProxy] = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"].map((name) => given(`SLUICE_WORKER_${name}`));
  const configMap = given("SLUICE_WORKER_CA_CONFIGMAP");
  return {
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
    ...(configMap === undefined ? {} : { ca: { configMap, key: given("SLUICE_WORKER_CA_KEY") ?? "ca.crt" } }),
  };
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "");
}
