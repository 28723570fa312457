import type { Command } from "commander";
import type { Cli, AddCommand } from "../cli/main.ts";
import { paintFor } from "../cli/paint.ts";
import { listOf } from "../controller/job/settings.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { checkSecrets, checkSpec } from "./check/cron-sweep.ts";
import { notOk, renderFinding, unknown, type Finding } from "./check/finding.ts";
import { checkFromInside } from "./check/from-inside.ts";
import { checkLease, checkReady, patiently, findInstallations, installationFor, type Installation, checkKinds, checkServer } from "./check/installation.ts";
import { checkRights, OF_THE_CONTROLLER, OF_THE_PLUGIN, ofTheLease } from "./check/permissions.ts";
import { withCluster, type Cluster, addClusterOptions, objectOutputOption, type ClusterOptions, INSTALL } from "./cluster.ts";
import { findCronSweep } from "./find.ts";

interface CheckOptions extends ClusterOptions {
  readonly output: "text" | "json";
}

const EXAMPLES = `
Examples:
  kubectl sluice check                        API server, kinds, your permissions, the controller
  kubectl sluice check ripestat-daily         its spec and Secret too, and database and host from a pod of its own
  kubectl sluice check -o json | jq '.[] | select(.state == "not ok")'

A pod that has a ServiceAccount and no kubeconfig looks whether that has what the controller needs: so does helm test.`;

export const addCheck: AddCommand = (program, cli, act) => {
  const command = program
    .command("check")
    .description("Look whether cluster, permissions, controller, database and host are in order; exit code 3 if something is not.")
    .argument("[cronsweep]", "one whose database and host are looked at, by a Job that is removed afterwards");
  addClusterOptions(command)
    .addOption(objectOutputOption(["text", "json"]))
    .addHelpText("after", EXAMPLES)
    .action((name: string | undefined, _: unknown, self: Command) => act(() => check(cli, name, self.optsWithGlobals())));
};

/** Each finding as soon as it is there, since the last ones take a while. */
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

/** As the controller: what helm test runs, with its ServiceAccount and its environment. */
async function checkInside(cli: Cli, cluster: Cluster, show: Show): Promise<void> {
  const { SLUICE_NAMESPACES: watched, SLUICE_LEASE: lease = "sluice", SLUICE_CONTROLLER_URL: url } = cli.environment;
  const namespaces = listOf(watched);
  for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) show([await checkRights(cluster, OF_THE_CONTROLLER, namespace, RBAC)]);
  show([await checkRights(cluster, ofTheLease(lease), cluster.namespace, RBAC)]);
  show([await patiently(cli, () => checkLease(cluster, { namespace: cluster.namespace, lease, deployment: lease }, cli.clock.now()))]);
  if (url !== undefined) show([await patiently(cli, () => checkReady(url))]);
}

const RBAC = "The chart's Role or ClusterRole gives them: helm upgrade, and docs/permissions.md.";

async function checkOutside(cli: Cli, cluster: Cluster, name: string | undefined, areKindsThere: boolean, show: Show): Promise<void> {
  show([await checkRights(cluster, OF_THE_PLUGIN, cluster.namespace, "Who administers the namespace gives the ClusterRole edit, which holds them.")]);
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
  const inside = installation === undefined ? [unknown("database", "the image of its pods is not known without the controller's Deployment")] : await checkFromInside(cli, cluster, accepted, installation.workers);
  show(inside);
}

async function controllerFinding(cli: Cli, cluster: Cluster, found: readonly Installation[] | null, installation: Installation | undefined): Promise<Finding> {
  if (found === null) return unknown("controller", "you may not list the Deployments of all namespaces, among which it is");
  if (found.length === 0) return notOk("controller", "there is none in this cluster", INSTALL);
  if (installation === undefined) return notOk("controller", `none watches the namespace ${cluster.namespace}, only ${found.flatMap(({ namespaces }) => namespaces).join(", ")}`, "helm upgrade with watch.namespaces.");
  const { namespace, name, lease } = installation;
  return checkLease(cluster, { namespace, lease, deployment: name }, cli.clock.now());
}
