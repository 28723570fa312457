import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KubeClient } from "../../../src/kube/client.ts";
import { kubeconfigConnection, kubeconfigFiles } from "../../../src/kubectl/kubeconfig.ts";
import { selfSigned } from "../../../src/simulate/certificate.ts";
import { REAL_CLOCK } from "../../support/postgres/store.ts";
import { aFolder } from "../../support/processes/sluice.ts";

/** What the server saw of who asked. */
interface Seen {
  readonly authorization: string | undefined;
  readonly clientCertificate: boolean;
  readonly user: string | undefined;
}

const server = selfSigned(["api.example"]);
const client = selfSigned();
let folder: Awaited<ReturnType<typeof aFolder>>;
let listening: https.Server;
let proxy: http.Server;
let tunnels = 0;
let url: string;

beforeAll(async () => {
  folder = await aFolder();
  listening = https.createServer({ key: server.key, cert: server.certificate, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const { authorization, "impersonate-user": user } = request.headers as Record<string, string | undefined>;
    const clientCertificate = request.socket instanceof TLSSocket && request.socket.getPeerX509Certificate() !== undefined;
    response.end(JSON.stringify({ authorization, clientCertificate, user }));
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  url = `https://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  proxy = http.createServer();
  proxy.on("connect", (request: http.IncomingMessage, socket: net.Socket) => {
    tunnels += 1;
    const [host, port] = request.url!.split(":");
    const onward = net.connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [onward, socket]) one.on("error", () => [onward, socket].forEach((each) => each.destroy()));
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
});

afterAll(async () => {
  listening.close();
  listening.closeAllConnections();
  proxy.close();
  await folder.remove();
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

async function aKubeconfig(name: string, cluster: object, user: object): Promise<string> {
  const file = path.join(folder.path, name);
  const [clusters, users, contexts] = [[{ name, cluster: { server: url, ...cluster } }], [{ name, user }], [{ name, context: { cluster: name, user: name } }]];
  await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": name, clusters, users, contexts }));
  return file;
}

/** One request, as the client sends it. */
async function ask(files: readonly string[], context?: string): Promise<Seen> {
  const { connection } = await kubeconfigConnection(files, { context });
  const kube = new KubeClient(connection, { clock: { now: () => 0, ...REAL_CLOCK }, random: () => 0, userAgent: "test" });
  try {
    return (await kube.about("/version")) as Seen;
  } finally {
    await connection.dispatcher.destroy();
  }
}

const trusted = { "certificate-authority-data": base64(server.certificate) };

describe("a kubeconfig is read as kubectl reads it", () => {
  test("a token, and the cluster's own CA", async () => {
    expect(await ask([await aKubeconfig("token", trusted, { token: "secret" })])).toEqual({ authorization: "Bearer secret", clientCertificate: false });
  });

  test("a client certificate", async () => {
    const user = { "client-certificate-data": base64(client.certificate), "client-key-data": base64(client.key) };
    expect(await ask([await aKubeconfig("certificate", trusted, user)])).toEqual({ clientCertificate: true });
  });

  test("name and password, or another user to impersonate", async () => {
    expect(await ask([await aKubeconfig("basic", trusted, { username: "me", password: "pw", as: "you" })])).toMatchObject({ authorization: `Basic ${base64("me:pw")}`, user: "you" });
  });

  test("an exec plugin", async () => {
    const plugin = path.join(folder.path, "plugin.sh");
    await writeFile(plugin, `#!/bin/sh\nprintf '%s' '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"made"}}'\n`);
    await chmod(plugin, 0o755);
    expect(await ask([await aKubeconfig("exec", trusted, { exec: { apiVersion: "client.authentication.k8s.io/v1", command: plugin, interactiveMode: "Never" } })])).toMatchObject({ authorization: "Bearer made" });
  });

  test("a missing exec plugin is an error with its name", async () => {
    const file = await aKubeconfig("no-exec", trusted, { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "/no/such/plugin" } });
    await expect(ask([file])).rejects.toThrow(/^Cannot get the credentials of the context no-exec: spawn \/no\/such\/plugin ENOENT/);
  });

  test("a server with an unknown CA is refused, unless insecure-skip-tls-verify is set", async () => {
    await expect(ask([await aKubeconfig("stranger", {}, { token: "secret" })])).rejects.toThrow(/self-signed certificate/);
    expect(await ask([await aKubeconfig("careless", { "insecure-skip-tls-verify": true }, { token: "secret" })])).toMatchObject({ authorization: "Bearer secret" });
  });

  test("the server name of the certificate", async () => {
    expect(await ask([await aKubeconfig("named", { ...trusted, "tls-server-name": "api.example" }, {})])).toEqual({ clientCertificate: false });
    await expect(ask([await aKubeconfig("misnamed", { ...trusted, "tls-server-name": "other.example" }, {})])).rejects.toThrow(/other\.example/);
  });

  test("a proxy", async () => {
    const file = await aKubeconfig("proxied", { ...trusted, "proxy-url": `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }, { token: "secret" });
    expect(await ask([file])).toMatchObject({ authorization: "Bearer secret" });
    expect(tunnels).toBe(1);
  });

  test("several files are one; the first that names a current context wins, and another is named by --context", async () => {
    const files = [await aKubeconfig("one", trusted, { token: "1" }), await aKubeconfig("two", trusted, { token: "2" })];
    expect(await ask(files)).toMatchObject({ authorization: "Bearer 1" });
    expect(await ask(files, "two")).toMatchObject({ authorization: "Bearer 2" });
  });
});

test("the files are the existing ones of KUBECONFIG, and --kubeconfig overrides them", async () => {
  const file = await aKubeconfig("listed", {}, {});
  expect(kubeconfigFiles({}, { KUBECONFIG: `/no/such/file:${file}` })).toEqual([file]);
  expect(kubeconfigFiles({ kubeconfig: "/named" }, { KUBECONFIG: file })).toEqual(["/named"]);
  expect(kubeconfigFiles({}, { HOME: "/nowhere" })).toEqual([]);
});
