import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compileExtract } from "../../../src/extract/compile.ts";
import { createReadings, WORK_BYTES } from "../../../src/extract/read.ts";
import type { PartFacts, Reading } from "../../../src/extract/reading.ts";
import type { ExtractSpec } from "../../../src/model/resolved.ts";
import type { Window } from "../../../src/model/window.ts";
import { anExtractSpec } from "../../support/provider/answers.ts";
import { cutsEvery, feed } from "../../support/provider/feed-in-pieces.ts";

const ASKED: Window = { start: 1000, end: 2000 };

interface AnAnswer {
  readonly start?: number;
  readonly end?: number;
  readonly declared?: number | null;
  readonly seeAlso?: string;
  readonly status?: string;
  readonly times: readonly (number | string)[];
  readonly types?: string;
  readonly resource?: string;
}

function anAnswer({ start = 1000, end = 2000, times, declared = times.length, seeAlso, status = "ok", types = "A", resource = "1" }: AnAnswer): Buffer {
  const updates = times.map((time, place) => `{"seq":1,"timestamp":${time},"type":"${types[place % types.length]!}","attrs":{}}`);
  const number = declared === null ? "" : `,"nr_updates":${declared}`;
  const rest = seeAlso === undefined ? "" : `"${seeAlso}"`;
  return Buffer.from(`{"see_also":[${rest}],"status":"${status}","query_id":"q1","data":{"resource":"${resource}","query_starttime":${start},"query_endtime":${end},"updates":[${updates.join(",")}]${number}}}`);
}

function readings(changes: Partial<ExtractSpec> = {}): (asked?: Window, target?: string) => Reading {
  const newReading = createReadings(compileExtract(anExtractSpec(changes)), Buffer.alloc(WORK_BYTES));
  return (asked = ASKED, target = "AS1") => newReading(target, asked);
}

function readParts(reading: Reading, ...answers: readonly Buffer[]): PartFacts[] {
  return answers.map((answer) => {
    const part = reading.part();
    feed(part, answer);
    return part.finish();
  });
}

function rows(reading: Reading): [number, string, number][] {
  return [...reading.observations()].map(({ at, type, updates }) => [at, type, updates]);
}

