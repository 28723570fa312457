import { type WorkerSettings, listOf, workerSettingsFrom } from "../controller/job/settings.ts";
import { SpecError } from "../model/errors.ts";

/** The settings of the controller, from the environment that the chart's Deployment sets. */
interface ControllerSettings {
  readonly namespace: string;
  readonly podName: string;
  readonly podUid: string;
  readonly lease: string;
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
  readonly port: number;
  readonly logLevel: string;
  readonly account: { readonly folder: string; readonly host: string; readonly port: string };
  readonly workers: WorkerSettings;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SpecError with the name of the variable */
export function controllerSettings(environment: Environment): ControllerSettings {
  const needed = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") throw new SpecError(`${name} is not set; the chart's Deployment sets it.`);
    return value;
  };
  return {
    namespace: needed("POD_NAMESPACE"),
    podName: needed("POD_NAME"),
    podUid: needed("POD_UID"),
    lease: needed("SLUICE_LEASE"),
    namespaces: listOf(environment["SLUICE_NAMESPACES"]),
    port: portOf(needed("SLUICE_PORT")),
    logLevel: logLevelOf(environment["SLUICE_LOG_LEVEL"] ?? "info"),
    account: {
      folder: environment["SLUICE_SERVICE_ACCOUNT"] ?? "/var/run/secrets/kubernetes.io/serviceaccount",
      host: needed("KUBERNETES_SERVICE_HOST"),
      port: needed("KUBERNETES_SERVICE_PORT"),
    },
    workers: workerSettingsFrom(environment),
  };
}

/** As in the chart's values. */
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"];

function logLevelOf(text: string): string {
  if (!LOG_LEVELS.includes(text)) throw new SpecError(`SLUICE_LOG_LEVEL is ${text}; it must be one of ${LOG_LEVELS.join(", ")}.`);
  return text;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new SpecError(`SLUICE_PORT is ${text}; it must be a port between 0 and 65535.`);
  return port;
}
