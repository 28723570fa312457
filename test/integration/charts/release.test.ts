import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { rightsListed, rightsTold } from "../../support/docs/controller-rights.ts";
import { hasKubernetes, type Ended } from "../../support/kube/programs.ts";
import { startApiServer, type ApiServer } from "../../support/kube/real-api-server.ts";
import { CHART, deployment, ofKind, render } from "../../support/kube/rendered-chart.ts";
import { ROOT } from "../../support/root.ts";
import { until } from "../../support/time/until.ts";

const DEFINITIONS = ["cronsweeps.sluice.dev", "sweeps.sluice.dev"];

/** A real API server without nodes: it accepts and stores what is installed, but no pod runs. */
describe.skipIf(!hasKubernetes)("a release (needs Kubernetes' programs)", () => {
  let server: ApiServer;
  let folder: string;
  /** The chart with another schema, like a later version. */
  let later: string;

  beforeAll(async () => {
    server = await startApiServer();
    folder = await mkdtemp(path.join(tmpdir(), "sluice-chart-"));
    later = path.join(folder, "sluice");
    await cp(CHART, later, { recursive: true });
    for (const name of await readdir(path.join(later, "templates/crds"))) {
      const file = path.join(later, "templates/crds", name);
      await writeFile(file, (await readFile(file, "utf8")).replace(/"schema" "[0-9a-f]+"/, '"schema" "later"'));
    }
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const helm = async (...args: string[]): Promise<Ended> => server.helm(args);
  const owners = async (): Promise<string[]> => {
    const { stdout } = await server.kubectl(["get", "crd", ...DEFINITIONS, "--output=json"]);
    const { items } = JSON.parse(stdout) as { items: { metadata: { annotations: Record<string, string> } }[] };
    return items.map(({ metadata }) => `${metadata.annotations["meta.helm.sh/release-name"]!} ${metadata.annotations["sluice.dev/schema"] === "later" ? "later" : "now"}`);
  };
  const can = async (verb: string, resource: string, namespace: string): Promise<boolean> =>
    (await server.kubectl(["auth", "can-i", verb, resource, `--namespace=${namespace}`, "--as=system:serviceaccount:one:one"])).stdout.trim() === "yes";

  test("installs with the documented command, and prints what to do next", async () => {
    const { stdout, stderr } = await helm("install", "one", CHART, "--namespace=one", "--create-namespace");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/helm test one --namespace one\n.*kubectl apply .*examples\/ripestat-daily.yaml\n.*kubectl get cronsweeps,sweeps/);
    expect(await owners()).toEqual(["one now", "one now"]);
  });

  test("gives the controller exactly the permissions of docs/kubernetes-reference.md", async () => {
    await until("roles hold", async () => can("list", "sweeps.sluice.dev", "anywhere"));
    const list = async (namespace: string): Promise<string[]> => rightsListed((await server.kubectl(["auth", "can-i", "--list", `--namespace=${namespace}`, "--as=system:serviceaccount:one:one"])).stdout).sort();
    const { watched, lease } = rightsTold("one");
    expect(await list("anywhere")).toEqual([...watched].sort());
    expect(await list("one")).toEqual([...watched, ...lease].sort());
  });

  test.for(["update cronsweeps.sluice.dev", "patch sweeps.sluice.dev", "get secrets", "get configmaps", "create pods", "create pods/exec", "update sweeps.sluice.dev/finalizers", "get nodes"])("does not let the controller %s", async (deed) => {
    const [verb, resource] = deed.split(" ") as [string, string];
    expect(await can(verb, resource, "one")).toBe(false);
  });

  test("adds the rights on sweeps to the roles view, edit and admin", async () => {
    const { stdout } = await server.kubectl(["get", "clusterrole", "one-view", "one-edit", "--output=jsonpath={.items[*].metadata.labels}"]);
    expect(stdout.match(/aggregate-to-\w+/g)?.sort()).toEqual(["aggregate-to-admin", "aggregate-to-admin", "aggregate-to-edit", "aggregate-to-edit", "aggregate-to-view"]);
  });

  test("has only pods that the restricted Pod Security Standard admits", async () => {
    await server.kubectl(["create", "namespace", "restricted"]);
    await server.kubectl(["label", "namespace", "restricted", "pod-security.kubernetes.io/enforce=restricted"]);
    const objects = await render();
    const database = parseAllDocuments(await readFile(path.join(ROOT, "examples/postgres.yaml"), "utf8")).map((document) => document.toJS() as { kind: string; spec: { template: { spec: object } } });
    const pods = {
      controller: deployment(objects).template.spec,
      check: ofKind(objects, "Pod")[0]!.spec as object,
      "the database for a try-out": database.find(({ kind }) => kind === "Deployment")!.spec.template.spec,
    };
    for (const [name, spec] of Object.entries(pods)) {
      const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "try", namespace: "restricted" }, spec };
      const { code, stderr } = await server.kubectl(["create", "--dry-run=server", "--filename=-"], JSON.stringify(pod));
      expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: "" });
    }
  });

  test("keeps definitions and sweeps when it is uninstalled", async () => {
    const sweep = { apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", metadata: { name: "kept" }, spec: { cronSweepRef: { name: "daily" }, window: { start: "2026-11-20" } } };
    expect((await server.kubectl(["create", "--filename=-"], JSON.stringify(sweep))).stderr).toBe("");
    expect((await helm("uninstall", "one", "--namespace=one")).code).toBe(0);
    expect((await server.kubectl(["get", "sweep", "kept", "--output=name"])).stdout.trim()).toBe("sweep.sluice.dev/kept");
  });

  test("installs again under another name, in another namespace", async () => {
    expect((await helm("install", "two", CHART, "--namespace=two", "--create-namespace")).stderr).toBe("");
    expect(await owners()).toEqual(["one now", "one now"]);
    expect((await server.kubectl(["get", "deployment", "two", "--namespace=two", "--output=name"])).code).toBe(0);
  });

  test("upgrades with definitions of another release, as long as they are the same", async () => {
    expect((await helm("upgrade", "two", CHART, "--namespace=two", "--set=replicas=2")).stderr).toBe("");
  });

  test("stops at definitions of another version: helm names their owner", async () => {
    const { code, stderr } = await helm("upgrade", "two", later, "--namespace=two");
    expect(code).toBe(1);
    expect(stderr).toMatch(/cronsweeps.sluice.dev.* must equal "two": current value is "one"/);
  });

  test("takes them over with --take-ownership, and upgrades them from then on", async () => {
    expect((await helm("upgrade", "two", later, "--namespace=two", "--take-ownership")).stderr).toBe("");
    expect(await owners()).toEqual(["two later", "two later"]);
    expect((await helm("upgrade", "two", CHART, "--namespace=two")).stderr).toBe("");
    expect(await owners()).toEqual(["two now", "two now"]);
    expect((await server.kubectl(["get", "sweep", "kept", "--output=name"])).code).toBe(0);
  });

  test("serves two namespaces with a Role in each, beside another release", async () => {
    for (const namespace of ["bgp", "lab"]) await server.kubectl(["create", "namespace", namespace]);
    expect((await helm("install", "one", CHART, "--namespace=one", "--set=watch.namespaces={bgp,lab}", "--set=rbac.aggregate=false")).stderr).toBe("");
    await until("roles hold", async () => can("create", "jobs.batch", "bgp"));
    expect([await can("create", "jobs.batch", "lab"), await can("create", "jobs.batch", "two")]).toEqual([true, false]);
  });
});
