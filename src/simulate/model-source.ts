import type { EpochSeconds, Window } from "../model/window.ts";
import { attributePool } from "./attributes.ts";
import { isPrivate } from "./question.ts";
import type { ModelSpec } from "./scenario.ts";
import { hash, mix, normal, seededRandom } from "./seeded.ts";
import type { Source, Update } from "./source.ts";

const DAY = 86_400;
/** Updates in one second of one target: 4.8 on average in the real data, with a heavy tail. */
const BURST_SHAPE = 1.32;
const LARGEST_BURST = 1_000;
const WITHDRAWN_PERCENT = 6;
const BEACON_PERIOD = 2 * 3600;

/** Updates invented from the seed. Days are counted in UTC from 1970; a target that is large today is large tomorrow. */
export function modelSource(seed: number, spec: ModelSpec): Source {
  const asNumbers = typeof spec.targets === "number" ? modelAsNumbers(seed, spec.targets) : [...new Set(spec.targets)].sort((one, other) => one - other);

  function* updates(target: string, window: Window): Generator<Update> {
    const pool = attributePool(seed, target);
    const bursts = target === `AS${BEACONS}` ? beaconBursts : burstsOfDay;
    for (let day = Math.floor(window.start / DAY) * DAY; day < window.end; day += DAY) {
      for (const packed of bursts(seed, spec, target, day)) {
        const at = day + Math.floor(packed / BURST_ROOM);
        if (at < window.start || at >= window.end) continue;
        const size = packed % BURST_ROOM;
        const base = hash(seed, target, at, size);
        for (let index = 0; index < size; index++) {
          const draw = mix(base + index);
          const withdrawn = draw % 100 < WITHDRAWN_PERCENT;
          yield {
            seq: (82 + (draw % 9_000)) * 100_000_000_000 + mix(draw),
            at,
            type: withdrawn ? "W" : "A",
            attrs: withdrawn ? pool.withdrawal(draw >>> 8) : pool.announcement(draw >>> 8),
          };
        }
      }
    }
  }
  return { asNumbers, notes: [`${asNumbers.length} AS numbers with invented updates from seed ${seed}.`], updates };
}

/** A burst is packed as second × BURST_ROOM + size, so that a day of them sorts as plain numbers. */
const BURST_ROOM = 1_024;

/** Updates of one target on one day, before they are given a second. */
function countOfDay(seed: number, spec: ModelSpec, target: string, day: EpochSeconds): number {
  const lasting = seededRandom(hash(seed, "level", target));
  if (lasting() >= spec.active) return 0;
  const level = 0.9 * normal(lasting) + 0.44 * normal(seededRandom(hash(seed, "level", target, day)));
  return Math.min(spec.largest, Math.floor(spec.median * Math.exp(spec.sigma * level)));
}

function burstsOfDay(seed: number, spec: ModelSpec, target: string, day: EpochSeconds): Uint32Array {
  const random = seededRandom(hash(seed, "bursts", target, day));
  // Updates come in episodes: something breaks, is announced, and settles.
  const episodes = Array.from({ length: 1 + Math.floor(random() * 9) }, () => ({ second: random() * DAY, width: 20 + random() ** 3 * 20_000 }));
  const bursts: number[] = [];
  for (let left = countOfDay(seed, spec, target, day); left > 0;) {
    const size = Math.min(left, LARGEST_BURST, Math.floor((1 - random()) ** (-1 / BURST_SHAPE)));
    const episode = episodes[Math.floor(random() * episodes.length)]!;
    const second = Math.floor(episode.second - episode.width * Math.log(1 - random())) % DAY;
    bursts.push(second * BURST_ROOM + size);
    left -= size;
  }
  return Uint32Array.from(bursts).sort();
}

/** Every two hours a round, and an echo every minute, so that no window of a minute or more is quiet. */
function beaconBursts(): Uint32Array {
  const bursts: number[] = [];
  for (let second = 0; second < DAY; second += 60) bursts.push(second * BURST_ROOM + (second % BEACON_PERIOD === 0 ? 120 : 1));
  return Uint32Array.from(bursts);
}

/** The RIS beacons: they announce and withdraw on a schedule, so they are never quiet. */
const BEACONS = 12_654;
/** Of 85,321 real ones 362 are private. */
const PRIVATE_SHARE = 0.0042;

/** A list with the shape of the real one: two thirds of 16 bits, the rest above 131,072, a few private ones. Ascending. */
export function modelAsNumbers(seed: number, count: number): number[] {
  const random = seededRandom(hash(seed, "as numbers"));
  const found = new Set<number>([BEACONS, 3333].slice(0, count));
  const privates = Math.floor(count * PRIVATE_SHARE);
  while (found.size < Math.min(count, 2 + privates)) found.add(64_512 + Math.floor(random() * 1_000));
  while (found.size < count) {
    // The 16 bit numbers run out before 60,000 of them are found.
    const short = random() < 0.65 && found.size < 60_000;
    const drawn = short ? 1 + Math.floor(random() * 64_000) : 131_072 + Math.floor(random() * 280_000);
    if (!isPrivate(drawn)) found.add(drawn);
  }
  return [...found].sort((one, other) => one - other);
}
