import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { boundPattern, type BoundedPattern } from "../../../src/extract/bound.ts";
import { compileExtract } from "../../../src/extract/compile.ts";
import { keptBytes, StreamMatcher } from "../../../src/extract/matcher.ts";
import { createReadings, WORK_BYTES } from "../../../src/extract/read.ts";
import { anExtractSpec } from "../../support/provider/answers.ts";
import { cutsEvery, feed } from "../../support/provider/feed-in-pieces.ts";

const DATA = path.resolve(import.meta.dirname, "../../../../shared/data");
const isThere = existsSync(path.join(DATA, "EXPECTED.tsv"));

interface Recorded {
  readonly file: string;
  readonly text: Buffer;
  readonly count: number;
  readonly sha256: string;
}

function recorded(): Recorded[] {
  if (!isThere) return [];
  const lines = readFileSync(path.join(DATA, "EXPECTED.tsv"), "utf8").trim().split("\n").slice(1);
  return lines.map((line) => {
    const [file, , count, sha256] = line.split("\t");
    return { file: file!, text: readFileSync(path.join(DATA, file!)), count: Number(count), sha256: sha256! };
  });
}

const TIME = boundPattern(String.raw`"timestamp":\s*"?([0-9T:.\-]+)"?`);
const UPDATE = boundPattern(anExtractSpec().pattern);

const work = Buffer.alloc(WORK_BYTES);

function found(pattern: BoundedPattern, text: Buffer, cuts: Iterable<number>): string[] {
  const caught: string[] = [];
  const matcher = new StreamMatcher(pattern, Buffer.alloc(keptBytes(pattern)), ([, time, type]) => caught.push(type === undefined ? time! : `${time}${type}`));
  feed({ work, begin: () => matcher.room, take: (length) => matcher.take(work, length) }, text, cuts);
  matcher.finish();
  return caught;
}

function hash(values: readonly string[]): string {
  return createHash("sha256").update(values.join("\n")).digest("hex");
}

/** Pieces long enough that each is matched when it comes; over all phases each byte of a text is a border once. */
const STRIDE = 4096;

describe.skipIf(!isThere)("recorded answers", () => {
  it("are here", () => {
    expect(recorded()).toHaveLength(14);
  });

  describe.each(recorded())("$file", ({ text, count, sha256 }) => {
    it("holds the expected times in one piece, in two and byte by byte", () => {
      for (const cuts of [[], [text.length >> 1], [...cutsEvery(1, text.length)]]) {
        const times = found(TIME, text, cuts);
        expect(times).toHaveLength(count);
        expect(hash(times)).toBe(sha256);
      }
    });

    it("holds the same wherever it is cut", () => {
      const updates = [...text.toString("latin1").matchAll(new RegExp(UPDATE.source, "g"))].map((match) => `${match[1]}${match[2]}`);
      const expected = { times: sha256, updates: hash(updates) };
      const lastCut = Math.min(STRIDE, text.length);
      for (let first = 1; first <= lastCut; first += 1) {
        const cuts = [...cutsEvery(STRIDE, text.length, first)];
        const times = found(TIME, text, cuts);
        if (times.length !== count || hash(times) !== expected.times || hash(found(UPDATE, text, cuts)) !== expected.updates) {
          expect.fail(`cut after ${first} bytes and then after each ${STRIDE}`);
        }
      }
    });
  });

  const answers: Record<string, [file: string, time: "unix" | "iso"]> = {
    "in the wire format of 2025": ["recorded-2025/bgp_updates.json", "iso"],
    "in the wire format of 2026, with ISO times": ["wire-2026/bgp-updates_140.78.0.0_16_iso_compact.json", "iso"],
    "in the wire format of 2026, with unix times": ["wire-2026/bgp-updates_140.78.0.0_16_unix_compact.json", "unix"],
  };
  it.each(Object.entries(answers))("proves a recorded answer %s", (_, [file, time]) => {
    const asked = { start: 1_749_477_595, end: 1_749_650_395 };
    const reading = createReadings(compileExtract(anExtractSpec({ time })), work)("140.78.0.0/16", asked);
    const part = reading.part();
    feed(part, readFileSync(path.join(DATA, file)));
    expect(part.finish()).toMatchObject({ matches: 515, declared: 515, ...asked, continuation: null, queryId: "20250611155919-4a1444ca-061a-4686-baae-f435772ad4ed" });
    expect(reading.judge()).toEqual({ state: "ok", error: null, detail: null, updates: 515, outside: 0, declared: 515 });
    expect([...reading.observations()].reduce((sum, { updates }) => sum + updates, 0)).toBe(515);
  });

  it.each(["mlab_bandwidth", "mlab_clients", "mlap_activity_count", "ris_first_last_seen", "whois_object_last_updated"])("sees that the recorded answer of %s is maintenance", (name) => {
    const reading = createReadings(compileExtract(anExtractSpec()), work)("AS1", { start: 0, end: 86_400 });
    const part = reading.part();
    feed(part, readFileSync(path.join(DATA, "recorded-2025", `${name}.json`)));
    part.finish();
    expect(reading.judge()).toMatchObject({ state: "failed", error: "maintenance", updates: 0 });
  });

  it("sees that recorded bodies of HTTP 400 are errors", () => {
    const newReading = createReadings(compileExtract(anExtractSpec()), work);
    const bodies = readFileSync(path.join(DATA, "errors_2026.jsonl"), "utf8").trim().split("\n");
    for (const body of bodies) {
      const reading = newReading("AS1", { start: 0, end: 86_400 });
      const part = reading.part();
      feed(part, Buffer.from(body));
      part.finish();
      expect(reading.judge(), body).toMatchObject({ state: "failed", error: "error-body" });
    }
  });
});
