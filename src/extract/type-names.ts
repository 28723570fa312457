import { problem, type Problem } from "./problem.ts";

/** More types than this are no types: the pattern's second group catches something else. */
export const MOST_TYPES = 64;

/** The types of one reading, numbered in the order in which they are met. */
export class TypeNames {
  /** As they are stored. */
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** `caught` is latin1 text, as it was matched. */
  numberOf(caught: string): number | Problem {
    return this.#numbers.get(caught) ?? this.#add(caught);
  }

  /** The types' numbers in the order of their names, by code unit. */
  sorted(): number[] {
    const byName = (one: number, other: number): number => (this.names[one]! < this.names[other]! ? -1 : 1);
    return this.names.map((_, number) => number).sort(byName);
  }

  #add(caught: string): number | Problem {
    if (this.names.length === MOST_TYPES) {
      return problem("types", `more than ${MOST_TYPES} types: the pattern's second group seems to catch something else`);
    }
    // A copy: a piece of a string would keep the whole text that it was cut from.
    const bytes = Buffer.from(caught, "latin1");
    const name = bytes.toString("utf8");
    if (name.includes("\0") || !Buffer.from(name, "utf8").equals(bytes)) {
      return problem("types", `a type is not UTF-8 text: its bytes are ${bytes.toString("hex")}`);
    }
    this.#numbers.set(bytes.toString("latin1"), this.names.length);
    return this.names.push(name) - 1;
  }
}
