import { Refused } from "./refused.ts";

/** A request as faults and counters see it. */
export interface Asked {
  readonly verb: "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";
  /** "jobs", "sweeps/status" */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** Which requests it hits: all where nothing is said. */
export interface Fault {
  readonly verb?: Asked["verb"] | "write" | "read";
  readonly resource?: string;
  readonly namespace?: string;
  /** Lets so many of them pass first. */
  readonly skip?: number;
  /** Hits so many of them; all by default. */
  readonly times?: number;
  /** Answers so; or else cuts the connection, before or after the request is carried out. */
  readonly how: { readonly status: number; readonly reason?: string; readonly message?: string; readonly retryAfter?: number } | "cut before" | "cut after" | "silence";
}

const WRITES = ["create", "update", "patch", "delete"];

/** Counts what is asked and makes chosen requests fail. */
export class Faults {
  readonly #counts = new Map<string, number>();
  readonly #faults = new Map<Fault, number>();

  /** @returns ends it */
  add(fault: Fault): () => void {
    this.#faults.set(fault, 0);
    return () => this.#faults.delete(fault);
  }

  /** "create jobs" → how often it was asked for, whatever came of it. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get writes(): number {
    return [...this.#counts].reduce((sum, [what, count]) => (WRITES.includes(what.split(" ")[0]!) ? sum + count : sum), 0);
  }

  /** @throws Refused */
  meet(asked: Asked): "cut before" | "cut after" | "silence" | null {
    const what = `${asked.verb} ${asked.resource}`;
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    for (const [fault, met] of this.#faults) {
      if (!hits(fault, asked)) continue;
      this.#faults.set(fault, met + 1);
      const { how, skip = 0, times = Number.POSITIVE_INFINITY } = fault;
      if (met < skip || met >= skip + times) continue;
      if (typeof how === "string") return how;
      throw new Refused(how.status, how.reason ?? "", how.message ?? `${what} is refused for a test`, how.retryAfter);
    }
    return null;
  }
}

function hits({ verb, resource, namespace }: Fault, asked: Asked): boolean {
  const isWrite = WRITES.includes(asked.verb);
  const isVerb = verb === undefined || verb === asked.verb || (verb === "write" && isWrite) || (verb === "read" && !isWrite);
  return isVerb && (resource === undefined || resource === asked.resource) && (namespace === undefined || namespace === asked.namespace);
}
