"""Requests and responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ultraviolet.http.errors import FetchError, HttpError, ProblemError, RetriesError, StatusError

REASON = ":reason"
"""Stands among the headers of a refusal for the words of its status line, which HTTP/2 does without."""


class Sink(Protocol):
    """Takes the body of a successful response as it arrives, on the network's thread."""

    def start(self, length: int | None) -> None:
        """Begin anew: called before the first byte, and again if the transfer is retried."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; what this raises ends the transfer and is raised to the caller."""


class Request:
    """What to ask. ``headers`` are sent as given, besides those the client adds."""

    __slots__ = ("body", "headers", "method", "scope", "sink", "url")

    def __init__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        sink: Sink | None = None,
        scope: str | None = None,
    ) -> None:
        self.url = url
        """May carry credentials, which are sent as Basic authentication."""
        self.method = method
        self.headers = dict(headers) if headers else {}
        self.body = body
        self.sink = sink
        self.scope = scope
        """URL of the index this request serves, whose credentials then apply."""


class Response:
    """An answer of any status, its body decoded and complete (or given to the request's sink)."""

    __slots__ = ("body", "headers", "request_url", "retries", "seconds", "status", "url")

    def __init__(
        self,
        *,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        url: str,
        request_url: str,
        retries: int = 0,
        seconds: float = 0.0,
    ) -> None:
        self.status = status
        self.headers = headers
        """Names in lower case; repeated headers joined with ``, ``."""
        self.body = body
        self.url = url
        """After redirects, without credentials."""
        self.request_url = request_url
        self.retries = retries
        self.seconds = seconds

    def raise_for_status(self) -> Response:
        """Return itself if the status is below 400.

        :raises HttpError: otherwise, worded as a failed fetch.
        """
        if self.status < 400:
            return self
        raise self.error()

    def error(self) -> HttpError:
        """Return the error that this response is, with the number of retries that went before it."""
        refusal = StatusError(self.status, self.url, self.headers.get(REASON))
        cause: HttpError = refusal
        if self.headers.get("content-type", "") == "application/problem+json":
            description = problem_description(self.body)
            if description is not None:
                cause = ProblemError(description, refusal)
        error: HttpError = FetchError(self.request_url, cause)
        if self.retries:
            error = RetriesError(self.retries, self.seconds, error)
        return error


def problem_description(body: bytes) -> str | None:
    """Return what a problem document (RFC 9457) says, in one line."""
    import json

    try:
        problem = json.loads(body)
    except ValueError:
        return None
    if not isinstance(problem, dict):
        return None
    title, detail, status = problem.get("title"), problem.get("detail"), problem.get("status")
    if title and detail:
        return f"Server message: {title}, {detail}"
    if title or detail:
        return f"Server message: {title or detail}"
    return f"HTTP error {status}" if status else None
