import type { Cluster } from "../cluster.ts";
import { INSTALL } from "../refusal.ts";
import { notOk, ok, type Finding } from "./finding.ts";
import { API_VERSION } from "../../../model/schema/object.ts";

/** CEL in the definitions knows quantities, and Jobs their failure policy without a feature gate, from here on. */
const LEAST_MINOR = 31;

export async function checkServer({ client, server }: Pick<Cluster, "client" | "server">): Promise<Finding> {
  const { major = "", minor = "", gitVersion = "?" } = (await client.about("/version")) as { major?: string; minor?: string; gitVersion?: string };
  // "34+", as some providers write it.
  const isNewEnough = Number(major) > 1 || Number.parseInt(minor, 10) >= LEAST_MINOR;
  const said = `Kubernetes ${gitVersion.replace(/^v/, "")} at ${server}`;
  return isNewEnough ? ok("API server", said) : notOk("API server", said, `Kubernetes 1.${LEAST_MINOR} or newer is needed.`);
}

/** By what the server serves: everybody may ask that, and a definition that is not established is not served. */
export async function checkKinds({ client }: Pick<Cluster, "client">): Promise<Finding> {
  const served = (await client.about(`/apis/${API_VERSION}`)) as { resources?: readonly { name: string }[] } | null;
  if (served !== null) {
    const names = (served.resources ?? []).map(({ name }) => name);
    const missing = ["cronsweeps", "sweeps", "cronsweeps/status", "sweeps/status"].filter((name) => !names.includes(name));
    return missing.length === 0 ? ok("kinds", `CronSweep and Sweep are served as ${API_VERSION}`) : notOk("kinds", `${API_VERSION} lacks ${missing.join(", ")}`, INSTALL);
  }
  const group = (await client.about("/apis/sluice.dev")) as { versions?: readonly { version: string }[] } | null;
  if (group === null) return notOk("kinds", "the cluster knows neither CronSweep nor Sweep", INSTALL);
  return notOk("kinds", `${API_VERSION} is not served, but ${(group.versions ?? []).map(({ version }) => version).join(", ")}`, "Use the plugin of the version that is installed, or helm upgrade.");
}
