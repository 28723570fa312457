import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCronFields, SCHEDULE_PATTERN } from "../../../src/model/cron-fields.ts";

function problemOf(schedule: string): string | null {
  const read = readCronFields(schedule);
  return "problem" in read ? read.problem : null;
}

describe("what a CronJob takes is taken, with the same times", () => {
  test.for<[string, Partial<Extract<ReturnType<typeof readCronFields>, { minutes: unknown }>>]>([
    ["0 5 * * *", { minutes: [0], hours: [5], bothDays: true }],
    [" 0  5\t* * * ", { minutes: [0], hours: [5] }],
    ["*/15 * * * *", { minutes: [0, 15, 30, 45] }],
    ["5/15 5 * * *", { minutes: [5, 20, 35, 50] }],
    ["0-30/10 5 * * 0", { minutes: [0, 10, 20, 30], daysOfWeek: [0] }],
    ["7-7 22/1,3 * * *", { minutes: [7], hours: [3, 22, 23] }],
    ["0 5 ? * ?", { bothDays: true }],
    ["? ? * * *", { hours: Array.from({ length: 24 }, (_, hour) => hour) }],
    ["0 0 1,15 * MON-FRI", { daysOfMonth: [1, 15], daysOfWeek: [1, 2, 3, 4, 5], bothDays: false }],
    ["5 4 * jan,Mar/5 sun", { months: [1, 3, 8], daysOfWeek: [0], bothDays: true }],
    // A step of more than one is no star any more: either day is enough.
    ["0 0 */10 * 1", { daysOfMonth: [1, 11, 21, 31], bothDays: false }],
    ["0 0 */1 * 1", { bothDays: true }],
    ["0 0 1,,15 * *", { daysOfMonth: [1, 15] }],
    ["05 +5 * * *", { minutes: [5], hours: [5] }],
    ["59 23 31 12 6", { minutes: [59], hours: [23], daysOfMonth: [31], months: [12], daysOfWeek: [6] }],
    ["30 2 29 2 *", { daysOfMonth: [29], months: [2] }],
    ["0 0 31 2 1", { bothDays: false }],
    ["@yearly", { minutes: [0], hours: [0], daysOfMonth: [1], months: [1], bothDays: true }],
    ["@annually", { daysOfMonth: [1], months: [1] }],
    ["@monthly", { daysOfMonth: [1], bothDays: true }],
    ["@weekly", { hours: [0], daysOfWeek: [0], bothDays: true }],
    ["@daily", { minutes: [0], hours: [0] }],
    ["@midnight", { minutes: [0], hours: [0] }],
    ["@hourly", { minutes: [0] }],
  ])("%s", ([schedule, fields]) => {
    expect(readCronFields(schedule)).toMatchObject(fields);
    expect(schedule).toMatch(new RegExp(SCHEDULE_PATTERN));
  });
});

describe("what a CronJob refuses or that never runs is refused, with what was written", () => {
  test.for<[string, string]>([
    ["", "has 0 fields; a schedule needs five"],
    ["0 5 * *", "has 4 fields; a schedule needs five: minute, hour, day of month, month, day of week"],
    ["0 0 5 * * *", "has 6 fields"],
    ["0 5 L * *", 'day of month "L" is neither a number nor a range'],
    ["0 5 * * 5#2", 'day of week "5#2" is neither'],
    ["0 5 15W * *", 'day of month "15W" is neither'],
    ["0 5 * FOO *", 'month "FOO" is neither'],
    ["0 5 * * noday", 'day of week "noday" is neither'],
    ["jan 5 * * *", 'minute "jan" is neither'],
    ["60 5 * * *", "minute 60 is not within 0 and 59"],
    ["0 24 * * *", "hour 24 is not within 0 and 23"],
    ["0 5 0 * *", "day of month 0 is not within 1 and 31"],
    ["0 5 1-32 * *", "day of month 32 is not within 1 and 31"],
    ["0 5 * 13 *", "month 13 is not within 1 and 12"],
    ["0 5 * 0-3 *", "month 0 is not within 1 and 12"],
    ["0 5 * * 7", "day of week 7 is not within 0 and 6, from Sunday to Saturday"],
    ["0 5 * * fri-mon", 'day of week "fri-mon" begins after its end'],
    ["0-10-20 5 * * *", 'minute "0-10-20" is neither'],
    ["0/5/5 5 * * *", 'minute "0/5/5" is neither'],
    ["*/0 5 * * *", 'minute "*/0" has a step of 0'],
    ["*-5 5 * * *", 'minute "*-5" is neither'],
    ["-1 5 * * *", 'minute "-1" is neither'],
    ["1.5 5 * * *", 'minute "1.5" is neither'],
    [", 5 * * *", 'minute "," names none'],
    ["0 5 31 2 *", "never runs"],
    ["0 5 31 4,6,9,11 ?", "never runs"],
    ["TZ=Europe/Amsterdam 0 5 * * *", "the time zone belongs in timeZone"],
    ["CRON_TZ=UTC 0 5 * * *", "the time zone belongs in timeZone"],
    ["@dayly", "is none of @yearly"],
    ["@reboot", "is none of @yearly"],
    ["@every 1h", "is none of @yearly"],
  ])("%s: %s", ([schedule, sentence]) => {
    expect(problemOf(schedule)).toContain(sentence);
    // The API server sees fields and numbers, not what they come to.
    const isSeen = !/begins after|step of 0|never runs/.test(sentence);
    expect(new RegExp(SCHEDULE_PATTERN).test(schedule)).toBe(!isSeen);
  });
});

test("the API server refuses no schedule that is accepted", () => {
  const field = fc.stringMatching(/^[*?0-9,\-/+jansuJ]{1,8}$/);
  const schedule = fc.tuple(field, field, field, field, field).map((fields) => fields.join(" "));
  const likely = fc.tuple(fc.integer({ min: -1, max: 61 }), fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 33 }), fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 8 })).map((numbers) => numbers.join(" "));
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(schedule, likely), (text) => {
      if (problemOf(text) !== null) return;
      accepted += 1;
      expect(text).toMatch(new RegExp(SCHEDULE_PATTERN));
    }),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(100);
});
