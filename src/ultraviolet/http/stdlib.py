"""The standard library transport: ``http.client`` on a pool of threads that keep connections alive.

Used where libcurl is not installed. A thread is started when a job comes and none is idle, up to the configured number of
transfers; HTTP/1.1 only; proxies by ``CONNECT`` or absolute request lines.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
import zlib
from _queue import SimpleQueue
from collections.abc import Callable
from typing import Any, NoReturn

from ultraviolet.distributions.urls import split_authority, without_credentials
from ultraviolet.http.credentials import Credentials
from ultraviolet.http.errors import TransferCancelled, TransportError, TransportFault
from ultraviolet.http.messages import REASON
from ultraviolet.http.options import HttpOptions
from ultraviolet.http.transport import Job, as_error, certificate_fault, default_bundle
from ultraviolet.http.urls import Origin, origin_of, target_of

_CHUNK = 1 << 17
_STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)

# http.client refuses answers with more than 100 header lines; some content networks come near.
_Key = tuple[Origin, str | None]


class _Stale(Exception):
    """A kept connection turned out to be closed."""


class StdlibTransport:
    """See the module."""

    def __init__(self, options: HttpOptions) -> None:
        self._options = options
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        """Guards the counters, the idle connections, the timers and the TLS contexts."""
        self._threads = 0
        self._idle_threads = 0
        self._connections: dict[_Key, list[http.client.HTTPConnection]] = {}
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._timers: set[threading.Timer] = set()
        self._closed = False

    def send(self, job: Job) -> None:
        """Queue a job, starting a thread if none is idle."""
        with self._gate:
            start = self._idle_threads == 0 and self._threads < self._options.concurrency
            if start:
                self._threads += 1
            else:
                self._idle_threads -= 1
        self._queue.put(job)
        if start:
            number = self._threads
            threading.Thread(target=self._work, name=f"ultraviolet-network-{number}", daemon=True).start()

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run ``action`` on a timer thread."""
        timer = threading.Timer(seconds, lambda: self._on_timer(timer, action))
        timer.daemon = True
        with self._gate:
            self._timers.add(timer)
        timer.start()

    def _on_timer(self, timer: threading.Timer, action: Callable[[], None]) -> None:
        with self._gate:
            self._timers.discard(timer)
        if not self._closed:
            action()

    def run_blocking(self, action: Callable[[], None]) -> None:
        """Run ``action`` on a thread of its own."""
        threading.Thread(target=action, name="ultraviolet-lookup", daemon=True).start()

    def close(self) -> None:
        """Stop idle threads and close idle connections; transfers under way end with their connections."""
        with self._gate:
            self._closed = True
            threads = self._threads
            timers = list(self._timers)
            connections = [one for kept in self._connections.values() for one in kept]
            self._connections.clear()
        for timer in timers:
            timer.cancel()
        for _ in range(threads):
            self._queue.put(None)
        for connection in connections:
            connection.close()

    def _work(self) -> None:
        while True:
            job = self._queue.get()
            if job is None:
                return
            self._perform(job)
            with self._gate:
                self._idle_threads += 1
            try:
                job.on_done(job)
            except Exception as error:  # noqa: BLE001 - a fault of the receiver must not end the thread
                threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))

    def _perform(self, job: Job) -> None:
        try:
            while not self._closed:
                try:
                    self._transfer(job)
                except _Stale:
                    continue
                return
            job.error = TransferCancelled()
        except TransportError as error:
            job.error = error
        except Exception as error:  # noqa: BLE001 - what a sink raises is carried to the caller
            job.error = as_error(error)

    def _transfer(self, job: Job) -> None:
        """Send the request and read the answer.

        :raises _Stale: a kept connection was closed by the server; nothing was received.
        """
        origin = origin_of(job.url)
        proxy = self._options.proxies.for_url(*origin)
        key = (origin, proxy)
        connection, reused = self._take(key, job.url)
        keep = False
        try:
            response = self._ask(connection, job, origin, proxy, reused=reused)
            keep = self._read(response, job)
        finally:
            if keep:
                self._give_back(key, connection)
            else:
                connection.close()

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        job: Job,
        origin: Origin,
        proxy: str | None,
        *,
        reused: bool,
    ) -> http.client.HTTPResponse:
        target = target_of(job.url)
        headers = dict(job.headers)
        headers.setdefault("Accept", "*/*")
        encoding = headers.pop("Accept-Encoding", None)
        headers["Accept-Encoding"] = "gzip, deflate" if encoding and "gzip" in encoding else "identity"
        if proxy is not None and origin[0] == "http":
            target = job.url
            credentials = Credentials.from_url(proxy)
            if credentials is not None:
                headers["Proxy-Authorization"] = credentials.header()
        try:
            if connection.sock is None:
                self._connect(connection, job.url)
            connection.request(job.method, target, body=job.body, headers=headers)
            return connection.getresponse()
        except TransportError:
            raise
        except TimeoutError:
            _fail("timeout", job.url)
        except _STALE as error:
            if reused:
                raise _Stale from error
            detail = "connection closed before message completed"
            if error.errno:
                detail = f"{os.strerror(error.errno)} (os error {error.errno})"
            _fail("reset", job.url, detail)
        except http.client.HTTPException as error:
            _fail("protocol", job.url, str(error) or type(error).__name__)
        except OSError as error:
            _fail("reset", job.url, str(error))

    def _connect(self, connection: http.client.HTTPConnection, url: str) -> None:
        connection.timeout = self._options.connect_timeout
        try:
            connection.connect()
        except socket.gaierror as error:
            _fail("dns", url, error.strerror or str(error))
        except ssl.SSLCertVerificationError as error:
            _fail("tls", url, f"invalid peer certificate: {certificate_fault(error.verify_message or str(error))}")
        except ssl.SSLError as error:
            _fail("tls-handshake", url, error.reason or str(error))
        except TimeoutError:
            _fail("connect-timeout", url)
        except OSError as error:
            detail = f"{os.strerror(error.errno)} (os error {error.errno})" if error.errno else str(error)
            _fail("connect", url, detail)
        assert connection.sock is not None
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock.settimeout(self._options.read_timeout)

    def _read(self, response: http.client.HTTPResponse, job: Job) -> bool:
        """Read the whole answer into the job; return whether the connection may be used again."""
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        if response.status >= 400 and response.reason:
            headers[REASON] = response.reason
        job.status = response.status
        job.response_headers = headers
        into_sink = job.sink is not None and response.status in {200, 206}
        decode = _decoder(headers.get("content-encoding", "")) if job.method != "HEAD" else None
        chunks: list[bytes] = []
        if into_sink and job.sink is not None:
            job.sink.start(response.length)
        expected = response.length
        received = 0
        while True:
            try:
                chunk = response.read1(_CHUNK) if decode is None else response.read(_CHUNK)
            except TimeoutError:
                _fail("timeout", job.url)
            except (http.client.HTTPException, OSError, ValueError):
                detail = "end of file before message length reached"
                _fail("incomplete", job.url, detail)
            if not chunk:
                break
            received += len(chunk)
            if decode is not None:
                try:
                    chunk = decode(chunk)
                except zlib.error as error:
                    _fail("decode", job.url, str(error))
            if into_sink and job.sink is not None:
                job.sink.write(chunk)
            else:
                chunks.append(chunk)
        if expected is not None and received < expected and job.method != "HEAD":
            _fail("incomplete", job.url, "end of file before message length reached")
        job.response_body = b"".join(chunks)
        keep = not response.will_close
        response.close()  # an empty body is not noticed otherwise
        return keep

    def _take(self, key: _Key, url: str) -> tuple[http.client.HTTPConnection, bool]:
        with self._gate:
            kept = self._connections.get(key)
            if kept:
                return kept.pop(), True
        return self._new_connection(key, url), False

    def _give_back(self, key: _Key, connection: http.client.HTTPConnection) -> None:
        with self._gate:
            if not self._closed:
                self._connections.setdefault(key, []).append(connection)
                return
        connection.close()

    def _new_connection(self, key: _Key, url: str) -> http.client.HTTPConnection:
        (scheme, host, port), proxy = key
        host = host.strip("[]")
        if proxy is None:
            if scheme == "https":
                return http.client.HTTPSConnection(host, port, context=self._context(host, port))
            return http.client.HTTPConnection(host, port)
        proxy_scheme, proxy_host, proxy_port = origin_of(without_credentials(proxy))
        if proxy_scheme not in {"http", "https"}:
            raise TransportError("other", url, f"proxies of the kind `{proxy_scheme}` need libcurl")
        if ":" not in split_authority(proxy)[1].rpartition("@")[2] and proxy_scheme == "http":
            proxy_port = 80
        if scheme == "http":
            return http.client.HTTPConnection(proxy_host, proxy_port)
        connection = http.client.HTTPSConnection(proxy_host, proxy_port, context=self._context(host, port))
        credentials = Credentials.from_url(proxy)
        headers = {"Proxy-Authorization": credentials.header()} if credentials is not None else {}
        connection.set_tunnel(host, port, headers)
        return connection

    def _context(self, host: str, port: int) -> ssl.SSLContext:
        insecure = self._options.is_insecure(host, port)
        with self._gate:
            context = self._contexts.get(insecure)
            if context is None:
                context = self._contexts[insecure] = self._new_context(insecure=insecure)
            return context

    def _new_context(self, *, insecure: bool) -> ssl.SSLContext:
        options = self._options
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.set_alpn_protocols(["http/1.1"])
        if insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif options.ca_file is not None or options.ca_directories:
            directory = options.ca_directories[0] if options.ca_directories else None
            context.load_verify_locations(options.ca_file, directory)
        else:
            bundle = default_bundle()
            if options.system_certificates or bundle is None:
                context.load_default_certs()
            else:
                context.load_verify_locations(bundle)
        if options.client_certificate is not None:
            context.load_cert_chain(options.client_certificate)
        return context


def _fail(fault: TransportFault, url: str, detail: str = "") -> NoReturn:
    """Raise a fault with its own chain of causes; the library's error stays its context."""
    error = TransportError(fault, url, detail)
    raise error from error.__cause__


def _decoder(encoding: str) -> Callable[[bytes], bytes] | None:
    """Return what undoes a content encoding piece by piece."""
    name = encoding.strip().lower()
    if name in {"gzip", "x-gzip"}:
        engine: Any = zlib.decompressobj(31)
    elif name == "deflate":
        engine = _Deflate()
    else:
        return None

    def decode(chunk: bytes) -> bytes:
        piece: bytes = engine.decompress(chunk)
        return piece

    return decode


class _Deflate:
    """``deflate`` means a zlib stream, but some servers send the bare form."""

    def __init__(self) -> None:
        self._engine: Any = None

    def decompress(self, chunk: bytes) -> bytes:
        if self._engine is None:
            wrapped = len(chunk) > 1 and chunk[0] & 0x0F == 8 and (chunk[0] << 8 | chunk[1]) % 31 == 0
            self._engine = zlib.decompressobj(15 if wrapped else -15)
        piece: bytes = self._engine.decompress(chunk)
        return piece
