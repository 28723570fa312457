import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compact, withKnown, type KnownRun, type KnownWindow } from "../../../../src/decide/cron-sweep/window-runs.ts";
import { windowsDue, type CronView } from "../../../../src/decide/cron-sweep/windows-due.ts";
import { formatWindow } from "../../../../src/decide/grid.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text) / 1000;
const dayOf = (start: number): { start: number; end: number } => ({ start, end: start + DAY });

/** A daily sweep at five, made on the first of November; it is the 21st, six o'clock. */
function aCron(fields: Partial<CronView> = {}): CronView {
  return {
    schedule: { text: "0 5 * * *", timeZone: "Etc/UTC" },
    grid: { everySeconds: DAY, settleSeconds: 4 * HOUR },
    catchUp: { windows: 3 },
    concurrencyPolicy: "Forbid",
    createdAt: at("2026-11-01T00:00Z"),
    retentionSeconds: 730 * DAY,
    firstData: at("2024-01-01T00:00Z"),
    known: [],
    running: [],
    now: at("2026-11-21T06:00Z"),
    ...fields,
  };
}

type Told = readonly [string, KnownWindow["state"], string];

function learn(runs: readonly KnownRun[], start: number, state: KnownWindow["state"], lastAsked: number): KnownRun[] {
  return compact(withKnown(runs, dayOf(start), { state, lastAsked, toldAt: lastAsked, turns: 1 }), 0);
}

function known(...windows: readonly Told[]): KnownRun[] {
  return windows.reduce<KnownRun[]>((runs, [day, state, lastAsked]) => learn(runs, at(`${day}T00:00Z`), state, at(lastAsked)), []);
}

function running(...days: readonly string[]): number[] {
  return days.map((day) => at(`${day}T00:00Z`));
}

function days(view: CronView): { start: string[]; behind: number } {
  const { start, behind } = windowsDue(view);
  return { start: start.map(formatWindow), behind };
}

/** The windows that start one after the other if each is complete at once. */
function order(view: CronView): string[] {
  const found: string[] = [];
  for (let due = windowsDue(view); due.start.length > 0; due = windowsDue(view)) {
    for (const window of due.start) {
      found.push(formatWindow(window));
      view = { ...view, known: learn(view.known, window.start, "complete", view.now) };
    }
  }
  return found;
}

const TODAY = "2026-11-21T05:00Z";
const YESTERDAY = "2026-11-20T05:00Z";

