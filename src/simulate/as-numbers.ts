import { hash, seededRandom } from "./seeded.ts";
import { isPrivate } from "./resource.ts";

/** The RIS beacons: they announce and withdraw on a schedule, so they are never quiet. */
export const BEACONS = 12_654;
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
