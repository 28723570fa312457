import { withSecrets } from "../batch/asker.ts";
import { boundPattern } from "../extract/bound.ts";
import { WORK_BYTES } from "../extract/read.ts";
import { openClient } from "../fetch/client.ts";
import { fillUrl } from "../fetch/url.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { tidyNames, type Names } from "../decide/names.ts";
import { readTargets } from "../prepare/read-targets.ts";
import { askList } from "../prepare/target-list.ts";
import type { Cli } from "./context.ts";

/** Lists targets without a database. A list that is the same for several windows is asked for once. */
export class TargetLister {
  readonly #cli: Pick<Cli, "clock" | "environment" | "signal">;
  readonly #known = new Map<string, Names>();

  constructor(cli: Pick<Cli, "clock" | "environment" | "signal">) {
    this.#cli = cli;
  }

  /** @throws SurroundingsError where the list cannot be had */
  async list(spec: ResolvedSpec): Promise<Names> {
    const { from } = spec.targets;
    if (from.kind === "list") return tidyNames(from.list);
    if (from.kind === "file") return tidyNames(await readTargets(from));
    const url = fillUrl(from.url, { target: "", window: spec.window, timeFormat: spec.request.timeFormat }).href;
    const known = this.#known.get(url) ?? tidyNames(await this.#ask(spec, from));
    this.#known.set(url, known);
    return known;
  }

  async #ask(spec: ResolvedSpec, from: Extract<ResolvedSpec["targets"]["from"], { kind: "http" }>): Promise<string[]> {
    const { clock, environment, signal } = this.#cli;
    const client = openClient({ request: spec.request, ...withSecrets(spec.request.headers, environment), environment, concurrency: 1 });
    try {
      const work = Buffer.allocUnsafeSlow(WORK_BYTES);
      return await askList(from, boundPattern(from.pattern), { client, spec, clock, withSlot: (ask) => ask(), work, signal });
    } finally {
      await client.close();
    }
  }
}
