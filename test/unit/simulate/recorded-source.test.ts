import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SpecError } from "../../../src/model/errors.ts";
import { recordedSource, type RecordedSource } from "../../../src/simulate/recorded-source.ts";

const DATA = path.resolve(import.meta.dirname, "../../../../shared/data");
const DAY = 86_400;

describe("a source of a file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "recorded-"));
    await writeFile(path.join(folder, "asns.txt"), "3\n7\n");
    await writeFile(
      path.join(folder, "updates.gz"),
      gzipSync("BGP4MP|1000|A|10.0.0.1|1|45.169.4.0/22|1 7|IGP|x|0|0|1:2|NAG||\nBGP4MP|1005|W|10.0.0.1|1|45.169.4.0/22\nBGP4MP|1005|A|::1|1|2001:db8::/32|1 7|IGP|x|0|0||NAG||\n"),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));
  const open = (everySeconds = DAY): Promise<RecordedSource> => recordedSource({ kind: "recorded", asns: path.join(folder, "asns.txt"), updates: path.join(folder, "updates.gz"), everySeconds });

  test("moves the updates to the start of every cell, and honours the window", async () => {
    const source = await open();
    const at = (start: number, end: number): number[] => [...source.updates("AS7", { start, end })].map((update) => update.at);
    expect(at(DAY, 2 * DAY)).toEqual([DAY, DAY + 5, DAY + 5]);
    expect(at(DAY + 1, DAY + 5)).toEqual([]);
    expect(at(DAY + 5, 2 * DAY + 1)).toEqual([DAY + 5, DAY + 5, 2 * DAY]);
    expect([...source.updates("AS3", { start: 0, end: DAY })]).toEqual([]);
  });
  test("tells an update as the provider would", async () => {
    const [announcement, withdrawal] = [...(await open()).updates("AS7", { start: 0, end: DAY })];
    expect(announcement).toMatchObject({ at: 0, type: "A", attrs: { source_id: "00-10.0.0.1", target_prefix: "45.169.4.0/22", path: [1, 7], community: ["1:2"] } });
    expect(withdrawal).toMatchObject({ at: 5, type: "W", attrs: { source_id: "00-10.0.0.1", target_prefix: "45.169.4.0/22" } });
    expect(Object.keys(withdrawal!.attrs)).toEqual(["source_id", "target_prefix"]);
  });
  test("answers for a prefix with the elements of the prefix", async () => {
    expect([...(await open()).updates("2001:db8::/32", { start: 0, end: DAY })]).toHaveLength(1);
  });
  test("refuses to repeat sooner than the file is long", async () => {
    await expect(open(5)).rejects.toThrow("spans 6 seconds, more than the 5 seconds after which it repeats");
  });
  test("names the file that cannot be read, and the line that is wrong", async () => {
    const missing = recordedSource({ kind: "recorded", asns: path.join(folder, "none"), updates: "x", everySeconds: DAY });
    await expect(missing).rejects.toThrow(SpecError);
    await expect(missing).rejects.toThrow("none cannot be read");
    await writeFile(path.join(folder, "wrong.txt"), "3\nAS7\n");
    await expect(recordedSource({ kind: "recorded", asns: path.join(folder, "wrong.txt"), updates: "x", everySeconds: DAY })).rejects.toThrow("wrong.txt, line 2: must be an AS number, not AS7.");
  });
});

describe.skipIf(!existsSync(DATA))("the recorded five minutes", () => {
  test("are attributed as it was measured: nothing is lost between the targets and what is left out (recorded data)", async () => {
    const source = await recordedSource({
      kind: "recorded",
      asns: path.join(DATA, "asn/asns-2025-06-11.txt.gz"),
      updates: path.join(DATA, "ris-updates-2019-01-01T0000.bgpdump-m.txt.gz"),
      everySeconds: DAY,
    });
    const { counts } = source;
    expect(counts).toMatchObject({ elements: 162_617, originsOffList: 480, announcementsOffList: 13_251, setAnnouncements: 39, withdrawalsShared: 83 });
    // The 2,669 elements without an origin of their own and the 101 among them of no announced prefix count 43 session changes in.
    expect(counts.withdrawals + counts.sessions).toBe(2_669);
    expect(counts.withdrawalsUnannounced + counts.sessions).toBe(101);
    expect(counts.sessions).toBe(43);
    expect(source.asNumbers).toHaveLength(85_321 + 480);

    let announcements = 0;
    let withdrawals = 0;
    const seconds = new Set<string>();
    for (const asNumber of source.asNumbers) {
      for (const { at, type } of source.updates(`AS${asNumber}`, { start: DAY, end: 2 * DAY })) {
        if (type === "A") {
          announcements++;
          seconds.add(`${asNumber} ${at}`);
        } else withdrawals++;
      }
    }
    expect(announcements).toBe(counts.announcements - counts.setAnnouncements);
    expect(withdrawals).toBeGreaterThanOrEqual(counts.withdrawals - counts.withdrawalsUnannounced + counts.withdrawalsShared);
    expect(announcements / seconds.size).toBeCloseTo(4.8, 1);
  });
});
