import { describe, expect, test } from "vitest";
import type { Pod } from "../../src/kube/object.ts";
import { type FaultedSweep, disturb, DISTURBED_SCENARIO } from "./support/faulted-sweep.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { followLeading, type Leading } from "./support/lease.ts";

const PROGRAM = "/sluice/controller.mjs";

interface Place {
  readonly installation: Installation;
  readonly sweeps: FaultedSweep;
  readonly leading: Leading;
  readonly signal: (pod: Pod, name: string) => Promise<void>;
}

/** An installation for one test, with so many controllers. */
async function within(about: string, replicas: number, body: (place: Place) => Promise<void>): Promise<void> {
  const installation = await openInstallation(about, DISTURBED_SCENARIO);
  await installation.install({ replicas });
  const sweeps = await disturb(installation);
  const leading = await followLeading(installation);
  try {
    await body({ installation, sweeps, leading, signal: ({ metadata }, name) => installation.cluster.killInPod(metadata.uid, PROGRAM, name) });
  } finally {
    await leading.close();
    await sweeps.close();
  }
}

const UNDISTURBED = { phase: "Complete", batches: "8/8", flow: { pass: 1, round: 1 } };

describe.concurrent("each batch has one Job", () => {
  test("with an undisturbed controller", { timeout: 400_000 }, () =>
    within("calm", 1, async ({ sweeps }) => {
      await sweeps.begin("calm");
      const { sweep, damage } = await sweeps.end("calm");
      expect(damage).toEqual([]);
      expect(sweep.status).toMatchObject(UNDISTURBED);
    }));

  test("with a controller that is killed three times, once with its pod", { timeout: 400_000 }, () =>
    within("killed", 1, async ({ installation, sweeps, leading, signal }) => {
      await sweeps.begin("killed");
      await sweeps.untilRuns("killed", 1);
      await signal(await leading.leader(), "KILL");
      await sweeps.untilRuns("killed", 3);
      const { metadata } = await leading.leader();
      await installation.kubectl("delete", "pod", metadata.name, "--grace-period=0", "--force");
      await sweeps.untilRuns("killed", 6);
      await signal(await leading.leader(), "KILL");
      const { sweep, damage } = await sweeps.end("killed");
      expect(damage).toEqual([]);
      expect(sweep.status).toMatchObject(UNDISTURBED);
      expect(new Set(leading.turns.map(({ holder }) => holder)).size).toBeGreaterThanOrEqual(3);
    }));

  test("with two controllers: one is stopped and releases its Lease within five seconds, the other is killed, and its Lease is taken by its successor in the pod or when it has expired", { timeout: 400_000 }, () =>
    within("handed", 2, async ({ sweeps, leading, signal }) => {
      await sweeps.begin("handed");
      await sweeps.untilRuns("handed", 1);
      const first = await leading.leader();
      let since = leading.turns.length;
      const asked = performance.now();
      await signal(first, "TERM");
      const given = await leading.untilTurn(since, "the Lease is given back", (holder) => holder === "");
      const taken = await leading.untilTurn(since, "another leads", (holder) => holder !== "");
      expect(given.at - asked).toBeLessThan(5_000);
      expect(taken.at - given.at).toBeLessThan(10_000);

      await sweeps.untilRuns("handed", 4);
      const second = await leading.leader();
      since = leading.turns.length;
      await signal(second, "KILL");
      const { renewed } = leading.turns.at(-1)!;
      const followed = await leading.untilTurn(since, "another leads", (holder) => holder !== "");
      expect(leading.turns.slice(since).map(({ holder }) => holder)).not.toContain("");
      // The container starts again in the same pod, and takes the Lease at once. Another pod has to wait until it has expired.
      const isSamePod = followed.holder.startsWith(`${second.metadata.name}_`);
      if (!isSamePod) expect(followed.at - renewed).toBeGreaterThan(14_000);
      const seconds = [given.at - asked, taken.at - given.at, followed.at - renewed].map((milliseconds) => (milliseconds / 1000).toFixed(1));
      process.stdout.write(`The Lease was given back after ${seconds[0]!} s and taken ${seconds[1]!} s later; after a kill it was taken ${seconds[2]!} s after it had been renewed last\n`);

      const { sweep, damage } = await sweeps.end("handed");
      expect(damage).toEqual([]);
      expect(sweep.status).toMatchObject(UNDISTURBED);
    }));
});
