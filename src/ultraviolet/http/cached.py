"""Requests whose answers are kept in the cache, following RFC 9111.

The caller looks at the record first (``cache.records.is_usable``, which needs nothing of this room) and comes here only when
the network has to be asked. What is kept is not the body but what the caller makes of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from ultraviolet.cache.freshness import confirmed, policy_for
from ultraviolet.cache.records import Record, discard, write_record
from ultraviolet.distributions.urls import without_credentials
from ultraviolet.http.client import Client
from ultraviolet.http.futures import Future
from ultraviolet.http.messages import Request, Response


class CachedRequest:
    """A GET whose answer goes into a record file. Made, it is under way; :meth:`finish` waits for it."""

    __slots__ = ("_client", "_future", "_headers", "_override", "_path", "_record", "_scope", "_url")

    def __init__(
        self,
        client: Client,
        *,
        url: str,
        path: str,
        headers: Mapping[str, str],
        record: Record | None = None,
        revalidate: bool = False,
        cache_control: str | None = None,
        scope: str | None = None,
    ) -> None:
        """Send the request, as a conditional one if there is a (stale) record of the same URL.

        ``revalidate`` asks caches on the way to look at the origin too; ``cache_control`` replaces the answer's own header.
        """
        self._client = client
        self._url = url
        self._path = path
        self._headers = dict(headers)
        self._override = cache_control
        self._scope = scope
        plain = without_credentials(url)
        lowered = {name.lower(): value for name, value in self._headers.items()}
        if record is not None and (record.policy is None or not record.policy.matches(plain, lowered)):
            record = None
        self._record = record
        conditions = record.policy.conditions() if record is not None and record.policy is not None else {}
        extra = {"Cache-Control": "no-cache"} if revalidate else {}
        self._future: Future[Response] = client.send(
            Request(url, headers={**self._headers, **conditions, **extra}, scope=scope)
        )

    @property
    def is_done(self) -> bool:
        """Whether :meth:`finish` would not wait (except to repeat an unclear conditional request)."""
        return self._future.done

    def finish(self, encode: Callable[[Response], bytes]) -> Record:
        """Wait for the answer, keep and return what ``encode`` makes of it, or the record it confirms.

        :raises HttpError: no answer, or a status of 400 or above.
        """
        response = self._future.result()
        record = self._record
        if response.status == 304 and record is not None and record.policy is not None:
            if record.policy.confirms(response.headers):
                policy = confirmed(
                    record.policy,
                    response_headers=response.headers,
                    now=time.time(),
                    cache_control=self._override,
                )
                self._write(Record(policy, record.payload))
                return record
            response = self._client.send(
                Request(self._url, headers={**self._headers, "Cache-Control": "no-cache"}, scope=self._scope)
            ).result()
        response.raise_for_status()
        policy_or_none = policy_for(
            url=without_credentials(self._url),
            request_headers={name.lower(): value for name, value in self._headers.items()},
            status=response.status,
            response_headers=response.headers,
            now=time.time(),
            cache_control=self._override,
            final_url=response.url,
        )
        fresh = Record(policy_or_none, encode(response))
        if policy_or_none is not None:
            self._write(fresh)
        elif record is not None:
            discard(self._path)
        return fresh

    def _write(self, record: Record) -> None:
        try:
            write_record(self._path, record.policy, record.payload)
        except OSError:  # a cache that cannot be written costs time, not correctness
            pass
