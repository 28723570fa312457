import { type AlertStories, CRONSWEEP, ofCronSweep, OTHER_POD } from "../story.ts";

const DAY = 86_400;
const END = "sluice_newest_usable_window_end_timestamp_seconds";
const START = "sluice_newest_window_start_timestamp_seconds";
const LATE = { labels: CRONSWEEP };

/** A CronSweep of UTC days. */
function daily(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { [ofCronSweep("sluice_window_seconds")]: `${DAY}x3000`, [ofCronSweep("sluice_cronsweep_suspended")]: "0x3000", ...more };
}

function behind(values: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { [ofCronSweep("sluice_windows_to_catch_up")]: values, ...more };
}

/** Of 80,000 targets. */
function targets(state: string, values: string): Readonly<Record<string, string>> {
  return { [ofCronSweep("sluice_newest_window_targets", { state })]: values, [ofCronSweep("sluice_newest_window_targets", { state: "ok" })]: "78000x3000", [ofCronSweep("sluice_newest_window_targets", { state: "empty" })]: "1000x3000" };
}

export const WINDOWS: Readonly<Record<string, AlertStories>> = {
  SluiceWindowLate: {
    severity: "critical",
    fires: {
      "when yesterday is not usable at noon": {
        series: daily({ [ofCronSweep(END)]: `-${DAY}x3000` }),
        at: "12h7m",
        ...LATE,
        summary: "bgp/daily is late: its newest usable data is 1d 12h 7m 0s old.",
      },
      "when it never had a usable window": {
        series: daily({ [ofCronSweep(START)]: `-${DAY}x3000` }),
        at: "12h7m",
        ...LATE,
        summary: "bgp/daily is late: its newest usable data is 1d 12h 7m 0s old.",
      },
      "and continues if it never had one, when the next window is due": {
        series: daily({ [ofCronSweep(START)]: `-${DAY}x1739 0x1000` }),
        at: "30h",
        ...LATE,
        summary: "bgp/daily is late: its newest usable data is 2d 6h 0m 0s old.",
      },
      "for windows of an hour, by the same measure": {
        series: { ...daily({ [ofCronSweep(END)]: "0x3000" }), [ofCronSweep("sluice_window_seconds")]: "3600x3000" },
        at: "13h7m",
        ...LATE,
        summary: "bgp/daily is late: its newest usable data is 13h 7m 0s old.",
      },
      "and continues while a controller restarts": {
        series: {
          [ofCronSweep("sluice_window_seconds")]: `${DAY}x739 stale`,
          [ofCronSweep(END)]: `-${DAY}x739 stale`,
          [ofCronSweep("sluice_window_seconds", {}, OTHER_POD)]: `_x744 ${DAY}x100`,
          [ofCronSweep(END, {}, OTHER_POD)]: `_x744 -${DAY}x100`,
        },
        at: "12h22m",
        ...LATE,
        // The last value before the restart.
        summary: "bgp/daily is late: its newest usable data is 1d 12h 19m 0s old.",
      },
      "earlier if this dataset has a smaller value than others": {
        series: daily({ [ofCronSweep(END)]: `-${DAY}x3000` }),
        at: "8h7m",
        alerts: { windowLate: { hoursOf: { "bgp/other": 20, "bgp/daily": 8 } } },
        ...LATE,
        summary: "bgp/daily is late: its newest usable data is 1d 8h 7m 0s old.",
      },
      "an hour earlier with a value an hour smaller": {
        series: daily({ [ofCronSweep(END)]: `-${DAY}x3000` }),
        at: "11h7m",
        alerts: { windowLate: { hours: 11 } },
        ...LATE,
        summary: "bgp/daily is late: its newest usable data is 1d 11h 7m 0s old.",
      },
    },
    isQuiet: {
      "if this dataset has a larger value than others": { series: daily({ [ofCronSweep(END)]: `-${DAY}x3000` }), at: "17h59m", alerts: { windowLate: { hoursOf: { "bgp/other": 1, "bgp/daily": 18 } } } },
      "a minute before noon": { series: daily({ [ofCronSweep(END)]: `-${DAY}x3000` }), at: "11h59m" },
      "when yesterday became usable at eleven": { series: daily({ [ofCronSweep(END)]: `-${DAY}x659 0x1000` }), at: "23h59m" },
      "while it is suspended or paused": { series: { ...daily({ [ofCronSweep(END)]: `-${DAY}x3000` }), [ofCronSweep("sluice_cronsweep_suspended")]: "1x3000" }, at: "20h" },
      "in the first hours of a CronSweep that never had a usable window": { series: daily({ [ofCronSweep(START)]: `-${DAY}x3000` }), at: "11h59m" },
      "once its CronSweep is deleted": {
        series: { [ofCronSweep("sluice_window_seconds")]: `${DAY}x780 stale`, [ofCronSweep(START)]: `-${DAY}x780 stale` },
        at: "13h15m",
      },
    },
  },

  SluiceWindowsBehind: {
    severity: "warning",
    fires: {
      "when as many are behind as a day ago": { series: behind("3x3000"), at: "26h", labels: CRONSWEEP, summary: "bgp/daily has 3 earlier windows to catch up, not fewer than a day ago." },
      "when their number grows": { series: behind("2x1500 4x1000"), at: "27h", labels: CRONSWEEP, summary: "bgp/daily has 4 earlier windows to catch up, not fewer than a day ago." },
      "at fewer with a smaller value": { series: behind("1x3000"), at: "26h", alerts: { windowsBehind: { windows: 0 } }, labels: CRONSWEEP, summary: "bgp/daily has 1 earlier windows to catch up, not fewer than a day ago." },
    },
    isQuiet: {
      "during a backfill of two months": { series: behind("60x700 59x700 58x700 57x700"), at: "40h" },
      "with one window that stays incomplete": { series: behind("1x3000"), at: "30h" },
      "in the first day, without data of the day before": { series: behind("3x1500"), at: "23h" },
      "while it is suspended": { series: behind("3x3000", { [ofCronSweep("sluice_cronsweep_suspended")]: "1x3000" }), at: "30h" },
    },
  },

  SluiceWindowsMissed: {
    severity: "warning",
    fires: {
      "when windows left catchUp unasked": { series: { [ofCronSweep("sluice_windows_missed")]: "2x3000" }, at: "6m", labels: CRONSWEEP, summary: "bgp/daily has 2 windows that were never asked and that catchUp no longer reaches." },
      "while it is still suspended": { series: { [ofCronSweep("sluice_windows_missed")]: "1x3000", [ofCronSweep("sluice_cronsweep_suspended")]: "1x3000" }, at: "6m", labels: CRONSWEEP, summary: "bgp/daily has 1 windows that were never asked and that catchUp no longer reaches." },
    },
    isQuiet: {
      "when none did": { series: { [ofCronSweep("sluice_windows_missed")]: "0x3000" }, at: "10h" },
      "once a backfill has filled them": { series: { [ofCronSweep("sluice_windows_missed")]: "2x60 0x600" }, at: "1h20m" },
    },
  },

  SluiceFailedShare: {
    severity: "warning",
    fires: {
      "when more than one in a hundred stay failed": { series: targets("failed", "1000x3000"), at: "1h2m", labels: CRONSWEEP, summary: "1.25% of the targets of bgp/daily failed in its newest window." },
      "when answers contradict what they declare": { series: targets("mismatch", "1000x3000"), at: "1h2m", labels: CRONSWEEP, summary: "1.25% of the targets of bgp/daily failed in its newest window." },
      "at a lower share with a smaller value": { series: targets("failed", "500x3000"), at: "1h2m", alerts: { failedShare: { share: 0.005 } }, labels: CRONSWEEP, summary: "0.6289% of the targets of bgp/daily failed in its newest window." },
    },
    isQuiet: {
      "at just below one in a hundred": { series: targets("failed", "790x3000"), at: "3h" },
      "when the next pass settles the failures within three quarters of an hour": { series: targets("failed", "0x60 8000x45 100x300"), at: "1h46m" },
      "with two hours as value": { series: targets("failed", "1000x3000"), at: "1h50m", alerts: { failedShare: { for: "2h" } } },
      "for targets that were never asked": { series: targets("missing", "40000x3000"), at: "3h" },
    },
  },

  SluiceSuspectAnswers: {
    severity: "warning",
    fires: {
      "when one in a hundred is suspect": { series: targets("suspect", "1000x3000"), at: "1h2m", labels: CRONSWEEP, summary: "1.25% of the answers for bgp/daily are suspect, so the provider looks unhealthy." },
    },
    isQuiet: {
      "with a few hundred that end early": { series: targets("suspect", "300x3000"), at: "3h" },
      "when the canary was empty for half an hour, and the next pass asked again": { series: targets("suspect", "0x60 5000x30 20x300"), at: "1h31m" },
      "with two hours as value": { series: targets("suspect", "1000x3000"), at: "1h50m", alerts: { suspectAnswers: { for: "2h" } } },
      "with one in fifty as value": { series: targets("suspect", "1000x3000"), at: "3h", alerts: { suspectAnswers: { share: 0.02 } } },
    },
  },
};
