import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readSweepFile } from "../../../src/cli/sweep-files.ts";
import { complete, resolve } from "../../../src/documents/complete.ts";
import { SpecError } from "../../../src/model/errors.ts";
import type { ResolvedSpec } from "../../../src/model/resolved.ts";
import type { SweepDocument } from "../../../src/model/schema/documents.ts";
import { PROVIDERS, rulesFor } from "../../../src/providers/registry.ts";

const window = { start: 1_795_132_800, end: 1_795_219_200 };

function documentsOf(text: string): readonly SweepDocument[] {
  const { documents, problems } = readSweepFile("FILE", text);
  expect(problems).toEqual([]);
  return documents;
}

function example(name: string): readonly SweepDocument[] {
  return documentsOf(readFileSync(path.resolve(import.meta.dirname, "../../../examples", name), "utf8"));
}

/** A Sweep of its own, with `spec` in YAML's short form added. */
function sweepOf(spec: string): SweepDocument {
  return documentsOf(`apiVersion: sluice.dev/v1alpha1\nkind: Sweep\nmetadata: { name: one }\nspec: { window: { start: "2026-11-20" }, ${spec} }\n`)[0]!;
}

function resolved(document: SweepDocument, documents: readonly SweepDocument[] = []): ResolvedSpec {
  return resolve(complete(document, { providers: PROVIDERS, documents }), window);
}

describe("the daily RIPEstat sweep", () => {
  const spec = resolved(example("ripestat-daily.yaml")[0]!);

  test("asks the provider as its documentation says", () => {
    expect(spec.request.url).toBe(
      "https://stat.ripe.net/data/bgp-updates/data.json?resource={target}&starttime={start}&endtime={end}&unix_timestamps=TRUE&data_overload_limit=ignore&sourceapp=example-lab",
    );
    expect(spec.targets).toMatchObject({ atLeast: 80_000, maxShrink: 0.05, from: { kind: "http", url: "https://stat.ripe.net/data/ris-asns/data.json?list_asns=true&sourceapp=example-lab", prefix: "AS" } });
  });

  test("keeps the provider's rules", () => {
    const rules = rulesFor(spec.host.name, PROVIDERS)!;
    expect(rules.name).toBe("ripestat");
    expect(spec.host.inFlight).toBeLessThanOrEqual(rules.maxInFlight);
    expect(spec.canaries).toEqual({ targets: ["AS12654"], everySeconds: 60 });
  });

  test("has its quantities as numbers", () => {
    expect(spec).toMatchObject({
      dataset: "bgp/ripestat-daily",
      grid: { everySeconds: 86_400, settleSeconds: 14_400 },
      batch: { targets: 128, concurrency: 16, pods: 4, memoryBytes: 134_217_728, memoryMaxBytes: 1_073_741_824 },
      done: { atLeast: 0.999, passes: 5 },
      retentionSeconds: 63_072_000,
      select: { states: "incomplete" },
      replace: false,
    });
  });

  test("is plain JSON, so it comes back from Postgres unchanged", () => {
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });
});

