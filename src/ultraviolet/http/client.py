"""The client: what happens to a request between the asking and the answer.

Each request is an :class:`_Exchange`, a small state machine driven by the transport's threads: send; on a redirect send again;
on 401, 403 or 404 look for credentials once; on a fault or a passing status wait and send again; else deliver.
"""

from __future__ import annotations

import time
from _thread import allocate_lock
from collections.abc import Mapping

from ultraviolet.distributions.urls import credentials as url_credentials
from ultraviolet.distributions.urls import redact, split_fragment, without_credentials
from ultraviolet.http.authentication import Authenticator
from ultraviolet.http.credentials import Credentials
from ultraviolet.http.errors import (
    FetchError,
    HttpError,
    OfflineError,
    RedirectError,
    RetriesError,
    TransferCancelled,
    TransportError,
    status_text,
)
from ultraviolet.http.futures import Future
from ultraviolet.http.messages import Request, Response, Sink
from ultraviolet.http.options import HttpOptions
from ultraviolet.http.transport import Job, Transport
from ultraviolet.http.urls import join_url, origin_of

MAX_REDIRECTS = 10
MAX_RETRY_DELAY = 30.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHALLENGES = frozenset({401, 403, 404})
_SYSTEM_CERTS_HINT = "Consider enabling use of system TLS certificates with the `--system-certs` command-line flag"


def is_transient_status(status: int) -> bool:
    """Whether a status says "try again"."""
    return status >= 500 or status in {408, 429}


class Client:
    """Sends requests. Cheap to make: threads and connections start with the first request; :meth:`close` ends them."""

    def __init__(
        self,
        options: HttpOptions | None = None,
        authenticator: Authenticator | None = None,
        *,
        transport: Transport | None = None,
    ) -> None:
        self.options = options if options is not None else HttpOptions()
        self.authenticator = authenticator if authenticator is not None else Authenticator(self.options)
        self._transport = transport
        self._gate = allocate_lock()
        """Guards the choice of the transport and ``_under_way``."""
        self._under_way: set[_Exchange] = set()
        self._closed = False

    @property
    def transport(self) -> Transport:
        """The transport, made on first use."""
        with self._gate:
            if self._transport is None:
                self._transport = make_transport(self.options)
            return self._transport

    def send(self, request: Request) -> Future[Response]:
        """Start a request; the future fails with an :class:`HttpError` when there is no answer at all."""
        future: Future[Response] = Future()
        if self.options.offline:
            future.set_error(OfflineError(request.url))
            return future
        if not request.url.startswith(("http://", "https://")):
            scheme = request.url.partition(":")[0]
            future.set_error(HttpError(f"Unsupported scheme `{scheme}` in URL: `{redact(request.url)}`"))
            return future
        exchange = _Exchange(self, request, future)
        with self._gate:
            if self._closed:
                future.set_error(TransferCancelled())
                return future
            self._under_way.add(exchange)
        exchange.start()
        return future

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        scope: str | None = None,
        sink: Sink | None = None,
    ) -> Response:
        """GET and wait.

        :raises HttpError: no answer, or one with a status of 400 or above.
        """
        request = Request(url, headers=headers, scope=scope, sink=sink)
        return self.send(request).result().raise_for_status()

    def forget(self, exchange: _Exchange) -> None:
        """Drop a finished exchange."""
        with self._gate:
            self._under_way.discard(exchange)

    def close(self) -> None:
        """Abandon what is under way: waiting callers get :class:`TransferCancelled`."""
        with self._gate:
            self._closed = True
            transport, self._transport = self._transport, None
            pending = list(self._under_way)
            self._under_way.clear()
        if transport is not None:
            transport.close()
        for exchange in pending:
            exchange.future.set_error(TransferCancelled())


def make_transport(options: HttpOptions) -> Transport:
    """Return the transport asked for; by default libcurl's if it is installed."""
    if options.transport != "stdlib":
        try:
            from ultraviolet.http.curl import CurlTransport
        except ImportError:
            if options.transport == "curl":
                raise
        else:
            return CurlTransport(options)
    from ultraviolet.http.stdlib import StdlibTransport

    return StdlibTransport(options)


