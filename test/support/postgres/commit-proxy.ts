import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

/** What becomes of a COMMIT: it passes; it reaches the server and nobody hears the answer; it never arrives. */
export type Fate = "passes" | "is not answered" | "is lost";

export interface CommitWatch {
  /** The same database through the watch. */
  readonly url: string;
  readonly port: number;
  /** Calls `then` with the client's port when the `count`-th transaction from now on that holds `text` sends its COMMIT, before the server has it. */
  onCommit(text: string, count: number, then: (clientPort: number) => Fate): void;
  close(): Promise<void>;
}

const COMMIT = "commit\0";
/** Of what a client sends at once; the statements are shorter, and rows are not looked at. */
const LOOKED_AT = 16_384;

/** Stands between Postgres and its clients, and knows which transaction is about to be committed. */
export async function startCommitWatch(databaseUrl: string): Promise<CommitWatch> {
  const target = new URL(databaseUrl.replace("@/", "@localhost/"));
  const socketPath = `${target.searchParams.get("host")!}/.s.PGSQL.${target.searchParams.get("port") ?? "5432"}`;
  const open = new Set<Socket>();
  let awaited: { readonly text: string; left: number; readonly then: (clientPort: number) => Fate } | null = null;

  function fateOf(transaction: string, clientPort: number): Fate {
    if (awaited === null || !transaction.includes(awaited.text)) return "passes";
    awaited.left -= 1;
    if (awaited.left > 0) return "passes";
    const { then } = awaited;
    awaited = null;
    return then(clientPort);
  }

  const server = createServer((client) => {
    const upstream = connect(socketPath);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => open.delete(socket));
    }
    const clientPort = client.remotePort!;
    let transaction = "";
    client.on("data", (bytes) => {
      const said = bytes.toString("latin1", 0, LOOKED_AT);
      transaction = said.includes("begin;") ? said : transaction + said;
      const fate = said.includes(COMMIT) ? fateOf(transaction, clientPort) : "passes";
      if (said.includes(COMMIT)) transaction = "";
      if (fate !== "is lost") upstream.write(bytes);
      if (fate !== "passes") client.resetAndDestroy();
      if (fate === "is lost") upstream.destroy();
    });
    upstream.on("data", (bytes) => client.writable && client.write(bytes));
    client.on("close", () => upstream.end());
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://${target.username}@127.0.0.1:${port}${target.pathname}?sslmode=disable`,
    port,
    onCommit(text, count, then) {
      awaited = { text, left: count, then };
    },
    async close() {
      open.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}
