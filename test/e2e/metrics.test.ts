import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SweepObject } from "../../src/controller/resources.ts";
import { PODS } from "../../src/kube/object.ts";
import { alertExpressions } from "../support/alerts/expressions.ts";
import { hasPromtool } from "../support/alerts/promtool.ts";
import { panelExpressions } from "../support/dashboards/expressions.ts";
import { run } from "../support/kube/programs.ts";
import { YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { until } from "../support/time/until.ts";
import { aSweep, NEVER } from "./support/a-sweep.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { followLeading } from "./support/lease.ts";
import type { ScrapeTarget } from "./support/prometheus.ts";
import { daysBefore } from "./support/scheduled.ts";
import { observe, type Observed } from "./support/scraped-installation.ts";
import { sampleWorkers } from "./support/worker-memory.ts";

const TARGETS = names(1001, 232);
const EARLIER = TARGETS.slice(0, 24);
const CANARY = "AS12654";
/** Its answer arrives slowly and needs more memory than its batch has. */
const GIANT = "AS3000";
const HEAVY = [GIANT, ...names(3001, 7)];

const [THROTTLED, ILL, CUT, BROKEN, PRIVATE] = [[TARGETS[0]!], TARGETS.slice(8, 16), TARGETS.slice(30, 33), TARGETS.slice(60, 62), "AS64512"];
const FAULTS = [
  { what: "status", status: 429, retryAfter: 2, body: "json", when: { targets: THROTTLED, times: 1 } },
  { what: "status", status: 500, body: "json", when: { targets: ILL, times: 1 } },
  { what: "ends-early", how: "chunked", when: { targets: CUT, times: 1 } },
  { what: "error-body", reason: "no data for it", when: { targets: BROKEN } },
];

const SCENARIO = {
  seed: 7,
  compression: ["zstd", "gzip"],
  source: { kind: "model", targets: [...TARGETS, ...HEAVY].map((name) => Number(name.slice(2))), active: 0.6, largest: 2000 },
  big: { [GIANT]: 140_000_000 },
  // Long enough to scrape a batch while it runs.
  latency: { distribution: "uniform", fromSeconds: 0.8, toSeconds: 2.2 },
  limits: { inFlight: 24 },
  faults: FAULTS,
};
/** Without canaries, each request is for a target. In its second window a dataset would use its largest targets as canaries. */
const SHARED = { canaries: { targets: [], every: "10s" }, host: { inFlight: 24, probeEvery: "2s", maxPause: "10s" }, done: { passes: 2, atLeast: "99%" } };
const COUNTED = { ...SHARED, targets: { list: [...TARGETS, PRIVATE] }, batch: { targets: 60, concurrency: 8, pods: 2 } };

/** Both come in one package. */
const canScrape = hasPromtool && process.env["SLUICE_KIND"] === undefined;

const MEBIBYTE = 2 ** 20;

/** The labels that a series gets from its target. */
const OF_THE_SCRAPE = ["pod", "instance", "container", "endpoint", "job", "namespace"];

const isFinished = ({ status }: SweepObject): boolean => status?.finishedAt !== undefined;

function names(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `AS${first + index}`);
}

let installation: Installation;
let observed: Observed;
/** Read when the sweep of the counted window had finished. */
let counted: { readonly requests: number; readonly bytes: number };
/** Of its targets, before the sweep of the other window. */
let earlierBefore: typeof counted;
let sampledPeak: number;
/** Scraped during the whole run. */
const pages = new Map<string, string>();

