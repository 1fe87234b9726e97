"""Writes recurrence.tsv: random recurrence rules, and what others say that they give.

    pip install --target /tmp/judges python-dateutil==2.9.0.post0
    apt install python3-gi gir1.2-ical-3.0
    PYTHONPATH=/tmp/judges /usr/bin/python3 tests/data/recurrence.py > tests/data/recurrence.tsv

A line has the judge, the rule, the start, and the first 12 occurrences: the first in full, of the others what they
are after the one before, in days (`31d`) or seconds. None at all stands for a rule that gives nothing.

It takes a few minutes, two thirds of them for rules that a judge looks for in vain until the year 9999: those are left out after
half a second of its own time, so that the choice does not depend on what else the machine does.

The judge is chosen by the kind of the rule, and never by its answer. It is python-dateutil, except where that
does not do what RFC 5545 says:

- BYDAY that mixes plain and numbered weekdays (`MO,2FR`) is a union; dateutil intersects. libical judges, with times
  of day in their order, since it does not sort them. What it does not do right either is left out: BYSETPOS among
  several times of a day, and yearly BYMONTHDAY without BYMONTH.
- BYWEEKNO with weeks that reach over New Year: dateutil cuts them there, and libical loses days. The days are looked
  through one by one, by Python's own calendar of weeks (`isocalendar`).
- WEEKLY with BYSETPOS counts in whole weeks; dateutil counts from the start. Such rules start with a week.
"""

import random
import re
import signal
import sys
from datetime import datetime, timedelta
from itertools import islice

import gi

gi.require_version("ICalGLib", "3.0")
from dateutil.rrule import rrulestr
from gi.repository import ICalGLib

RULES = 4000
SHOWN = 12
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
YEARS = [1996, 1997, 2000, 2004, 2011, 2015, 2019, 2020, 2023, 2024]
rng = random.Random(5545)


class TimeOut(Exception):
    pass


def time_out(*_):
    raise TimeOut


def sample(values, most):
    return rng.sample(values, rng.randint(1, most))


def numbers(values):
    return ",".join(map(str, values))


def start():
    at = datetime(rng.choice(YEARS), 1, 1)
    at += timedelta(days=rng.randint(0, 365), hours=rng.randint(0, 23), minutes=rng.choice([0, 15, 30]))
    if rng.random() < 0.15:
        at = at.replace(month=2, day=29) if at.year % 4 == 0 else at.replace(month=1, day=31)
    return at


def weekdays(freq, weeks):
    numbered = freq == "MONTHLY" or (freq == "YEARLY" and not weeks)
    ordinals = [1, 2, 3, 4, 5, -1, -2, -5] + ([20, 53, -20, -53] if freq == "YEARLY" else [])
    days = rng.sample(WEEKDAYS, rng.randint(1, 4))
    return ",".join(f"{rng.choice(ordinals)}{day}" if numbered and rng.random() < 0.4 else day for day in days)


