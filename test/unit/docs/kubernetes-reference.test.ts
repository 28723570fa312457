import { expect, test } from "vitest";
import { CRON_REASON, REASON, SWEEP_REASON } from "../../../src/decide/reasons.ts";
import { BLOCKED_REASONS } from "../../../src/metrics/label-values.ts";
import { codes, readPage, section, tableRows } from "../../support/docs/page.ts";

const page = readPage("docs/kubernetes-reference.md");

function firstCodes(table: string): string[] {
  return tableRows(table).flatMap(([first]) => codes(first!));
}

test("the reference lists every condition and event of a CronSweep", () => {
  const [conditions, events] = section(page, "Conditions and events of a CronSweep").split("| event |");
  const reasons = tableRows(conditions!).flatMap(([, reason]) => codes(reason!));
  expect(tableRows(conditions!).map(([type]) => codes(type!)[0])).toEqual(["Accepted", "Progressing", "WindowsMissed", "RetentionHeld", "Triggered"]);
  expect(Object.values(CRON_REASON).filter((reason) => !reasons.includes(reason) && !firstCodes(`| event |${events!}`).includes(reason))).toEqual([]);
  expect([...reasons, ...firstCodes(`| event |${events!}`)].filter((reason) => !Object.values<string>(CRON_REASON).includes(reason))).toEqual([]);
});

test("the reference lists every condition and event of a Sweep", () => {
  const [conditions, rest] = section(page, "Conditions and events of a Sweep").split("Reasons of `Blocked`:");
  const [blockers, events] = rest!.split("| event |");
  expect(tableRows(conditions!).map(([type]) => codes(type!)[0])).toEqual(["Accepted", "Progressing", "Blocked", "Complete", "RetentionHeld"]);
  const reasons = tableRows(conditions!).flatMap(([, reason]) => codes(reason!));
  expect([...Object.values(SWEEP_REASON), ...BLOCKED_REASONS].filter((reason) => !reasons.includes(reason))).toEqual([]);
  expect(firstCodes(blockers!).sort()).toEqual([...BLOCKED_REASONS].sort());
  const listed = firstCodes(`| event |${events!}`);
  expect(Object.values(REASON).filter((reason) => !listed.includes(reason))).toEqual([]);
  expect(listed.filter((reason) => ![...Object.values<string>(REASON), ...BLOCKED_REASONS].includes(reason))).toEqual([]);
});

test("the reference lists the phases of a Sweep as docs/words.md does", () => {
  const ofWords = firstCodes(section(readPage("docs/words.md"), "Phases of a sweep"));
  expect(firstCodes(section(page, "Phases")).sort()).toEqual(ofWords.sort());
});
