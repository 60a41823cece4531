"""Failures of transfers, worded and chained as uv's."""

from __future__ import annotations

from typing import Literal

from ultraviolet.distributions.urls import redact
from ultraviolet.errors import UltravioletError

TransportFault = Literal[
    "dns", "connect", "tls", "tls-handshake", "timeout", "connect-timeout", "reset", "incomplete", "protocol",
    "decode", "other",
]  # fmt: skip
"""What went wrong below HTTP; ``tls`` is a certificate that is not accepted."""

RETRIED_FAULTS = frozenset(
    {"dns", "connect", "tls-handshake", "timeout", "connect-timeout", "reset", "incomplete", "protocol", "decode"}
)


class HttpError(UltravioletError):
    """A transfer failed. ``url`` is redacted; ``status`` is set when the server gave an answer."""

    status: int | None = None
    is_timeout: bool = False
    fault: TransportFault | None = None


class TransportError(HttpError):
    """No complete answer arrived."""

    def __init__(self, fault: TransportFault, url: str, detail: str = "") -> None:
        shown = redact(url)
        if fault in {"incomplete", "decode"}:
            super().__init__(f"error decoding response body for url ({shown})")
        else:
            super().__init__(f"error sending request for url ({shown})")
        self.fault = fault
        self.url = shown
        self.is_timeout = fault in {"timeout", "connect-timeout"}
        self.__cause__ = _chain(fault, detail)

    @property
    def is_transient(self) -> bool:
        """Whether trying again may help."""
        return self.fault in RETRIED_FAULTS


def _chain(fault: TransportFault, detail: str) -> UltravioletError | None:
    texts: tuple[str, ...]
    if fault == "dns":
        texts = ("client error (Connect)", "dns error", f"failed to lookup address information: {detail}")
    elif fault == "connect":
        texts = ("client error (Connect)", "tcp connect error", detail)
    elif fault in {"tls", "tls-handshake"}:
        texts = ("client error (Connect)", detail)
    elif fault == "connect-timeout":
        texts = ("client error (Connect)", "tcp connect error", "deadline has elapsed")
    elif fault == "timeout":
        texts = ("operation timed out",)
    elif fault == "reset":
        texts = ("client error (SendRequest)", "connection error", detail)
    elif fault == "incomplete":
        texts = ("request or response body error", "error reading a body from connection", detail)
    else:
        texts = (detail,)
    error: UltravioletError | None = None
    for text in reversed([text for text in texts if text]):
        outer = UltravioletError(text)
        outer.__cause__ = error
        error = outer
    return error


class StatusError(HttpError):
    """The server answered with a status that says no."""

    def __init__(self, status: int, url: str, reason: str | None = None) -> None:
        kind = "client" if status < 500 else "server"
        self.url = redact(url)
        text = f"{status} {reason}" if reason else status_text(status)
        super().__init__(f"HTTP status {kind} error ({text}) for url ({self.url})")
        self.status = status


class ProblemError(HttpError):
    """The server explained itself (RFC 9457)."""

    def __init__(self, description: str, status_error: StatusError) -> None:
        super().__init__(description)
        self.status = status_error.status
        self.__cause__ = status_error


class FetchError(HttpError):
    """``Failed to fetch``, around the reason."""

    def __init__(self, url: str, cause: HttpError, *, hints: tuple[str, ...] = ()) -> None:
        self.url = redact(url)
        super().__init__(f"Failed to fetch: `{self.url}`", hints=hints)
        self.status = cause.status
        self.is_timeout = cause.is_timeout
        self.fault = cause.fault
        self.__cause__ = cause


class RetriesError(HttpError):
    """The same request failed again and again."""

    def __init__(self, retries: int, seconds: float, cause: HttpError) -> None:
        noun = "retry" if retries == 1 else "retries"
        super().__init__(f"Request failed after {retries} {noun} in {seconds:.1f}s", hints=cause.hints)
        self.retries = retries
        self.status = cause.status
        self.is_timeout = cause.is_timeout
        self.fault = cause.fault
        self.__cause__ = cause


class RedirectError(HttpError):
    """A redirect that cannot be followed."""


class OfflineError(HttpError):
    """The network is disabled and the cache does not hold what is needed."""

    def __init__(self, url: str) -> None:
        self.url = redact(url)
        super().__init__(
            f"Network connectivity is disabled, but the requested data wasn't found in the cache for: `{self.url}`"
        )


class CredentialsError(HttpError):
    """Credentials are required and missing."""


class TransferCancelled(HttpError):
    """The client was closed while the transfer went on."""

    def __init__(self) -> None:
        super().__init__("The transfer was cancelled")


_REASONS = {
    300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
    305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required",
    408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
    413: "Payload Too Large", 414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable",
    417: "Expectation Failed", 418: "I'm a teapot", 421: "Misdirected Request", 422: "Unprocessable Entity",
    423: "Locked", 424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required",
    428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
    451: "Unavailable For Legal Reasons", 500: "Internal Server Error", 501: "Not Implemented",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    505: "HTTP Version Not Supported", 506: "Variant Also Negotiates", 507: "Insufficient Storage",
    508: "Loop Detected", 510: "Not Extended", 511: "Network Authentication Required",
}  # fmt: skip


def status_text(status: int) -> str:
    """Return the code with its standard reason.

    >>> status_text(404)
    '404 Not Found'
    """
    reason = _REASONS.get(status)
    return f"{status} {reason}" if reason else f"{status} <unknown status code>"
