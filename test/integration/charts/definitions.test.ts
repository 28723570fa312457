import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { draftSweep } from "../../../src/controller/cron-sweep/draft-sweep.ts";
import type { CronSweepObject, SweepObject } from "../../../src/controller/resources.ts";
import { storedFlow } from "../../../src/controller/sweep/status.ts";
import { transformSweep } from "../../../src/controller/transforms.ts";
import { decideCronSweep } from "../../../src/decide/cron-sweep/cron-sweep.ts";
import { customResourceDefinitions } from "../../../src/model/schema/definitions.ts";
import { blocks, readPage } from "../../support/docs/page.ts";
import { hasKubernetes } from "../../support/kube/programs.ts";
import { startApiServer, type ApiServer } from "../../support/kube/real-api-server.ts";
import { ROOT } from "../../support/root.ts";
import { until } from "../../support/time/until.ts";
import { aRunning } from "../../unit/decide/builders.ts";
import { aSweep as aSeenSweep, aView } from "../../unit/decide/cron-sweep/world.ts";

const BAD = readdirSync(path.join(ROOT, "test/support/bad-files")).map((name) => `test/support/bad-files/${name}`);
const EXAMPLES = readdirSync(path.join(ROOT, "examples")).map((name) => `examples/${name}`);
const PAGES = ["README.md", ...readdirSync(path.join(ROOT, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];

function taggedSchema(file: string): boolean {
  return /^# by: schema$/m.test(readFileSync(path.join(ROOT, file), "utf8"));
}

describe.skipIf(!hasKubernetes)("an API server (needs Kubernetes' programs)", () => {
  let server: ApiServer;

  beforeAll(async () => {
    server = await startApiServer();
    const made = await server.kubectl(["create", "--filename=-"], customResourceDefinitions().map((definition) => JSON.stringify(definition)).join("\n---\n"));
    expect(made.stderr).toBe("");
    await server.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
    for (const namespace of ["bgp", "lab"]) await server.kubectl(["create", "namespace", namespace]);
    await until("both kinds are known", async () => (await server.kubectl(["get", "sluice", "--all-namespaces"])).code === 0);
  });

  afterAll(async () => server.stop());

  const create = async (object: object, ...options: string[]) => server.kubectl(["create", "--filename=-", ...options], JSON.stringify(object));
  const patch = async (spec: object) => server.kubectl(["patch", "sweep", "made", "--type=merge", "--patch", JSON.stringify({ spec })]);

  test("reports no problem with the definitions", async () => {
    const { stdout } = await server.kubectl(["get", "crd", "--output=json"]);
    const { items } = JSON.parse(stdout) as { items: { status: { conditions: { type: string; status: string; message: string }[] } }[] };
    expect(items).toHaveLength(2);
    expect(items.flatMap(({ status }) => status.conditions).filter(({ type, status }) => (type === "NonStructuralSchema") === (status === "True"))).toEqual([]);
  });

  test.for(BAD.filter(taggedSchema))("refuses %s, which is tagged schema", async (file) => {
    expect((await server.kubectl(["apply", "--dry-run=server", "--filename", path.join(ROOT, file)])).code).not.toBe(0);
  });

  test.for(BAD.filter((file) => !taggedSchema(file)))("accepts %s, which is tagged semantic: the controller reports its mistake", async (file) => {
    expect((await server.kubectl(["create", "--dry-run=server", "--filename", path.join(ROOT, file)])).stderr).toBe("");
  });

  test.for(EXAMPLES)("accepts %s", async (file) => {
    const { stdout, stderr } = await server.kubectl(["apply", "--dry-run=server", "--filename", path.join(ROOT, file)]);
    expect(stderr.replace(/^Warning: resource namespaces\/bgp is missing.*\n/, "")).toBe("");
    expect(stdout).toContain("dry run");
  });

  test("accepts every CronSweep and Sweep of the documentation", async () => {
    const shown = PAGES.flatMap((page) => blocks(readPage(page), "yaml")).flatMap((block) => parseAllDocuments(block).map((document) => document.toJS() as { apiVersion?: string } | null));
    const ours = shown.filter((object) => object?.apiVersion === "sluice.dev/v1alpha1");
    for (const object of ours) expect((await create(object!, "--dry-run=server")).stderr).toBe("");
  });

  test("fills in only defaults that no preset can change", async () => {
    const { stdout } = await create(aCronSweep({ provider: { name: "ripestat" }, targets: { preset: "ris-asns" } }), "--dry-run=server", "--output=json");
    expect((JSON.parse(stdout) as { spec: object }).spec).toEqual({
      schedule: "@daily",
      timeZone: "Etc/UTC",
      suspend: false,
      concurrencyPolicy: "Forbid",
      successfulSweepsHistoryLimit: 3,
      failedSweepsHistoryLimit: 1,
      catchUp: { windows: 7 },
      sweepTemplate: { spec: { provider: { name: "ripestat" }, targets: { preset: "ris-asns" } } },
    });
  });

  test("prints the columns of the definitions", async () => {
    expect((await server.kubectl(["get", "csw"])).stderr).toContain("No resources found");
    const [cron, one] = customResourceDefinitions().map(({ spec }) => spec.versions[0]!.additionalPrinterColumns.filter(({ priority }) => priority === undefined).map(({ name }) => name.toUpperCase()));
    await create(aCronSweep({ provider: { name: "ripestat" }, targets: { list: ["AS3333"] } }));
    expect((await server.kubectl(["get", "csw"])).stdout.split("\n")[0]!.split(/ {2,}/)).toEqual(["NAME", ...cron!]);
    await create({ ...aSweep({ select: ["failed"] }), metadata: { name: "printed" } });
    const [head, line] = (await server.kubectl(["get", "sw", "printed"])).stdout.split("\n");
    expect(head!.split(/ {2,}/)).toEqual(["NAME", ...one!]);
    expect(line!.split(/ {2,}/).slice(0, 2)).toEqual(["printed", "2026-11-20"]);
  });

  test("prunes nothing from flow and frozen, not even unknown fields", async () => {
    await create({ ...aSweep({}), metadata: { name: "kept" } });
    const status = { phase: "Running", flow: { phase: "Running", later: { than: ["this"] } }, frozen: { unknown: 1 }, conditions: [] };
    const patched = await server.kubectl(["patch", "sweep", "kept", "--subresource=status", "--type=merge", "--patch", JSON.stringify({ status }), "--output=json"]);
    expect((JSON.parse(patched.stdout) as { status: object }).status).toEqual(status);
  });

  test("stores a CronSweep's status as the controller writes it, and accepts the Sweep that it creates", async () => {
    const file = path.join(ROOT, "examples/ripestat-daily.yaml");
    expect((await server.kubectl(["create", "--filename", file])).stderr).toBe("");
    const view = aView({ name: "ripestat-daily", trigger: "2026-11-18", status: { active: ["gone"], handledTrigger: "old" }, sweeps: [aSeenSweep("ripestat-daily-20261119", "2026-11-19", { state: "complete", endedAt: 1_795_000_000 })] });
    const { status } = decideCronSweep(view);
    expect(status).toMatchObject({ starting: [{ by: "trigger" }], windows: [{ state: "complete" }] });
    const patched = await server.kubectl(["patch", "csw", "ripestat-daily", "--namespace=bgp", "--subresource=status", "--type=merge", "--patch", JSON.stringify({ status }), "--output=json"]);
    const cronSweep = JSON.parse(patched.stdout) as CronSweepObject;
    expect(cronSweep.status).toEqual(status);
    const made = await create({ apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", ...draftSweep(cronSweep, status.starting![0]!) }, "--output=json");
    expect(made.stderr).toBe("");
    expect(JSON.parse(made.stdout)).toMatchObject({ spec: { cronSweepRef: { name: "ripestat-daily" }, window: { start: "2026-11-18" }, select: "incomplete", suspend: false } });
  });

  test.for<[string, object, object, string]>([
    ["a minute of 61", { schedule: "61 * * * *" }, {}, "spec.schedule: Invalid value: must be five cron fields, each within its bounds, such as 0 5 * * *, or a macro such as @daily"],
    ["an unknown macro", { schedule: "@dayly" }, {}, "spec.schedule: Invalid value: must be five cron fields"],
    ["an unknown time zone", { timeZone: "Europe/Amsterdm" }, {}, "spec.timeZone: Invalid value: "],
    ["the time zone of whatever the server runs in", { timeZone: "Local" }, {}, "spec.timeZone: Invalid value: must be a time zone such as Etc/UTC"],
    ["32Mi for a batch", {}, { batch: { memory: "32Mi" } }, "spec.sweepTemplate.spec.batch.memory: Invalid value: must be at least 64Mi"],
    ["32Mi for prepare", {}, { prepare: { memory: "32Mi" } }, "spec.sweepTemplate.spec.prepare.memory: Invalid value: must be at least 64Mi"],
    ["a settle time of 31 days", {}, { window: { settle: "30d1s" } }, "spec.sweepTemplate.spec.window.settle: Invalid value: must be at most 30d"],
    ["a retention of half a day", {}, { store: { retention: "11h59m60s" } }, "spec.sweepTemplate.spec.store.retention: Invalid value: must be at least 1d"],
  ])("refuses %s", async ([, cronSweep, template, sentence]) => {
    const object = aCronSweep({ provider: { name: "ripestat" }, targets: { preset: "ris-asns" }, ...template }) as { spec: object };
    expect((await create({ ...object, spec: { ...object.spec, ...cronSweep } }, "--dry-run=server")).stderr.replaceAll(/Invalid value: "[^"]*": /g, "Invalid value: ")).toContain(sentence);
  });

  test.for([
    { schedule: "5/15 ? 1,,15 jan-Mar/2 *" },
    { schedule: "@hourly", timeZone: "America/Argentina/Buenos_Aires" },
    { schedule: " 05 +5 * * sun " },
  ])("accepts %o", async (cronSweep) => {
    const object = aCronSweep({ provider: { name: "ripestat" }, targets: { preset: "ris-asns" }, window: { settle: "30d" }, store: { retention: "24h" }, batch: { memory: "64Mi" } }) as { metadata: object; spec: object };
    expect((await create({ ...object, metadata: { name: "another" }, spec: { ...object.spec, ...cronSweep } }, "--dry-run=server")).stderr).toBe("");
  });

  test("takes the status and nothing else from the part of a Sweep that the controller keeps", async () => {
    const { stdout } = await create({ ...aSweep({ select: ["failed"] }), metadata: { name: "partly", labels: { team: "a" }, annotations: { note: "b" } } }, "--output=json");
    const made = JSON.parse(stdout) as SweepObject;
    const kept = { ...transformSweep(made), status: { phase: "Invalid", flow: storedFlow(aRunning()) } };
    const replaced = await server.kubectl(["replace", "--subresource=status", "--filename=-", "--output=json"], JSON.stringify({ apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", ...kept }));
    expect(replaced.stderr).toBe("");
    const after = JSON.parse(replaced.stdout) as SweepObject;
    expect(after).toMatchObject({ spec: made.spec, status: kept.status, metadata: { labels: { team: "a" }, annotations: { note: "b" }, generation: 1 } });
  });

  describe("of an existing Sweep", () => {
    beforeAll(async () => {
      expect((await create(aSweep({ select: ["failed"], batch: { memory: "256Mi", pods: 2, podTemplate: { affinity: { nodeAffinity: {} } } } }))).stderr).toBe("");
    });

    test.for<[string, object, string]>([
      ["the window", { window: { start: "2026-11-21" } }, "spec.window"],
      ["the selection, which has no type", { select: "all" }, "spec.select"],
      ["the selection together with what may change", { select: "all", suspend: true, batch: { pods: 3 } }, "spec.select"],
      ["the CronSweep", { cronSweepRef: { name: "other" } }, "spec.cronSweepRef"],
      ["the memory", { batch: { memory: "1Gi" } }, "spec.batch.memory"],
      ["a field of podTemplate that is passed on", { batch: { podTemplate: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } } } }, "spec.batch.podTemplate"],
      ["a field that was absent", { done: { passes: 2 } }, "spec.done"],
      ["the batch as a whole", { batch: null }, "spec.batch.memory"],
      ["a very long list of targets", { targets: { list: Array.from({ length: 10_000 }, (_, index) => `AS${index}`) } }, "spec.targets"],
    ])("refuses to change %s", async ([, spec, field]) => {
      const { stderr } = await patch(spec);
      expect(stderr).toContain(`${field}: Invalid value`);
      expect(stderr).toContain("immutable: only suspend, host, prepare and batch.pods of a Sweep can be changed; create another Sweep instead");
    });

    test.for<[string, object]>([
      ["suspend", { suspend: true }],
      ["the host", { host: { inFlight: 3 } }],
      ["the number of pods", { batch: { pods: 7 } }],
      ["the memory of prepare", { prepare: { memory: "128Mi" } }],
      ["all of them, by removing them", { suspend: null, host: null, prepare: null, batch: { pods: null } }],
    ])("allows to change %s", async ([, spec]) => {
      expect((await patch(spec)).stderr).toBe("");
    });
  });

  test.for([
    ["CronSweep", 34],
    ["Sweep", 52],
  ] as const)("accepts a %s's name of %d characters, but no longer one", async ([kind, longest]) => {
    const object = kind === "Sweep" ? aSweep({}) : aCronSweep({ provider: { name: "ripestat" }, targets: { list: ["AS3333"] } });
    expect((await create({ ...object, metadata: { name: "n".repeat(longest) } }, "--dry-run=server")).stderr).toBe("");
    expect((await create({ ...object, metadata: { name: "n".repeat(longest + 1) } }, "--dry-run=server")).stderr).toContain("metadata.name");
  });
});

function aSweep(spec: object): object {
  return { apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", metadata: { name: "made" }, spec: { cronSweepRef: { name: "daily" }, window: { start: "2026-11-20" }, ...spec } };
}

function aCronSweep(spec: object): object {
  return { apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", metadata: { name: "daily" }, spec: { schedule: "@daily", sweepTemplate: { spec } } };
}
