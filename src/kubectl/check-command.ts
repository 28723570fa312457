import type { Command } from "commander";
import type { Cli, AddCommand } from "../cli/main.ts";
import { paintFor } from "../cli/paint.ts";
import { outputOption } from "../cli/shared-options.ts";
import { listOf } from "../controller/job/settings.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { checkSecrets, checkSpec } from "./check/cron-sweep.ts";
import { notOk, renderFinding, unknown, type Finding } from "./check/finding.ts";
import { checkFromInside } from "./check/from-inside.ts";
import { checkLease, checkReady, retryUntilOk, findInstallations, installationFor, type Installation, checkKinds, checkServer } from "./check/installation.ts";
import { checkRights, OF_THE_CONTROLLER, OF_THE_PLUGIN, ofTheLease } from "./check/permissions.ts";
import { withCluster, type Cluster, addClusterOptions, type ClusterOptions, INSTALL } from "./cluster.ts";
import { findCronSweep } from "./find.ts";

interface CheckOptions extends ClusterOptions {
  readonly output: "text" | "json";
}

const EXAMPLES = `
Examples:
  kubectl sluice check                        API server, kinds, your permissions, the controller
  kubectl sluice check ripestat-daily         also its spec and Secrets, and the database and host as its pods reach them
  kubectl sluice check -o json | jq '.[] | select(.state == "not ok")'

Run in a pod, without a kubeconfig, it checks the pod's ServiceAccount for the controller's permissions. helm test does that.`;

export const addCheck: AddCommand = (program, cli, execute) => {
  const command = program
    .command("check")
    .description("Check cluster, permissions, controller, database and host. Exit code 3 if something is not ok.")
    .argument("[cronsweep]", "check its spec, Secrets, database and host too, by a Job that is deleted afterwards");
  addClusterOptions(command)
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((name: string | undefined, _: unknown, self: Command) => execute(() => check(cli, name, self.optsWithGlobals())));
};

/** Prints each finding as soon as it is known: the last ones take a while. */
function check(cli: Cli, name: string | undefined, options: CheckOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const found: Finding[] = [];
    const paint = paintFor(cli.stdout, cli);
    const show = (findings: readonly Finding[]): void => {
      found.push(...findings);
      if (options.output === "text") for (const finding of findings) cli.stdout.write(renderFinding(finding, paint));
    };
    show([await checkServer(cluster)]);
    const kinds = await checkKinds(cluster);
    show([kinds]);
    if (cluster.isInside) await checkInside(cli, cluster, show);
    else await checkOutside(cli, cluster, name, kinds.state === "ok", show);
    if (options.output === "json") cli.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return found.some(({ state }) => state === "not ok") ? COMMAND_EXIT.surroundings : COMMAND_EXIT.done;
  });
}

type Show = (findings: readonly Finding[]) => void;

/** What helm test runs: in a pod with the ServiceAccount and the environment of the controller. */
async function checkInside(cli: Cli, cluster: Cluster, show: Show): Promise<void> {
  const { SLUICE_NAMESPACES: watched, SLUICE_LEASE: lease = "sluice", SLUICE_CONTROLLER_URL: url } = cli.environment;
  const namespaces = listOf(watched);
  for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) show([await checkRights(cluster, OF_THE_CONTROLLER, namespace, RBAC)]);
  show([await checkRights(cluster, ofTheLease(lease), cluster.namespace, RBAC)]);
  show([await retryUntilOk(cli, () => checkLease(cluster, { namespace: cluster.namespace, lease, deployment: lease }, cli.clock.now()))]);
  if (url !== undefined) show([await retryUntilOk(cli, () => checkReady(url))]);
}

const RBAC = "The chart's Role or ClusterRole grants them: run helm upgrade, see docs/kubernetes-reference.md.";

async function checkOutside(cli: Cli, cluster: Cluster, name: string | undefined, areKindsThere: boolean, show: Show): Promise<void> {
  show([await checkRights(cluster, OF_THE_PLUGIN, cluster.namespace, "The ClusterRole edit includes them: ask an administrator of the namespace for it.")]);
  const installations = await findInstallations(cluster);
  const installation = installationFor(installations ?? [], cluster.namespace);
  show([await controllerFinding(cli, cluster, installations, installation)]);
  if (name === undefined || !areKindsThere) return;
  const cronSweep = await findCronSweep(cluster, name);
  const { findings, accepted } = checkSpec(cronSweep, Math.floor(cli.clock.now() / 1000));
  show(findings);
  if (accepted === null) return;
  const secrets = await checkSecrets(cluster, accepted);
  show(secrets);
  if (secrets.some(({ state }) => state === "not ok")) return;
  const inside = installation === undefined ? [unknown("database", "not checked: only the controller's Deployment says which image the pods use, and it was not found")] : await checkFromInside(cli, cluster, accepted, installation.workers);
  show(inside);
}

async function controllerFinding(cli: Cli, cluster: Cluster, found: readonly Installation[] | null, installation: Installation | undefined): Promise<Finding> {
  if (found === null) return unknown("controller", "not checked: you may not list Deployments in all namespaces");
  if (found.length === 0) return notOk("controller", "there is no controller in this cluster", INSTALL);
  if (installation === undefined) return notOk("controller", `no controller watches the namespace ${cluster.namespace}, only ${found.flatMap(({ namespaces }) => namespaces).join(", ")}`, "Add the namespace to watch.namespaces, with helm upgrade.");
  const { namespace, name, lease } = installation;
  return checkLease(cluster, { namespace, lease, deployment: name }, cli.clock.now());
}
