"""Upload-time cut-offs: ``--exclude-newer`` takes a timestamp, a local date, or a duration before now.

A date stands for its whole day in the system's time zone: the cut-off is the midnight that ends it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_EXPECTED = (
    "(expected a date like `2024-01-01`, a timestamp like `2024-01-01T00:00:00Z`, or a duration like `3 days` or `P3D`)"
)

_SECONDS = {"W": 604_800, "D": 86_400, "H": 3_600, "m": 60, "S": 1}
_UNITS: dict[str, str] = {}
for _letter, _names in (
    ("W", "w wk wks week weeks"),
    ("D", "d day days"),
    ("H", "h hr hrs hour hours"),
    ("m", "m min mins minute minutes"),
    ("S", "s sec secs second seconds"),
):
    for _name in _names.split():
        _UNITS[_name] = _letter
_MONTHS = frozenset({"mo", "mos", "month", "months"})
_YEARS = frozenset({"y", "yr", "yrs", "year", "years"})


class InvalidCutoff(Exception):
    """Why a text is no cut-off."""


class Cutoff:
    """A cut-off as given, and as a time."""

    __slots__ = ("milliseconds", "span", "text")

    def __init__(self, text: str, milliseconds: int, span: str | None) -> None:
        self.text = text
        self.milliseconds = milliseconds
        """Since the epoch (UTC)."""
        self.span = span
        """The duration in ISO 8601 when the text was one: the cut-off then moves with the clock."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cutoff) and (self.milliseconds, self.span) == (other.milliseconds, other.span)

    def __hash__(self) -> int:
        return hash((self.milliseconds, self.span))

    def __repr__(self) -> str:
        return f"Cutoff({self.text!r}, {self.milliseconds})"


def check_cutoff(text: str) -> None:
    """Raise :class:`InvalidCutoff` unless a text is a cut-off."""
    parse_cutoff(text, {}, now=0.0)


def parse_cutoff(text: str, environ: Mapping[str, str], *, now: float) -> Cutoff:
    """Read a cut-off; ``now`` is in seconds since the epoch, and ``UV_TEST_CURRENT_TIMESTAMP`` replaces it."""
    instant = _timestamp(text)
    if instant is not None:
        return Cutoff(text, instant, None)
    day = _date(text)
    if day is not None:
        return Cutoff(text, day, None)
    counts = _span(text)
    fixed = environ.get("UV_TEST_CURRENT_TIMESTAMP")
    present = _timestamp(fixed) if fixed else None
    if present is None:
        present = int(now * 1000)
    seconds = sum(count * _SECONDS[unit] for unit, count in counts.items())
    return Cutoff(text, present - seconds * 1000, _iso(counts))


def _timestamp(text: str) -> int | None:
    """Milliseconds of an RFC 3339 timestamp, which needs an offset."""
    if len(text) < 11 or text[4:5] != "-" or text[10] not in "Tt ":
        return None
    import datetime as dt

    plain = text.partition("[")[0]
    if plain[-1] not in "Zz" and "+" not in plain[11:] and "-" not in plain[11:]:
        return None
    try:
        parsed = dt.datetime.fromisoformat(plain.upper())
    except ValueError:
        return None
    if parsed.tzinfo is None:
        return None
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (parsed - epoch) // dt.timedelta(milliseconds=1)


def _date(text: str) -> int | None:
    """Milliseconds of the end of a day; a time of day without an offset is read and dropped."""
    day, separator, clock = text.partition("T")
    digits = day.replace("-", "")
    if not (day[:4].isdigit() and day[:4].isascii() and (day[4:5] == "-" or len(digits) == len(day) == 8)):
        return None
    import datetime as dt

    try:
        if separator:
            dt.time.fromisoformat(clock)
        date = dt.date.fromisoformat(day)
    except ValueError as error:
        raise InvalidCutoff(f"`{text}` could not be parsed as a valid date: {_date_problem(day, clock)}") from error
    midnight = dt.datetime.combine(date + dt.timedelta(days=1), dt.time())
    return int(midnight.astimezone().timestamp()) * 1000


def _date_problem(day: str, clock: str) -> str:
    import calendar

    position = 5
    for part, limit in (("month", 12), ("day", 31)):
        word = day[position : position + 2]
        if not word and part == "day":
            return "failed to parse separator after month: expected `-` separator, but found end of input"
        problem = _number_problem(word, part, 1, limit)
        if problem is not None:
            return problem
        position += 3
    year, month = int(day[:4]), int(day[5:7])
    last = calendar.monthrange(year, month)[1]
    if int(day[8:10]) > last:
        return (
            f"parsed date is not valid: parameter 'day' for `{year}-{month:02}` is invalid, must be in range "
            f"`1..={last}`"
        )
    if len(day) > 10 and not clock:
        return _remainder(day[:10], day[10:])
    for part, limit, position in (("hour", 23, 0), ("minute", 59, 3), ("second", 60, 6)):
        problem = _number_problem(clock[position : position + 2], part, 0, limit)
        if problem is not None:
            return problem
    import re

    read = re.match(r"\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?", clock)
    if read is not None and read.end() < len(clock):
        return _remainder(f"{day}T{read[0]}", clock[read.end() :])
    return "the time of day is not valid"


