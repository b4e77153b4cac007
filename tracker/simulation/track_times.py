"""Times as tracks have them, and what a whole column of them says of its own way of writing.

RFC 3339, Unix time in seconds to nanoseconds, seconds from the recording's start, a spreadsheet's
day numbers, 20261130061200, and dates as people write them: 30/11/2026 06:12, 11/30/2026 6:12 PM,
30 de noviembre de 2026. Which way round a date is, is seen from the whole column, told, and refused
where nobody could tell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal, get_args

from tracker.domain.errors import UsageError

Way = Literal["dmy", "mdy", "days", "seconds"]
WAYS: tuple[str, ...] = get_args(Way)

DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's clock has no zone
"""Of spreadsheets: their day 1 is the last of 1899, and they take 1900 for a leap year."""
DAYS = (36_526.0, 73_050.0)
"""2000 to 2099 as day numbers. As seconds they would lie ten to twenty hours from a recording's
start."""
MOST = 0.9
"""Of a column's numbers: so many are day numbers, or none is. A few rows may be damaged."""
SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""Unix time above so much is in nano-, micro-, milliseconds (as seconds: the year 5138)."""
LATEST = 4_102_444_800.0
"""The year 2100 in Unix seconds: no recording is from later."""

_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(\d{4}(?:\d{2})?)?")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf|infinity)", re.I)
_CLOCK = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"(?:([ap])\.?\s*m\.?)?\s*(Z|UTC|GMT|[-+]\d{2}:?\d{2})?",
    re.I,
)
_DATE = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(?=$|[ T,])")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?=$|[ T,])")
_NAMED = re.compile(
    r"(\d{1,2})(?:\s+de\s+|[\s\-/]+)([a-z]{3,10})\.?(?:\s+de\s+|[\s\-/,]+)(\d{4}|\d{2})(?=$|[ T,])"
)
_NAMED_FIRST = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})(?=$|[ T,])")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("ene jan", "feb", "mar", "abr apr", "may", "jun", "jul", "ago aug", "sep set"),
            *("oct", "nov", "dic dec"),
        ),
        start=1,
    )
    for name in names.split()
}
"""Of their first three letters."""


class Times:
    """One column's. `texts` are all of its values, `column` what it is called, `zone` is for times
    that carry none, `way` what was told of how they are written. `spanish`: so its file is, where
    the day comes first; `elapsed`: it is called so that numbers count from the recording's start.

    Raises UsageError, naming `where`, if its dates may be understood in two ways.
    """

    def __init__(
        self,
        texts: Iterable[str],
        zone: tzinfo | None,
        way: Way | None,
        *,
        column: str = "time",
        where: str = "",
        spanish: bool = False,
        elapsed: bool = False,
    ) -> None:
        self._zone = zone
        self.notes: list[str] = []
        said = [text.strip() for text in texts if text.strip()]
        numbers = [float(t.replace(",", ".")) for t in said if _NUMBER.fullmatch(t)]
        usual = sum(DAYS[0] <= one < DAYS[1] for one in numbers) > MOST * len(numbers)
        self._days = way == "days" or (way != "seconds" and usual and not elapsed)
        self._day_first = self._order(said, way, column, where, spanish=spanish)
        if self._days and (first := next((t for t in said if _NUMBER.fullmatch(t)), None)):
            day = _spreadsheet(float(first.replace(",", ".")))
            self.notes.append(
                f"column {column} has a spreadsheet's day numbers: {first} is {day:%Y-%m-%d %H:%M}"
                " (--times seconds if they count from the start)"
            )

    def _order(
        self, said: list[str], way: Way | None, column: str, where: str, *, spanish: bool
    ) -> bool:
        """Whether the day stands before the month."""
        dates = [(int(d[1]), int(d[3]), text) for text in said if (d := _DATE.match(text))]
        if not dates or way in ("dmy", "mdy"):
            return way != "mdy"
        day_first = any(one > 12 for one, _, _ in dates)
        month_first = any(two > 12 for _, two, _ in dates)
        one, two, text = dates[0]
        if not day_first and not month_first and not spanish and one != two:
            raise UsageError(
                f"{text!r} may be in month {one} or in month {two}",
                where=where,
                mend="--times dmy says that the day comes first, --times mdy the month",
            )
        first = not month_first or day_first
        said_so = "day" if first else "month"
        self.notes.append(f"column {column} is read with the {said_so} first: {text}")
        return first

    def moment(self, text: str) -> datetime:
        """In UTC. Raises ValueError, saying what is wrong."""
        text = text.strip()
        if (compact := _COMPACT.fullmatch(text)) is not None:
            return self._local(_compact(text, compact[1]), text)
        if _NUMBER.fullmatch(text):
            return self._of_number(float(text.replace(",", ".")), text)
        try:
            return self._local(datetime.fromisoformat(_as_iso(text)), text)
        except ValueError as error:
            if "has no zone" in str(error):
                raise
        return self._local(self._written(text), text)

    def _of_number(self, number: float, text: str) -> datetime:
        if not math.isfinite(number):
            raise ValueError(f"time {text!r} is not a number")
        if self._days:
            if not DAYS[0] <= number < DAYS[1]:
                raise ValueError(f"time {text!r} is no day number of this century")
            return self._local(_spreadsheet(number), text)
        if "e" in text.lower() and 1e8 < abs(number) < 1e19:
            raise ValueError(f"time {text!r} has been rounded, as spreadsheets do")
        scale = next((scale for above, scale in SCALES if abs(number) > above), 1.0)
        try:
            if number / scale < LATEST:
                return datetime.fromtimestamp(number / scale, UTC)
        except (OverflowError, ValueError, OSError):
            pass
        raise ValueError(f"time {text!r} is out of range")

    def _written(self, text: str) -> datetime:
        """A date as people write it, and perhaps a time after it."""
        wrong = ValueError(f"time {text!r} is neither RFC 3339 nor Unix seconds")
        plain = text.lower()
        year = month = day = 0
        if match := _DATE.match(plain):
            first, second, year = int(match[1]), int(match[3]), int(match[4])
            day, month = (first, second) if self._day_first else (second, first)
        elif match := _YEAR_FIRST.match(plain):
            year, month, day = (int(match[n]) for n in (1, 2, 3))
        elif match := _NAMED.match(plain):
            day, month, year = int(match[1]), _MONTHS.get(match[2][:3], 0), int(match[3])
        elif match := _NAMED_FIRST.match(plain):
            month, day, year = _MONTHS.get(match[1][:3], 0), int(match[2]), int(match[3])
        if match is None:
            raise wrong
        try:
            date = datetime(year + 2000 if year < 100 else year, month, day)  # noqa: DTZ001
            return _at_clock(date, plain[match.end() :].strip(" ,tT"))
        except ValueError:
            raise wrong from None

    def _local(self, found: datetime, text: str) -> datetime:
        if found.tzinfo is None:
            if self._zone is None:
                raise ValueError(f"time {text!r} has no zone (--zone names the one meant)")
            found = found.replace(tzinfo=self._zone)
        return found.astimezone(UTC)


def is_clock(text: str) -> bool:
    """Whether it is a time of day without a date: 06:12, or a spreadsheet's 0.25."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return 0 <= float(text.replace(",", ".")) < 1
    return _CLOCK.fullmatch(text) is not None


