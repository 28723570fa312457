import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { KubeClient } from "../../../src/kube/client.ts";
import { inClusterConnection, ownNamespace } from "../../../src/kube/in-cluster.ts";
import { JOBS } from "../../../src/kube/object.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { selfSigned } from "../../../src/simulate/certificate.ts";
import { FakeClock } from "../../support/time/fake-clock.ts";
import { atTheEnd } from "./apis.ts";

async function anAccount(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "sluice-account-"));
  atTheEnd(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return folder;
}

test("uses the current token and CA, or the last that could be read", async () => {
  const first = selfSigned();
  const second = selfSigned();
  const seen: (string | undefined)[] = [];
  const server = https.createServer({ key: first.key, cert: first.certificate }, (request, response) => {
    seen.push(request.headers.authorization);
    response.end('{"metadata":{"resourceVersion":"1"},"items":[]}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atTheEnd(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const folder = await anAccount({ token: "one\n", "ca.crt": first.certificate });
  const clock = new FakeClock();
  const connection = await inClusterConnection({ folder, host: "127.0.0.1", port: String((server.address() as AddressInfo).port) }, clock);
  atTheEnd(() => connection.dispatcher.destroy());
  const client = new KubeClient(connection, { clock, random: () => 0, userAgent: "sluice/test" });
  await client.list(JOBS, {});
  await writeFile(path.join(folder, "token"), "two");
  await writeFile(path.join(folder, "ca.crt"), second.certificate);
  await clock.advance(59);
  await client.list(JOBS, {});
  await clock.advance(1);
  server.setSecureContext({ key: second.key, cert: second.certificate });
  server.closeAllConnections();
  await client.list(JOBS, {});
  await rm(path.join(folder, "token"));
  await clock.advance(60);
  await client.list(JOBS, {});
  expect(seen).toEqual(["Bearer one", "Bearer one", "Bearer two", "Bearer two"]);
});

test("says that the pod has no service account", async () => {
  const folder = await anAccount({ namespace: "sluice\n" });
  expect(await ownNamespace(folder)).toBe("sluice");
  const connected = inClusterConnection({ folder, host: "::1", port: "443" }, new FakeClock());
  await expect(connected).rejects.toThrow(SurroundingsError);
  await expect(connected).rejects.toThrow(/^The service account's .*token cannot be read: /);
});
