"""HTTP caching rules for a private cache (RFC 9111), as values and functions without I/O.

A :class:`Policy` is what must be remembered of a response to decide later whether its body may be used, whether it may be
used after asking, and what to ask.
"""

from collections.abc import Mapping

import msgspec

Headers = Mapping[str, str]
"""Response or request headers; names in lower case, repeated ones joined with ``, ``."""

_HEURISTIC_STATUSES = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
_UNDERSTOOD_STATUSES = _HEURISTIC_STATUSES | {302, 303, 307}
_HEURISTIC_LIFETIME = 600
"""Seconds for an answer with a Last-Modified date and no lifetime of its own."""


class Policy(msgspec.Struct, frozen=True, array_like=True):
    """What was said about the storage of one response. Times are seconds since the epoch."""

    url: str
    """Where the request went, without credentials."""
    stored_at: float
    """When the answer (or its last confirmation) arrived."""
    age: int = 0
    """Seconds the answer had spent in other caches."""
    lifetime: int = 0
    """Seconds it may be used without asking."""
    etag: str | None = None
    last_modified: str | None = None
    ask_always: bool = False
    """``no-cache``: never use without asking."""
    vary: tuple[tuple[str, str], ...] = ()
    """Request headers the answer depends on, with their values."""
    final_url: str | None = None
    """After redirects, when it differs."""

    def matches(self, url: str, request_headers: Headers) -> bool:
        """Whether the answer belongs to this request (URL and ``Vary``)."""
        if self.url != url:
            return False
        return all(name != "*" and request_headers.get(name, "") == value for name, value in self.vary)

    def is_fresh(self, now: float) -> bool:
        """Whether the body may be used without asking."""
        return not self.ask_always and now - self.stored_at + self.age < self.lifetime

    def conditions(self) -> dict[str, str]:
        """Return the headers that turn a request into "only if it changed".

        Weak tags are not sent: they may stay the same while the content changes.
        """
        headers = {}
        if self.etag is not None and not self.etag.startswith("W/"):
            headers["If-None-Match"] = self.etag
        if self.last_modified is not None:
            headers["If-Modified-Since"] = self.last_modified
        return headers

    def confirms(self, response_headers: Headers) -> bool:
        """Whether a 304 with these headers speaks of this body (RFC 9111 section 4.3.4)."""
        etag = response_headers.get("etag")
        last_modified = response_headers.get("last-modified")
        if etag is not None and etag == self.etag and not etag.startswith("W/"):
            return True
        if last_modified is not None and last_modified == self.last_modified:
            return True
        return etag is None and last_modified is None and self.etag is None and self.last_modified is None


def parse_cache_control(text: str) -> dict[str, str]:
    """Return the directives of a Cache-Control header, names in lower case; the first of a kind wins.

    >>> parse_cache_control('max-age=600, public, x="a, b"')
    {'max-age': '600', 'public': '', 'x': 'a, b'}
    """
    directives: dict[str, str] = {}
    for part in _split_quoted(text):
        name, _, value = part.partition("=")
        name = name.strip().lower()
        if name and name not in directives:
            directives[name] = value.strip().strip('"')
    return directives


def _split_quoted(text: str) -> list[str]:
    if '"' not in text:
        return text.split(",")
    parts = [""]
    quoted = False
    for char in text:
        if char == '"':
            quoted = not quoted
        if char == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def policy_for(
    *,
    url: str,
    request_headers: Headers,
    status: int,
    response_headers: Headers,
    now: float,
    cache_control: str | None = None,
    final_url: str | None = None,
) -> Policy | None:
    """Return how a response to a GET may be kept, or ``None`` when it must not be.

    ``cache_control`` takes the place of the response's own header (``cache-control`` of an index).
    """
    text = cache_control if cache_control is not None else response_headers.get("cache-control", "")
    directives = parse_cache_control(text)
    if status in {206, 304} or status not in _UNDERSTOOD_STATUSES or "no-store" in directives:
        return None
    explicit = bool(directives.keys() & {"public", "private", "max-age"}) or "expires" in response_headers
    if not explicit and status not in _HEURISTIC_STATUSES:
        return None
    vary = response_headers.get("vary", "")
    names = [name.strip().lower() for name in vary.split(",") if name.strip()]
    return Policy(
        url=url,
        stored_at=now,
        age=_seconds(response_headers.get("age")) or 0,
        lifetime=_lifetime(directives, response_headers, now),
        etag=response_headers.get("etag"),
        last_modified=response_headers.get("last-modified"),
        ask_always="no-cache" in directives,
        vary=tuple(
            (name, request_headers.get(name, ""))
            for name in names
            if name not in {"accept-encoding", "user-agent", "authorization", "cookie", "origin"}
        ),
        final_url=final_url if final_url != url else None,
    )


def confirmed(policy: Policy, *, response_headers: Headers, now: float, cache_control: str | None = None) -> Policy:
    """Return the policy after a 304: a new date, and the new lifetime if one was stated."""
    lifetime = policy.lifetime
    ask_always = policy.ask_always
    text = cache_control if cache_control is not None else response_headers.get("cache-control")
    if text is not None or "expires" in response_headers:
        directives = parse_cache_control(text or "")
        headers = dict(response_headers)
        if policy.last_modified is not None:
            headers.setdefault("last-modified", policy.last_modified)
        lifetime = _lifetime(directives, headers, now)
        ask_always = "no-cache" in directives
    return msgspec.structs.replace(
        policy,
        stored_at=now,
        age=_seconds(response_headers.get("age")) or 0,
        lifetime=lifetime,
        ask_always=ask_always,
    )


def _lifetime(directives: Mapping[str, str], headers: Headers, now: float) -> int:
    if "max-age" in directives:
        return _seconds(directives["max-age"]) or 0
    expires = headers.get("expires")
    if expires is not None:
        end = parse_http_date(expires)
        date = parse_http_date(headers.get("date", ""))
        return max(0, end - (date if date is not None else int(now))) if end is not None else 0
    return _HEURISTIC_LIFETIME if "last-modified" in headers else 0


def _seconds(text: str | None) -> int | None:
    """Read a delta in seconds; anything but digits is no delta, and what is too great is great enough."""
    if text is None or not text.isdigit():
        return None
    return min(int(text), 1 << 31)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_http_date(text: str) -> int | None:
    """Read an HTTP date (RFC 9110 section 5.6.7, IMF-fixdate) as seconds since the epoch.

    >>> parse_http_date("Thu, 01 Jan 1970 00:01:00 GMT")
    60
    """
    parts = text.replace("-", " ").replace(",", " ").split()
    if len(parts) < 5 or parts[2][:3].lower() not in _MONTHS:
        return None
    try:
        day, year = int(parts[1]), int(parts[3])
        hour, minute, second = (int(part) for part in parts[4].split(":"))
    except ValueError:
        return None
    month = _MONTHS.index(parts[2][:3].lower()) + 1
    if year < 100:
        year += 1900 if year >= 70 else 2000
    # Days since 1970-01-01 in the Gregorian calendar, with years that begin in March.
    shifted = year - (month <= 2)
    era_year = shifted % 400
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = (shifted // 400) * 146097 + era_year * 365 + era_year // 4 - era_year // 100 + day_of_year - 719468
    return days * 86400 + hour * 3600 + minute * 60 + second
