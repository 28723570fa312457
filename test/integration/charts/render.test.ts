import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { HEALTH_PORT } from "../../../src/controller/job/job.ts";
import { codes, readPage, section, tableRows } from "../../support/docs/page.ts";
import { HELM, hasHelm, run } from "../../support/kube/programs.ts";
import { CHART, deployment, environment, ofKind, render, type Rendered, type Rule } from "../../support/kube/rendered-chart.ts";

const EVERYTHING = {
  replicas: 2,
  watch: { namespaces: ["bgp", "lab"] },
  imagePullSecrets: [{ name: "registry" }],
  workers: { imagePullSecrets: ["registry", "mirror"], proxy: { https: "http://proxy:3128", http: "http://proxy:3128", noProxy: "10.0.0.0/8" }, extraCA: { configMap: "company-ca", key: "ca.pem" } },
  metrics: { podMonitor: { enabled: true, labels: { release: "prometheus" } } },
  alerts: { enabled: true },
  networkPolicy: { apiServerCIDRs: ["10.96.0.1/32", "fd00::1/128"], controller: { enabled: true }, workers: { namespaces: ["bgp"], ports: [443, 6432] }, metricsFrom: [{ namespaceSelector: {} }] },
  pod: { labels: { team: "a" }, annotations: { note: "b" }, nodeSelector: { disk: "ssd" }, tolerations: [{ operator: "Exists" }], affinity: { nodeAffinity: {} }, priorityClassName: "high" },
  serviceAccount: { annotations: { role: "c" } },
};

const DNS = [{ port: 53, protocol: "UDP" }, { port: 53, protocol: "TCP" }];