def joined(date: str, clock: str) -> str:
    """A date and the time of day that stands beside it, as one text."""
    if not _NUMBER.fullmatch(clock.strip()):
        if not _NUMBER.fullmatch(date.strip()) or _COMPACT.fullmatch(date.strip()):
            return f"{date.strip()} {clock.strip()}"
        seconds = (_at_clock(DAY_ZERO, clock.strip()) - DAY_ZERO).total_seconds()
        return repr(float(date.replace(",", ".")) + seconds / 86_400)
    share = float(clock.replace(",", "."))
    if _NUMBER.fullmatch(date.strip()):
        return repr(float(date.replace(",", ".")) + share)
    return f"{date.strip()} {_spreadsheet(share):%H:%M:%S.%f}"


def _spreadsheet(number: float) -> datetime:
    """To the millisecond, which a day number's digits hold."""
    return DAY_ZERO + timedelta(milliseconds=round(number * 86_400_000))


def _compact(text: str, clock: str | None) -> datetime:
    how = "%Y%m%d" + {0: "", 4: "%H%M", 6: "%H%M%S"}[len(clock or "")]
    try:
        return datetime.strptime(text, how)  # noqa: DTZ007 - a zone is given by `_local`
    except ValueError:
        raise ValueError(f"time {text!r} is out of range") from None


def _as_iso(text: str) -> str:
    """What only its ending keeps from being RFC 3339."""
    return re.sub(r"\s*(?:UTC|GMT|Z)$", "+00:00", text, flags=re.I)


def _at_clock(date: datetime, text: str) -> datetime:
    """The date at a time of day, midnight if there is none. Raises ValueError."""
    if not text:
        return date
    if (match := _CLOCK.fullmatch(text)) is None:
        raise ValueError(text)
    hour = int(match[1])
    if match[5]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if match[5].lower() == "p" else 0)
    micro = int((match[4] or "0").ljust(6, "0")[:6])
    found = date.replace(hour=hour, minute=int(match[2]), second=int(match[3] or 0),
                         microsecond=micro)  # fmt: skip
    if match[6] is None:
        return found
    offset = datetime.fromisoformat(_as_iso(f"2000-01-01T00:00:00{match[6]}"))
    return found.replace(tzinfo=offset.tzinfo)
