import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface AskingProxy {
  readonly port: number;
  /** Requests and tunnels that it let through. */
  readonly passed: () => number;
  close(): Promise<void>;
}

/** A forward proxy that lets nobody through without this user and password, and repeats in its refusal what it was told. */
export async function startAskingProxy(user: string, password: string): Promise<AskingProxy> {
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const sockets = new Set<Duplex>();
  let passed = 0;
  const refusal = (told = ""): string => `You are not ${told} ${Buffer.from(told.replace("Basic ", ""), "base64").toString()}`;
  const server = http.createServer((request, response) => {
    const told = request.headers["proxy-authorization"];
    if (told !== wanted) {
      response.writeHead(407, { "proxy-authenticate": "Basic" }).end(refusal(told));
      return;
    }
    passed += 1;
    const onward = http.get(request.url!, { headers: { ...request.headers, "proxy-authorization": "" } }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
  });
  server.on("connection", (socket: Duplex) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  server.on("connect", (request: http.IncomingMessage, socket: Duplex) => {
    const told = request.headers["proxy-authorization"];
    if (told !== wanted) {
      const text = refusal(told);
      socket.end(`HTTP/1.1 407 Who are you\r\nproxy-authenticate: Basic\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      return;
    }
    passed += 1;
    const [host = "", port = ""] = (request.url ?? "").split(":");
    const onward = net.connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    async close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}
