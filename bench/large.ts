import type { Peer, PeerRun } from "./peer.ts";
import type { Serving } from "./serving.ts";

/** Medians of a peer's rounds over one serving. */
export interface Figures {
  readonly protocol: Serving["protocol"];
  readonly peer: string;
  /** MB of text a CPU-second. */
  readonly speed: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly anonPeakBytes: number;
  readonly matches: number;
  /** Null if the peer does not look for matches. */
  readonly lost: number | null;
}

/** Every peer over every serving, `rounds` times. Peers take turns, so that a busy moment of the machine affects all of them. */
export async function measureLarge(servings: readonly Serving[], peers: readonly Peer[], rounds: number, say: (sentence: string) => void): Promise<Figures[]> {
  const figures: Figures[] = [];
  for (const serving of servings) {
    const runs = new Map(peers.map((peer) => [peer, [] as PeerRun[]]));
    for (let round = 1; round <= rounds; round += 1) {
      for (const [peer, done] of runs) {
        say(`${serving.protocol}, round ${round} of ${rounds}: ${peer.name}`);
        done.push(await peer.run(serving));
      }
    }
    figures.push(...[...runs].map(([peer, done]) => figuresOf(serving, peer, done)));
  }
  return figures;
}

function figuresOf({ protocol, textBytes, matches }: Serving, { name }: Peer, runs: readonly PeerRun[]): Figures {
  const of = (figure: (run: PeerRun) => number): number => median(runs.map(figure));
  const cpuSeconds = of((run) => run.cpuSeconds);
  const lost = runs.some((run) => run.matches === null) ? null : of((run) => matches - run.matches!);
  return { protocol, peer: name, speed: textBytes / 1e6 / cpuSeconds, cpuSeconds, seconds: of((run) => run.seconds), anonPeakBytes: of((run) => run.anonPeakBytes), matches, lost };
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
