import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCluster } from "../cluster/cluster.ts";
import { startKwok } from "../cluster/kwok.ts";
import { aJob, endOf } from "./support/job.ts";
import { type TestNamespace, createNamespace } from "./support/namespace.ts";
import { exposeOutsideService } from "./support/outside-service.ts";

const cluster = openCluster(process.env);
let namespace: TestNamespace;

beforeAll(async () => {
  namespace = await createNamespace(cluster, "smoke");
});

afterAll(() => namespace.remove());

/** Runs a script in a pod of our image to its end. */
async function run(name: string, words: readonly string[]): ReturnType<typeof endOf> {
  const place = { namespace: namespace.name, name };
  await cluster.apply(aJob(place, words));
  return endOf(cluster, place);
}

describe("the image", () => {
  test("prints its version in 128Mi, in a namespace that enforces the restricted standard", async () => {
    expect(await run("version", ["/sluice/sluice.mjs", "--version"])).toMatchObject({ exitCode: 0, reason: "Completed" });
    expect(await cluster.kubectl("logs", "--namespace", namespace.name, "job/version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("is not root, has no shell, and cannot write to its own files", async () => {
    const script = `
      const { existsSync, writeFileSync } = require("node:fs");
      const shell = ["/bin/sh", "/bin/bash", "/busybox/sh"].some((path) => existsSync(path));
      let written = true;
      try { writeFileSync("/sluice/worker.mjs", ""); } catch { written = false; }
      writeFileSync("/dev/termination-log", JSON.stringify({ user: process.getuid(), shell, written }));`;
    const { message } = await run("bare", ["-e", script]);
    expect(JSON.parse(message ?? "")).toEqual({ user: 65532, shell: false, written: false });
  });
});

describe("the cluster", () => {
  test("kills a container that grows beyond its memory, and says so", async () => {
    const hoard = "const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));";
    expect(await run("hoard", ["-e", hoard])).toMatchObject({ exitCode: 137, reason: "OOMKilled" });
  });

  test("lets a pod reach a process beside it by the name of a Service", async () => {
    const server = createServer((_, answer) => answer.end("from beside")).listen(0);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await exposeOutsideService(cluster, { namespace: namespace.name, name: "peer", port });
    const script = `
      import { setTimeout as wait } from "node:timers/promises";
      const url = "http://peer.${namespace.name}.svc.cluster.local:${port}/";
      const ask = () => fetch(url, { signal: AbortSignal.timeout(20_000) }).then((answer) => answer.text());
      const end = Date.now() + 20_000;
      // The node may learn of the Service after the pod has started.
      const again = (error) => { if (Date.now() > end) throw error; return wait(50); };
      let text;
      while (text === undefined) text = await ask().catch(again);
      (await import("node:fs")).writeFileSync("/dev/termination-log", text);`;
    const end = await run("caller", ["--input-type=module", "-e", script]);
    server.close();
    expect(end).toMatchObject({ exitCode: 0, message: "from beside" });
  });

  test("simulates a node on which pods end by rule, until it dies", async () => {
    const node = await startKwok(cluster, "played-1");
    try {
      const place = { namespace: namespace.name, name: "played" };
      const said = { annotations: { "sluice.test/runs-for": "2s", "sluice.test/says": "well played" } };
      await cluster.apply(onNode(aJob(place, ["--version"]), said, node.name, node.toleration));
      expect(await endOf(cluster, place)).toMatchObject({ exitCode: 0, message: "well played" });
      await node.die();
      await cluster.kubectl("wait", `node/${node.name}`, "--for=condition=Ready=Unknown", "--timeout=180s");
    } finally {
      await node.remove();
    }
  });
});

interface JobShape {
  readonly spec: { readonly template: { readonly spec: object } };
}

function onNode(job: object, metadata: object, name: string, toleration: object): object {
  const { spec, ...rest } = job as JobShape;
  const pod = { ...spec.template.spec, nodeSelector: { "kubernetes.io/hostname": name }, tolerations: [toleration] };
  return { ...rest, spec: { ...spec, template: { metadata, spec: pod } } };
}

describe("a part that was stopped", () => {
  test("comes back: the API server", async () => {
    await cluster.stopPart("apiserver");
    await expect(cluster.kubectl("get", "nodes")).rejects.toThrow(/refused|unreachable|EOF/);
    await cluster.startPart("apiserver");
    expect(await cluster.kubectl("get", "nodes", "--output", "name")).toBe(`node/${cluster.nodeName}\n`);
  });

  test("comes back: the kubelet, whose node is NotReady meanwhile", async () => {
    // The clients of the API server come back up to half a minute after it does.
    await cluster.stopPart("kubelet");
    await cluster.kubectl("wait", `node/${cluster.nodeName}`, "--for=condition=Ready=Unknown", "--timeout=180s");
    await cluster.startPart("kubelet");
    await cluster.kubectl("wait", `node/${cluster.nodeName}`, "--for=condition=Ready", "--timeout=180s");
    expect(await run("afterwards", ["--version"])).toMatchObject({ exitCode: 0 });
  });
});
