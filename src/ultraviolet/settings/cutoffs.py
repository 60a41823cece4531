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

_UNITS: dict[str, int] = {}
for _seconds, _names in (
    (604_800, "w wk wks week weeks"),
    (86_400, "d day days"),
    (3_600, "h hr hrs hour hours"),
    (60, "m min mins minute minutes"),
    (1, "s sec secs second seconds"),
):
    for _name in _names.split():
        _UNITS[_name] = _seconds
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
    seconds = _span(text)
    fixed = environ.get("UV_TEST_CURRENT_TIMESTAMP")
    present = _timestamp(fixed) if fixed else None
    if present is None:
        present = int(now * 1000)
    return Cutoff(text, present - seconds * 1000, _iso(seconds))


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
    digits = text.replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 8) or text.count("-") not in {0, 2}:
        looks_like_date = text[:4].isdigit() and text[4:5] == "-"
        if looks_like_date and not any(letter.isalpha() for letter in text):
            raise InvalidCutoff(f"`{text}` could not be parsed as a valid date: {_date_problem(text)}")
        return None
    import datetime as dt

    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidCutoff(f"`{text}` could not be parsed as a valid date: {_date_problem(text)}") from error
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    return int(midnight.astimezone().timestamp()) * 1000


def _date_problem(text: str) -> str:
    parts = text.split("-")
    if len(parts) >= 2 and parts[1][:2].isdigit() and not 1 <= int(parts[1][:2]) <= 12:
        return "failed to parse month in date: parsed value `month` is not in the required range of `1..=12`"
    return "failed to parse day in date: parsed date is not valid"


def _span(text: str) -> int:
    """Seconds of a duration, without its sign."""
    bare = text.strip().lstrip("+-").strip()
    if bare[:1] in {"P", "p"}:
        return _iso_span(text, bare.upper())
    seconds, count, seen = 0, None, False
    for token in _tokens(bare.removesuffix("ago").replace(",", " ")):
        if token.isdigit() and count is None:
            count = int(token)
        elif token.isalpha() and count is not None:
            seconds += count * _unit(text, token.lower(), count)
            count, seen = None, True
        else:
            raise _not_a_span(text)
    if not seen or count is not None:
        raise _not_a_span(text)
    return seconds


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


def _unit(text: str, unit: str, count: int) -> int:
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


def _iso_span(text: str, bare: str) -> int:
    seconds, number, in_time = 0, "", False
    units = {"W": 604_800, "D": 86_400}
    if len(bare) < 2:
        raise InvalidCutoff(f"`{text}` could not be parsed as an ISO 8601 duration: no units were found")
    for letter in bare[1:]:
        if letter == "T":
            in_time = True
            units = {"H": 3_600, "M": 60, "S": 1}
        elif letter.isdigit():
            number += letter
        elif number and letter in units:
            seconds += int(number) * units[letter]
            number = ""
        elif number and letter == "Y" and not in_time:
            _unit(text, "years", int(number))
        elif number and letter == "M":
            _unit(text, "months", int(number))
        else:
            raise InvalidCutoff(f"`{text}` could not be parsed as an ISO 8601 duration: unexpected `{letter}`")
    if number:
        raise InvalidCutoff(f"`{text}` could not be parsed as an ISO 8601 duration: a unit is missing")
    return seconds


def _not_a_span(text: str) -> InvalidCutoff:
    bare = text.strip().lstrip("+-").lstrip()
    rest = bare.lstrip("0123456789")
    if rest != bare and rest.lstrip()[:1].isalpha():
        return InvalidCutoff(f"`{text}` could not be parsed as a duration: unknown unit")
    return InvalidCutoff(f"`{text}` could not be parsed as a valid exclude-newer value {_EXPECTED}")


def _iso(seconds: int) -> str:
    """The duration in ISO 8601, as lockfiles record it.

    >>> _iso(3 * 86_400), _iso(604_800), _iso(5_400)
    ('P3D', 'P1W', 'PT1H30M')
    """
    weeks, rest = divmod(seconds, 604_800)
    if rest:
        weeks, rest = 0, seconds
    days, rest = divmod(rest, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    date = (f"{weeks}W" if weeks else "") + (f"{days}D" if days else "")
    clock = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if count)
    return f"P{date}" + (f"T{clock}" if clock else "") if date or clock else "PT0S"
