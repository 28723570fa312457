import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

export interface CuttingProxy {
  /** The same database through the proxy. */
  readonly url: string;
  /** The next time a client sends `text`, it is passed on, and the client never hears of the answer. */
  cutAfter(text: string, how: "reset" | "silence"): void;
  /** Nothing comes through any more and nobody is told, as if a wire were cut. */
  goSilent(): void;
  /** Connections pass again; those that were open are gone. */
  speakAgain(): void;
  /** How many connections were cut so far. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** Stands between client and server and breaks connections at a chosen word. @param host the address it listens on */
export async function startCuttingProxy(url: string, host = "127.0.0.1"): Promise<CuttingProxy> {
  const target = new URL(url.replace("@/", "@localhost/"));
  const socketPath = `${target.searchParams.get("host")!}/.s.PGSQL.${target.searchParams.get("port") ?? "5432"}`;
  const open = new Set<Socket>();
  let cuts = 0;
  let silent = false;
  let cut: { readonly text: string; readonly how: "reset" | "silence" } | null = null;
  const server = createServer((client) => {
    const upstream = connect(socketPath);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => open.delete(socket));
    }
    let deaf = false;
    client.on("data", (bytes) => {
      if (silent) return;
      upstream.write(bytes);
      if (cut === null || !bytes.includes(cut.text)) return;
      deaf = true;
      cuts += 1;
      if (cut.how === "reset") client.resetAndDestroy();
      cut = null;
    });
    upstream.on("data", (bytes) => deaf || silent || client.write(bytes));
    client.on("close", () => upstream.end());
    upstream.on("close", () => deaf || client.destroy());
  });
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://${target.username}@${host}:${port}${target.pathname}?sslmode=disable`,
    cutAfter(text, how) {
      cut = { text, how };
    },
    goSilent() {
      silent = true;
    },
    speakAgain() {
      silent = false;
      open.forEach((socket) => socket.destroy());
    },
    get cuts() {
      return cuts;
    },
    async close() {
      open.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}
