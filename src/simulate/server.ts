import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout, setImmediate } from "node:timers/promises";
import { SurroundingsError } from "../model/errors.ts";
import type { Answering } from "./answer.ts";
import { bigBlock, type BigBlock } from "./big-block.ts";
import { selfSigned } from "./certificate.ts";
import { control, type Controls } from "./control.ts";
import { createEncoder, textBody } from "./encoded-body.ts";
import { expectedOf } from "./expected.ts";
import { choosePlay } from "./faults.ts";
import { modelSource } from "./model-source.ts";
import { recordedSource } from "./recorded-source.ts";
import { makeReply, overLimit, readAsked, wholeReply, type Asked } from "./reply.ts";
import type { Scenario, Latency } from "./scenario.ts";
import { hash, seededRandom, normal, type Random } from "./seeded.ts";
import { send, type Wire } from "./sending.ts";
import type { Source } from "./source.ts";
import { SlotUseMeter, newCounters, raise, readStats } from "./stats.ts";
import type { TimeForm } from "./wire-format.ts";
import { linkSignals } from "../model/linked-signal.ts";

interface SimulatorPlace {
  /** 0, the default: any free one. */
  readonly port?: number;
  readonly host?: string;
  /** The DNS name under which it is reached; else `host` is. */
  readonly name?: string;
  /** Who sends it may replace the faults over HTTP. Without: nobody. */
  readonly token?: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Simulator extends Controls {
  /** Without a slash at the end. */
  readonly url: string;
  /** PEM, with `tls`. */
  readonly caCertificate?: string;
  /** What was read and what was left out. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** A RIPEstat on this machine. Throws SpecError for a scenario's files, SurroundingsError where the port cannot be had. */
export async function startSimulator(scenario: Scenario, { port = 0, host = "127.0.0.1", name, token, now }: SimulatorPlace): Promise<Simulator> {
  const source = await openSource(scenario);
  const blockOf = keptBlocks(scenario);
  const counters = newCounters();
  const slotUse = new SlotUseMeter(now);
  const inFlight = countInFlight();
  const encoder = createEncoder();
  const closing = new AbortController();
  let faults = scenario.faults;
  let since = { milliseconds: now(), requests: 0, ofTarget: new Map<string, number>() };

  const certificate = scenario.tls ? selfSigned(name === undefined ? [] : [name]) : undefined;
  const server = certificate === undefined ? createPlainServer() : createTlsServer({ cert: certificate.certificate, key: certificate.key });
  // A client that keeps a connection for its next question must not find it closed just then.
  server.keepAliveTimeout = 60_000;
  const rawSockets = rememberRawSockets(server);
  const taken = await listen(server, host, port);
  const url = `${scenario.tls ? "https" : "http"}://${name ?? (host.includes(":") ? `[${host}]` : host)}:${taken}`;

  const answering: Answering = { scenario, source, blockOf, url: () => url };
  const controls: Controls = {
    scenario,
    token: token ?? null,
    stats: () => readStats(counters, inFlight.most(), slotUse.read()),
    set(chosen) {
      faults = chosen;
      since = { milliseconds: now(), requests: 0, ofTarget: new Map() };
    },
    expected: (target, window, form = "unix") => expectedOf(scenario, source, blockOf, target, window, form),
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = URL.parse(request.url ?? "/", url);
    if (asked === null) return send(wholeReply(400, { "content-type": "text/html" }, textBody(["<h1>400</h1>"])), wireOf(request, response, () => undefined));
    if (await control(controls, asked, request, response)) return;
    const arrived = now();
    const question = readAsked(asked.pathname, asked.searchParams, Math.floor(arrived / 1000));
    if (question === null) return send(wholeReply(404, { "content-type": "text/html" }, textBody(["<h1>404</h1>"])), wireOf(request, response, () => undefined));

    const target = targetOf(question);
    const wire = wireOf(request, response, (bytes) => raise(counters.bytesByTarget, target, bytes));
    counters.requests++;
    if (raise(counters.byTarget, target) === 1 && question.kind !== "list") slotUse.firstAsked();
    if (!asked.searchParams.has("sourceapp")) counters.sourceappBreaches++;
    const ofTarget = raise(since.ofTarget, target);
    const occasion = { target, ofTarget, ofAll: ++since.requests, elapsedSeconds: (arrived - since.milliseconds) / 1000 };
    response.once("finish", () => raise(counters.byStatus, response.statusCode));
    const play = choosePlay(scenario.seed, faults, occasion);

    const { over, leave: leavePlace } = await inFlight.enter(request.socket.remoteAddress ?? "", scenario.limits.inFlight);
    const leaveUse = slotUse.enter();
    const leave = (): void => {
      leavePlace();
      leaveUse();
    };
    response.once("finish", leave);
    wire.gone.addEventListener("abort", leave, { once: true });
    if (isGone(wire)) {
      leave();
      return;
    }
    if (over) counters.inFlightBreaches++;
    if (over && scenario.limits.overLimit === "429") return send(overLimit(answering, { nowMilliseconds: arrived, processMilliseconds: 0 }, scenario.limits.inFlight), wire);

    const slow = play.get("slow");
    const seconds = drawLatency(slow?.latency ?? scenario.latency, seededRandom(hash(scenario.seed, "latency", asked.search, ofTarget)));
    if (slow !== undefined) raise(counters.byFault, "slow");
    if (seconds > 0) await setTimeout(seconds * 1000, undefined, { signal: wire.gone }).catch(() => undefined);
    if (isGone(wire)) return;
    if (play.get("reset")?.at === "headers") {
      raise(counters.byFault, "reset");
      wire.reset();
      return;
    }
    const moment = { nowMilliseconds: now(), processMilliseconds: Math.round(seconds * 1000) };
    const reply = makeReply(answering, encoder, question, play, moment, request.headers, (what) => raise(counters.byFault, what));
    await send(reply, wire);
  }

  function wireOf(request: IncomingMessage, response: ServerResponse, counted: Wire["counted"]): Wire {
    const left = new AbortController();
    const gone = linkSignals(left.signal, closing.signal);
    const leave = (): void => {
      left.abort();
      gone[Symbol.dispose]();
    };
    // A client that only closed its half has not gone for Node's server, but it has for a request that it gave up.
    request.socket.once("end", leave);
    response.once("close", () => {
      request.socket.off("end", leave);
      leave();
    });
    return {
      response,
      gone: gone.signal,
      counted,
      reset: () => void (rawSockets.get(placeOf(request.socket)) ?? request.socket).resetAndDestroy(),
    };
  }

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))));
  });

  return {
    ...controls,
    url,
    notes: source.notes,
    ...(certificate === undefined ? {} : { caCertificate: certificate.certificate }),
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function openSource({ seed, source }: Scenario): Source | Promise<Source> {
  return source.kind === "model" ? modelSource(seed, source) : recordedSource(source);
}

/** Made when first asked for: most scenarios have no big answer. */
function keptBlocks({ seed, format }: Scenario): (form: TimeForm) => BigBlock {
  const blocks = new Map<TimeForm, BigBlock>();
  return (form) => {
    const block = blocks.get(form) ?? bigBlock(seed, format, form);
    blocks.set(form, block);
    return block;
  };
}

/** A call, since it changes while something is waited for. */
function isGone({ gone }: Wire): boolean {
  return gone.aborted;
}

function targetOf(asked: Asked): string {
  if (asked.kind === "updates") return asked.question.target;
  return asked.kind === "list" ? "ris-asns" : asked.resource;
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new SurroundingsError(`The simulator cannot listen on ${host}:${port}: ${error.message}.`)));
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** TLS sockets cannot be reset, only the TCP connections under them can. */
function rememberRawSockets(server: Server): ReadonlyMap<string, Socket> {
  const sockets = new Map<string, Socket>();
  server.on("connection", (socket: Socket) => {
    const place = placeOf(socket);
    sockets.set(place, socket);
    socket.once("close", () => sockets.delete(place));
  });
  return sockets;
}

function placeOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ""} ${socket.remotePort ?? 0}`;
}

interface Place {
  /** Whether as many as are allowed were already in flight from this address. */
  readonly over: boolean;
  /** The request has been answered, or its client is gone. More than once does no harm. */
  readonly leave: () => void;
}

/** Counts requests in flight by address. */
interface InFlight {
  enter(address: string, limit: number): Promise<Place>;
  /** The most that were seen at once from one address. */
  most(): number;
}

export function countInFlight(): InFlight {
  const byAddress = new Map<string, Set<symbol>>();
  let most = 0;

  async function enter(address: string, limit: number): Promise<Place> {
    const present = byAddress.get(address) ?? new Set<symbol>();
    byAddress.set(address, present);
    const self = Symbol(address);
    present.add(self);
    // The end of an aborted request may wait behind this one in the same turn of the loop, and no client could help that.
    for (let turn = 0; turn < 3 && rank(present, self) >= limit; turn++) await setImmediate();
    const before = rank(present, self);
    most = Math.max(most, before + 1);
    return { over: before >= limit, leave: () => void present.delete(self) };
  }
  return { enter, most: () => most };
}

/** How many that came earlier are still there. */
function rank(present: ReadonlySet<symbol>, self: symbol): number {
  let before = 0;
  for (const other of present) {
    if (other === self) break;
    before++;
  }
  return before;
}

/** One draw, in seconds. */
export function drawLatency(latency: Latency, random: Random): number {
  return Math.min(latency.atMostSeconds ?? Number.POSITIVE_INFINITY, draw(latency, random));
}

function draw(latency: Latency, random: Random): number {
  switch (latency.distribution) {
    case "constant":
      return latency.seconds;
    case "uniform":
      return latency.fromSeconds + (latency.toSeconds - latency.fromSeconds) * random();
    case "exponential":
      return -latency.meanSeconds * Math.log(1 - random());
    case "lognormal":
      return latency.medianSeconds * Math.exp(latency.sigma * normal(random));
    case "pareto":
      return latency.leastSeconds * (1 - random()) ** (-1 / latency.shape);
  }
}
