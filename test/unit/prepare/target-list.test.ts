import { expect, test } from "vitest";
import { boundPattern } from "../../../src/extract/bound.ts";
import { NameSink } from "../../../src/prepare/target-list.ts";
import { feed } from "../../support/provider/feed-in-pieces.ts";

const TEXT = Buffer.from('{"asns":[3333,12654, 64496],"count":3}', "latin1");

test("names are found wherever the answer is cut, with the prefix before each", () => {
  for (let cut = 1; cut < TEXT.length; cut += 1) {
    const sink = new NameSink(boundPattern("[\\[,]\\s{0,8}([0-9]{1,10})(?=\\s{0,8}[,\\]])"), "AS", Buffer.alloc(64 * 1024));
    feed(sink, TEXT, [cut]);
    sink.finish();
    expect(sink.names).toEqual(["AS3333", "AS12654", "AS64496"]);
  }
});

test("a group that took no part is a blank name: it is dropped and told, and not taken for one", () => {
  const sink = new NameSink(boundPattern("x|y([0-9])"), "AS", Buffer.alloc(64 * 1024));
  feed(sink, Buffer.from("xy1"));
  sink.finish();
  expect(sink.names).toEqual(["", "AS1"]);
});
