import { randomUUID } from "node:crypto";
import { Refused } from "./refused.ts";
import type { Stored } from "./stored-object.ts";

interface Snapshot {
  readonly version: number;
  readonly rest: readonly Stored[];
}

/** Lists in pages: all of them are of the moment of the first. */
export class Pages {
  readonly #snapshots = new Map<string, Snapshot>();

  forget(): void {
    this.#snapshots.clear();
  }

  first(version: number, all: readonly Stored[], limit: number): object {
    return this.#page({ version, rest: all }, limit);
  }

  /** @throws Refused 410 where it is forgotten */
  next(token: string, limit: number): object {
    const snapshot = this.#snapshots.get(token);
    if (snapshot === undefined) throw new Refused(410, "Expired", "The provided continue parameter is too old to display a consistent list result.");
    this.#snapshots.delete(token);
    return this.#page(snapshot, limit);
  }

  #page({ version, rest }: Snapshot, limit: number): object {
    const items = limit === 0 ? rest : rest.slice(0, limit);
    const token = items.length < rest.length ? randomUUID() : "";
    if (token !== "") this.#snapshots.set(token, { version, rest: rest.slice(limit) });
    return { metadata: { resourceVersion: String(version), ...(token === "" ? {} : { continue: token, remainingItemCount: rest.length - limit }) }, items };
  }
}
