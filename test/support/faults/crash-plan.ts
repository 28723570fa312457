import { seededRandom } from "../../../src/simulate/seeded.ts";

/** What is killed: a program is, at a request, one of the batches that run, and at a COMMIT the one that sent it. */
export type Deed = "kill a program" | "kill Postgres" | "kill the command" | "kill Postgres and the command" | "cut the connection";

/** When: counted from when the deed before was done. */
export type Moment =
  /** The provider has been asked so many times more. */
  | { readonly at: "request"; readonly more: number }
  /** So many transactions more that hold `text` have sent their COMMIT. Does it still reach Postgres? */
  | { readonly at: "commit"; readonly text: string; readonly more: number; readonly arrives: boolean };

export interface Step {
  readonly deed: Deed;
  readonly moment: Moment;
}

/** Words by which a transaction is known. */
export const RESULTS = "insert into sluice.target_results";
export const STATUS = "update sluice.driven_sweeps set status";

const DEEDS: readonly (readonly [Deed, "request" | "results" | "status"])[] = [
  ["kill a program", "request"],
  ["kill a program", "request"],
  ["kill a program", "results"],
  ["kill a program", "results"],
  ["cut the connection", "results"],
  ["kill Postgres", "request"],
  ["kill Postgres", "results"],
  ["kill the command", "request"],
  ["kill the command", "status"],
  ["kill Postgres and the command", "results"],
];

/** Every deed of the list, in an order and at moments that follow from the seed. */
export function crashPlan(seed: number): Step[] {
  const random = seededRandom(seed);
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  return shuffled(DEEDS, random).map(([deed, place]): Step => {
    if (place === "request") return { deed, moment: { at: "request", more: upTo(40) } };
    const [text, more] = place === "results" ? [RESULTS, upTo(6)] : [STATUS, upTo(3)];
    return { deed, moment: { at: "commit", text, more, arrives: deed === "cut the connection" || random() < 0.5 } };
  });
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
