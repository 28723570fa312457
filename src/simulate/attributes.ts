import { hash, seededRandom, type Random } from "./seeded.ts";
import type { Attributes } from "./source.ts";

/** Large networks whose numbers stand in the middle of most paths, so that the text compresses as the real one does. */
const TRANSIT = [174, 1299, 2914, 3257, 3356, 3491, 5511, 6453, 6461, 6762, 6830, 6939, 9002, 12956];
const KINDS = 48;

interface Pool {
  announcement(draw: number): Attributes;
  withdrawal(draw: number): Attributes;
}

/** What a target announces and withdraws: a limited set, as it is for a real one; made when first drawn. */
export function attributePool(seed: number, target: string): Pool {
  const announcements: Attributes[] = [];
  const withdrawals: Attributes[] = [];
  function announcement(draw: number): Attributes {
    const kind = draw % KINDS;
    return (announcements[kind] ??= announce(seededRandom(hash(seed, "attributes", target, kind)), target));
  }
  function withdrawal(draw: number): Attributes {
    const kind = draw % KINDS;
    const { source_id, target_prefix } = announcement(draw);
    return (withdrawals[kind] ??= { source_id, target_prefix });
  }
  return { announcement, withdrawal };
}

function announce(random: Random, target: string): Attributes {
  const below = (limit: number): number => Math.floor(random() * limit);
  const origin = target.startsWith("AS") ? Number(target.slice(2)) : 64_496;
  const base = hash(target);
  const hops = Array.from({ length: 1 + below(4) }, () => TRANSIT[below(TRANSIT.length)]!);
  const path: (number | number[])[] = [1000 + below(60_000), ...hops, ...Array.from({ length: 1 + (below(4) === 0 ? 2 : 0) }, () => origin)];
  if (below(150) === 0) path.push([50_780, 59_478]);
  return {
    source_id: `${String(below(26)).padStart(2, "0")}-${185 + below(20)}.${below(4)}.${below(60)}.${1 + below(254)}`,
    target_prefix: target.startsWith("AS") ? `${1 + (base % 222)}.${(base >>> 8) % 256}.${below(8) * 16}.0/${20 + below(5)}` : target,
    path,
    community: Array.from({ length: below(3) === 0 ? 0 : below(12) }, () => `${hops[below(hops.length)]!}:${below(8) * 5000 + below(100)}`),
  };
}
