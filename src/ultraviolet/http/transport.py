"""What a transport does: one request, one answer, nothing else.

Retries, redirects, credentials and caching are the client's and thereby the same for every transport.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ultraviolet.errors import UltravioletError
from ultraviolet.http.errors import HttpError
from ultraviolet.http.messages import REASON, Sink

Headers = dict[str, str]


class Job:
    """One request on its way. ``on_done`` is called once, on a thread of the transport."""

    __slots__ = (
        "body",
        "error",
        "headers",
        "method",
        "on_done",
        "response_body",
        "response_headers",
        "sink",
        "status",
        "url",
    )

    def __init__(
        self,
        *,
        method: str,
        url: str,
        headers: Headers,
        body: bytes | None,
        sink: Sink | None,
        on_done: Callable[[Job], None],
    ) -> None:
        self.method = method
        self.url = url
        """Without credentials and fragment."""
        self.headers = headers
        self.body = body
        self.sink = sink
        self.on_done = on_done
        self.status = 0
        self.response_headers: Headers = {}
        self.response_body = b""
        self.error: UltravioletError | None = None


class Transport(Protocol):
    """Sends jobs, keeps connections, runs timers. Every method may be called from any thread."""

    def send(self, job: Job) -> None:
        """Start a job, or queue it while too many are under way."""

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run ``action`` on a thread of the transport after a while."""

    def run_blocking(self, action: Callable[[], None]) -> None:
        """Run ``action``, which may block, without holding transfers up."""

    def close(self) -> None:
        """Abandon what is under way and close all connections."""


def fold_headers(lines: list[bytes]) -> Headers:
    """Return the headers of the last header block among ``lines`` (an interim or proxy answer comes before it)."""
    headers: Headers = {}
    for line in lines:
        if line.startswith(b"HTTP/"):
            words = line.split(None, 2)
            headers = {}
            if len(words) == 3 and words[1] >= b"400":
                headers[REASON] = words[2].decode("latin-1").strip()
            continue
        name, separator, value = line.decode("latin-1").partition(":")
        if separator:
            key = name.strip().lower()
            text = value.strip()
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def as_error(error: BaseException) -> UltravioletError:
    """Return an error as one that can be shown."""
    if isinstance(error, UltravioletError):
        return error
    wrapped = HttpError(str(error) or type(error).__name__)
    wrapped.__cause__ = error
    return wrapped


def certificate_fault(text: str) -> str:
    """Return the short name of why a certificate is not accepted, or the library's own words."""
    lowered = text.lower()
    for part, name in (
        ("issuer certificate", "UnknownIssuer"),
        ("self-signed", "UnknownIssuer"),
        ("self signed", "UnknownIssuer"),
        ("has expired", "Expired"),
        ("not yet valid", "NotValidYet"),
        ("mismatch", "NotValidForName"),
        ("does not match", "NotValidForName"),
        ("no alternative certificate subject name", "NotValidForName"),
        ("revoked", "Revoked"),
    ):
        if part in lowered:
            return name
    return text


SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)
"""Where systems keep their bundle of trusted certificates."""


def default_bundle() -> str | None:
    """Return a bundle of roots: the ``certifi`` library's if installed, else the system's."""
    import os

    try:
        import certifi  # type: ignore[import-not-found,unused-ignore]  # not a dependency

        path: str = certifi.where()
    except ImportError:
        for path in SYSTEM_BUNDLES:
            if os.path.exists(path):
                return path
        return None
    else:
        return path
