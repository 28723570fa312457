import { Option, type Command } from "commander";
import type { ClusterChoice } from "../kubeconfig.ts";

/** Which cluster, and which namespace of it. */
export interface ClusterOptions extends ClusterChoice {
  readonly namespace?: string;
}

export type ObjectOutput = "text" | "name" | "json" | "yaml";

/** As kubectl calls them. */
export function addClusterOptions(command: Command): Command {
  return command
    .option("-n, --namespace <name>", "the namespace (default: the context's)")
    .option("--context <name>", "the context of the kubeconfig (default: its current one)")
    .option("--kubeconfig <file>", "the kubeconfig (default: KUBECONFIG, or ~/.kube/config)");
}

export function objectOutputOption(choices: readonly ObjectOutput[] = ["text", "json", "yaml"]): Option {
  return new Option("-o, --output <format>", "how the result is printed").choices(choices).default("text");
}
