import type { WorkerSettings } from "../controller/job/settings.ts";
import { listOf, toldSettings } from "../controller/job/told-settings.ts";
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

/** @throws SpecError that names the variable */
export function controllerSettings(environment: Environment): ControllerSettings {
  const needed = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") throw new SpecError(`${name} is not set; the chart's Deployment sets it.`);
    return value;
  };
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
    workers: toldSettings(environment),
  };
}
