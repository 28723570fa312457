"""Writes runs.json: when schedules run around daylight saving, found with Python's zoneinfo and by another method than src/decide/cron-sweep.

    python3 test/support/schedules/runs.py

Wall times are walked one by one: a time that exists runs once, at its first occurrence (PEP 495, fold=0); one that does not exist runs at the first
minute whose local time is later. Schedules of every hour are walked in UTC instead, minute by minute of five. The years are past and their rules
settled, so that the tzdata of this machine and the one within Node say the same.
"""

import hashlib
import json
import pathlib
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

YEARS = range(2009, 2019)
ZONES = [
    "Africa/Cairo",  # put back for Ramadan within the summers of 2010 and 2014
    "Africa/Casablanca",  # the same in most years
    "America/New_York",
    "America/Sao_Paulo",  # no midnight on the first day of summer
    "America/St_Johns",  # until 2011 at one minute past midnight
    "Asia/Kathmandu",  # 5:45, and never another
    "Asia/Tehran",  # no midnight, and half an hour off
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Europe/Amsterdam",
    "Pacific/Apia",  # no 30 December in 2011
]

EVERY = None
# Minutes, hours, days of the month, days of the week (Sunday is 0); of those of every hour minutes and months.
SCHEDULES = {
    "30 2,14 * * *": ([30], [2, 14], EVERY, EVERY),
    "0,30 2 * * *": ([0, 30], [2], EVERY, EVERY),
    "30 1,13 * * *": ([30], [1, 13], EVERY, EVERY),
    "@daily": ([0], [0], EVERY, EVERY),
    "5/50 2/12 * * ?": ([5, 55], [2, 14], EVERY, EVERY),
    "20 0-3/3 1-15,29/1 * sat,sun": ([20], [0, 3], [*range(1, 16), 29, 30, 31], [6, 0]),
}
HOURLY = {
    "45 * * 3/7,4 *": ([45], [3, 4, 10]),
}


def on_day(day, of_month, of_week):
    week = (day.weekday() + 1) % 7
    if of_month is EVERY or of_week is EVERY:
        return (of_month is EVERY or day.day in of_month) and (of_week is EVERY or week in of_week)
    return day.day in of_month or week in of_week


def seconds(moment):
    return int(moment.timestamp())


def run_of(wall, zone):
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return seconds(moment)
    # Skipped: walk to the first minute that shows a later time.
    moment = moment.replace(second=0) - timedelta(days=2)
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        moment += timedelta(minutes=1)
    return seconds(moment)


def wall_runs(schedule, zone):
    minutes, hours, of_month, of_week = schedule
    runs = set()
    day = datetime(YEARS[0], 1, 1) - timedelta(days=2)
    while day < datetime(YEARS[-1] + 1, 1, 3):
        if on_day(day, of_month, of_week):
            runs.update(run_of(day.replace(hour=hour, minute=minute), zone) for hour in hours for minute in minutes)
        day += timedelta(days=1)
    return runs


def hourly_runs(schedule, zone):
    minutes, months = schedule
    runs = set()
    moment, end = datetime(YEARS[0], 1, 1, tzinfo=timezone.utc), datetime(YEARS[-1] + 1, 1, 1, tzinfo=timezone.utc)
    while moment < end:
        wall = moment.astimezone(zone)
        if wall.minute in minutes and wall.month in months:
            runs.add(seconds(moment))
        moment += timedelta(minutes=5)
    return runs


def jumps(zone):
    """The UTC days on which the offset changes."""
    days = []
    day, end = datetime(YEARS[0], 1, 1, tzinfo=timezone.utc), datetime(YEARS[-1] + 1, 1, 1, tzinfo=timezone.utc)
    while day < end:
        after = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            days.append(day)
        day = after
    return days


def in_year(runs, year):
    start, end = (seconds(datetime(y, 1, 1, tzinfo=timezone.utc)) for y in (year, year + 1))
    return sorted(run for run in runs if start <= run < end)


def digest(runs):
    return hashlib.sha256("\n".join(map(str, runs)).encode()).hexdigest()[:16]


def main():
    found = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        all_runs = {text: wall_runs(schedule, zone) for text, schedule in SCHEDULES.items()}
        all_runs |= {text: hourly_runs(schedule, zone) for text, schedule in HOURLY.items()}
        days = jumps(zone)
        found[name] = {
            text: {
                "years": {str(year): [len(runs := in_year(every, year)), digest(runs)] for year in YEARS},
                # To see what is wrong where a digest differs; the other schedules have too many.
                "jumps": [
                    datetime.fromtimestamp(run, timezone.utc).strftime("%Y-%m-%dT%H:%MZ")
                    for day in days
                    for run in sorted(every)
                    if text[0] in "30@" and seconds(day) <= run < seconds(day + timedelta(days=1))
                ],
            }
            for text, every in all_runs.items()
        }
        print(name, len(days), "days with a jump", file=sys.stderr)
    out = pathlib.Path(__file__).with_name("runs.json")
    zones = [f'  {json.dumps(name)}: {{\n' + ",\n".join(f"    {json.dumps(text)}: {json.dumps(runs)}" for text, runs in texts.items()) + "\n  }" for name, texts in found.items()]
    out.write_text("{\n" + ",\n".join(zones) + "\n}\n")


if __name__ == "__main__":
    main()
