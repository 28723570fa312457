import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatWindow } from "../../../src/decide/grid.ts";
import { parseSchedule } from "../../../src/decide/schedule.ts";
import { windowsDue, type CronView, type KnownWindow } from "../../../src/decide/windows-due.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text) / 1000;

/** A daily sweep at five, made on the first of November; it is the 21st, six o'clock. */
function aCron(fields: Partial<CronView> = {}): CronView {
  return {
    schedule: parseSchedule("0 5 * * *", "Etc/UTC"),
    grid: { everySeconds: DAY, settleSeconds: 4 * HOUR },
    catchUp: { windows: 3 },
    concurrencyPolicy: "Forbid",
    createdAt: at("2026-11-01T00:00Z"),
    retentionSeconds: 730 * DAY,
    firstData: at("2024-01-01T00:00Z"),
    known: new Map(),
    now: at("2026-11-21T06:00Z"),
    ...fields,
  };
}

function known(...windows: readonly [string, KnownWindow["state"], string][]): ReadonlyMap<number, KnownWindow> {
  return new Map(windows.map(([day, state, lastAsked]) => [at(`${day}T00:00Z`), { state, lastAsked: at(lastAsked) }]));
}

function days(view: CronView): { start: string[]; waiting: string[] } {
  const { start, waiting } = windowsDue(view);
  return { start: start.map(formatWindow), waiting: waiting.map(formatWindow) };
}

const TODAY = "2026-11-21T05:00Z";
const YESTERDAY = "2026-11-20T05:00Z";

describe("which windows are due", () => {
  const cases: readonly [string, Partial<CronView>, string[], string[]][] = [
    ["the newest first, then earlier ones, one at a time", {}, ["2026-11-20"], ["2026-11-19", "2026-11-18", "2026-11-17"]],
    ["before the first run since it was made: none", { createdAt: at("2026-11-21T05:30Z") }, [], []],
    [
      "the newest is complete: the newest of those that are not",
      { known: known(["2026-11-20", "complete", TODAY], ["2026-11-18", "complete", YESTERDAY]) },
      ["2026-11-19"],
      ["2026-11-17"],
    ],
    ["one runs: it waits", { known: known(["2026-11-20", "running", TODAY]) }, [], ["2026-11-19", "2026-11-18", "2026-11-17"]],
    [
      "an earlier one runs: the newest waits as well",
      { known: known(["2026-11-18", "running", TODAY]) },
      [],
      ["2026-11-20", "2026-11-19", "2026-11-17"],
    ],
    [
      "Allow: the newest runs beside an earlier one",
      { concurrencyPolicy: "Allow", known: known(["2026-11-18", "running", TODAY]) },
      ["2026-11-20"],
      ["2026-11-19", "2026-11-17"],
    ],
    ["Allow: one earlier window beside the newest", { concurrencyPolicy: "Allow" }, ["2026-11-20", "2026-11-19"], ["2026-11-18", "2026-11-17"]],
    [
      "one that stayed incomplete is left alone until the next run",
      { known: known(["2026-11-20", "incomplete", TODAY], ["2026-11-19", "usable", TODAY], ["2026-11-18", "complete", TODAY]) },
      ["2026-11-17"],
      [],
    ],
    [
      "with the next run it has another chance",
      { known: known(["2026-11-20", "incomplete", YESTERDAY], ["2026-11-19", "usable", YESTERDAY], ["2026-11-18", "complete", TODAY], ["2026-11-17", "complete", TODAY]) },
      ["2026-11-20"],
      ["2026-11-19"],
    ],
    ["since a day: every window from there on", { catchUp: { since: at("2026-11-18T00:00Z") } }, ["2026-11-20"], ["2026-11-19", "2026-11-18"]],
    ["no catch-up: only the newest", { catchUp: { windows: 0 } }, ["2026-11-20"], []],
    ["between two runs nothing new is due", { known: known(["2026-11-20", "complete", TODAY]), catchUp: { windows: 0 }, now: at("2026-11-22T04:59Z") }, [], []],
    [
      "a schedule in the hour of the window's end asks for the one that has settled",
      { schedule: parseSchedule("0 1 * * *", "Etc/UTC"), catchUp: { windows: 0 } },
      ["2026-11-19"],
      [],
    ],
    [
      "a changed schedule asks nothing again that is complete",
      { schedule: parseSchedule("30 5 * * *", "Etc/UTC"), catchUp: { windows: 1 }, known: known(["2026-11-20", "complete", TODAY], ["2026-11-19", "complete", YESTERDAY]) },
      [],
      [],
    ],
    ["before the provider's first data nothing is caught up", { catchUp: { since: 0 }, firstData: at("2026-11-18T00:00Z") }, ["2026-11-20"], ["2026-11-19", "2026-11-18"]],
    ["beyond the retention nothing is caught up", { catchUp: { since: 0 }, retentionSeconds: 3 * DAY }, ["2026-11-20"], ["2026-11-19", "2026-11-18"]],
  ];
  test.each(cases)("%s", (_, fields, start, waiting) => {
    expect(days(aCron(fields))).toEqual({ start, waiting });
  });

  test("months without a run lose no window that is caught up", () => {
    const view = aCron({ createdAt: at("2026-01-01T00:00Z"), catchUp: { since: at("2026-05-01T00:00Z") }, known: known(["2026-05-10", "complete", "2026-05-11T05:00Z"]) });
    const { start, waiting } = days(view);
    expect(start).toEqual(["2026-11-20"]);
    expect(waiting).toHaveLength(202);
    expect(waiting.at(-1)).toBe("2026-05-01");
    expect(waiting).not.toContain("2026-05-10");
  });

  test.each([
    ["America/New_York", "2026-03-08T12:00Z", "2026-03-07"],
    ["America/New_York", "2026-11-01T12:00Z", "2026-10-31"],
    ["Australia/Sydney", "2026-10-04T12:00Z", "2026-10-02"],
  ])("on a day on which the clocks change in %s one UTC day is due, like on any other", (zone, now, due) => {
    const view = aCron({ schedule: parseSchedule("30 2 * * *", zone), createdAt: 0, catchUp: { windows: 0 }, now: at(now) });
    expect(days(view).start).toEqual([due]);
  });

  test("tells when the schedule comes again", () => {
    expect(windowsDue(aCron()).nextRun).toBe(at("2026-11-22T05:00Z"));
  });

  test("swept in the order in which they come, all become complete, each once a run", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.constantFrom("Forbid" as const, "Allow" as const), (windows, concurrencyPolicy) => {
        const states = new Map<number, KnownWindow>();
        const asked: number[] = [];
        const view = aCron({ catchUp: { windows }, concurrencyPolicy, known: states });
        for (let due = windowsDue(view); due.start.length > 0; due = windowsDue(view)) {
          expect(due.start.length).toBeLessThanOrEqual(concurrencyPolicy === "Forbid" ? 1 : 2);
          for (const { start } of due.start) {
            asked.push(start);
            states.set(start, { state: start % (2 * DAY) === 0 ? "complete" : "incomplete", lastAsked: view.now });
          }
        }
        expect(asked).toEqual([...new Set(asked)].sort((one, other) => other - one));
        expect(asked).toHaveLength(windows + 1);
      }),
    );
  });
});
