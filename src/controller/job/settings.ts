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
