from __future__ import annotations

from email.utils import formatdate

import pytest

from ultraviolet.cache.freshness import (
    Policy,
    confirmed,
    parse_cache_control,
    parse_http_date,
    policy_for,
)

URL = "https://pypi.org/simple/anyio/"


def policy(headers: dict[str, str], status: int = 200, override: str | None = None) -> Policy | None:
    return policy_for(
        url=URL,
        request_headers={"accept": "text/html"},
        status=status,
        response_headers={name.replace("_", "-"): value for name, value in headers.items()},
        now=1000,
        cache_control=override,
    )


def kept(override: str | None = None, **headers: str) -> Policy:
    found = policy(headers, override=override)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache_control": "max-age=600"}, 600),
        ({"cache_control": "public, MAX-AGE=60, max-age=1"}, 60),
        ({"cache_control": 'max-age="600"'}, 600),
        ({"cache_control": "max-age=junk"}, 0),
        ({"cache_control": "max-age=99999999999999"}, 1 << 31),
        ({"date": formatdate(1000, usegmt=True), "expires": formatdate(1300, usegmt=True)}, 300),
        ({"expires": "0"}, 0),
        ({"last_modified": formatdate(1, usegmt=True)}, 600),
        ({"etag": '"x"'}, 0),
        ({}, 0),
    ],
)
def test_lifetime(headers: dict[str, str], seconds: int) -> None:
    assert kept(**headers).lifetime == seconds


def test_age_counts() -> None:
    found = kept(cache_control="max-age=600", age="500")

    assert found.is_fresh(1099)
    assert not found.is_fresh(1100)


def test_no_cache_is_never_fresh() -> None:
    assert not kept(cache_control="no-cache, max-age=600").is_fresh(1000)


@pytest.mark.parametrize("status", [206, 304, 400, 401, 403, 500])
def test_some_statuses_are_not_kept(status: int) -> None:
    assert policy({"cache_control": "max-age=60"}, status) is None


def test_no_store_is_not_kept_unless_overridden() -> None:
    assert policy({"cache_control": "no-store"}) is None
    assert kept("max-age=5", cache_control="no-store").lifetime == 5


def test_conditions_leave_weak_tags_out() -> None:
    assert kept(etag='"x"', last_modified="Thu").conditions() == {
        "If-None-Match": '"x"',
        "If-Modified-Since": "Thu",
    }
    assert kept(etag='W/"x"').conditions() == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"etag": '"x"'}, {"etag": '"x"'}, True),
        ({"etag": '"x"'}, {"etag": '"y"'}, False),
        ({"etag": 'W/"x"'}, {"etag": 'W/"x"'}, False),
        ({"etag": '"x"', "last_modified": "a"}, {"last-modified": "a"}, True),
        ({"last_modified": "a"}, {"last-modified": "b"}, False),
        ({}, {}, True),
        ({"etag": '"x"'}, {}, False),
    ],
)
def test_confirmation(old: dict[str, str], new: dict[str, str], expected: bool) -> None:
    assert kept(**old).confirms(new) is expected


def test_confirmed_policy_is_renewed() -> None:
    renewed = confirmed(kept(cache_control="max-age=60"), response_headers={}, now=5000)

    assert renewed.is_fresh(5059)
    assert confirmed(renewed, response_headers={"cache-control": "max-age=5"}, now=5000).lifetime == 5


def test_vary_ties_an_answer_to_its_request() -> None:
    found = kept(cache_control="max-age=60", vary="Accept, Accept-Encoding")

    assert found.matches(URL, {"accept": "text/html"})
    assert not found.matches(URL, {"accept": "application/json"})
    assert not found.matches(URL + "x", {"accept": "text/html"})
    assert not kept(vary="*").matches(URL, {})


def test_directives_are_split_outside_of_quotes() -> None:
    assert parse_cache_control('a="b, c", d') == {"a": "b, c", "d": ""}


@pytest.mark.parametrize("moment", [0, 951782400, 951868799, 1704067200, 1709164800, 4102444799])
def test_dates_agree_with_the_library(moment: int) -> None:
    assert parse_http_date(formatdate(moment, usegmt=True)) == moment


@pytest.mark.parametrize("text", ["", "0", "yesterday", "Thu, 01 Foo 1970 00:00:00 GMT"])
def test_junk_is_no_date(text: str) -> None:
    assert parse_http_date(text) is None
