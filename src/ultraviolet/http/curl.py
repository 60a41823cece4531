"""The libcurl transport: one thread, all transfers, HTTP/2 streams on shared connections.

The thread runs libcurl's event interface: libcurl names the sockets it waits for and the time it wants to be called, the
thread waits with ``poll`` and tells it what happened. Other threads leave work in a queue and wake the thread with a byte.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from io import BytesIO
from typing import Any

import pycurl

from ultraviolet.http.errors import TransferCancelled, TransportError, TransportFault
from ultraviolet.http.options import HttpOptions
from ultraviolet.http.transport import Job, as_error, certificate_fault, default_bundle, fold_headers
from ultraviolet.http.urls import origin_of

_FAULTS: dict[int, TransportFault] = {
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_RESOLVE_PROXY: "dns",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls",
    pycurl.E_SSL_CERTPROBLEM: "tls",
    pycurl.E_SSL_CACERT_BADFILE: "tls",
    pycurl.E_SSL_ISSUER_ERROR: "tls",
    pycurl.E_SSL_CONNECT_ERROR: "tls-handshake",
    pycurl.E_PARTIAL_FILE: "incomplete",
    pycurl.E_RECV_ERROR: "reset",
    pycurl.E_SEND_ERROR: "reset",
    pycurl.E_GOT_NOTHING: "reset",
    pycurl.E_HTTP2: "reset",
    92: "reset",  # CURLE_HTTP2_STREAM, which pycurl does not name
    pycurl.E_BAD_CONTENT_ENCODING: "decode",
}


class _Transfer:
    """A job on a libcurl handle."""

    __slots__ = ("body", "headers", "job", "progress", "started", "writer_error")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.headers: list[bytes] = []
        self.body = BytesIO()
        """Grows in one piece: many small ones beside each other leave the heap full of holes."""
        self.started = False
        self.progress = 0
        """Bytes moved when it was last looked at."""
        self.writer_error: BaseException | None = None


class CurlTransport:
    """See the module; ``close`` may be called once."""

    def __init__(self, options: HttpOptions) -> None:
        self._options = options
        self._ca_file = options.ca_file
        self._ca_directory = options.ca_directories[0] if options.ca_directories else None
        if self._ca_file is None and self._ca_directory is None:
            self._ca_file = default_bundle()
        self._incoming: deque[Callable[[], None]] = deque()
        self._waiting: deque[Job] = deque()
        self._active: dict[Any, _Transfer] = {}
        self._spare: list[Any] = []
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._timer_count = 0
        self._closed = False
        self._curl_deadline: float | None = None
        self._events: dict[int, int] = {}
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.setblocking(False)
        self._wake_sender.setblocking(False)
        self._awake = True
        self._poller = _Poller()
        self._poller.watch(self._wake_receiver.fileno(), pycurl.POLL_IN)
        self._multi: Any = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, 2)  # multiplex
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, options.concurrency)
        self._multi.setopt(pycurl.M_MAXCONNECTS, options.concurrency * 2)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._thread = threading.Thread(target=self._run, name="ultraviolet-network", daemon=True)
        self._thread.start()

    # Called from any thread.

    def send(self, job: Job) -> None:
        """Queue a job for the network thread."""
        self._submit(lambda: self._waiting.append(job))

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run ``action`` on the network thread."""
        moment = time.monotonic() + seconds
        self._submit(lambda: self._add_timer(moment, action))

    def run_blocking(self, action: Callable[[], None]) -> None:
        """Run ``action`` on a thread of its own."""
        threading.Thread(target=action, name="ultraviolet-lookup", daemon=True).start()

    def close(self) -> None:
        """End the thread and all connections."""
        if self._closed:
            return
        self._closed = True
        self._submit(lambda: None)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=5)

    def _submit(self, action: Callable[[], None]) -> None:
        self._incoming.append(action)
        if not self._awake:
            try:
                self._wake_sender.send(b"x")
            except (BlockingIOError, OSError):  # full: it will wake; closed: nobody listens
                pass

    # Called on the network thread.

    def _add_timer(self, moment: float, action: Callable[[], None]) -> None:
        self._timer_count += 1
        heappush(self._timers, (moment, self._timer_count, action))

    def _on_socket(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._poller.forget(descriptor)
        else:
            self._poller.watch(descriptor, what)

    def _remaining(self) -> int:
        """Return the milliseconds until libcurl wants to be called, at least one; -1 when it waits for nothing."""
        milliseconds: int = self._multi.timeout()
        return milliseconds if milliseconds < 0 else max(1, milliseconds)

    def _on_timer(self, milliseconds: int) -> None:
        self._curl_deadline = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def _run(self) -> None:
        try:
            while not self._closed:
                self._step()
        finally:
            self._shut_down()

    def _step(self) -> None:
        while self._incoming:
            self._incoming.popleft()()
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heappop(self._timers)[2]()
        self._start_waiting()
        if self._curl_deadline is not None and self._curl_deadline <= time.monotonic():
            self._curl_deadline = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
            self._collect()
            if self._curl_deadline is None:
                # Called a moment too early, libcurl keeps its timer and does not tell of it again: without this a transfer
                # that stalls would never time out.
                self._on_timer(self._remaining())
        self._awake = False
        timeout = 0.0 if self._incoming or self._closed else self._sleep_time()
        ready = self._poller.poll(timeout)
        self._awake = True
        wake = self._wake_receiver.fileno()
        for descriptor, events in ready:
            if descriptor == wake:
                self._drain()
            else:
                self._multi.socket_action(descriptor, events)
        if ready:
            self._collect()

    def _sleep_time(self) -> float:
        moments = []
        if self._curl_deadline is not None:
            moments.append(self._curl_deadline)
        if self._timers:
            moments.append(self._timers[0][0])
        return max(0.0, min(moments) - time.monotonic()) if moments else 3600.0

    def _drain(self) -> None:
        try:
            while self._wake_receiver.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _start_waiting(self) -> None:
        while self._waiting and len(self._active) < self._options.concurrency:
            job = self._waiting.popleft()
            handle = self._spare.pop() if self._spare else pycurl.Curl()
            transfer = _Transfer(job)
            try:
                self._configure(handle, transfer)
                self._active[handle] = transfer
                self._multi.add_handle(handle)
                self._watch(handle, transfer)
            except (pycurl.error, UnicodeEncodeError) as error:
                self._active.pop(handle, None)
                job.error = TransportError("other", job.url, str(error))
                self._deliver(job)

    def _watch(self, handle: Any, transfer: _Transfer) -> None:
        """Look after a while whether a transfer goes on.

        libcurl's own check of the speed never starts when nothing at all arrives after the request.
        """
        moment = time.monotonic() + max(1, self._options.read_timeout)
        self._add_timer(moment, lambda: self._end_if_stalled(handle, transfer))

    def _end_if_stalled(self, handle: Any, transfer: _Transfer) -> None:
        if self._active.get(handle) is not transfer:
            return
        sizes = (pycurl.SIZE_DOWNLOAD_T, pycurl.SIZE_UPLOAD_T, pycurl.HEADER_SIZE)
        progress = sum(int(handle.getinfo(size)) for size in sizes)
        if progress == transfer.progress and handle.getinfo(pycurl.PRETRANSFER_TIME):
            self._finish(handle, pycurl.E_OPERATION_TIMEDOUT, "")
            return
        transfer.progress = progress
        self._watch(handle, transfer)

    def _configure(self, handle: Any, transfer: _Transfer) -> None:
        options, job = self._options, transfer.job
        handle.reset()
        set_option = handle.setopt
        set_option(pycurl.URL, job.url)
        set_option(pycurl.NOSIGNAL, 1)
        set_option(pycurl.CONNECTTIMEOUT_MS, int(options.connect_timeout * 1000))
        set_option(pycurl.LOW_SPEED_LIMIT, 1)
        set_option(pycurl.LOW_SPEED_TIME, max(1, int(options.read_timeout)))
        set_option(pycurl.TCP_KEEPALIVE, 1)
        set_option(pycurl.TCP_NODELAY, 1)
        encoding = job.headers.pop("Accept-Encoding", None)
        if encoding is not None and "gzip" in encoding:
            set_option(pycurl.ACCEPT_ENCODING, "gzip, deflate")
            encoding = None
        lines = [f"{name}: {value}" for name, value in job.headers.items()]
        if encoding is not None:
            lines.append(f"Accept-Encoding: {encoding}")
        if "Accept" not in job.headers:
            lines.append("Accept: */*")
        scheme, host, port = origin_of(job.url)
        if scheme == "https":
            set_option(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
            set_option(pycurl.PIPEWAIT, 1)
            self._configure_tls(handle, host, port)
        proxy = options.proxies.for_url(scheme, host, port)
        set_option(pycurl.PROXY, proxy or "")
        set_option(pycurl.NOPROXY, "")
        set_option(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        if job.method == "HEAD":
            set_option(pycurl.NOBODY, 1)
        elif job.method == "POST":
            lines.append("Expect:")
            set_option(pycurl.POST, 1)
            set_option(pycurl.POSTFIELDSIZE_LARGE, len(job.body or b""))
            set_option(pycurl.POSTFIELDS, job.body or b"")
        elif job.method != "GET":
            set_option(pycurl.CUSTOMREQUEST, job.method)
            if job.body is not None:
                set_option(pycurl.POSTFIELDSIZE_LARGE, len(job.body))
                set_option(pycurl.POSTFIELDS, job.body)
        set_option(pycurl.HTTPHEADER, lines)
        # Built-in methods as callbacks: libcurl calls them without a Python frame.
        set_option(pycurl.HEADERFUNCTION, transfer.headers.append)
        if job.sink is None:
            set_option(pycurl.WRITEFUNCTION, transfer.body.write)
        else:
            set_option(pycurl.WRITEFUNCTION, _sink_writer(transfer))

    def _configure_tls(self, handle: Any, host: str, port: int) -> None:
        options = self._options
        if options.is_insecure(host, port):
            handle.setopt(pycurl.SSL_VERIFYPEER, 0)
            handle.setopt(pycurl.SSL_VERIFYHOST, 0)
        elif sys.platform in {"win32", "darwin"} and options.system_certificates and options.ca_file is None:
            handle.setopt(pycurl.SSL_OPTIONS, getattr(pycurl, "SSLOPT_NATIVE_CA", 1 << 4))
        else:
            if self._ca_file is not None:
                handle.setopt(pycurl.CAINFO, self._ca_file)
            if self._ca_directory is not None:
                handle.setopt(pycurl.CAPATH, self._ca_directory)
        if options.client_certificate is not None:
            handle.setopt(pycurl.SSLCERT, options.client_certificate)
            handle.setopt(pycurl.SSLKEY, options.client_certificate)

    def _collect(self) -> None:
        """Take finished transfers off libcurl and deliver them."""
        while True:
            left, finished, failed = self._multi.info_read()
            for handle in finished:
                self._finish(handle, 0, "")
            for handle, code, text in failed:
                self._finish(handle, code, text)
            if not left:
                break

    def _finish(self, handle: Any, code: int, text: str) -> None:
        transfer = self._active.pop(handle)
        job = transfer.job
        if code:
            job.error = self._error(handle, transfer, code, text)
        else:
            job.status = handle.getinfo(pycurl.RESPONSE_CODE)
            job.response_headers = fold_headers(transfer.headers)
            job.response_body = transfer.body.getvalue()
            if job.sink is not None and job.status in {200, 206} and not transfer.started:
                job.sink.start(0)  # an empty body
        self._multi.remove_handle(handle)
        if len(self._spare) < self._options.concurrency:
            self._spare.append(handle)
        self._deliver(job)

    def _deliver(self, job: Job) -> None:
        try:
            job.on_done(job)
        except Exception as error:  # noqa: BLE001 - a fault of the receiver must not end the thread
            threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))

    def _error(self, handle: Any, transfer: _Transfer, code: int, text: str) -> Any:
        if transfer.writer_error is not None:
            return as_error(transfer.writer_error)
        job = transfer.job
        fault = _FAULTS.get(code, "other")
        detail = text
        number = handle.getinfo(pycurl.OS_ERRNO)
        if fault == "timeout" and not handle.getinfo(pycurl.PRETRANSFER_TIME):
            fault = "connect-timeout"
        elif fault == "dns":
            detail = _dns_detail(job.url)
        elif fault == "connect" and number:
            detail = f"{os.strerror(number)} (os error {number})"
        elif fault == "tls":
            detail = f"invalid peer certificate: {certificate_fault(text)}"
        elif fault == "reset":
            if code == pycurl.E_GOT_NOTHING:
                detail = "connection closed before message completed"
            else:
                if number:
                    detail = f"{os.strerror(number)} (os error {number})"
                if transfer.started or transfer.body.tell() or transfer.headers:
                    fault = "incomplete"
        elif fault == "incomplete":
            detail = "end of file before message length reached"
        elif code == pycurl.E_ABORTED_BY_CALLBACK:
            return TransferCancelled()
        return TransportError(fault, job.url, detail)

    def _shut_down(self) -> None:
        for handle in list(self._active):
            try:
                self._multi.remove_handle(handle)
                handle.close()
            except pycurl.error:
                pass
        self._active.clear()
        for handle in self._spare:
            handle.close()
        self._multi.close()
        self._wake_receiver.close()
        self._wake_sender.close()


def _dns_detail(url: str) -> str:
    """Libcurl does not say why a name was not found; the system's resolver does, when asked again."""
    try:
        socket.getaddrinfo(origin_of(url)[1], None)
    except OSError as error:
        return error.strerror or str(error)
    return "Temporary failure in name resolution"


def _sink_writer(transfer: _Transfer) -> Callable[[bytes], int | None]:
    sink = transfer.job.sink
    assert sink is not None

    def write(chunk: bytes) -> int | None:
        try:
            if not transfer.started:
                # libcurl may not be asked about a transfer from its own callbacks: read the headers.
                if _status(transfer.headers) not in {200, 206}:
                    transfer.body.write(chunk)
                    return None
                transfer.started = True
                length = fold_headers(transfer.headers).get("content-length", "")
                sink.start(int(length) if length.isdigit() else None)
            sink.write(chunk)
        except BaseException as error:  # noqa: BLE001 - carried to the caller
            transfer.writer_error = error
            return 0
        return None

    return write


def _status(lines: list[bytes]) -> int:
    """Return the status of the last status line."""
    for line in reversed(lines):
        if line.startswith(b"HTTP/"):
            return int(line.split(None, 2)[1])
    return 0


class _Poller:
    """``poll`` where there is one (not on Windows), else ``select``; events as libcurl's bits."""

    def __init__(self) -> None:
        import select

        self._select = select.select
        self._interest: dict[int, int] = {}
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll is not None:
            self._in = select.POLLIN | select.POLLPRI
            self._out = select.POLLOUT
            self._bad = select.POLLERR | select.POLLHUP | select.POLLNVAL
            self._nothing = select.POLLHUP

    def watch(self, descriptor: int, what: int) -> None:
        self._interest[descriptor] = what
        if self._poll is not None:
            mask = (self._in if what & pycurl.POLL_IN else 0) | (self._out if what & pycurl.POLL_OUT else 0)
            self._poll.register(descriptor, mask)

    def forget(self, descriptor: int) -> None:
        if self._interest.pop(descriptor, None) is not None and self._poll is not None:
            self._poll.unregister(descriptor)

    def poll(self, timeout: float) -> list[tuple[int, int]]:
        if self._poll is not None:
            found = self._poll.poll(int(timeout * 1000 + 0.999))
            return [(descriptor, self._bits(events)) for descriptor, events in found]
        readers = [one for one, what in self._interest.items() if what & pycurl.POLL_IN]
        writers = [one for one, what in self._interest.items() if what & pycurl.POLL_OUT]
        readable, writable, _ = self._select(readers, writers, [], timeout)
        bits = dict.fromkeys(readable, pycurl.CSELECT_IN)
        for one in writable:
            bits[one] = bits.get(one, 0) | pycurl.CSELECT_OUT
        return list(bits.items())

    def _bits(self, events: int) -> int:
        bits = 0
        if events & (self._in | self._bad):
            bits |= pycurl.CSELECT_IN
        if events & self._out:
            bits |= pycurl.CSELECT_OUT
        if events & self._bad:
            bits |= pycurl.CSELECT_ERR
        return bits