def _remainder(read: str, rest: str) -> str:
    return f"parsed value '{read}', but unparsed input \"{rest}\" remains (expected no unparsed input)"


def _number_problem(word: str, part: str, first: int, last: int) -> str | None:
    if len(word) < 2:
        return f"expected two digit {part}, but found end of input"
    for letter in word:
        if not letter.isdigit():
            return f"failed to parse two digit integer as {part}: invalid digit, expected 0-9 but got {letter}"
    if first <= int(word) <= last:
        return None
    return (
        f"failed to parse two digit integer as {part}: parameter '{part}' is not in the required range of "
        f"{first}..={last}"
    )


def _span(text: str) -> dict[str, int]:
    """A duration as counts of its units, without its sign."""
    bare = text.strip().lstrip("+-").strip()
    if bare[:1] in {"P", "p"}:
        return _iso_span(text, bare.upper())
    counts: dict[str, int] = {}
    count = None
    for token in _tokens(bare.removesuffix("ago").replace(",", " ")):
        if token.isdigit() and count is None:
            count = int(token)
        elif token.isalpha() and count is not None:
            unit = _unit(text, token.lower(), count)
            counts[unit] = counts.get(unit, 0) + count
            count = None
        else:
            raise _not_a_span(text)
    if not counts or count is not None:
        raise _not_a_span(text)
    return counts


def _tokens(text: str) -> list[str]:
    """Runs of digits, of letters, and of anything else.

    >>> _tokens("2 days 3h")
    ['2', 'days', '3', 'h']
    """
    found: list[str] = []
    kind = " "
    for letter in text:
        this = "0" if letter.isascii() and letter.isdigit() else "a" if letter.isalpha() else letter
        if letter.isspace():
            this = " "
        elif this == kind:
            found[-1] += letter
        else:
            found.append(letter)
        kind = this
    return found


def _unit(text: str, unit: str, count: int) -> str:
    if unit in _YEARS:
        raise InvalidCutoff(
            f"Duration `{text}` uses unit 'years' which is not allowed; use days instead, e.g., `{count * 365} days`."
        )
    if unit in _MONTHS:
        raise InvalidCutoff(
            f"Duration `{text}` uses 'months' which is not allowed; use days instead, e.g., `{count * 30} days`."
        )
    if unit not in _UNITS:
        raise _not_a_span(text)
    return _UNITS[unit]


def _iso_span(text: str, bare: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    number, in_time = "", False

    def problem(reason: str) -> InvalidCutoff:
        return InvalidCutoff(f"`{text}` could not be parsed as an ISO 8601 duration: {reason}")

    date = "expected to find date unit designator suffix (`Y`, `M`, `W` or `D`)"
    clock = "expected to find time unit designator suffix (`H`, `M` or `S`)"
    for letter in bare[1:]:
        if letter == "T" and not in_time:
            in_time = True
        elif letter.isdigit():
            number += letter
        elif not number:
            raise problem("no parsed duration components")
        elif letter in ("HMS" if in_time else "WD"):
            unit = "m" if letter == "M" else letter
            counts[unit] = counts.get(unit, 0) + int(number)
            number = ""
        elif letter in "YM" and not in_time:
            _unit(text, "years" if letter == "Y" else "months", int(number))
        else:
            raise problem(f"{clock if in_time else date}, but found `{letter}` instead")
    if number:
        raise problem(f"{clock if in_time else date}, but found end of input")
    if in_time and not counts:
        raise problem(
            "found a time designator (`T` or `t`) in an ISO 8601 duration string, but did not find any time units"
        )
    if not counts:
        raise problem("no parsed duration components")
    return counts


def _not_a_span(text: str) -> InvalidCutoff:
    bare = text.strip().lstrip("+-").lstrip()
    rest = bare.lstrip("0123456789")
    if rest != bare and rest.lstrip()[:1].isalpha():
        return InvalidCutoff(
            f'`{text}` could not be parsed as a duration: failed to parse input in the "friendly" duration format: '
            "expected to find unit designator suffix (e.g., `years` or `secs`) after parsing integer"
        )
    return InvalidCutoff(f"`{text}` could not be parsed as a valid exclude-newer value {_EXPECTED}")


def _iso(counts: Mapping[str, int]) -> str:
    """The duration in ISO 8601 with the units it was given in, as lockfiles record it.

    >>> _iso({"W": 2, "D": 1}), _iso({"H": 36}), _iso({"m": 30})
    ('P2W1D', 'PT36H', 'PT30M')
    """
    date = "".join(f"{counts[unit]}{unit}" for unit in "WD" if counts.get(unit))
    clock = "".join(f"{counts[unit]}{unit.upper()}" for unit in "HmS" if counts.get(unit))
    return f"P{date}" + (f"T{clock}" if clock else "") if date or clock else "PT0S"
