"""One member of a zip archive on a server, without fetching the rest.

The last bytes hold the central directory and often the member itself (wheels keep their metadata at the end). A server that
ignores the range sends the whole archive, which serves as well; one that refuses it is asked for the whole.
"""

from __future__ import annotations

from collections.abc import Callable

from ultraviolet.errors import UltravioletError
from ultraviolet.fs.errors import ArchiveError
from ultraviolet.fs.zips import Member, find_end, read_central_directory, read_member
from ultraviolet.http.client import Client
from ultraviolet.http.futures import Future
from ultraviolet.http.messages import Request, Response

TAIL = 16384
_SLACK = 8192
_REFUSALS = frozenset({400, 403, 404, 405, 416, 501})
"""Statuses with which servers refuse ranges; a file that is really missing says so again when asked as a whole."""

Choice = Callable[[list[Member]], Member]
"""Picks a member of the central directory, or raises."""


class RemoteMember:
    """The content of one member to come; ``future`` delivers it with the response that dates it."""

    __slots__ = ("_choose", "_client", "_headers", "_scope", "_url", "future", "ranges_work")

    def __init__(
        self,
        client: Client,
        url: str,
        choose: Choice,
        *,
        headers: dict[str, str] | None = None,
        scope: str | None = None,
        use_ranges: bool = True,
    ) -> None:
        """Start. ``headers`` (conditions) go with the first request; a 304 is delivered with an empty content."""
        self._client = client
        self._url = url
        self._choose = choose
        self._scope = scope
        self._headers = {**(headers or {}), "Accept-Encoding": "identity"}
        self.ranges_work = use_ranges
        """False once the server showed that it has no ranges."""
        self.future: Future[tuple[bytes, Response]] = Future()
        if use_ranges:
            self._ask(f"bytes=-{TAIL}", self._on_tail)
        else:
            self._ask(None, self._on_whole)

    def _ask(self, byte_range: str | None, then: Callable[[Response], None]) -> None:
        headers = dict(self._headers)
        if byte_range is not None:
            headers["Range"] = byte_range

        def receive(answer: Future[Response]) -> None:
            try:
                then(answer.result())
            except UltravioletError as error:
                self.future.set_error(error)

        self._client.send(Request(self._url, headers=headers, scope=self._scope)).on_done(receive)

    def _on_whole(self, response: Response) -> None:
        if response.status == 304:
            self.future.set_result((b"", response))
            return
        response.raise_for_status()
        body = response.body
        end = find_end(body)
        member = self._choose(read_central_directory(body, end.offset, end.start))
        self.future.set_result((read_member(body, member), response))

    def _on_tail(self, response: Response) -> None:
        if response.status in _REFUSALS:
            self.ranges_work = False
            self._ask(None, self._on_whole)
            return
        if response.status in {200, 304}:
            self.ranges_work = response.status == 304
            self._on_whole(response)
            return
        response.raise_for_status()
        start, total = content_range(response)
        if start is None or total is None or start + len(response.body) != total:
            self.ranges_work = False
            self._ask(None, self._on_whole)
            return
        self._on_directory(response, response.body, start, total)

    def _on_directory(self, response: Response, tail: bytes, start: int, total: int) -> None:
        """Find the member, fetching more of the end if the central directory begins earlier."""
        end = find_end(tail, start)
        if end.offset < start:
            if start == 0 or end.offset < 0:
                raise ArchiveError("Invalid zip file structure")
            first = max(0, end.offset - _SLACK)  # the metadata often come right before the central directory

            def on_more(more: Response) -> None:
                got, _ = content_range(more)
                if more.status != 206 or got != first or got + len(more.body) != start:
                    self.ranges_work = False
                    self._ask(None, self._on_whole)
                    return
                self._on_directory(response, more.body + tail, first, total)

            self._ask(f"bytes={first}-{start - 1}", on_more)
            return
        member = self._choose(read_central_directory(tail, end.offset - start, end.start - start))
        size = 30 + len(member.name.encode()) + member.packed_size
        if member.offset >= start:
            self.future.set_result((read_member(tail, member, start), response))
            return
        stop = min(member.offset + -(-(size + 64) // _SLACK) * _SLACK, total)

        def on_member(part: Response) -> None:
            got, _ = content_range(part)
            if part.status != 206 or got != member.offset:
                self.ranges_work = False
                self._ask(None, self._on_whole)
                return
            body = part.body
            if member.offset + len(body) >= start:
                body = body + tail[member.offset + len(body) - start :]
            self.future.set_result((read_member(body, member, member.offset), response))

        self._ask(f"bytes={member.offset}-{stop - 1}", on_member)


def content_range(response: Response) -> tuple[int | None, int | None]:
    """Return the first byte and the total length that a 206 answer states."""
    text = response.headers.get("content-range", "")
    unit, _, rest = text.partition(" ")
    span, _, total = rest.partition("/")
    first, _, _ = span.partition("-")
    if unit.lower() != "bytes" or not first.isdigit() or not total.isdigit():
        return None, None
    return int(first), int(total)
