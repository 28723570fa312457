import { request } from "undici";
import { isForbidden } from "../../../kube/api-error.ts";
import { LEASES, type Lease } from "../../../kube/resource.ts";
import type { Cli } from "../../context.ts";
import type { Cluster } from "../cluster.ts";
import { notOk, ok, unknown, type Finding } from "./finding.ts";

/** A Lease is renewed every two seconds and lasts fifteen; the rest is for clocks that differ. */
const FRESH_SECONDS = 45;

/** One that was just installed has to find its Lease first. */
const PATIENCE_SECONDS = 30;

export interface LeasePlace {
  readonly namespace: string;
  readonly lease: string;
  /** Of the Deployment, for the cure. */
  readonly deployment: string;
}

/** Whether a controller is at work. */
export async function checkLease({ client }: Pick<Cluster, "client">, { namespace, lease, deployment }: LeasePlace, now: number): Promise<Finding> {
  const cure = `kubectl --namespace ${namespace} logs deployment/${deployment} says why.`;
  try {
    const found = await client.get(LEASES, { namespace, name: lease });
    return found === null ? notOk("controller", `no controller has begun yet: there is no Lease ${namespace}/${lease}`, cure) : leaseFinding(found, now, cure);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return unknown("controller", `the Lease ${namespace}/${lease} may not be read by you`);
  }
}

function leaseFinding({ metadata, spec }: Lease, now: number, cure: string): Finding {
  const name = `${metadata.namespace ?? ""}/${metadata.name}`;
  const holder = spec?.holderIdentity ?? "";
  if (holder === "") return notOk("controller", `none is at work: nobody holds the Lease ${name}`, cure);
  const age = Math.round((now - Date.parse(spec?.renewTime ?? "")) / 1000);
  if (!(Math.abs(age) <= FRESH_SECONDS)) return notOk("controller", `${holder} holds the Lease ${name}, and has not renewed it for ${age} s`, cure);
  return ok("controller", `${holder} is at work`);
}

/** By its own word, where its address is known. */
export async function checkReady(url: string): Promise<Finding> {
  try {
    const { statusCode, body } = await request(`${url}/readyz`, { headersTimeout: 5000, bodyTimeout: 5000 });
    const said = (await body.text()).trim().slice(0, 200);
    return statusCode === 200 ? ok("readyz", "the controller is ready") : notOk("readyz", `the controller is not ready: HTTP ${statusCode} ${said}`.trim());
  } catch (error) {
    return notOk("readyz", `${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}`, "Does a NetworkPolicy stand between?");
  }
}

/** Again until it is well, or the patience is at its end. */
export async function patiently(cli: Pick<Cli, "clock" | "signal">, look: () => Promise<Finding>): Promise<Finding> {
  const until = cli.clock.monotonic() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const finding = await look();
    if (finding.state === "ok" || cli.clock.monotonic() >= until) return finding;
    await cli.clock.wait(1, cli.signal);
  }
}
