import { once } from "node:events";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Agent } from "undici";
import type { Connection } from "../../../../src/kube/requests.ts";
import { answer, type Parts } from "./answer.ts";
import { type Fault, Faults } from "./faults.ts";
import { Objects } from "./objects.ts";
import { Pages } from "./pages.ts";
import { Watches } from "./watches.ts";

export interface KubeApi {
  /** "http://127.0.0.1:port", the same after it was away. */
  readonly url: string;
  /** What it keeps: to be read and changed by tests without a request. */
  readonly objects: Objects;
  /** "create jobs" → how often it was asked for. */
  readonly counts: ReadonlyMap<string, number>;
  /** Requests that write, so far. */
  readonly writes: number;
  readonly openWatches: number;
  readonly openSockets: number;
  /** "namespace/pod" → what its container wrote. */
  readonly logs: Map<string, string>;
  /** A pool of its own, closed with the server. */
  connection(): Connection;
  /** @returns ends it */
  fail(fault: Fault): () => void;
  /** Breaks the watches that are open, or closes them in good order. @returns how many there were */
  cutWatches(how?: "reset" | "close"): number;
  /** History up to now is forgotten: who watches on from before, or goes on with a list, hears 410, in that form. */
  expire(form?: "answer" | "event"): void;
  /** Open watches bring nothing any more, and nobody is told. */
  silenceWatches(): void;
  /** To each open watch, as it does each minute. */
  bookmark(): void;
  /** To each open watch, as it is. */
  writeToWatches(text: string): void;
  /** What SelfSubjectAccessReview says; yes to everything at first. */
  allow(allows: (attributes: object) => boolean): void;
  /** Its port is closed and each connection broken. What it keeps stays. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

const BOOKMARK_MILLIS = 60_000;

/**
 * An API server in this process that behaves like a real one towards what we use of it, over real HTTP on a free port.
 * No controller and no kubelet: what they would do tests do to `objects`.
 * @param withStatus plurals whose status is written apart from the rest
 */
export async function startKubeApi(withStatus: readonly string[] = ["jobs", "pods", "sweeps", "cronsweeps"]): Promise<KubeApi> {
  const objects = new Objects(withStatus);
  const parts: Parts = { objects, faults: new Faults(), watches: new Watches(objects.history), pages: new Pages(), logs: new Map(), allows: () => true };
  const sockets = new Set<Socket>();
  const agents: Agent[] = [];
  const listen = async (port: number): Promise<http.Server> => {
    const listening = http.createServer((request, response) => void answer(parts, request, response));
    listening.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    });
    listening.listen(port, "127.0.0.1");
    await once(listening, "listening");
    return listening;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const bookmarks = setInterval(() => parts.watches.bookmark(), BOOKMARK_MILLIS);
  const goAway = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    sockets.forEach((socket) => socket.resetAndDestroy());
    await once(server, "close");
  };
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    counts: parts.faults.counts,
    get writes() {
      return parts.faults.writes;
    },
    get openWatches() {
      return parts.watches.open;
    },
    get openSockets() {
      return sockets.size;
    },
    logs: parts.logs,
    connection() {
      const dispatcher = new Agent({ allowH2: false });
      agents.push(dispatcher);
      return { server: `http://127.0.0.1:${port}`, dispatcher, headers: () => Promise.resolve({}) };
    },
    fail: (fault) => parts.faults.add(fault),
    cutWatches: (how = "reset") => parts.watches.end(how),
    expire(form = "event") {
      parts.watches.gone = form;
      objects.history.forgetAll();
      parts.pages.forget();
    },
    silenceWatches: () => parts.watches.fallSilent(),
    bookmark: () => parts.watches.bookmark(),
    writeToWatches: (text) => parts.watches.write(text),
    allow(allows) {
      parts.allows = allows;
    },
    goAway,
    async comeBack() {
      server = await listen(port);
    },
    async close() {
      clearInterval(bookmarks);
      await goAway();
      await Promise.all(agents.map((agent) => agent.destroy()));
    },
  };
}
