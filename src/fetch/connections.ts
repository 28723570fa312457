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
