import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { Agent } from "undici";
import type { Connection } from "../../../src/kube/requests.ts";
import type { ApiTarget } from "./cutting-proxy.ts";

/** The current context of a kubeconfig that names its certificates or its token. */
export async function targetOfKubeconfig(file: string): Promise<ApiTarget> {
  const config = new KubeConfig();
  config.loadFromFile(file);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const token = config.getCurrentUser()?.token;
  return {
    server: config.getCurrentCluster()!.server,
    ...(options.ca === undefined ? {} : { ca: text(options.ca) }),
    ...(options.cert === undefined ? {} : { certificate: text(options.cert) }),
    ...(options.key === undefined ? {} : { key: text(options.key) }),
    ...(token === undefined ? {} : { token }),
  };
}

/** Straight to it. Closed by `dispatcher.destroy()`. */
export function connectionTo({ server, ca, certificate: cert, key, token }: ApiTarget): Connection {
  const dispatcher = new Agent({ allowH2: false, connect: { ca, cert, key } });
  return { server, dispatcher, headers: () => Promise.resolve(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
}

function text(pem: unknown): string {
  return Buffer.isBuffer(pem) ? pem.toString("utf8") : String(pem);
}
