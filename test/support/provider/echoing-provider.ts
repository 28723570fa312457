import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface EchoingProvider {
  readonly url: string;
  /** "authorization" of each request that came. */
  readonly seen: readonly (string | undefined)[];
  close(): Promise<void>;
}

type Echo = (told: string, response: http.ServerResponse) => void;

/** For these targets the provider tells in its answer what it was told: its headers. */
const ECHOES: Readonly<Record<string, Echo>> = {
  AS1: (told, response) => response.writeHead(500, { "content-type": "application/json" }).end(JSON.stringify({ status: "error", messages: [["error", `unknown key ${told}`]] })),
  AS2: (told, response) => response.writeHead(401, { "content-type": "text/html" }).end(`<html><title>Who is ${told}?</title></html>`),
  AS3: (told, response) => response.writeHead(302, { location: `http://elsewhere.invalid/?key=${encodeURIComponent(told)}` }).end(),
  AS4: (told, response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ status: "error", status_code: 500, messages: [["error", `unknown key ${told}`]], data: {} })),
  AS5: (told, response) => response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ status: "error", messages: [["error", `no such key ${told.replaceAll("-", "\\u002d")}`]] }).replaceAll("\\\\u", "\\u")),
  AS6: (told, response) => response.writeHead(403, `Forbidden ${told}`, { "content-type": "text/plain", "x-told": told }).end(told),
};

/** A provider before another one, who repeats secrets in his errors, as some do. */
export async function startEchoingProvider(behind: string): Promise<EchoingProvider> {
  const seen: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    const { authorization } = request.headers;
    seen.push(authorization);
    const url = new URL(request.url!, behind);
    const echo = ECHOES[url.searchParams.get("resource") ?? ""];
    if (echo !== undefined) {
      echo(authorization ?? "", response);
      return;
    }
    const onward = http.get(url, { headers: { ...request.headers, host: url.host } }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
