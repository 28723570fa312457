import { describe, expect, test } from "vitest";
import { ResponseFilter } from "../../../src/fetch/connections.ts";

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** What passes of these pieces, each of which arrives by itself. */
function passed(filter: ResponseFilter, pieces: readonly string[]): string {
  return pieces.map((piece) => filter.pass(Buffer.from(piece, "latin1"))?.toString("latin1") ?? "").join("");
}

const cases: Record<string, [arrives: string, passes: string]> = {
  "a response passes": [OK, OK],
  "100 Continue before it does not": [CONTINUE + OK, OK],
  "nor do several, with headers": [`HTTP/1.1 100 Go on\r\nx: y\r\n\r\n${CONTINUE}${OK}`, OK],
  "other interim responses pass": [`HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n${CONTINUE}${OK}`, `HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n${OK}`],
  "101 is no interim response": [`HTTP/1.1 101 Other\r\n\r\n${CONTINUE}`, `HTTP/1.1 101 Other\r\n\r\n${CONTINUE}`],
  "what looks like one within the body passes": [OK + CONTINUE, OK + CONTINUE],
  "what is no HTTP passes": ["SSH-2.0\r\n\r\n", "SSH-2.0\r\n\r\n"],
  "the empty lines of a body pass": ["\r\n\r\n", "\r\n\r\n"],
};

describe("before a response", () => {
  test.each(Object.entries(cases))("%s, wherever it is cut", (_, [arrives, passes]) => {
    for (let cut = 0; cut <= arrives.length; cut++) {
      const filter = new ResponseFilter();
      filter.send();
      expect(passed(filter, [arrives.slice(0, cut), arrives.slice(cut)])).toBe(passes);
    }
    const bytewise = new ResponseFilter();
    bytewise.send();
    expect(passed(bytewise, Array.from(arrives))).toBe(passes);
  });

  test("interim headers without an end are not kept for ever", () => {
    const filter = new ResponseFilter();
    filter.send();
    const line = "x: ".padEnd(1000, "y");
    let arrived = "HTTP/1.1 100 Continue\r\n";
    let got = passed(filter, [arrived]);
    for (let i = 0; i < 100; i++) {
      got += passed(filter, [line]);
      arrived += line;
    }
    expect(got).toBe(arrived);
  });
});

test("each request on a connection is looked at anew", () => {
  const filter = new ResponseFilter();
  const first = filter.send();
  expect([first.isReused, first.hasArrived, passed(filter, [CONTINUE + OK]), first.hasArrived, first.sample.slice(0, 12)]).toEqual([false, false, OK, true, "HTTP/1.1 100"]);
  const second = filter.send();
  expect([second.isReused, second.hasArrived, second.sample, passed(filter, [CONTINUE + OK])]).toEqual([true, false, "", OK]);
});

test("what arrives while nothing is asked passes, so that undici drops the connection", () => {
  const filter = new ResponseFilter();
  filter.send();
  passed(filter, [OK]);
  expect(passed(filter, [CONTINUE])).toBe(CONTINUE);
});

test("keeps the start of what arrives as a sample, and no more", () => {
  const filter = new ResponseFilter();
  const wire = filter.send();
  passed(filter, ["hello ".repeat(40)]);
  expect(wire.sample).toBe("hello ".repeat(40).slice(0, 160));
});