test("a simulator or a mirror replaces the provider for list and data, and no provider's rules apply to it", () => {
  const spec = resolved(example("demo.yaml")[0]!);
  expect(spec.request.url).toMatch(/^http:\/\/127\.0\.0\.1:8480\/data\/bgp-updates\//);
  expect(spec.targets.from).toMatchObject({ url: "http://127.0.0.1:8480/data/ris-asns/data.json?list_asns=true&sourceapp=sluice-demo" });
  expect(spec.host.name).toBe("127.0.0.1:8480");
  expect(rulesFor(spec.host.name, PROVIDERS)).toBeNull();
});

test("another API needs no provider; its secrets are names of variables, never values", () => {
  const spec = resolved(example("custom.yaml")[0]!);
  expect(spec.request.headers).toEqual({ accept: { value: "application/json" }, authorization: { env: "SLUICE_SECRET_SENSOR_API_AUTHORIZATION" } });
  expect(spec.request.url).toBe("https://api.example.net/v2/events?sensor={target}&from={start}&to={end}&fields=at%2Ckind");
  expect(spec.request.compression).toEqual(["gzip", "br"]);
  expect(spec.targets.from).toMatchObject({ kind: "http", url: "https://api.example.net/v2/sensors?at={start}", prefix: "s-" });
  expect(spec.extract).toMatchObject({ time: "iso", maxParts: 100 });
});

describe("a Sweep of a CronSweep", () => {
  const daily = example("ripestat-daily.yaml");

  test("takes the fields that it does not set from there", () => {
    const [rerun] = example("rerun.yaml");
    const spec = resolved(rerun!, daily);
    expect(spec).toEqual({
      ...resolved(daily[0]!),
      batch: { ...resolved(daily[0]!).batch, memoryBytes: 536_870_912, memoryMaxBytes: 2_147_483_648 },
      select: { states: ["suspect", "mismatch", "failed", "missing"] },
    });
  });

  test("is narrowed by targets.list, while the list itself stays the CronSweep's", () => {
    const text = 'apiVersion: sluice.dev/v1alpha1\nkind: Sweep\nmetadata: { name: one, namespace: bgp }\nspec: { window: { start: "2026-11-20" }, cronSweepRef: { name: ripestat-daily }, select: all, replace: true, targets: { list: [AS3333] } }\n';
    const spec = resolved(documentsOf(text)[0]!, daily);
    expect(spec.select).toEqual({ states: "all", narrow: ["AS3333"] });
    expect(spec.replace).toBe(true);
    expect(spec.targets).toEqual(resolved(daily[0]!).targets);
  });

  test("has the CronSweep's grid", () => {
    expect(complete(example("rerun.yaml")[0]!, { providers: PROVIDERS, documents: daily }).grid).toEqual({ everySeconds: 86_400, settleSeconds: 14_400 });
  });

  test("may set memory above memoryMax", () => {
    const text = 'apiVersion: sluice.dev/v1alpha1\nkind: Sweep\nmetadata: { name: one, namespace: bgp }\nspec: { window: { start: "2026-11-20" }, cronSweepRef: { name: ripestat-daily }, batch: { memory: 4Gi } }\n';
    expect(resolved(documentsOf(text)[0]!, daily).batch).toMatchObject({ memoryBytes: 4_294_967_296, memoryMaxBytes: 4_294_967_296 });
  });

  test("that was not given is asked for", () => {
    expect(() => resolved(example("rerun.yaml")[0]!)).toThrow(
      new SpecError("the CronSweep bgp/ripestat-daily is in none of these files; give its file too, or put it into the same file with --- between them", { path: ["cronSweepRef", "name"] }),
    );
  });
});

test("in a cluster a ConfigMap is a file for prepare", () => {
  const document = sweepOf("provider: { name: ripestat }, targets: { configMap: { name: lists, key: asns.txt }, atLeast: 7 }");
  const { targets } = resolve(complete(document, { providers: PROVIDERS, inCluster: true }), window);
  expect(targets).toMatchObject({ from: { kind: "file", path: "/sluice-targets/list", origin: "key asns.txt of the ConfigMap lists" }, atLeast: 7 });
});

describe("what cannot be resolved is an error with the path of its field", () => {
  test.for<[string, string, string[], string]>([
    ["a ConfigMap on one machine", "provider: { name: ripestat }, targets: { configMap: { name: a, key: b } }", ["targets", "configMap"], "needs Kubernetes; on one machine use targets.list or targets.http"],
    [
      "two Secrets that would be the same variable",
      'provider: { name: ripestat }, targets: { list: [AS1] }, request: { headers: { a: { valueFrom: { secretKeyRef: { name: x-y, key: z } } }, b: { valueFrom: { secretKeyRef: { name: x, key: y-z } } } } }',
      ["request", "headers", "b"],
      "the Secrets x-y/z and x/y-z would both be SLUICE_SECRET_X_Y_Z; rename a key",
    ],
  ])("%s", ([, spec, path, sentence]) => expect(() => resolved(sweepOf(spec))).toThrow(new SpecError(sentence, { path })));
});

test("a Sweep without a CronSweep gives the dataset its own name, unless it sets another", () => {
  expect(resolved(sweepOf("provider: { name: ripestat }, targets: { list: [AS1] }")).dataset).toBe("default/one");
  expect(resolved(sweepOf("dataset: lab/x, provider: { name: ripestat }, targets: { list: [AS1] }")).dataset).toBe("lab/x");
});
