import { describe, expect, test } from "vitest";
import { attribute, attributionNotes, readDetails, readElement } from "../../../src/simulate/attribution.ts";

const LINES = [
  "BGP4MP|100|A|10.0.0.1|34549|45.169.4.0/22|34549 1299 268080|IGP|10.0.0.1|0|0|1299:35000 34549:100|NAG||",
  "BGP4MP|100|STATE|10.0.0.1|138414|6|1",
  "BGP4MP|101|W|10.0.0.1|15562|45.169.4.0/22",
  "BGP4MP|102|A|10.0.0.1|1|45.169.4.0/22|1 7|IGP|10.0.0.1|0|0||NAG||",
  "BGP4MP|103|W|10.0.0.1|1|9.9.9.0/24",
  "BGP4MP|104|A|10.0.0.1|1|8.8.8.0/24|1 2 {5,6}|IGP|10.0.0.1|0|0||NAG||",
  "BGP4MP|105|W|10.0.0.1|1|8.8.8.0/24",
  "BGP4MP|106|A|10.0.0.1|1|7.7.7.0/24|1 64512|IGP|10.0.0.1|0|0||NAG||",
];

describe("the rule of attribution", () => {
  const result = attribute(LINES.map((line, index) => readElement(line, `line ${index + 1}`)), [7, 9]);

  test("an announcement goes to its origin, a withdrawal to every origin of its prefix, even one announced later", () => {
    expect(Object.fromEntries(result.ofOrigin)).toEqual({ 7: [2, 3], 268080: [0, 2], 64512: [7] });
  });
  test("targets are the list and the origins", () => {
    expect(result.targets).toEqual([7, 9, 64_512, 268_080]);
  });
  test("everything is counted, and what is left out is told", () => {
    expect(result.counts).toEqual({
      elements: 8,
      announcements: 4,
      withdrawals: 3,
      sessions: 1,
      originsOffList: 2,
      announcementsOffList: 2,
      setAnnouncements: 1,
      withdrawalsUnannounced: 2,
      withdrawalsShared: 1,
      behindRefusal: 1,
    });
    expect(attributionNotes(result).join("\n")).toContain("Left out: 2 withdrawals of prefixes that are announced nowhere in the file, 1 announcements whose origin is an AS_SET.");
  });
});

describe("a line of bgpdump -m", () => {
  test("gives its path, with a nested list for an AS_SET, and its communities", () => {
    expect(readDetails(LINES[0]!)).toEqual({ peer: "10.0.0.1", path: [34549, 1299, 268080], communities: ["1299:35000", "34549:100"] });
    expect(readDetails(LINES[5]!)).toEqual({ peer: "10.0.0.1", path: [1, 2, [5, 6]], communities: [] });
  });
  test.each(["", "hello", "BGP4MP|soon|A|1|2|3", "BGP4MP|5|X|1|2|3", "BGP4MP|5|W|1|2"])("is refused with its place where it is none: %j", (line) => {
    expect(() => readElement(line, "file, line 3")).toThrow(/^file, line 3: /);
  });
});