class _Exchange:
    """One request until its future is done. Its methods run one after another, on whichever thread."""

    __slots__ = (
        "authorization",
        "challenged",
        "client",
        "credentials",
        "future",
        "headers",
        "method",
        "redirects",
        "request",
        "retries",
        "started",
        "url",
    )

    def __init__(self, client: Client, request: Request, future: Future[Response]) -> None:
        self.client = client
        self.request = request
        self.future = future
        self.method = request.method
        self.url = request.url
        self.headers = dict(request.headers)
        self.redirects = 0
        self.retries = 0
        self.challenged = False
        self.credentials: Credentials | None = None
        self.started = time.monotonic()

    def start(self) -> None:
        """Choose credentials and send."""
        authenticator = self.client.authenticator
        if authenticator.needs_lookup_first(self.url, self.request.scope):
            self.client.transport.run_blocking(self._start_with_lookup)
            return
        self.credentials = authenticator.known(self.url, self.request.scope)
        self._send()

    def _start_with_lookup(self) -> None:
        try:
            self.credentials = self.client.authenticator.required(self.url, self.request.scope)
        except HttpError as error:
            self._fail(error)
            return
        self.challenged = True
        self._send()

    def _send(self) -> None:
        headers = {"User-Agent": self.client.options.user_agent, **self.headers}
        if self.credentials is not None and "Authorization" not in headers:
            headers["Authorization"] = self.credentials.header()
        job = Job(
            method=self.method,
            url=split_fragment(without_credentials(self.url))[0],
            headers=headers,
            body=self.request.body,
            sink=self.request.sink,
            on_done=self._done,
        )
        try:
            self.client.transport.send(job)
        except HttpError as error:
            self._fail(error)

    def _done(self, job: Job) -> None:
        """Decide what the outcome of one transfer means."""
        if self.future.done:
            return
        error = job.error
        if error is not None:
            if isinstance(error, TransportError):
                if error.is_transient and self._retry(None):
                    return
                self._fail(self._wrapped(error))
            elif isinstance(error, HttpError):
                self._fail(error)
            else:
                self._finish_with(error)
            return
        status = job.status
        if status in _REDIRECTS and self.method in {"GET", "HEAD", "POST"}:
            self._redirect(job)
            return
        if status in _CHALLENGES and not self.challenged and self._may_look_up():
            self.challenged = True
            self.client.transport.run_blocking(lambda: self._answer_challenge(job))
            return
        if is_transient_status(status) and self._retry(job.response_headers.get("retry-after")):
            return
        if status < 400 and self.credentials is not None:
            self.client.authenticator.remember(self.url, self.request.scope, self.credentials)
        self._deliver(job)

    def _deliver(self, job: Job) -> None:
        self.client.forget(self)
        self.future.set_result(
            Response(
                status=job.status,
                headers=job.response_headers,
                body=job.response_body,
                url=without_credentials(self.url),
                request_url=self.request.url,
                retries=self.retries,
                seconds=time.monotonic() - self.started,
            )
        )

    def _fail(self, error: HttpError) -> None:
        self._finish_with(error)

    def _finish_with(self, error: BaseException) -> None:
        self.client.forget(self)
        self.future.set_error(error)

    def _wrapped(self, error: TransportError) -> HttpError:
        hints: tuple[str, ...] = ()
        options = self.client.options
        if error.fault == "tls" and not options.system_certificates and options.ca_file is None:
            hints = (_SYSTEM_CERTS_HINT,)
        wrapped: HttpError = FetchError(self.request.url, error, hints=hints)
        if self.retries:
            wrapped = RetriesError(self.retries, time.monotonic() - self.started, wrapped)
        return wrapped

    def _retry(self, retry_after: str | None) -> bool:
        """Send again after a while; return false when it was tried often enough."""
        options = self.client.options
        if self.retries >= options.retries:
            return False
        self.retries += 1
        delay = 0.0
        if options.retry_delays:
            delay = retry_delay(self.retries, retry_after)
        self.client.transport.call_later(delay, self._send)
        return True

    def _redirect(self, job: Job) -> None:
        location = job.response_headers.get("location")
        if location is None:
            self._fail_redirect(
                f"Server returned redirect (HTTP {status_text(job.status).split()[0]}) without destination URL. "
                "This may indicate a server configuration issue"
            )
            return
        self.redirects += 1
        if self.redirects > MAX_REDIRECTS:
            self._fail_redirect("too many redirects")
            return
        base, fragment = split_fragment(self.url)
        target = join_url(without_credentials(base), location)
        if not target.startswith(("http://", "https://")):
            self._fail_redirect(f"Server returned redirect (HTTP {job.status}) to an unsupported URL: {redact(target)}")
            return
        if fragment and "#" not in target:
            target = f"{target}#{fragment}"
        if origin_of(target)[1:] != origin_of(self.url)[1:]:
            for name in ("Authorization", "Cookie", "Proxy-Authorization"):
                self.headers.pop(name, None)
            self.credentials = None
            self.challenged = False
            if url_credentials(target) == (None, None):
                self.credentials = self.client.authenticator.known(target, None)
        if url_credentials(target) != (None, None):
            self.credentials = Credentials.from_url(target)
        if job.status == 303 and self.method != "HEAD":
            self.method = "GET"
        self.url = target
        self._send()

    def _fail_redirect(self, message: str) -> None:
        self._fail(FetchError(self.request.url, RedirectError(message)))

    def _may_look_up(self) -> bool:
        if "Authorization" in self.headers:
            return False
        return self.client.authenticator.may_look_up(self.url, self.request.scope, self.credentials)

    def _answer_challenge(self, job: Job) -> None:
        """Look credentials up (a program may be asked, so not on the network's thread) and try once more."""
        found = self.client.authenticator.look_up(self.url, self.request.scope, self.credentials)
        if found is None or found == self.credentials:
            self._deliver(job)
        else:
            self.credentials = found
            self._send()


def retry_delay(attempt: int, retry_after: str | None = None) -> float:
    """Return the seconds to wait before the given repetition (1 is the first): exponential, with jitter.

    A server's ``Retry-After`` is a lower bound, within reason.
    """
    import random

    delay = random.uniform(1.0, min(MAX_RETRY_DELAY, 2.0**attempt))  # noqa: S311
    if retry_after is not None:
        if retry_after.isdigit():
            asked = float(retry_after)
        else:
            from ultraviolet.cache.freshness import parse_http_date

            moment = parse_http_date(retry_after)
            asked = moment - time.time() if moment is not None else 0.0
        delay = max(delay, min(asked, 4 * MAX_RETRY_DELAY)) if asked > 0 else delay
    return delay
