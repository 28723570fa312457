import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { ScrapeConfig } from "../../support/scrape-configs.ts";

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Whom Prometheus has found and asks. */
export interface ScrapeTarget {
  readonly job: string;
  readonly pod: string;
  readonly url: string;
  readonly health: "up" | "down" | "unknown";
  readonly error: string;
}

export interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
  /** Of one that alerts. */
  readonly state?: "inactive" | "pending" | "firing";
}

/** A Prometheus of the test's own, beside the cluster, where pods are reached by their addresses. */
export interface Prometheus {
  /** As it is now. A scalar has no labels. @throws what Prometheus says of an expression that it does not take */
  query(expression: string): Promise<Series[]>;
  targets(): Promise<ScrapeTarget[]>;
  rules(): Promise<Rule[]>;
  close(): Promise<void>;
}

export interface PrometheusWishes {
  /** A file. */
  readonly kubeconfig: string;
  readonly scrapes: readonly ScrapeConfig[];
  /** Groups as a PrometheusRule has them. */
  readonly ruleGroups: readonly object[];
  /** Of rules. */
  readonly interval: string;
}

/** @throws what it wrote, where it ends instead of listening */
export async function startPrometheus({ kubeconfig, scrapes, ruleGroups, interval }: PrometheusWishes): Promise<Prometheus> {
  const folder = await mkdtemp(path.join(tmpdir(), "prometheus-"));
  const reached = scrapes.map(({ kubernetes_sd_configs: [discovery], ...settings }) => ({ ...settings, kubernetes_sd_configs: [{ ...discovery, kubeconfig_file: kubeconfig }] }));
  // JSON is YAML.
  await writeFile(path.join(folder, "rules.json"), JSON.stringify({ groups: ruleGroups }));
  await writeFile(path.join(folder, "prometheus.json"), JSON.stringify({ global: { evaluation_interval: interval }, rule_files: ["rules.json"], scrape_configs: reached }));
  const flags = ["--config.file=prometheus.json", "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:0", "--log.level=info"];
  const child = spawn("prometheus", flags, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "close");
  const remove = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true });
  };
  const url = await addressOf(child).catch(async (error: unknown) => {
    await remove();
    throw error;
  });

  async function ask<Data>(page: string, init: RequestInit = {}): Promise<Data> {
    const response = await fetch(`${url}/api/v1/${page}`, init);
    const { data, error } = (await response.json()) as { readonly data: Data; readonly error?: string };
    if (error !== undefined) throw new Error(error);
    return data;
  }

  return {
    async query(expression) {
      const { resultType, result } = await ask<Answer>("query", { method: "POST", body: new URLSearchParams({ query: expression }) });
      if (resultType === "scalar") return [{ labels: {}, value: Number(result[1]) }];
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async targets() {
      const { activeTargets } = await ask<{ activeTargets: FoundTarget[] }>("targets");
      return activeTargets.map(({ labels, scrapeUrl, health, lastError }) => ({ job: labels["job"]!, pod: labels["pod"]!, url: scrapeUrl, health, error: lastError }));
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>("rules");
      return groups.flatMap(({ rules }) => rules);
    },
    close: remove,
  };
}

type Answer =
  | { readonly resultType: "scalar"; readonly result: readonly [number, string] }
  | { readonly resultType: "vector"; readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[] };

interface FoundTarget {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly health: ScrapeTarget["health"];
  readonly lastError: string;
}

/** From its log, which tells the port that it was given. */
async function addressOf(child: ReturnType<typeof spawn>): Promise<string> {
  const heard: string[] = [];
  const lines = createInterface(child.stderr!);
  return new Promise((found, failed) => {
    child.once("error", failed);
    lines.on("line", (line) => {
      heard.push(line);
      const [, address] = /msg="Listening on" address=(\S+)/.exec(line) ?? [];
      if (address !== undefined) found(`http://${address}`);
    });
    lines.on("close", () => failed(new Error(`Prometheus ended: ${heard.slice(-5).join("\n")}`)));
  });
}
