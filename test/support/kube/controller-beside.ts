import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { selfSigned } from "../../../src/simulate/certificate.ts";
import { type ControllerPlace, type ControllerProcess, startControllerProcess } from "./controller-process.ts";
import type { KubeApi } from "./simulated-api/server.ts";

/** The built controller beside a simulated API server. It speaks TLS only, so TLS ends in front of the server. Returns once it leads. */
export async function startControllerBeside(api: KubeApi, place: Pick<ControllerPlace, "programs" | "flags" | "logLevel" | "namespaces">): Promise<{ readonly controller: ControllerProcess; readonly closeFront: () => void }> {
  const { certificate, key } = selfSigned();
  const server = createServer({ key, cert: certificate }, (client) => {
    const upstream = connect(Number(new URL(api.url).port), "127.0.0.1");
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const controller = await startControllerProcess({ ...place, url, ca: certificate, token: "token", namespace: "bgp" });
  return { controller, closeFront: () => void server.close() };
}
