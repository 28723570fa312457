import type { Clock } from "../../model/clock.ts";
import { SurroundingsError } from "../../model/errors.ts";
import { type LocalPostgres, type LocalPostgresPlace, startOrAdoptPostgres } from "./postgres.ts";

/** A server that dies again and again has a cause that a further start does not remove. */
const MOST_RESTARTS = 3;
const RESTARTS_WITHIN_MS = 60_000;

/** Before each further try of a start that failed: whoever fills the disk often makes room soon. */
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 16_000];

interface KeptPostgresDeps {
  /** What happens to the server, in sentences for the person who waits. */
  readonly say: (sentence: string) => void;
  /** It cannot be kept: whatever waits for it should end with this error. */
  readonly failed: (error: SurroundingsError) => void;
  readonly clock: Pick<Clock, "sleep">;
}

/** The local Postgres of a command, started again whenever it dies. */
export class KeptPostgres {
  readonly #place: LocalPostgresPlace;
  readonly #deps: KeptPostgresDeps;
  readonly #restarts: number[] = [];
  #server: LocalPostgres;
  #restarting: Promise<void> | null = null;
  readonly #released = new AbortController();

  private constructor(place: LocalPostgresPlace, deps: KeptPostgresDeps, server: LocalPostgres) {
    this.#place = place;
    this.#deps = deps;
    this.#server = server;
    this.#watch();
  }

  /** @throws SurroundingsError if it does not start */
  static async start(place: LocalPostgresPlace, deps: KeptPostgresDeps): Promise<KeptPostgres> {
    return new KeptPostgres(place, deps, await startOrAdoptPostgres(place));
  }

  /** The same after a restart. */
  get url(): string {
    return this.#server.url;
  }

  /** Why nobody can connect now; null while the server runs. */
  get problem(): string | null {
    return this.#restarting === null ? null : "the local Postgres, which is being started again";
  }

  async release(): Promise<void> {
    this.#released.abort();
    await this.#restarting;
    await this.#server.release();
  }

  #watch(): void {
    void this.#server.lost.then(() => {
      if (this.#released.signal.aborted) return;
      this.#restarting = this.#restart().finally(() => (this.#restarting = null));
    });
  }

  async #restart(): Promise<void> {
    const { say, failed } = this.#deps;
    say("The local Postgres has died. It is started again; what was committed is kept.");
    try {
      this.#checkOften();
      this.#server = await this.#startAgain();
      say("The local Postgres runs again.");
      this.#watch();
    } catch (error) {
      if (this.#released.signal.aborted) return;
      failed(error instanceof SurroundingsError ? error : new SurroundingsError(`The local Postgres could not be started again: ${(error as Error).message}.`, { cause: error }));
    }
  }

  async #startAgain(): Promise<LocalPostgres> {
    const { say, clock } = this.#deps;
    for (const milliseconds of RETRY_MS) {
      try {
        return await startOrAdoptPostgres(this.#place);
      } catch (error) {
        say(`${(error as Error).message} The next try is in ${milliseconds / 1000} s.`);
        if (!(await clock.sleep(milliseconds, this.#released.signal))) throw error;
      }
    }
    return startOrAdoptPostgres(this.#place);
  }

  #checkOften(): void {
    const now = this.#place.now();
    this.#restarts.push(now);
    const recent = this.#restarts.filter((at) => now - at < RESTARTS_WITHIN_MS);
    if (recent.length > MOST_RESTARTS) {
      throw new SurroundingsError(`The local Postgres in ${this.#place.dataDir} has died ${recent.length} times within a minute: see server.log in that folder.`);
    }
  }
}