def rule():
    def maybe(chance):
        return rng.random() < chance

    freq = rng.choices(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"], [32, 30, 16, 12, 10])[0]
    parts = {"FREQ": freq}
    if maybe(0.4):
        parts["INTERVAL"] = rng.choice([2, 3, 4, 5, 7, 10, 13])
    if maybe(0.3):
        parts["BYMONTH"] = numbers(sample(range(1, 13), 4))
    if freq == "YEARLY" and maybe(0.2):
        parts["BYWEEKNO"] = numbers(sample([1, 2, 5, 20, 40, 51, 52, 53, -1, -2, -10, -52, -53], 3))
    if freq in ("YEARLY", "HOURLY") and maybe(0.15):
        parts["BYYEARDAY"] = numbers(sample([1, 60, 100, 200, 365, 366, -1, -100, -365, -366], 3))
    if freq != "WEEKLY" and maybe(0.3):
        parts["BYMONTHDAY"] = numbers(sample([1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -29, -31], 4))
    if maybe(0.5):
        parts["BYDAY"] = weekdays(freq, "BYWEEKNO" in parts)
    by = len(parts) - ("INTERVAL" in parts) > 1
    if maybe(0.12):
        parts["BYHOUR"] = numbers(sample(range(24), 3))
    few = freq != "HOURLY" or "BYHOUR" in parts
    if few and maybe(0.1):
        parts["BYMINUTE"] = numbers(sample(range(0, 60, 5), 3))
    if few and maybe(0.06):
        parts["BYSECOND"] = numbers(sample(range(0, 60, 10), 3))
    if by and freq != "HOURLY" and maybe(0.25):
        parts["BYSETPOS"] = numbers(sample([1, 2, 3, -1, -2, 5], 2))
    if maybe(0.25):
        parts["WKST"] = rng.choice(WEEKDAYS)
    return parts


def with_end(parts, at):
    chance = rng.random()
    if chance < 0.25:
        parts["COUNT"] = rng.randint(1, 25)
    elif chance < 0.5:
        parts["UNTIL"] = f"{at + timedelta(days=rng.randint(1, 4000)):%Y%m%dT%H%M%S}"


def judge(parts, at):
    """Who judges this rule, with its start; None if nobody can."""
    times = parts.keys() & {"BYHOUR", "BYMINUTE", "BYSECOND"}
    numbered = [bool(re.match(r"[-\d]", day)) for day in parts.get("BYDAY", "").split(",")]
    weeks = [abs(int(week)) for week in parts.get("BYWEEKNO", "2").split(",")]
    if not all(2 <= week <= 51 for week in weeks):
        parts.pop("WKST", None)
        # A start in the week of another year can be taken for one in either.
        return "isocalendar", at.replace(month=6, day=min(at.day, 30))
    if any(numbered) and not all(numbered):
        wrong = "BYSETPOS" in parts and times or "BYMONTHDAY" in parts and parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts
        for part in times:
            parts[part] = numbers(sorted(map(int, parts[part].split(","))))
        return None if wrong else "libical", at
    if parts["FREQ"] == "WEEKLY" and "BYSETPOS" in parts:
        at -= timedelta(days=(at.weekday() - WEEKDAYS.index(parts.get("WKST", "MO"))) % 7)
    return "dateutil", at


def dateutil(text, at):
    return list(islice(iter(rrulestr(text, dtstart=at)), SHOWN))


def libical(text, at):
    rule = ICalGLib.Recurrence.new_from_string(text)
    walk = ICalGLib.RecurIterator.new(rule, ICalGLib.Time.new_from_string(f"{at:%Y%m%dT%H%M%S}"))
    found = []
    while len(found) < SHOWN:
        t = walk.next()
        if t is None or t.is_null_time():
            break
        if t.get_year() > 2500:
            raise TimeOut
        found.append(datetime(t.get_year(), t.get_month(), t.get_day(), t.get_hour(), t.get_minute(), t.get_second()))
    count = re.search(r"COUNT=(\d+)", text)
    is_cut = len(found) < min(int(count[1]) if count else SHOWN, SHOWN) and "UNTIL" not in text
    if is_cut and (found or "FREQ=YEARLY" in text):
        # It gives up in the year 2582, as if the rule ended there. Months never meet again after much less.
        raise TimeOut
    return found


def isocalendar(text, at):
    parts = {part: value.split(",") for part, value in (part.split("=") for part in text.split(";"))}
    given = {part: list(map(int, value)) for part, value in parts.items() if re.match(r"-?\d+$", value[0])}
    first, interval = at.isocalendar().year, given.get("INTERVAL", [1])[0]
    until = datetime.strptime(parts["UNTIL"][0], "%Y%m%dT%H%M%S") if "UNTIL" in parts else None
    count = min(given.get("COUNT", [SHOWN])[0], SHOWN)

    def either(part, front, length):
        return part not in given or front in given[part] or front - length - 1 in given[part]

    def fits(day):
        week, weeks = day.isocalendar().week, day.replace(year=day.isocalendar().year, month=12, day=28).isocalendar().week
        month = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        year = day.replace(month=12, day=31).timetuple().tm_yday
        return (
            either("BYWEEKNO", week, weeks)
            and either("BYYEARDAY", day.timetuple().tm_yday, year)
            and either("BYMONTHDAY", day.day, month.day)
            and ("BYMONTH" not in given or day.month in given["BYMONTH"])
            and ("BYDAY" not in parts or WEEKDAYS[day.weekday()] in parts["BYDAY"])
        )

    found = []
    for year in range(first, first + 401 * interval, interval):
        monday = datetime.strptime(f"{year} 1 1", "%G %V %u")
        days = [monday + timedelta(days=day) for day in range(371)]
        days = [day for day in days if day.isocalendar().year == year and fits(day)]
        times = [
            day.replace(hour=hour, minute=minute, second=second)
            for day in days
            for hour in sorted(given.get("BYHOUR", [at.hour]))
            for minute in sorted(given.get("BYMINUTE", [at.minute]))
            for second in sorted(given.get("BYSECOND", [at.second]))
        ]
        chosen = enumerate(times, 1)
        found += [time for place, time in chosen if either("BYSETPOS", place, len(times)) and time >= at]
        if len(found) >= count or until and year > until.year:
            break
    return [time for time in found if not until or time <= until][:count]


def after(before, at):
    seconds = int((at - before).total_seconds())
    return f"{seconds // 86400}d" if seconds % 86400 == 0 else str(seconds)


def line(name, text, at, found):
    shown = [f"{found[0]:%Y%m%dT%H%M%S}"] if found else []
    shown += [after(*pair) for pair in zip(found, found[1:])]
    return "\t".join([name, text, f"{at:%Y%m%dT%H%M%S}", " ".join(shown)])


JUDGES = {"dateutil": dateutil, "libical": libical, "isocalendar": isocalendar}


def main():
    signal.signal(signal.SIGVTALRM, time_out)
    lines = 0
    while lines < RULES:
        parts, at = rule(), start()
        name, at = judge(parts, at)
        with_end(parts, at)
        if name is None:
            continue
        text = ";".join(f"{part}={value}" for part, value in parts.items())
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.5)
            try:
                found = JUDGES[name](text, at)
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except (TimeOut, IndexError, TypeError, ValueError) as refused:
            print(f"{name}: {text} {at}: {refused!r}", file=sys.stderr)
            continue
        print(line(name, text, at, found))
        lines += 1


main()
