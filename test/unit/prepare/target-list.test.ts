import { describe, expect, test } from "vitest";
import { boundPattern } from "../../../src/extract/bound.ts";
import { SpecError } from "../../../src/model/errors.ts";
import { NameSink } from "../../../src/prepare/target-list.ts";
import { feed } from "../../support/provider/feed-in-pieces.ts";

const URL = "http://host.example/list";

/** The names that a pattern finds in a list, cut at `cuts`. */
function namesIn(pattern: string, list: string | Buffer, { prefix = "", cuts = [] }: { prefix?: string; cuts?: number[] } = {}): string[] {
  const sink = new NameSink(boundPattern(pattern), { prefix, url: URL }, Buffer.alloc(64 * 1024));
  feed(sink, Buffer.from(list), cuts);
  sink.finish();
  return sink.names;
}

test("names are found wherever the answer is cut, with the prefix before each", () => {
  const list = '{"asns":[3333,12654, 64496],"count":3}';
  for (let cut = 1; cut < list.length; cut += 1) {
    expect(namesIn("[\\[,]\\s{0,8}([0-9]{1,10})(?=\\s{0,8}[,\\]])", list, { prefix: "AS", cuts: [cut] })).toEqual(["AS3333", "AS12654", "AS64496"]);
  }
});

test("a group that took no part is a blank name: it is dropped and told, and not taken for one", () => {
  expect(namesIn("x|y([0-9])", "xy1", { prefix: "AS" })).toEqual(["", "AS1"]);
});

describe("a list is text in UTF-8", () => {
  const STRINGS = '"((?:[^"\\\\]|\\\\.){1,200})"';

  test("names beyond ASCII are decoded, wherever the answer is cut", () => {
    const list = Buffer.from("bücher.example\n例え.example\n😀\n");
    for (let cut = 1; cut < list.length; cut += 1) {
      expect(namesIn("([^\\n]{1,200})\\n", list, { cuts: [cut] })).toEqual(["bücher.example", "例え.example", "😀"]);
    }
  });

  test("a byte order mark is no part of the first name", () => {
    expect(namesIn("([^\\n]{1,200})\\n", "\ufeffAS1\nAS2\n").map((name) => name.trim())).toEqual(["AS1", "AS2"]);
  });

  test.for<[string, string]>([
    ["an array", '["caf\\u00e9","a\\/b","\\ud83d\\ude00","plain"]'],
    ["an object behind white space and a byte order mark", '\ufeff \r\n\t{"names": ["caf\\u00e9","a\\/b","\\ud83d\\ude00","plain"]}'],
    ["strings, one per line", '"caf\\u00e9"\n"a\\/b"\n"\\ud83d\\ude00"\n"plain"'],
  ])("escapes are undone where the list is JSON: %s", ([, list]) => {
    const names = ["café", "a/b", "😀", "plain"];
    for (const cuts of [[], [1], [2, 3], [20]]) expect(namesIn(STRINGS, list, { cuts }).filter((name) => name !== "names")).toEqual(names);
  });

  test("a list of plain text keeps its backslashes", () => {
    expect(namesIn("([^\\n]{1,200})\\n", "DOMAIN\\user\ncaf\\u00e9\n")).toEqual(["DOMAIN\\user", "caf\\u00e9"]);
  });

  test("an entry that is not UTF-8 is named", () => {
    const list = Buffer.concat([Buffer.from("AS1\nb"), Buffer.from([0xfc]), Buffer.from("cher\n")]);
    expect(() => namesIn("([^\\n]{1,200})\\n", list)).toThrow(new SpecError('The list of targets (http://host.example/list) cannot be asked: entry 2, "bücher", is not UTF-8.'));
  });

  test("half of a JSON string is named, instead of being asked with half of its escapes", () => {
    expect(() => namesIn('"([^"]{1,200})"', '["one","say \\"hi\\""]')).toThrow('entry 2, "say \\", is not the whole content of a JSON string');
  });
});
