import { describe, expect, it } from "vitest";
import { MOST_TYPES, TypeNames } from "../../../src/extract/type-names.ts";

describe("the types of a reading", () => {
  it("are numbered as they are met and sorted by name", () => {
    const types = new TypeNames();
    expect(["W", "A", "W", "", "AA"].map((name) => types.numberOf(name))).toEqual([0, 1, 0, 2, 3]);
    expect(types.sorted().map((number) => types.names[number])).toEqual(["", "A", "AA", "W"]);
  });

  it(`are ${MOST_TYPES} at the most`, () => {
    const types = new TypeNames();
    for (let number = 0; number < MOST_TYPES; number += 1) expect(types.numberOf(`type ${number}`)).toBe(number);
    expect(types.numberOf("type 64")).toEqual({ error: "types", detail: "more than 64 types: the pattern's second group seems to catch something else" });
    expect(types.numberOf("type 63")).toBe(63);
  });

  it("are stored as the UTF-8 text that their bytes are", () => {
    const types = new TypeNames();
    types.numberOf(Buffer.from("größer").toString("latin1"));
    expect(types.names).toEqual(["größer"]);
  });

  it("must be text that Postgres takes", () => {
    expect(new TypeNames().numberOf("a\xffb")).toEqual({ error: "types", detail: "a type is not UTF-8 text: its bytes are 61ff62" });
    expect(new TypeNames().numberOf("a\0b")).toMatchObject({ error: "types" });
  });
});
