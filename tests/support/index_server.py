"""A package index in this process: real sockets, everything else under the test's control.

    with IndexServer() as server:
        server.add(make_wheel("anyio", "4.0", requires=["idna"]))
        client.get(server.index_url + "anyio/")

Each served feature is an attribute that may be changed between requests; faults are queued for a path.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import unquote, urlsplit

from tests.support.packages import BuiltFile

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"


@dataclass
class Offered:
    """One file of the index."""

    filename: str
    content: bytes
    project: str
    requires_python: str | None = None
    yanked: bool | str = False
    upload_time: str | None = "2024-01-01T00:00:00Z"
    metadata: bytes | None = None
    hashes: dict[str, str] = field(default_factory=dict)
    """What the index claims."""


@dataclass
class Fault:
    """What goes wrong with the next ``times`` requests of a path."""

    kind: Literal["status", "truncate", "reset", "slow"]
    times: int = 1
    status: int = 500
    reason: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    method: str | None = None


@dataclass(frozen=True)
class Seen:
    """One request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes = b""


class IndexServer:
    """See the module."""

    def __init__(
        self,
        *,
        form: Literal["json", "html", "pypi-html"] = "json",
        metadata_files: bool = True,
        ranges: bool = True,
        sizes: bool = True,
        validators: bool = True,
        cache_control: str | None = "max-age=600",
        compress: bool = False,
        login: tuple[str, str] | None = None,
        refusal: int = 401,
        file_cache_control: str | None = "max-age=365000000, immutable, public",
    ) -> None:
        self.form = form
        self.metadata_files = metadata_files
        self.ranges = ranges
        self.head_status: int | None = None
        self.sizes = sizes
        self.validators = validators
        self.weak_tags = False
        self.cache_control = cache_control
        self.file_cache_control = file_cache_control
        self.compress = compress
        self.login = login
        self.refusal = refusal
        self.files: dict[str, Offered] = {}
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.requests: list[Seen] = []
        self.handlers: dict[str, Callable[[Any], None]] = {}
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._gate = threading.Lock()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    # Life.

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.index = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def index_url(self) -> str:
        return f"{self.url}/simple/"

    def url_with(self, username: str, password: str | None = None) -> str:
        """Return the index URL with credentials in it."""
        user = username if password is None else f"{username}:{password}"
        return f"http://{user}@{self.address}/simple/"

    # Content.

    def add(
        self,
        built: BuiltFile,
        *,
        project: str | None = None,
        requires_python: str | None = None,
        yanked: bool | str = False,
        upload_time: str | None = "2024-01-01T00:00:00Z",
        metadata: bytes | None = None,
        wrong_hash: bool = False,
    ) -> Offered:
        """Offer a file; its project is taken from its name."""
        name = project or re.sub(r"[-_.]+", "-", built.filename.split("-")[0]).lower()
        digest = "0" * 64 if wrong_hash else hashlib.sha256(built.content).hexdigest()
        if metadata is None and built.filename.endswith(".whl"):
            metadata = built.metadata
        offered = Offered(
            filename=built.filename,
            content=built.content,
            project=name,
            requires_python=requires_python,
            yanked=yanked,
            upload_time=upload_time,
            metadata=metadata,
            hashes={"sha256": digest},
        )
        self.files[built.filename] = offered
        return offered

    def add_page(self, path: str, text: str, content_type: str = "text/html") -> None:
        """Serve a text at a path."""
        self.pages[path] = (content_type, text.encode())

    def fail(self, path: str, fault: Fault) -> None:
        """Let requests of ``path`` fail."""
        self._faults[path].append(fault)

    def next_fault(self, method: str, path: str) -> Fault | None:
        with self._gate:
            for fault in self._faults.get(path, []):
                if fault.times > 0 and fault.method in {None, method}:
                    fault.times -= 1
                    return fault
        return None

    def seen(self, path: str, method: str | None = None) -> list[Seen]:
        """Return the requests of a path so far."""
        with self._gate:
            return [one for one in self.requests if one.path == path and method in {None, one.method}]

    def note(self, request: Seen) -> None:
        with self._gate:
            self.requests.append(request)

    def file_path(self, filename: str) -> str:
        return f"/files/{filename}"

    # Pages.

    def project_page(self, project: str) -> tuple[str, bytes] | None:
        """Return content type and body of a project's page."""
        offered = [one for one in self.files.values() if one.project == project]
        if not offered:
            return None
        if self.form == "json":
            return JSON, json.dumps(self._json_page(project, offered)).encode()
        return ("text/html" if self.form == "pypi-html" else HTML), self._html_page(offered).encode()

    def _json_page(self, project: str, offered: list[Offered]) -> dict[str, Any]:
        files = []
        for one in offered:
            entry: dict[str, Any] = {
                "filename": one.filename,
                "url": f"../../files/{one.filename}",
                "hashes": one.hashes,
                "yanked": one.yanked,
                "provenance": None,
            }
            if one.requires_python is not None:
                entry["requires-python"] = one.requires_python
            if self.sizes:
                entry["size"] = len(one.content)
            if one.upload_time is not None:
                entry["upload-time"] = one.upload_time
            if self.metadata_files and one.metadata is not None:
                entry["core-metadata"] = {"sha256": hashlib.sha256(one.metadata).hexdigest()}
            files.append(entry)
        return {"meta": {"api-version": "1.1"}, "name": project, "files": files}

    def _html_page(self, offered: list[Offered]) -> str:
        lines = []
        for one in offered:
            fragment = "".join(f"#{name}={value}" for name, value in list(one.hashes.items())[:1])
            attributes = [f'href="../../files/{one.filename}{fragment}"']
            if one.requires_python is not None:
                attributes.append(f'data-requires-python="{escape(one.requires_python)}"')
            if self.metadata_files and one.metadata is not None:
                attributes.append('data-core-metadata="true"')
            if one.yanked:
                reason = one.yanked if isinstance(one.yanked, str) else ""
                attributes.append(f'data-yanked="{escape(reason)}"')
            if self.form == "pypi-html" and one.upload_time is not None:
                attributes.append(f'data-upload-time="{one.upload_time}"')
            lines.append(f"<a {' '.join(attributes)}>{one.filename}</a><br />")
        body = "\n    ".join(lines)
        return f"<!DOCTYPE html>\n<html>\n  <head>\n    <title>Links</title>\n  </head>\n  <body>\n    {body}\n  </body>\n</html>\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    index: IndexServer

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.connections: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._handle()

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle(self.rfile.read(int(self.headers.get("content-length", 0))))

    def _handle(self, body: bytes = b"") -> None:
        index = self.server.index
        path = unquote(urlsplit(self.path).path)
        index.note(Seen(self.command, path, {name.lower(): value for name, value in self.headers.items()}, body))
        fault = index.next_fault(self.command, path)
        self.truncate = False
        if fault is not None:
            if fault.kind == "slow":
                time.sleep(fault.seconds)
            elif fault.kind == "truncate":
                self.truncate = True
            elif fault.kind == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                raise ConnectionAbortedError
            else:
                self._answer(fault.status, fault.body, fault.headers, fault.reason)
                return
        if path in index.handlers:
            index.handlers[path](self)
            return
        if not self._is_allowed(index):
            headers = {"WWW-Authenticate": 'Basic realm="index"'} if index.refusal == 401 else {}
            self._answer(index.refusal, b"no", headers)
            return
        if path in index.pages:
            content_type, body = index.pages[path]
            self._answer_page(index, content_type, body)
            return
        parts = [part for part in path.split("/") if part]
        if len(parts) == 2 and parts[0] == "simple":
            page = index.project_page(parts[1])
            if page is not None:
                self._answer_page(index, *page)
                return
        if len(parts) == 2 and parts[0] == "files":
            self._answer_file(index, parts[1])
            return
        self._answer(404, b"not found", {})

    def _is_allowed(self, index: IndexServer) -> bool:
        if index.login is None:
            return True
        expected = "Basic " + base64.b64encode(":".join(index.login).encode()).decode()
        return self.headers.get("Authorization") == expected

    def _answer_page(self, index: IndexServer, content_type: str, body: bytes) -> None:
        headers = {"Content-Type": content_type}
        if index.cache_control is not None:
            headers["Cache-Control"] = index.cache_control
        if index.validators:
            tag = f'"{hashlib.md5(body).hexdigest()}"'
            headers["ETag"] = f"W/{tag}" if index.weak_tags else tag
            if self.headers.get("If-None-Match") == headers["ETag"]:
                self._answer(304, b"", headers)
                return
        if index.compress and "gzip" in self.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)
        self._answer(200, body, headers)

    def _answer_file(self, index: IndexServer, name: str) -> None:
        headers = {"Content-Type": "application/octet-stream"}
        if index.file_cache_control is not None:
            headers["Cache-Control"] = index.file_cache_control
        if name.endswith(".metadata"):
            offered = index.files.get(name.removesuffix(".metadata"))
            if offered is None or offered.metadata is None or not index.metadata_files:
                self._answer(404, b"not found", {})
            else:
                self._answer(200, offered.metadata, headers)
            return
        offered = index.files.get(name)
        if offered is None:
            self._answer(404, b"not found", {})
            return
        if self.command == "HEAD" and index.head_status is not None:
            self._answer(index.head_status, b"", {})
            return
        if index.ranges:
            headers["Accept-Ranges"] = "bytes"
            asked = self.headers.get("Range")
            if asked is not None:
                self._answer_range(offered.content, asked, headers)
                return
        if index.validators:
            headers["ETag"] = f'"{hashlib.md5(offered.content).hexdigest()}"'
            headers["Last-Modified"] = formatdate(1704067200, usegmt=True)
        self._answer(200, offered.content, headers)

    def _answer_range(self, content: bytes, asked: str, headers: dict[str, str]) -> None:
        first, _, last = asked.removeprefix("bytes=").partition("-")
        if first:
            start, stop = int(first), min(int(last) + 1 if last else len(content), len(content))
        else:
            start, stop = max(0, len(content) - int(last)), len(content)
        if start >= len(content) or start >= stop:
            self._answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
            return
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
        self._answer(206, content[start:stop], headers)

    def _answer(self, status: int, body: bytes, headers: dict[str, str], reason: str | None = None) -> None:
        self.send_response(status, reason)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            if self.truncate:
                self.wfile.write(body[: len(body) // 2])
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            else:
                self.wfile.write(body)

    def reply(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Answer from a handler of a test."""
        self._answer(status, body, headers or {})
