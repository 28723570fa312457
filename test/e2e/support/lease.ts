import { type Lease, LEASES, type Pod, PODS } from "../../../src/kube/object.ts";
import { until } from "../../support/time/until.ts";
import type { Installation } from "./installation.ts";
import { follow } from "./watch-objects.ts";

/** Who has led since, according to the Lease. */
export interface Leading {
  /** In order; "" while nobody led. `at`: when it was first seen, in milliseconds of this process; `renewed`: when its last renewal was seen. */
  readonly turns: readonly { readonly holder: string; readonly at: number; readonly renewed: number }[];
  /** The pod that leads. @throws if nobody leads within a minute */
  leader(): Promise<Pod>;
  /** Waits for a turn after the first `since` turns. */
  untilTurn(since: number, what: string, isSo: (holder: string) => boolean): Promise<{ readonly holder: string; readonly at: number }>;
  close(): Promise<void>;
}

export async function followLeading(installation: Installation): Promise<Leading> {
  const turns: { readonly holder: string; readonly at: number; renewed: number }[] = [];
  const close = await follow<Lease>(installation, LEASES, ({ after }) => {
    const holder = after?.spec?.holderIdentity ?? "";
    if (turns.at(-1)?.holder !== holder) turns.push({ holder, at: performance.now(), renewed: performance.now() });
    else turns.at(-1)!.renewed = performance.now();
  });
  return {
    turns,
    async leader() {
      await until("somebody leads", () => (turns.at(-1)?.holder ?? "") !== "", 60);
      const [name] = turns.at(-1)!.holder.split("_");
      return (await installation.client.get(PODS, { namespace: installation.namespace, name: name! }))!;
    },
    async untilTurn(since, what, isSo) {
      const next = (): (typeof turns)[number] | undefined => turns.slice(since).find(({ holder }) => isSo(holder));
      await until(what, () => next() !== undefined, 60);
      return next()!;
    },
    close,
  };
}
