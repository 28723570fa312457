import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Relabeling, ScrapeConfig } from "../../support/metrics/scrape-configs.ts";
import type { TargetGroup } from "./pod-targets.ts";

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One series over time. */
export interface History {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds, ascending. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

/** A target that Prometheus has found and scrapes. */
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
  /** Of an alerting rule. */
  readonly state?: "inactive" | "pending" | "firing";
}

/** The test's own Prometheus outside the cluster, which reaches pods by their addresses. */
export interface Prometheus {
  /** The current value. A scalar has no labels. @throws Prometheus' message, if it refuses the expression */
  query(expression: string): Promise<Series[]>;
  /** Every scraped sample of a selector. */
  history(selector: string): Promise<History[]>;
  labelNames(): Promise<string[]>;
  targets(): Promise<ScrapeTarget[]>;
  rules(): Promise<Rule[]>;
  /** Replaces the targets. Prometheus reads them within five seconds. */
  discover(groups: readonly TargetGroup[]): Promise<void>;
  close(): Promise<void>;
}

export interface PrometheusWishes {
  readonly scrapes: readonly ScrapeConfig[];
  /** Groups as a PrometheusRule has them. */
  readonly ruleGroups: readonly object[];
  /** Of rules. */
  readonly interval: string;
}

/** @throws its output, if it exits instead of listening */
export async function startPrometheus({ scrapes, ruleGroups, interval }: PrometheusWishes): Promise<Prometheus> {
  const folder = await mkdtemp(path.join(tmpdir(), "prometheus-"));
  const discovered = scrapes.map(({ namespaces, relabel_configs, ...settings }) => {
    const among: Relabeling[] = namespaces === null ? [] : [{ action: "keep", source_labels: ["__meta_kubernetes_namespace"], regex: namespaces.join("|") }];
    return { ...settings, file_sd_configs: [{ files: ["pods.json"], refresh_interval: "1s" }], relabel_configs: [...among, ...relabel_configs] };
  });
  const discover = async (groups: readonly TargetGroup[]): Promise<void> => {
    await writeFile(path.join(folder, "pods.json.new"), JSON.stringify(groups));
    await rename(path.join(folder, "pods.json.new"), path.join(folder, "pods.json"));
  };
  await discover([]);
  // JSON is YAML.
  await writeFile(path.join(folder, "rules.json"), JSON.stringify({ groups: ruleGroups }));
  await writeFile(path.join(folder, "prometheus.json"), JSON.stringify({ global: { evaluation_interval: interval }, rule_files: ["rules.json"], scrape_configs: discovered }));
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

  const query = <Data>(expression: string): Promise<Data> => ask("query", { method: "POST", body: new URLSearchParams({ query: expression }) });

  return {
    async query(expression) {
      const { resultType, result } = await query<Answer>(expression);
      if (resultType === "scalar") return [{ labels: {}, value: Number(result[1]) }];
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async history(selector) {
      const { result } = await query<Matrix>(`${selector}[1h]`);
      return result.map(({ metric, values }) => ({ labels: metric, points: values.map(([at, value]) => ({ at, value: Number(value) })) }));
    },
    labelNames: () => ask("labels"),
    async targets() {
      const { activeTargets } = await ask<{ activeTargets: FoundTarget[] }>("targets");
      return activeTargets.map(({ labels, scrapeUrl, health, lastError }) => ({ job: labels["job"]!, pod: labels["pod"]!, url: scrapeUrl, health, error: lastError }));
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>("rules");
      return groups.flatMap(({ rules }) => rules);
    },
    discover,
    close: remove,
  };
}

interface Matrix {
  readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly values: readonly (readonly [number, string])[] }[];
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

/** From its log, which names the port that it got. */
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