describe("reading an answer", () => {
  it("takes the time and the type by the names of their groups, whichever comes first", () => {
    const reading = readings({ pattern: "(?<type>[A-Z]),(?<time>[0-9]+)" })();
    readParts(reading, Buffer.from("A,1700\nB,1700\nA,1701\n"));
    expect(rows(reading)).toEqual([
      [1700, "A", 1],
      [1700, "B", 1],
      [1701, "A", 1],
    ]);
  });

  it("counts its matches by second and type, and tells what it says of itself", () => {
    const reading = readings()();
    const answer = anAnswer({ times: [1000, 1500, 1500, 1999], types: "AW" });
    const [facts] = readParts(reading, answer);
    expect(facts).toEqual({
      matches: 4,
      earliest: 1000,
      latest: 1999,
      declared: 4,
      targets: ["1"],
      start: 1000,
      end: 2000,
      continuation: null,
      maintenance: false,
      error: null,
      saysEmpty: false,
      queryId: "q1",
      flaw: null,
      textBytes: answer.length,
    });
    expect(reading.judge()).toEqual({ state: "ok", error: null, detail: null, updates: 4, outside: 0, declared: 4 });
    expect(rows(reading)).toEqual([[1000, "A", 1], [1500, "A", 1], [1500, "W", 1], [1999, "W", 1]]);
    expect(rows(reading)).toHaveLength(reading.rows);
  });

  it("counts a match outside the window for the proof and does not store it", () => {
    const reading = readings()();
    readParts(reading, anAnswer({ start: 900, end: 2100, times: [999, 1000, 2000] }));
    expect(reading.judge()).toMatchObject({ state: "ok", updates: 1, outside: 2, declared: 3 });
    expect(rows(reading)).toEqual([[1000, "A", 1]]);
  });

  it("gives a type of its own to matches of a pattern with one group", () => {
    const reading = readings({ pattern: '"timestamp":([0-9]{1,12})' })();
    readParts(reading, anAnswer({ times: [1000, 1000] }));
    expect(rows(reading)).toEqual([[1000, "", 2]]);
  });

  it("fails for a time that cannot be read, and does not leave the match out in silence", () => {
    const reading = readings()();
    readParts(reading, anAnswer({ times: [1000, "1000.5", 1001] }));
    expect(reading.judge()).toMatchObject({ state: "failed", error: "unreadable-time", detail: 'a match has the time "1000.5", which cannot be read as unix' });
  });

  it("fails for times in milliseconds, and for the other form of time", () => {
    for (const time of [1_500_000_000_000, '"2025-06-11T13:59:55"']) {
      const reading = readings()();
      readParts(reading, anAnswer({ times: [time] }));
      expect(reading.judge().error).toBe("unreadable-time");
    }
  });

  const lies: Record<string, [answer: AnAnswer, judgement: object]> = {
    "the right range, and every match early": [{ times: [100, 600] }, { state: "suspect", error: "outside-range", updates: 0 }],
    "one match of many outside the range, by a digit that was damaged": [{ times: [1000, 9001, 1002] }, { state: "suspect", error: "outside-range", updates: 2, outside: 1 }],
    "another target": [{ times: [1000], resource: "AS2" }, { state: "suspect", error: "other-target" }],
    "another target without a match": [{ times: [], resource: "AS2" }, { state: "suspect", error: "other-target" }],
  };
  it.each(Object.entries(lies))("does not believe an answer with %s", (_, [answer, judgement]) => {
    const reading = readings()();
    readParts(reading, anAnswer(answer));
    expect(reading.judge()).toMatchObject(judgement);
  });

  it("undoes the escapes of JSON before it counts types, and of nothing else", () => {
    const spec = { pattern: '([0-9]{4}),([^;]{1,99});', time: "unix", declared: "n=([0-9])", maxParts: 1 } as const;
    for (const [begin, expected] of [["\ufeff [", [[1000, "café", 2]]], ["", [[1000, "caf\\u00e9", 1], [1000, "café", 1]]]] as const) {
      const reading = createReadings(compileExtract(spec), Buffer.alloc(WORK_BYTES))("x", ASKED);
      readParts(reading, Buffer.from(`${begin}1000,caf\\u00e9;1000,café; n=2`));
      expect(reading.judge()).toMatchObject({ state: "ok", updates: 2 });
      expect(rows(reading)).toEqual(expected);
    }
  });

  const unproven: Record<string, Buffer> = {
    "a login page": Buffer.from("<html><title>Log in</title></html>"),
    "nothing at all": Buffer.alloc(0),
    "text in UTF-16": Buffer.from('{"events":[{"timestamp":1000,"type":"A"}]}', "utf16le"),
    "a gzip within the gzip": gzipSync('{"events":[{"timestamp":1000,"type":"A"}]}'),
  };
  it.each(Object.entries(unproven))("is not empty because nothing is found in %s: it must declare zero, or look empty", (_, body) => {
    for (const empty of [{}, { empty: '"events":\\[\\]' }]) {
      const reading = createReadings(compileExtract({ pattern: anExtractSpec().pattern, time: "unix", maxParts: 1, ...empty }), Buffer.alloc(WORK_BYTES))("x", ASKED);
      readParts(reading, body);
      expect(reading.judge()).toMatchObject({ state: "suspect", error: "empty-unproven" });
    }
  });

  it("is empty where it looks as the file says", () => {
    const reading = createReadings(compileExtract({ pattern: anExtractSpec().pattern, time: "unix", maxParts: 1, empty: '"events":\\[\\]' }), Buffer.alloc(WORK_BYTES))("x", ASKED);
    readParts(reading, Buffer.from('{"events":[]}'));
    expect(reading.judge()).toMatchObject({ state: "empty", error: null });
  });

  it("fails for an end that cannot be read", () => {
    const reading = readings()();
    readParts(reading, Buffer.from('"query_endtime":20250611135955,"nr_updates":0'));
    expect(reading.judge()).toMatchObject({ state: "failed", error: "unreadable-time" });
  });

  it("counts 64 types and fails at the 65th", () => {
    const names = Array.from({ length: 66 }, (_, number) => String.fromCharCode(0x30 + number)).filter((name) => name !== "\\");
    const spec = { pattern: String.raw`"timestamp":([0-9]{1,12}),"type":"([^"])"` };
    const full = readings(spec)();
    readParts(full, anAnswer({ times: names.slice(0, 64).map(() => 1000), types: names.slice(0, 64).join("") }));
    expect(full.judge()).toMatchObject({ state: "ok", updates: 64 });
    expect(full.rows).toBe(64);
    const over = readings(spec)();
    readParts(over, anAnswer({ times: names.map(() => 1000), types: names.join("") }));
    expect(over.judge()).toMatchObject({ state: "failed", error: "types" });
  });

  it("reads the same whatever the pieces", () => {
    const answer = anAnswer({ times: Array.from({ length: 3000 }, (_, place) => 1000 + ((place * 7) % 1000)), types: "AAW" });
    const whole = readings()();
    const [facts] = readParts(whole, answer);
    expect(whole.judge().state).toBe("ok");
    expect(facts).toMatchObject({ matches: 3000, declared: 3000, start: 1000, end: 2000, queryId: "q1", textBytes: answer.length });
    for (const size of [1, 2, 3, 61, 4096, 32_768, 65_535]) {
      const reading = readings()();
      const part = reading.part();
      feed(part, answer, cutsEvery(size, answer.length));
      expect(part.finish()).toEqual(facts);
      expect(rows(reading)).toEqual(rows(whole));
    }
  });

  it("keeps answers that are read at the same time apart", () => {
    const newReading = readings();
    const answers = [1000, 1300, 1600].map((start) => anAnswer({ times: Array.from({ length: 2000 }, (_, place) => start + (place % 300)) }));
    const open = answers.map((answer) => ({ answer, reading: newReading() })).map((one) => ({ ...one, part: one.reading.part() }));
    for (let at = 0; at < answers[0]!.length; at += 5000) {
      for (const { answer, part } of open) feed(part, answer.subarray(at, at + 5000));
    }
    for (const { answer, reading, part } of open) {
      part.finish();
      const alone = newReading();
      readParts(alone, answer);
      expect(reading.judge()).toMatchObject({ state: "ok", updates: 2000 });
      expect(rows(reading)).toEqual(rows(alone));
    }
  });

  describe("in parts", () => {
    const rest = "https://example.net/rest";
    const seams: Record<string, [before: AnAnswer, after: AnAnswer]> = {
      "an end that is exclusive": [{ end: 1500, times: [1400, 1499] }, { start: 1500, times: [1500, 1500, 1600] }],
      "an end that is inclusive": [{ end: 1500, times: [1400, 1499, 1500, 1500] }, { start: 1501, times: [1600] }],
      "an end that is inclusive, and a start that is exclusive": [{ end: 1500, times: [1400, 1499, 1500, 1500] }, { start: 1500, times: [1600] }],
      "a second that stands whole on both sides": [{ end: 1500, times: [1400, 1499, 1500, 1500] }, { start: 1500, times: [1500, 1500, 1600] }],
      "a second that is cut short on the first side": [{ end: 1500, times: [1400, 1499, 1500] }, { start: 1500, times: [1500, 1500, 1600] }],
      "parts that overlap by many seconds": [{ end: 1500, times: [1400, 1499, 1500] }, { start: 1400, times: [1400, 1499, 1500, 1500, 1600] }],
    };
    const whole = [[1400, "A", 1], [1499, "A", 1], [1500, "A", 2], [1600, "A", 1]];
    describe.each(Object.entries(seams))("with %s", (_, [before, after]) => {
      it.each(["its own", "the whole"])("counts each match once and is proven where a part declares %s", (declares) => {
        const declared = declares === "the whole" ? { declared: 5 } : {};
        const reading = readings()();
        const [first] = readParts(reading, anAnswer({ ...before, ...declared, seeAlso: rest }), anAnswer({ ...after, ...declared }));
        expect(first?.continuation).toBe(rest);
        expect(reading.judge()).toMatchObject({ state: "ok", updates: 5, outside: 0 });
        expect(rows(reading)).toEqual(whole);
        expect(reading.rows).toBe(4);
      });
    });

    it("counts a second that was dealt out to both sides on both, where the whole is declared", () => {
      const reading = readings()();
      readParts(reading, anAnswer({ end: 1500, times: [1400, 1500], declared: 4, seeAlso: rest }), anAnswer({ start: 1500, times: [1500, 1600], declared: 4 }));
      expect(reading.judge()).toMatchObject({ state: "ok", updates: 4, declared: 4 });
      expect(reading.judge()).toMatchObject({ state: "ok", updates: 4, declared: 4 });
      expect(rows(reading)).toEqual([[1400, "A", 1], [1500, "A", 2], [1600, "A", 1]]);
      expect(reading.rows).toBe(3);
    });

    it("shows a second of which neither side holds all as a mismatch, where each part declares its own", () => {
      const reading = readings()();
      readParts(reading, anAnswer({ end: 1500, times: [1400, 1500, 1500], seeAlso: rest }), anAnswer({ start: 1500, times: [1500, 1600] }));
      expect(reading.judge()).toMatchObject({ state: "mismatch", error: "seam-split" });
    });

    it("is about another target where one of its parts is", () => {
      const reading = readings()();
      readParts(reading, anAnswer({ end: 1500, times: [1400], seeAlso: rest }), anAnswer({ start: 1500, times: [1600], resource: "AS2" }));
      expect(reading.judge()).toMatchObject({ state: "suspect", error: "other-target", detail: "the answer is about AS2; AS1 was asked for" });
    });

    it("takes each seam of three parts from one side", () => {
      const reading = readings()();
      readParts(reading, anAnswer({ end: 1300, times: [1100, 1300], seeAlso: rest }), anAnswer({ start: 1300, end: 1600, times: [1300, 1300, 1600], seeAlso: rest }), anAnswer({ start: 1600, times: [1600, 1700] }));
      expect(reading.judge()).toMatchObject({ state: "ok", updates: 5, declared: 7 });
      expect(rows(reading)).toEqual([[1100, "A", 1], [1300, "A", 2], [1600, "A", 1], [1700, "A", 1]]);
    });

    it("is suspect where the last part ends early and names no rest", () => {
      const reading = readings()();
      readParts(reading, anAnswer({ end: 1500, times: [1400], seeAlso: rest }), anAnswer({ start: 1500, end: 1700, times: [1600] }));
      expect(reading.judge()).toMatchObject({ state: "suspect", error: "ends-early", updates: 2 });
    });

    it("forgets a part that broke off when it is begun again", () => {
      const reading = readings()();
      readParts(reading, anAnswer({ end: 1500, times: [1400], seeAlso: rest }));
      const broken = reading.part();
      feed(broken, anAnswer({ start: 1500, times: Array.from({ length: 500 }, () => 1600) }).subarray(0, 20_000));
      readParts(reading, anAnswer({ start: 1500, times: [1600] }));
      expect(reading.judge()).toMatchObject({ state: "ok", updates: 2 });
      expect(rows(reading)).toEqual([[1400, "A", 1], [1600, "A", 1]]);
      expect(() => {
        broken.take(1);
      }).toThrow("a part takes text after its end");
    });

    it("forgets a part that was an error when it is asked for again", () => {
      const reading = readings()();
      readParts(reading, anAnswer({ times: [1100, "never"], status: "error" }), Buffer.from('{"data_call_status":"maintenance","data":{}}'), anAnswer({ times: [1100] }));
      expect(reading.judge()).toMatchObject({ state: "ok", updates: 1, declared: 1 });
    });
  });

  it("tells what it holds, and holds nothing after release", () => {
    const reading = readings()();
    expect(reading.heldBytes).toBe(0);
    const part = reading.part();
    feed(part, anAnswer({ times: Array.from({ length: 500 }, () => 1001) }));
    expect(reading.heldBytes).toBe(2048);
    part.finish();
    expect(reading.heldBytes).toBe(2048);
    reading.release();
    expect([reading.heldBytes, reading.rows, rows(reading)]).toEqual([0, 0, []]);
    expect(() => {
      part.finish();
    }).toThrow("a part takes text after its end");
  });

  it("always leaves 16 KiB free, even for the longest pattern that is allowed", () => {
    const compiled = compileExtract(anExtractSpec({ pattern: "(a)b{0,8190}c" }));
    const reading = createReadings(compiled, Buffer.alloc(WORK_BYTES))("AS1", ASKED);
    const part = reading.part();
    for (let piece = 0; piece < 300; piece += 1) {
      const from = part.begin();
      expect(part.work.length - from).toBeGreaterThanOrEqual(16 * 1024);
      part.work.fill("ab".repeat(piece % 3), from);
      part.take(1 + ((piece * 997) % 16_000));
    }
    expect(() => createReadings(compiled, Buffer.alloc(32 * 1024))).toThrow("the work buffer has 32768 bytes and needs 32769");
  });
});
