"""A client of OSV (https://google.github.io/osv.dev/api/): which advisories there are for versions of packages at PyPI.

Only names are asked for (``POST /v1/querybatch``), up to a thousand versions at a time; an answer may continue on further pages.
Nothing is kept between runs: an advisory that appeared a moment ago counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from ultraviolet.distributions.urls import redact, split_authority
from ultraviolet.errors import UltravioletError
from ultraviolet.http.client import Client
from ultraviolet.http.errors import FetchError, HttpError, RetriesError, StatusError
from ultraviolet.http.messages import Request
from ultraviolet.http.urls import join_url

DEFAULT_SERVICE = "https://api.osv.dev/"
BATCH_SIZE = 1000
"""The most versions that one request may ask about."""

Question = tuple[str, str]
"""Name and version of a package."""


class AdvisoryError(UltravioletError):
    """A service could not be asked, or its answer cannot be read."""


class _Advisory(msgspec.Struct):
    id: str


class _Result(msgspec.Struct):
    vulns: list[_Advisory] = []
    next_page_token: str | None = None


class _Answer(msgspec.Struct):
    results: list[_Result]


def find_advisories(
    client: Client, service: str, questions: Iterable[Question], is_wanted: Callable[[str], bool]
) -> dict[Question, list[str]]:
    """Return the names of the advisories for each version, in the order of the questions; versions without any are left out.

    :param service: URL of the service, which may hold credentials.
    :param is_wanted: whether an advisory of this name counts.
    :raises AdvisoryError: the service cannot be reached, refuses, or answers something else.
    """
    asked = list(questions)
    url = _endpoint(service)
    found: dict[Question, dict[str, None]] = {question: {} for question in asked}
    pending: list[tuple[Question, str | None]] = [(question, None) for question in asked]
    while pending:
        further: list[tuple[Question, str | None]] = []
        for start in range(0, len(pending), BATCH_SIZE):
            batch = pending[start : start + BATCH_SIZE]
            # A short answer says nothing about the rest.
            for (question, _), result in zip(batch, _ask(client, url, batch), strict=False):
                found[question].update((advisory.id, None) for advisory in result.vulns if is_wanted(advisory.id))
                if result.next_page_token is not None:
                    further.append((question, result.next_page_token))
        pending = further
    return {question: list(names) for question, names in found.items() if names}


def _endpoint(service: str) -> str:
    if not split_authority(service)[0]:
        raise AdvisoryError(f"Invalid API URL: {redact(service)}") from AdvisoryError(
            "relative URL with a cannot-be-a-base base"
        )
    return join_url(service, "v1/querybatch")


def _ask(client: Client, url: str, batch: Sequence[tuple[Question, str | None]]) -> list[_Result]:
    queries = []
    for (name, version), token in batch:
        query: dict[str, object] = {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        if token is not None:
            query["page_token"] = token
        queries.append(query)
    body = msgspec.json.encode({"queries": queries})
    request = Request(url, method="POST", headers={"Content-Type": "application/json"}, body=body)
    try:
        response = client.send(request).result()
    except HttpError as error:
        failure = _without_fetch(error)
        raise failure from failure.__cause__
    if response.status >= 400:
        raise StatusError(response.status, response.url)
    try:
        return msgspec.json.decode(response.body, type=_Answer).results
    except msgspec.MsgspecError as error:
        raise AdvisoryError(f"error decoding response body for url ({redact(response.url)})") from AdvisoryError(
            str(error)
        )


def _without_fetch(error: HttpError) -> UltravioletError:
    """Return what went wrong, without the words about a file that was to be fetched."""
    cause = error.__cause__
    if isinstance(error, RetriesError) and isinstance(cause, HttpError):
        noun = "retry" if error.retries == 1 else "retries"
        failed = AdvisoryError(f"Request failed after {error.retries} {noun}", hints=error.hints)
        failed.__cause__ = _without_fetch(cause)
        return failed
    if isinstance(error, FetchError) and isinstance(cause, HttpError):
        return cause
    return error