describe("which windows are due", () => {
  const cases: readonly [string, Partial<CronView>, string[], number][] = [
    ["the newest first, the others wait", {}, ["2026-11-20"], 3],
    ["before the first run since it was created: none", { createdAt: at("2026-11-21T05:30Z") }, [], 0],
    ["a clock set back to before it was created: none", { now: at("2026-10-21T06:00Z") }, [], 0],
    ["the newest is complete: the newest of those that are not", { known: known(["2026-11-20", "complete", TODAY], ["2026-11-18", "complete", YESTERDAY]) }, ["2026-11-19"], 2],
    ["one runs: it waits", { running: running("2026-11-20") }, [], 3],
    ["an earlier one runs: the newest waits as well", { running: running("2026-11-18") }, [], 3],
    ["one that is not on the grid runs: it waits as well", { running: [-1] }, [], 3],
    ["Allow: the newest runs beside an earlier one", { concurrencyPolicy: "Allow", running: running("2026-11-18") }, ["2026-11-20"], 3],
    ["Allow: one earlier window beside the newest", { concurrencyPolicy: "Allow" }, ["2026-11-20", "2026-11-19"], 3],
    ["Allow: a running window is not started again", { concurrencyPolicy: "Allow", running: running("2026-11-20") }, ["2026-11-19"], 3],
    [
      "one that stayed incomplete is left alone until the next run",
      { known: known(["2026-11-20", "incomplete", TODAY], ["2026-11-19", "usable", TODAY], ["2026-11-18", "complete", TODAY]) },
      ["2026-11-17"],
      2,
    ],
    [
      "the next run tries it again",
      { known: known(["2026-11-20", "incomplete", YESTERDAY], ["2026-11-19", "usable", YESTERDAY], ["2026-11-18", "complete", TODAY], ["2026-11-17", "complete", TODAY]) },
      ["2026-11-20"],
      1,
    ],
    ["no catch-up: only the newest", { catchUp: { windows: 0 } }, ["2026-11-20"], 0],
    ["between two runs nothing new is due", { known: known(["2026-11-20", "complete", TODAY]), catchUp: { windows: 0 }, now: at("2026-11-22T04:59Z") }, [], 0],
    ["a schedule in the hour of the window's end asks for the one that has settled", { schedule: { text: "0 1 * * *", timeZone: "Etc/UTC" }, catchUp: { windows: 0 } }, ["2026-11-19"], 0],
    [
      "a changed schedule does not ask a complete window again",
      { schedule: { text: "30 5 * * *", timeZone: "Etc/UTC" }, catchUp: { windows: 1 }, known: known(["2026-11-20", "complete", TODAY], ["2026-11-19", "complete", YESTERDAY]) },
      [],
      0,
    ],
    ["a run of a changed schedule tries again", { schedule: { text: "30 5 * * *", timeZone: "Etc/UTC" }, catchUp: { windows: 0 }, known: known(["2026-11-20", "incomplete", TODAY]) }, ["2026-11-20"], 0],
    ["a clock that was set back asks nothing twice", { now: at("2026-11-20T06:00Z"), catchUp: { windows: 0 }, known: known(["2026-11-19", "incomplete", TODAY]) }, [], 0],
    ["the newest before the provider's first data is not asked", { firstData: at("2026-11-21T00:00Z") }, [], 0],
    ["a retention that is shorter than the settling leaves nothing to ask", { grid: { everySeconds: DAY, settleSeconds: 3 * DAY }, retentionSeconds: 2 * DAY }, [], 0],
  ];
  test.each(cases)("%s", (_, fields, start, behind) => {
    expect(days(aCron(fields))).toEqual({ start, behind });
  });

  const orders: readonly [string, Partial<CronView>, string[]][] = [
    ["this many windows before the newest, newest first", {}, ["2026-11-20", "2026-11-19", "2026-11-18", "2026-11-17"]],
    ["since a day: every window from there on", { catchUp: { since: at("2026-11-18T00:00Z") } }, ["2026-11-20", "2026-11-19", "2026-11-18"]],
    ["since a moment within a window: from the next window on", { catchUp: { since: at("2026-11-18T06:00Z") } }, ["2026-11-20", "2026-11-19"]],
    ["since a day in the future: only the newest", { catchUp: { since: at("2026-12-24T00:00Z") } }, ["2026-11-20"]],
    ["before the provider's first data nothing is caught up", { catchUp: { since: 0 }, firstData: at("2026-11-18T00:00Z") }, ["2026-11-20", "2026-11-19", "2026-11-18"]],
    ["beyond the retention nothing is caught up", { catchUp: { since: 0 }, retentionSeconds: 3 * DAY }, ["2026-11-20", "2026-11-19", "2026-11-18"]],
    ["at the retention's border to the second", { catchUp: { since: 0 }, retentionSeconds: 2 * DAY + 6 * HOUR }, ["2026-11-20", "2026-11-19"]],
    ["one second before it", { catchUp: { since: 0 }, retentionSeconds: 2 * DAY + 6 * HOUR + 1 }, ["2026-11-20", "2026-11-19", "2026-11-18"]],
    ["more windows after catchUp was changed: those that were not asked", { catchUp: { windows: 5 }, known: known(["2026-11-20", "complete", TODAY], ["2026-11-19", "complete", TODAY], ["2026-11-17", "complete", TODAY]) }, ["2026-11-18", "2026-11-16", "2026-11-15"]],
    ["Allow: what runs is left out", { concurrencyPolicy: "Allow", running: running("2026-11-20") }, ["2026-11-19", "2026-11-18", "2026-11-17"]],
  ];
  test.each(orders)("in order: %s", (_, fields, windows) => {
    expect(order(aCron(fields))).toEqual(windows);
  });

  test("months without a run lose no window within catchUp", () => {
    const view = aCron({ createdAt: at("2026-01-01T00:00Z"), catchUp: { since: at("2026-05-01T00:00Z") }, known: known(["2026-05-10", "complete", "2026-05-11T05:00Z"]) });
    expect(days(view)).toEqual({ start: ["2026-11-20"], behind: 202 });
    const asked = order(view);
    expect(asked).toHaveLength(203);
    expect(asked.at(-1)).toBe("2026-05-01");
    expect(asked).not.toContain("2026-05-10");
  });

  test("a grid of minutes since 2001 is not walked window by window", () => {
    const view = aCron({ grid: { everySeconds: 60, settleSeconds: 0 }, catchUp: { since: at("2001-01-01T00:00Z") }, firstData: null, retentionSeconds: 36_500 * DAY });
    expect(windowsDue(view)).toMatchObject({ behind: (at("2026-11-21T04:59Z") - at("2001-01-01T00:00Z")) / 60 });
  });

  test.each([
    ["America/New_York", "2026-03-08T12:00Z", "2026-03-07"],
    ["America/New_York", "2026-11-01T12:00Z", "2026-10-31"],
    ["Australia/Sydney", "2026-10-04T12:00Z", "2026-10-02"],
  ])("on a day on which the clocks change in %s one UTC day is due, like on any other", (zone, now, due) => {
    const view = aCron({ schedule: { text: "30 2 * * *", timeZone: zone }, createdAt: 0, catchUp: { windows: 0 }, now: at(now) });
    expect(days(view).start).toEqual([due]);
  });

  test("says when the schedule runs next", () => {
    expect(windowsDue(aCron()).nextRun).toBe(at("2026-11-22T05:00Z"));
  });

  test("swept in order, all become complete, each at most once per run", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.constantFrom("Forbid" as const, "Allow" as const), (windows, concurrencyPolicy) => {
        const asked: number[] = [];
        let view = aCron({ catchUp: { windows }, concurrencyPolicy });
        for (let due = windowsDue(view); due.start.length > 0; due = windowsDue(view)) {
          expect(due.start.length).toBeLessThanOrEqual(concurrencyPolicy === "Forbid" ? 1 : 2);
          for (const { start } of due.start) {
            asked.push(start);
            view = { ...view, known: learn(view.known, start, start % (2 * DAY) === 0 ? "complete" : "incomplete", view.now) };
          }
        }
        expect(asked).toEqual([...new Set(asked)].sort((one, other) => other - one));
        expect(asked).toHaveLength(windows + 1);
      }),
    );
  });
});
