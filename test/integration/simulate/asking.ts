import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import type { Window } from "../../../src/model/window.ts";

export const DAY: Window = { start: 1_795_392_000, end: 1_795_478_400 };
export const NOW = 1_795_500_000_000;
export const TOKEN = "t0ken";

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether the body came to its end. */
  readonly whole: boolean;
  /** The code of the error that ended it. */
  readonly error: string | null;
}

export interface Asking {
  readonly window?: Window;
  readonly encoding?: string;
  readonly ca?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export function start(scenario: object = {}, now: () => number = () => NOW): Promise<Simulator> {
  return startSimulator(parseScenario(scenario), { now, token: TOKEN });
}

export function pathOf(target: string, window: Window = DAY, query: Readonly<Record<string, string>> = {}): string {
  const parameters = { resource: target, starttime: String(window.start), endtime: String(window.end), unix_timestamps: "TRUE", sourceapp: "test", ...query };
  return `/data/bgp-updates/data.json?${new URLSearchParams(parameters).toString()}`;
}

/** A raw client: no retry, no inflating, nothing hidden; every question on a connection of its own. */
export function get(url: string, { encoding, ca, signal }: Asking = {}): Promise<Answered> {
  return new Promise((resolve) => {
    const tls = url.startsWith("https:");
    const options = {
      agent: tls ? new HttpsAgent() : new HttpAgent(),
      headers: encoding === undefined ? {} : { "accept-encoding": encoding },
      ...(ca === undefined ? {} : { ca }),
      ...(signal === undefined ? {} : { signal }),
    };
    const failed = (error: NodeJS.ErrnoException): void => resolve({ status: 0, headers: {}, body: Buffer.alloc(0), whole: false, error: error.code ?? error.message });
    const request = (tls ? httpsRequest : httpRequest)(url, options, (response) => {
      const chunks: Buffer[] = [];
      let error: string | null = null;
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (cause: NodeJS.ErrnoException) => (error = cause.code ?? cause.message));
      response.on("close", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks), whole: response.complete, error }));
    });
    request.on("error", failed);
    request.end();
  });
}

export function ask(simulator: Simulator, target: string, asking: Asking = {}): Promise<Answered> {
  return get(simulator.url + pathOf(target, asking.window, asking.query), { ...(simulator.caCertificate === undefined ? {} : { ca: simulator.caCertificate }), ...asking });
}

/** The bytes of a whole connection, as they came: for what an HTTP client would hide. */
export function rawBytes(simulator: Simulator, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port, hostname } = new URL(simulator.url);
    const socket = connect(Number(port), hostname, () => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("end", () => socket.end(() => resolve(text)));
    socket.on("error", reject);
  });
}

export interface UpdatesAnswer {
  readonly messages: readonly string[][];
  readonly see_also: readonly string[];
  readonly data_call_status: string;
  readonly status: string;
  readonly data: {
    readonly resource: string;
    readonly query_starttime: number | string;
    readonly query_endtime: number | string;
    readonly updates: readonly { readonly timestamp: number | string; readonly type: string }[];
    readonly nr_updates?: number;
  };
}

export function parse(body: Buffer): UpdatesAnswer {
  return JSON.parse(body.toString()) as UpdatesAnswer;
}

/** What a parser sees in an answer: counted here by the plainest means, to be compared with what was expected. */
export function counted({ data }: UpdatesAnswer): { at: number; type: string; updates: number }[] {
  const counts = new Map<string, { at: number; type: string; updates: number }>();
  for (const { timestamp, type } of data.updates) {
    const at = typeof timestamp === "number" ? timestamp : Date.parse(`${timestamp}Z`) / 1000;
    const entry = counts.get(`${at} ${type}`) ?? { at, type, updates: 0 };
    entry.updates++;
    counts.set(`${at} ${type}`, entry);
  }
  return [...counts.values()].sort((one, other) => one.at - other.at || (one.type < other.type ? -1 : 1));
}