/** Of a target that answers: Prometheus takes a finished pod for up for some seconds. */
async function keepPage(what: string, job: string, isIt: (target: ScrapeTarget) => boolean): Promise<void> {
  let targets: readonly ScrapeTarget[] = [];
  const look = async (): Promise<boolean> => {
    targets = (await observed.prometheus.targets()).filter((target) => target.job === job);
    const found = targets.find((target) => target.health === "up" && isIt(target));
    const page = found === undefined ? null : await fetch(found.url).then((response) => response.text(), () => null);
    if (page !== null) pages.set(what, page);
    return page !== null;
  };
  await until(`Prometheus reaches ${what}`, look, 60).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}; there are ${JSON.stringify(targets)}`);
  });
}

function askedOf(targets: readonly string[]): typeof counted {
  const { requestsByTarget, bytesByTarget } = installation.simulator.stats();
  const sum = (by: Readonly<Record<string, number>>): number => targets.reduce((total, target) => total + (by[target] ?? 0), 0);
  return { requests: sum(requestsByTarget), bytes: sum(bytesByTarget) };
}

/** The sum over all series of a sweep's metric. A standby reports none, and earlier leaders are gone. */
async function sum(metric: string, sweep: string): Promise<number | undefined> {
  return (await told(metric, sweep, "sweep"))[sweep];
}

/** The same by value of a label, without zeros. */
async function told(metric: string, sweep: string, label: string): Promise<Readonly<Record<string, number>>> {
  const series = await observed.prometheus.query(`sum by (${label}) (${metric}{sweep="${sweep}"}) != 0`);
  return Object.fromEntries(series.map(({ labels, value }) => [labels[label]!, value]));
}

/** The expressions that never had data since Prometheus started. */
async function withoutData(expressions: readonly string[]): Promise<readonly string[]> {
  let without = expressions;
  await until("each has data", async () => {
    const found = await Promise.all(without.map((expression) => observed.prometheus.query(`count_over_time((count(${expression}))[15m:5s])`)));
    without = without.filter((_, index) => found[index]!.length === 0);
    return without.length === 0;
  }, 20).catch(() => undefined);
  return without;
}

describe.skipIf(!canScrape)("a real Prometheus beside the cluster (needs prometheus, and not kind, whose pods have no address here)", () => {
  beforeAll(async () => {
    installation = await openInstallation("metrics", SCENARIO);
    await installation.install({ replicas: 2 });
    observed = await observe(installation, { sweepBlocked: { for: "1s" }, outOfMemory: { batches: 0 } });
    const sampling = sampleWorkers();
    const leading = await followLeading(installation);
    const { metadata: first } = await leading.leader();
    const { jobs, prometheus } = observed;
    await until("Prometheus has found both controllers twice", async () => (await prometheus.query(`count(up{job=~"${jobs.controller}|${jobs.annotated}"} == 1)`))[0]?.value === 4, 60);

    await installation.apply(
      installation.aCronSweep("daily", COUNTED, NEVER),
      aSweep("counted", "daily", YESTERDAY),
      installation.aCronSweep("stopped", { store: { secretRef: { name: "nothing", key: "uri" } } }, NEVER),
      aSweep("stopped", "stopped", YESTERDAY),
    );
    await keepPage("the controller that leads", jobs.controller, ({ pod }) => pod === first.name);
    await keepPage("the other", jobs.controller, ({ pod }) => pod !== first.name);
    await installation.untilSweep("counted", "has ended a batch", ({ status }) => (status?.flow?.sums.batches ?? 0) >= 1);
    await keepPage("a batch", jobs.workers, ({ pod }) => pod.startsWith("counted-b"));

    const since = leading.turns.length;
    await installation.kubectl("delete", "pod", first.name, "--wait=false");
    const { holder } = await leading.untilTurn(since, "another leads", (name) => name !== "");
    await installation.untilSweep("counted", "is finished", isFinished);
    counted = askedOf(COUNTED.targets.list);
    earlierBefore = askedOf(EARLIER);

    await installation.apply(
      aSweep("earlier", "daily", daysBefore(1), { targets: { list: EARLIER }, batch: { targets: 12 }, canaries: { targets: [CANARY], every: "10s" } }),
      installation.aCronSweep("heavy", { ...SHARED, targets: { list: HEAVY }, request: { compression: ["zstd"] }, batch: { targets: 8, concurrency: 8, pods: 1, memory: "128Mi", memoryMax: "512Mi" } }, NEVER),
      aSweep("heavy", "heavy", YESTERDAY),
    );
    for (const name of ["earlier", "heavy"]) await installation.untilSweep(name, "is finished", isFinished);
    sampledPeak = sampling.stop();
    const [leader] = holder.split("_");
    await keepPage("the controller that leads after it", jobs.controller, ({ pod }) => pod === leader);
    await until("Prometheus has seen all of them finished", async () => (await prometheus.query("count by (sweep) (sluice_sweep_finished_timestamp_seconds)")).length === 3, 30);
    await leading.close();
  });

  afterAll(async () => {
    await observed.close();
    await installation.close();
  });

  describe("Prometheus", () => {
    test("finds the same pods by the chart's PodMonitors and by annotations, those of batches among them", async () => {
      const { prometheus, jobs, batchPods } = observed;
      const reachedBy = async (job: string): Promise<string[]> => (await prometheus.query(`max_over_time(up{job=~"${job}"}[1h]) == 1`)).map(({ labels }) => labels["pod"]!);
      const controllers = (await installation.client.list(PODS, { namespace: installation.namespace, labelSelector: "app.kubernetes.io/component=controller" })).items.map(({ metadata }) => metadata.name);
      expect(controllers).toHaveLength(2);
      expect(await reachedBy(jobs.controller)).toEqual(expect.arrayContaining(controllers));
      const [byMonitors, byAnnotations] = await Promise.all([reachedBy(`${jobs.controller}|${jobs.workers}`), reachedBy(jobs.annotated)]);
      // Of the first pass: later batches may finish before they are scraped.
      const long = [...batchPods].filter((name) => /^counted-b[0-3]-/.test(name));
      expect(long).toHaveLength(4);
      for (const found of [byMonitors, byAnnotations]) expect(found).toEqual(expect.arrayContaining([...long, ...controllers]));
    });

    test("reports no errors but those of pods that have just finished", async () => {
      const { prometheus, jobs } = observed;
      // The pod that waits for its Secret does not answer.
      const silent = async (): Promise<ScrapeTarget[]> => (await prometheus.targets()).filter(({ pod, health }) => health !== "up" && !pod.startsWith("stopped-"));
      await until("only pods that run are asked", async () => (await silent()).length === 0, 30);
      expect((await prometheus.query(`up{job="${jobs.controller}"}`)).map(({ value }) => value)).toEqual([1, 1]);
      expect((await prometheus.labelNames()).filter((name) => name.startsWith("exported_"))).toEqual([]);
      expect((await prometheus.rules()).filter(({ health }) => health !== "ok")).toEqual([]);
    });

    test.for(["the controller that leads", "the other", "a batch", "the controller that leads after it"])("promtool finds nothing wrong with the page of %s", async (what) => {
      const { code, stdout, stderr } = await run("promtool", ["check", "metrics"], { input: pages.get(what)! });
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
    });
  });

  describe("the measurements of a sweep", () => {
    const stored = async (sweep: string): Promise<{ readonly rows: number; readonly updates: number; readonly states: Readonly<Record<string, number>> }> => {
      const results = await installation.query<{ state: string; targets: string; updates: string | null }>(`select state, count(*) as targets, sum(updates) filter (where state = 'ok') as updates from sluice.results where sweep = '${sweep}' group by state`);
      const [observations] = await installation.query<{ rows: string }>(
        `select count(*) as rows from sluice.observed o join (select dataset, window_start, window_end, target from sluice.results where sweep = '${sweep}') r using (dataset, target) where o.at >= r.window_start and o.at < r.window_end`,
      );
      return {
        rows: Number(observations!.rows),
        updates: results.reduce((total, { updates }) => total + Number(updates ?? 0), 0),
        states: Object.fromEntries(results.map(({ state, targets }) => [state, Number(targets)])),
      };
    };

    test("add up to the provider's own counts over a change of leader: requests by outcome, and bytes", async () => {
      const outcomes = { throttled: THROTTLED.length, server: ILL.length, "reset-in-body": CUT.length, "error-body": 2 * BROKEN.length, "wrong-question": 1 };
      const answered = counted.requests - Object.values(outcomes).reduce((total, requests) => total + requests, 0);
      expect(await told("sluice_sweep_requests_total", "counted", "outcome")).toEqual({ ...outcomes, answered });
      expect(await sum("sluice_sweep_wire_bytes_total", "counted")).toBe(counted.bytes);
      expect(await sum("sluice_sweep_request_seconds_count", "counted")).toBe(counted.requests);
      expect(await told("sluice_sweep_retries_total", "counted", "reason")).toEqual({ throttled: THROTTLED.length, server: ILL.length });
      expect(await told("sluice_sweep_target_errors_total", "counted", "code")).toEqual({ reset: CUT.length, "error-body": 2 * BROKEN.length });
      expect(await sum("sluice_sweep_paused_seconds_total", "counted")).toBeGreaterThan(1);

      const after = askedOf(EARLIER);
      // Batches and prepares ask for it too, when it is due.
      const canary = askedOf([CANARY]);
      const ofCanary = {
        requests: (await sum("sluice_sweep_requests_total", "earlier"))! - (after.requests - earlierBefore.requests),
        bytes: (await sum("sluice_sweep_wire_bytes_total", "earlier"))! - (after.bytes - earlierBefore.bytes),
      };
      for (const what of ["requests", "bytes"] as const) {
        expect(ofCanary[what]).toBeGreaterThanOrEqual(0);
        expect(ofCanary[what]).toBeLessThan(canary[what]);
      }
    });

    test("add up to what Postgres has: rows, targets by state, windows", async () => {
      for (const name of ["counted", "earlier"]) {
        const { rows, states } = await stored(name);
        expect(await sum("sluice_sweep_rows_total", name)).toBe(rows);
        const { missing = 0, ...counts } = await told("sluice_sweep_targets", name, "state");
        expect(counts).toEqual(states);
        expect(await sum("sluice_sweep_settled_targets", name)).toBe((states["ok"] ?? 0) + (states["empty"] ?? 0) + (states["rejected"] ?? 0));
        expect(await sum("sluice_sweep_planned_targets", name)).toBe(COUNTED.targets.list.length);
        expect(missing).toBe(COUNTED.targets.list.length - Object.values(states).reduce((total, targets) => total + targets, 0));
      }
      const { states } = await stored("counted");
      // Targets of the first pass that the second asked again failed once or twice.
      expect(await told("sluice_sweep_answered_targets_total", "counted", "state")).toEqual({ ...states, failed: 2 * BROKEN.length + CUT.length });
      expect(await sum("sluice_sweep_matches_total", "earlier")).toBe((await stored("earlier")).updates);

      const windows = await installation.query<{ state: string; windows: string }>(`select state, count(*) as windows from sluice.windows where dataset = '${installation.namespace}/daily' group by state`);
      const byState = await observed.prometheus.query('sum by (state) (sluice_windows{cronsweep="daily"}) != 0');
      expect(Object.fromEntries(byState.map(({ labels, value }) => [labels["state"]!, value]))).toEqual(Object.fromEntries(windows.map((row) => [row.state, Number(row.windows)])));
    });

    test("report each batch once, its memory as seen from outside, and one step up the memory ladder", async () => {
      expect(await told("sluice_sweep_batches_total", "counted", "outcome")).toEqual({ done: 5 });
      expect(await told("sluice_sweep_batches_total", "heavy", "outcome")).toEqual({ done: 1, "out-of-memory": 1 });
      for (const [name, batches] of [["counted", 5], ["heavy", 2]] as const) {
        expect(await sum("sluice_sweep_batch_peak_bytes_count", name)).toBe(batches);
        expect(await sum("sluice_sweep_batch_seconds_count", name)).toBe(batches);
      }
      const limits = await observed.prometheus.history('sluice_sweep_memory_limit_bytes{sweep="heavy"}');
      expect(Math.max(...limits.flatMap(({ points }) => points.map(({ value }) => value)))).toBeGreaterThan(128 * MEBIBYTE);
      const peak = (await sum("sluice_sweep_peak_memory_bytes", "heavy"))!;
      // The sample from outside is taken less often, and the peak lasts only a moment.
      expect(sampledPeak).toBeGreaterThan(0.5 * peak);
      expect(sampledPeak).toBeLessThan(1.1 * peak);
      expect(await sum("sluice_sweep_peak_memory_ratio", "heavy")).toBeGreaterThan(0.85);
      expect(await sum("sluice_sweep_peak_memory_bytes", "counted")).toBeGreaterThan(20 * MEBIBYTE);
      expect(await sum("sluice_sweep_peak_memory_ratio", "counted")).toBeLessThan(0.9);
    });

    test("never fall, whichever leader was scraped", async () => {
      const fallen = (await observed.prometheus.history('{__name__=~"sluice_sweep_.+_(total|count|sum|bucket)"}')).reduce((series, { labels, points }) => {
        const own = Object.entries(labels).filter(([name]) => !OF_THE_SCRAPE.includes(name)).sort();
        const key = JSON.stringify(own);
        return series.set(key, [...(series.get(key) ?? []), ...points]);
      }, new Map<string, { readonly at: number; readonly value: number }[]>());
      expect(fallen.size).toBeGreaterThan(100);
      const falls = [...fallen].flatMap(([key, points]) => {
        const values = points.sort((one, other) => one.at - other.at).map(({ value }) => value);
        const at = values.findIndex((value, index) => value < (values[index - 1] ?? 0));
        return at < 0 ? [] : [`${key}: ${values[at - 1]!} and then ${values[at]!}`];
      });
      expect(falls).toEqual([]);
      const leaders = await observed.prometheus.query("count(count by (pod) (max_over_time(sluice_sweep_batches_total[1h])))");
      expect(leaders[0]?.value).toBe(2);
    });

    test("are reported by its pods while they run, and never exceed the totals", async () => {
      const { prometheus } = observed;
      const [most] = await prometheus.query('sum(max_over_time(sluice_worker_requests_total{sweep="counted"}[1h]))');
      expect(most!.value).toBeGreaterThan(0);
      expect(most!.value).toBeLessThanOrEqual(counted.requests);
      const [inFlight] = await prometheus.query("max_over_time(sum(sluice_worker_in_flight_requests)[1h:1s])");
      expect(inFlight!.value).toBeGreaterThan(4);
      expect(inFlight!.value).toBeLessThanOrEqual(SHARED.host.inFlight);
      const [peak] = await prometheus.query('max(max_over_time(sluice_worker_anonymous_memory_peak_bytes{sweep="counted"}[1h]))');
      expect(peak!.value).toBeGreaterThan(20 * MEBIBYTE);
      expect(peak!.value).toBeLessThanOrEqual((await sum("sluice_sweep_peak_memory_bytes", "counted"))!);
    });
  });

  describe("every expression", () => {
    test("of the dashboards has data here", async () => {
      const expressions = panelExpressions().map(({ expr }) => expr);
      expect(expressions.length).toBeGreaterThan(50);
      expect(await withoutData([...new Set(expressions)])).toEqual([]);
    });

    test("of the alerts can be evaluated, and every series that it reads has data", async () => {
      const expressions = await alertExpressions({ name: installation.namespace, namespace: installation.namespace });
      expect(await withoutData([...new Set(expressions.flatMap(({ reads }) => reads))])).toEqual([]);
      const rules = await observed.prometheus.rules();
      expect(rules).toHaveLength(expressions.length);
      expect(rules.filter(({ health }) => health !== "ok")).toEqual([]);
    });

    test("of an alert about what happened here is true", async () => {
      const stateOf = async (name: string): Promise<string | undefined> => (await observed.prometheus.rules()).find((rule) => rule.name === name)?.state;
      await until("the blocked sweep is told", async () => (await stateOf("SluiceSweepBlocked")) === "firing");
      // These alerts have `for: 1m`.
      await until("what ended incomplete, and what ran out of memory, is seen", async () => !(await Promise.all(["SluiceSweepIncomplete", "SluiceOutOfMemory"].map(stateOf))).includes("inactive"));
    });
  });
});
