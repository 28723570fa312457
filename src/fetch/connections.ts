import diagnostics from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Dispatcher } from "undici";

/** A connection, or the place for one: undici connects when it is used, and again when the server has closed it. */
export type Connection = Pick<Dispatcher, "dispatch" | "destroy">;

/**
 * Lends connections, to one request at a time. Each is a dispatcher of undici that is limited to one connection, so that whatever goes
 * wrong on one costs nothing but itself.
 *
 * A connection rests before it is lent again. An answer is recognized by nothing but its turn, so what a server writes behind an answer,
 * unasked, would become the answer to the next request. undici drops a connection on which bytes arrive while nothing is asked; the
 * rest gives them the time to arrive.
 */
export class Connections {
  readonly #open: () => Connection;
  readonly #most: number;
  readonly #all = new Set<Connection>();
  /** Those that have rested. The last one was used last, so it is the least likely to be closed soon. */
  readonly #rested: Connection[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #waiting: ((connection: Connection) => void)[] = [];
  #lent = 0;
  #isDestroyed = false;

  /** @param most lent at once. Twice as many may rest, so that no request waits for a rest unless answers take less than 50 ms. */
  constructor(open: () => Connection, most: number) {
    this.#open = open;
    this.#most = most;
  }

  /** Rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(signal.reason as Error);
      };
      const take = (connection: Connection): void => {
        signal.removeEventListener("abort", onAbort);
        resolve(connection);
      };
      signal.addEventListener("abort", onAbort);
      this.#waiting.push(take);
      this.#lend();
    });
  }

  /** A new one in place of one that broke. */
  replace(broken: Connection): Connection {
    if (this.#isDestroyed) return broken;
    this.#drop(broken);
    return this.#add();
  }

  /** @param isWhole the connection can carry another request: the last response was read to its end */
  giveBack(connection: Connection, isWhole: boolean): void {
    if (this.#isDestroyed) return;
    this.#lent--;
    if (isWhole) this.#rest(connection);
    else this.#drop(connection);
    this.#lend();
  }

  /** Requests in flight end as broken, and so do those that wait. */
  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const [any = this.#add()] = this.#all;
    const destroyed = [...this.#all].map((connection) => connection.destroy());
    for (const take of this.#waiting.splice(0)) take(any);
    await Promise.all(destroyed);
  }

  #lend(): void {
    while (this.#waiting.length > 0 && this.#lent < this.#most) {
      const connection = this.#rested.pop() ?? (this.#all.size < 3 * this.#most ? this.#add() : null);
      if (connection === null) return;
      this.#lent++;
      this.#waiting.shift()!(connection);
    }
  }

  #rest(connection: Connection): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#rested.push(connection);
      this.#lend();
    }, REST_MILLISECONDS);
    this.#timers.add(timer);
  }

  #add(): Connection {
    const connection = this.#open();
    this.#all.add(connection);
    return connection;
  }

  #drop(connection: Connection): void {
    this.#all.delete(connection);
    void connection.destroy();
  }
}

/**
 * What a server writes behind an answer, its kernel holds back (Nagle) until ours has confirmed the answer, and ours does that after
 * 40 ms (delayed ACK), or with the next request: without a rest it would arrive as the answer to that one, and every later answer on
 * the connection would be the one before.
 */
const REST_MILLISECONDS = 100;

/** What a request knows of the connection that carries it. */
export interface Wire {
  /** An earlier request was sent on it, so the server may have closed it in the same moment, or may still owe bytes to the other one. */
  readonly isReused: boolean;
  /** A byte has arrived since this request was sent. */
  readonly hasArrived: boolean;
  /** The start of what arrived, as latin1. */
  readonly sample: string;
}

/**
 * Gives the connection on which undici is about to write a request. undici tells only its diagnostics channel, and does so within the
 * same call as onRequestStart, so that is where to call this. Behind a proxy it is the connection to the proxy, or the tunnel.
 */
export function onNextWire(take: (wire: Wire) => void): void {
  if (next === undefined) diagnostics.subscribe("undici:client:sendHeaders", onSendHeaders);
  next = take;
}

/** Undefined before the first request of the process. */
let next: ((wire: Wire) => void) | null | undefined;

function onSendHeaders(message: unknown): void {
  const take = next;
  if (take === null || take === undefined) return;
  next = null;
  const { socket } = message as { readonly socket: Socket };
  let filter = filters.get(socket);
  if (filter === undefined) filters.set(socket, (filter = watch(socket)));
  take(filter.send());
}

const filters = new WeakMap<Socket, ResponseFilter>();

/** undici reads a connection with read() alone. */
function watch(socket: Socket): ResponseFilter {
  const filter = new ResponseFilter();
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  socket.read = (size?: number): Buffer | null => {
    for (;;) {
      const chunk = read(size);
      const passed = chunk === null ? null : filter.pass(chunk);
      if (chunk === null || passed !== null) return passed;
    }
  };
  return filter;
}

const SAMPLE_BYTES = 160;

/** Interim headers longer than this are left to undici, which refuses them. */
const LONGEST_INTERIM = 64 * 1024;

const INTERIM_START = "HTTP/1.1 1";
const STATUS_LINE_START = INTERIM_START.length + 2;

/**
 * Removes `100 Continue` from before a response. RFC 9110, section 15.2, has a client accept it although it asked for none, as curl does;
 * undici drops the connection. Other interim responses pass: undici skips them. So do all bytes that arrive while nothing is asked:
 * undici drops the connection for them.
 */
export class ResponseFilter {
  #requests = 0;
  #isBeforeResponse = false;
  #held: Buffer | null = null;
  #hasArrived = false;
  #sample = "";

  /** A request is sent. */
  send(): Wire {
    this.#requests++;
    this.#isBeforeResponse = true;
    this.#held = null;
    this.#hasArrived = false;
    this.#sample = "";
    const isReused = this.#requests > 1;
    const arrived = (): boolean => this.#hasArrived;
    const sample = (): string => this.#sample;
    return {
      isReused,
      get hasArrived() {
        return arrived();
      },
      get sample() {
        return sample();
      },
    };
  }

  /** What undici may read of these bytes. Null: nothing yet. */
  pass(chunk: Buffer): Buffer | null {
    if (!this.#isBeforeResponse) return chunk;
    this.#hasArrived = true;
    if (this.#sample.length < SAMPLE_BYTES) this.#sample += chunk.toString("latin1", 0, SAMPLE_BYTES - this.#sample.length);
    let data = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = null;
    const passed: Buffer[] = [];
    while (data.length > 0 && this.#isBeforeResponse) {
      const start = data.toString("latin1", 0, STATUS_LINE_START);
      const end = data.indexOf("\r\n\r\n") + 4;
      if (!couldBeInterim(start) || (end < 4 && data.length > LONGEST_INTERIM)) {
        this.#isBeforeResponse = false;
      } else if (start.length < STATUS_LINE_START || end < 4) {
        this.#held = data;
        break;
      } else {
        if (!start.endsWith("100")) passed.push(data.subarray(0, end));
        data = data.subarray(end);
      }
    }
    if (!this.#isBeforeResponse) passed.push(data);
    return passed.length === 0 ? null : passed.length === 1 ? passed[0]! : Buffer.concat(passed);
  }
}

/** 101 is no interim response: it ends HTTP on this connection. */
function couldBeInterim(start: string): boolean {
  return start.length < INTERIM_START.length ? INTERIM_START.startsWith(start) : start.startsWith(INTERIM_START) && start !== `${INTERIM_START}01`;
}