/** "update sluice.dev sweeps/status", for each. */
function allowed(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) => apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group === "" ? "core" : group} ${resource}`)))).sort();
}

function ofTable(rows: readonly string[][]): string[] {
  return rows.flatMap(([group, resources, verbs]) => codes(verbs!).map((verb) => `${verb} ${group!.replaceAll("`", "")} ${codes(resources!)[0]!}`)).sort();
}

function rulesOf(objects: readonly Rendered[], kind: string, name: string): readonly Rule[] {
  return ofKind(objects, kind).find((object) => object.metadata.name === name)!.rules!;
}

describe.skipIf(!hasHelm)("the chart (needs helm)", () => {
  test("passes helm lint", async () => {
    const { code, stdout } = await run(HELM!, ["lint", CHART, "--strict"], { env: { HOME: "/nowhere" } });
    expect(stdout).toContain("0 chart(s) failed");
    expect(code).toBe(0);
  });

  test("renders for the oldest supported Kubernetes, and for none before", async () => {
    expect((await run(HELM!, ["template", CHART, "--kube-version=1.31.0"], { env: { HOME: "/nowhere" } })).code).toBe(0);
    expect((await run(HELM!, ["template", CHART, "--kube-version=1.30.9"], { env: { HOME: "/nowhere" } })).stderr).toContain("incompatible with Kubernetes");
  });

  test("creates only what it needs by default", async () => {
    const created = (await render()).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(created.sort()).toEqual([
      "ClusterRole sluice", "ClusterRole sluice-edit", "ClusterRole sluice-view", "ClusterRoleBinding sluice", "CustomResourceDefinition cronsweeps.sluice.dev", "CustomResourceDefinition sweeps.sluice.dev",
      "Deployment sluice", "Pod sluice-check", "Role sluice-lease", "RoleBinding sluice-lease", "Service sluice", "ServiceAccount sluice",
    ]);
  });

  test("creates everything with every option", async () => {
    const created = (await render(EVERYTHING)).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);
    expect(created.filter((line) => /NetworkPolicy|PodMonitor|PodDisruption|Prometheus|^Role |RoleBinding/.test(line)).sort()).toEqual([
      "NetworkPolicy bgp/sluice-workers", "NetworkPolicy sluice/sluice", "PodDisruptionBudget sluice/sluice", "PodMonitor sluice/sluice", "PodMonitor sluice/sluice-workers", "PrometheusRule sluice/sluice",
      "Role bgp/sluice", "Role lab/sluice", "Role sluice/sluice-lease", "RoleBinding bgp/sluice", "RoleBinding lab/sluice", "RoleBinding sluice/sluice-lease",
    ]);
  });

  test("has no hook except the test", async () => {
    const hooks = (await render(EVERYTHING)).filter(({ metadata }) => metadata.annotations?.["helm.sh/hook"] !== undefined);
    expect(hooks.map(({ metadata }) => metadata.annotations!["helm.sh/hook"])).toEqual(["test"]);
  });

  test.for<[string, object, string]>([
    ["the chart's own version", {}, "ghcr.io/sluice-dev/sluice:0.1.0"],
    ["another registry", { image: { registry: "registry.example.net:5000" } }, "registry.example.net:5000/sluice-dev/sluice:0.1.0"],
    ["no registry", { image: { registry: "" } }, "sluice-dev/sluice:0.1.0"],
    ["a tag", { image: { tag: "dev" } }, "ghcr.io/sluice-dev/sluice:dev"],
    ["a digest, which overrides the tag", { image: { tag: "dev", digest: `sha256:${"0a".repeat(32)}` } }, `ghcr.io/sluice-dev/sluice@sha256:${"0a".repeat(32)}`],
  ])("gives controller, check and Jobs the same image: %s", async ([, values, image]) => {
    const objects = await render(values);
    const check = ofKind(objects, "Pod")[0]!.spec as { containers: [{ image: string }] };
    expect([deployment(objects).template.spec.containers[0].image, environment(objects)["SLUICE_IMAGE"], check.containers[0].image]).toEqual([image, image, image]);
  });

  test("sets the controller's environment", async () => {
    expect(environment(await render())).toEqual({ SLUICE_NAMESPACES: "", SLUICE_LEASE: "sluice", SLUICE_PORT: "8080", SLUICE_LOG_LEVEL: "info", SLUICE_IMAGE: "ghcr.io/sluice-dev/sluice:0.1.0", SLUICE_IMAGE_PULL_POLICY: "IfNotPresent", SLUICE_WORKER_SCRAPE_ANNOTATIONS: "true" });
    expect(environment(await render(EVERYTHING))).toMatchObject({
      SLUICE_NAMESPACES: "bgp,lab",
      SLUICE_WORKER_PULL_SECRETS: "registry,mirror",
      SLUICE_WORKER_HTTPS_PROXY: "http://proxy:3128",
      SLUICE_WORKER_HTTP_PROXY: "http://proxy:3128",
      SLUICE_WORKER_NO_PROXY: "10.0.0.0/8",
      SLUICE_WORKER_CA_CONFIGMAP: "company-ca",
      SLUICE_WORKER_CA_KEY: "ca.pem",
    });
  });

  test.for<[string, object, object]>([
    ["by annotations", {}, { pod: { scrape: "true", port: "8080", path: "/metrics" }, workers: "true", monitors: [] }],
    ["by PodMonitors, and then not by annotations", { metrics: { podMonitor: { enabled: true } } }, { pod: {}, workers: undefined, monitors: ["sluice", "sluice-workers"] }],
    ["not at all", { metrics: { annotations: false } }, { pod: {}, workers: undefined, monitors: [] }],
    ["by annotations, unless the pod's own say otherwise", { pod: { annotations: { "prometheus.io/scrape": "false" } } }, { pod: { scrape: "false", port: "8080", path: "/metrics" }, workers: "true", monitors: [] }],
  ])("lets Prometheus find the pods: %s", async ([, values, found]) => {
    const objects = await render(values);
    const annotations = Object.entries(deployment(objects).template.metadata.annotations!).filter(([name]) => name.startsWith("prometheus.io/"));
    const pod = Object.fromEntries(annotations.map(([name, value]) => [name.slice("prometheus.io/".length), value]));
    expect({ pod, workers: environment(objects)["SLUICE_WORKER_SCRAPE_ANNOTATIONS"], monitors: ofKind(objects, "PodMonitor").map(({ metadata }) => metadata.name) }).toEqual(found);
  });

  test("keeps the pods of sweeps from the API server and link-local addresses, and the controller to the API server", async () => {
    const policies = ofKind(await render(EVERYTHING), "NetworkPolicy");
    const egress = policies.map(({ spec }) => (spec as { egress: readonly { readonly to?: unknown; readonly ports: readonly { readonly port: number }[] }[] }).egress);
    expect(egress.map((rules) => rules[0])).toEqual([{ ports: DNS }, { ports: DNS }]);
    expect(egress.map((rules) => rules.slice(1).map(({ to, ports }) => ({ to, ports: ports.map(({ port }) => port) })))).toEqual([
      [{ ports: [443, 6443], to: [{ ipBlock: { cidr: "10.96.0.1/32" } }, { ipBlock: { cidr: "fd00::1/128" } }] }],
      [{
        ports: [443, 6432],
        to: [
          { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16", "10.96.0.1/32"] } },
          { ipBlock: { cidr: "::/0", except: ["fe80::/10", "fd00:ec2::254/128", "fd00::1/128"] } },
          { namespaceSelector: {} },
        ],
      }],
    ]);
  });

  test("admits readers of metrics from where metricsFrom says, at the right ports", async () => {
    const from = [{ namespaceSelector: { matchLabels: { team: "metrics" } } }];
    const policies = ofKind(await render({ ...EVERYTHING, networkPolicy: { ...EVERYTHING.networkPolicy, metricsFrom: from } }), "NetworkPolicy");
    const ingress = policies.map(({ metadata, spec }) => [metadata.name, (spec as { ingress: unknown }).ingress]);
    expect(ingress).toMatchObject([["sluice", [{ ports: [{ port: 8080 }], from: [from[0], {}] }]], ["sluice-workers", [{ ports: [{ port: HEALTH_PORT }], from }]]]);
  });

  test.for([
    ["128Mi", 64],
    ["1Gi", 512],
  ] as const)("with %s of memory requests its limit, and gives Node a heap of %d MiB", async ([memory, old]) => {
    const { resources, command } = deployment(await render({ resources: { memory } })).template.spec.containers[0];
    expect([resources.requests["memory"], resources.limits["memory"]]).toEqual([memory, memory]);
    expect(command).toEqual(["/nodejs/bin/node", `--max-old-space-size=${old}`, "--max-semi-space-size=4", "/sluice/controller.mjs"]);
  });

  test("does not run the controller as process 1 of its namespace, which would miss a SIGTERM while it starts", async () => {
    expect(deployment(await render()).template.spec["shareProcessNamespace"]).toBe(true);
  });

  test("passes the settings of the controller's pod on", async () => {
    const { metadata, spec } = deployment(await render(EVERYTHING)).template;
    expect(metadata).toMatchObject({ labels: { team: "a" }, annotations: { note: "b" } });
    expect(spec).toMatchObject({ nodeSelector: { disk: "ssd" }, tolerations: [{ operator: "Exists" }], affinity: { nodeAffinity: {} }, priorityClassName: "high", imagePullSecrets: [{ name: "registry" }] });
  });

  test("does not let pod.labels override the labels of the selector", async () => {
    const labels = { "app.kubernetes.io/name": "other", "app.kubernetes.io/component": "other" };
    expect(deployment(await render({ pod: { labels } })).template.metadata.labels).toMatchObject({ "app.kubernetes.io/name": "sluice", "app.kubernetes.io/component": "controller" });
  });

  test("spreads two replicas over nodes, but not one", async () => {
    const keys = async (values: object) => deployment(await render(values)).template.spec["topologySpreadConstraints"];
    expect(await keys({})).toBeUndefined();
    expect(await keys({ replicas: 2 })).toMatchObject([{ topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" }]);
  });

  test.for<[string, object, readonly string[]]>([
    ["keeps them from helm, Argo CD and Flux", {}, ["argocd.argoproj.io/sync-options", "helm.sh/resource-policy", "kustomize.toolkit.fluxcd.io/prune", "sluice.dev/schema"]],
    ["does not keep them with crds.keep off", { crds: { keep: false } }, ["sluice.dev/schema"]],
  ])("the definitions: %s", async ([, values, annotations]) => {
    for (const { metadata } of ofKind(await render(values), "CustomResourceDefinition")) expect(Object.keys(metadata.annotations!).sort()).toEqual(annotations);
  });

  test("the definitions: are left out with crds.enabled off", async () => {
    expect(ofKind(await render({ crds: { enabled: false } }), "CustomResourceDefinition")).toEqual([]);
  });

  test("no value is meant for a secret", () => {
    const leaves = (value: unknown, at: string): string[] => (typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${at}.${name}`)) : [at]);
    const names = leaves(parse(readFileSync(path.join(CHART, "values.yaml"), "utf8")), "");
    expect(names.filter((name) => /password|token|secret|credential|uri/i.test(name))).toEqual([".imagePullSecrets", ".workers.imagePullSecrets"]);
  });

  test.for<[string, object, string]>([
    ["a string for a number", { replicas: "two" }, "at '/replicas': got string, want integer"],
    ["a misspelt field", { image: { tga: "x" } }, "at '/image': additional properties 'tga' not allowed"],
    ["an invalid namespace", { watch: { namespaces: ["BGP"] } }, "at '/watch/namespaces/0': 'BGP' does not match"],
    ["memory in another unit", { resources: { memory: "128M" } }, "at '/resources/memory': '128M' does not match"],
    ["a proxy with a password", { workers: { proxy: { https: "http://me:mine@proxy:3128" } } }, "at '/workers/proxy/https'"],
    ["an invalid digest", { image: { digest: "sha256:12" } }, "at '/image/digest'"],
    ["workers that could reach the API server", { networkPolicy: { workers: { namespaces: ["bgp"] } } }, "networkPolicy.workers.namespaces needs networkPolicy.apiServerCIDRs"],
    ["an address without its network", { networkPolicy: { apiServerCIDRs: ["10.0.0.1"] } }, "at '/networkPolicy/apiServerCIDRs/0'"],
    ["an invalid port", { networkPolicy: { workers: { ports: [99_999] } } }, "at '/networkPolicy/workers/ports/0'"],
    ["no ServiceAccount at all", { serviceAccount: { create: false } }, "at '/serviceAccount/name'"],
    ["an invalid label for the dashboards", { dashboards: { enabled: true, label: "bad label!" } }, "at '/dashboards/label'"],
    ["an invalid annotation for their folder", { dashboards: { enabled: true, folderAnnotation: "k8s sidecar/folder" } }, "at '/dashboards/folderAnnotation'"],
    ["a misspelt field of the dashboards", { dashboards: { enabeld: true } }, "at '/dashboards': additional properties 'enabeld' not allowed"],
    ["a misspelt field of the alerts", { alerts: { enabled: true, memoryNaer: {} } }, "at '/alerts': additional properties 'memoryNaer' not allowed"],
  ])("refuses %s", async ([, values, sentence]) => {
    await expect(render(values)).rejects.toThrow(sentence);
  });

  describe("its permissions", () => {
    const page = readPage("docs/kubernetes-reference.md");
    const [watched, lease] = section(page, "The controller").split("In the release's namespace only:");

    test("are those of docs/kubernetes-reference.md, in the whole cluster", async () => {
      const objects = await render();
      expect(allowed(rulesOf(objects, "ClusterRole", "sluice"))).toEqual(ofTable(tableRows(watched!)));
      expect(allowed(rulesOf(objects, "Role", "sluice-lease"))).toEqual(ofTable(tableRows(lease!)));
    });

    test("are the same in each watched namespace, without any in the whole cluster", async () => {
      const objects = await render({ watch: { namespaces: ["bgp", "lab"] }, rbac: { aggregate: false } });
      const roles = ofKind(objects, "Role").filter(({ metadata }) => metadata.name === "sluice");
      expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(["bgp", "lab"]);
      for (const { rules } of roles) expect(allowed(rules!)).toEqual(ofTable(tableRows(watched!)));
      expect(objects.filter(({ kind }) => kind.startsWith("ClusterRole"))).toEqual([]);
    });

    test("of people are those of the page, aggregated to view, edit and admin", async () => {
      const objects = await render();
      for (const [role, addedTo, resources, verbs] of tableRows(section(page, "People"))) {
        const { metadata, rules } = ofKind(objects, "ClusterRole").find((object) => object.metadata.name === codes(role!)[0])!;
        const labels = Object.keys(metadata.labels).filter((label) => label.startsWith("rbac.")).map((label) => label.replace(/.*aggregate-to-/, ""));
        expect(labels.sort()).toEqual(addedTo!.split(", ").sort());
        expect(rules).toEqual([{ apiGroups: ["sluice.dev"], resources: codes(resources!), verbs: codes(verbs!) }]);
      }
    });

    test("include no wildcard, no Secret, no ConfigMap and no finalizer", async () => {
      const all = (await render(EVERYTHING)).flatMap(({ rules }) => allowed(rules ?? []));
      expect(all.filter((line) => /\*|secrets|configmaps|finalizers|pods\/|nodes/.test(line))).toEqual([]);
    });
  });
});
