"""Definitions of indexes: from the command line, the environment and configuration files, in uv's order.

``--default-index`` and ``--index`` first, then ``[[tool.uv.index]]``, then the pip-style ``--extra-index-url`` and
``--index-url``. A named index takes its credentials from ``UV_INDEX_<NAME>_USERNAME`` and ``..._PASSWORD``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.distributions.urls import split_authority
from ultraviolet.settings.cutoffs import parse_cutoff
from ultraviolet.settings.locations import is_ambiguous_path, location_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.settings.globals import ParsedArguments

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def with_credentials(url: str, name: str | None, environ: Mapping[str, str]) -> str:
    """Return the URL of a named index with the credentials that the environment has for it."""
    if name is None or "://" not in url:
        return url
    key = "".join(letter.upper() if letter.isalnum() else "_" for letter in name)
    username = environ.get(f"UV_INDEX_{key}_USERNAME")
    password = environ.get(f"UV_INDEX_{key}_PASSWORD")
    if username is None and password is None:
        return url
    scheme, authority, rest = split_authority(url)
    if "@" in authority:
        return url
    from urllib.parse import quote

    user = quote(username or "", safe="")
    secret = f":{quote(password, safe='')}" if password else ""
    return f"{scheme}{user}{secret}@{authority}{rest}"


def index_from_entry(entry: Mapping[str, Any], environ: Mapping[str, str]) -> IndexLocation:
    """One ``[[tool.uv.index]]``, its location resolved already."""
    control = entry.get("cache-control") or {}
    cutoff = entry.get("exclude-newer")
    moment: Any = None
    if cutoff is not None:
        moment = False if cutoff is False else parse_cutoff(cutoff, environ, now=time.time()).milliseconds
    codes = entry.get("ignore-error-codes")
    policy = entry.get("authenticate", "auto")
    url = entry["url"]
    return IndexLocation(
        url=url if policy == "never" else with_credentials(url, entry.get("name"), environ),
        name=entry.get("name"),
        explicit=entry.get("explicit", False),
        default=entry.get("default", False),
        flat=entry.get("format") == "flat",
        given=entry.get("given"),
        authenticate=policy,
        ignore_error_codes=tuple(codes) if codes is not None else None,
        cache_control_api=control.get("api"),
        cache_control_files=control.get("files"),
        exclude_newer=moment,
        hash_algorithm=entry.get("hash-algorithm"),
    )


class IndexReader:
    """Reads index arguments against the indexes that are configured."""

    def __init__(
        self,
        configured: Sequence[IndexLocation],
        environ: Mapping[str, str],
        cwd: str,
        *,
        by_name: bool,
        warn: Callable[[str], None],
    ) -> None:
        self._configured = configured
        self._environ = environ
        self._cwd = cwd
        self._by_name = by_name
        self._warn = warn

    def argument(self, text: str, *, default: bool) -> IndexLocation:
        """``--index`` or ``--default-index``: a URL, a path, ``name=URL``, or the name of a configured index."""
        if _NAME.issuperset(text):
            found = self._named(text, default=default)
            if found is not None:
                return found
        name, separator, url = text.partition("=")
        if not separator or ":" in name:
            name, url = "", text
        if is_ambiguous_path(url):
            self._warn(
                "Relative paths passed to `--index` or `--default-index` should be disambiguated from index names "
                f"(use `.{os.sep}{url}`). Support for ambiguous values will be removed in the future"
            )
        location = location_url(url, self._cwd)
        return IndexLocation(
            url=with_credentials(location, name or None, self._environ),
            name=name or None,
            default=default,
            given=url,
        )

    def _named(self, name: str, *, default: bool) -> IndexLocation | None:
        from msgspec.structs import replace

        from ultraviolet.settings.errors import SettingsError

        exists = os.path.exists(os.path.join(self._cwd, name))
        if not self._by_name and exists:
            return None
        for index in self._configured:
            if index.name == name:
                if not self._by_name:
                    self._warn(
                        "Referencing an index by name is experimental and may change without warning. Pass "
                        "`--preview-features index-by-name` to disable this warning."
                    )
                return replace(index, default=default, explicit=False)
        if self._by_name and not exists:
            raise SettingsError(f"Could not find an index named `{name}`")
        return None

    def url(self, text: str, *, default: bool = False, flat: bool = False) -> IndexLocation:
        """``--index-url``, ``--extra-index-url`` and ``--find-links``."""
        return IndexLocation(url=location_url(text, self._cwd), default=default, flat=flat, given=text)


def _from_file(value: Mapping[str, Any], *, default: bool = False, flat: bool = False) -> IndexLocation:
    return IndexLocation(url=value["url"], given=value["given"], default=default, flat=flat)


def resolve_indexes(
    arguments: ParsedArguments,
    tables: Sequence[Mapping[str, Any]],
    environ: Mapping[str, str],
    *,
    cwd: str,
    by_name: bool,
    pip: bool,
    warn: Callable[[str], None],
) -> IndexLocations:
    """Merge the definitions; ``tables`` are settings of files, the strongest first.

    The pip commands list everything of the command line before everything of the files.
    """
    configured = tuple(index_from_entry(entry, environ) for table in tables for entry in table.get("index", ()))
    reader = IndexReader(configured, environ, cwd, by_name=by_name, warn=warn)
    places = tuple(
        (index, place)
        for index, place in zip(
            configured, (entry.get("place") for table in tables for entry in table.get("index", ())), strict=True
        )
        if place is not None
    )
    named: list[IndexLocation] = []
    default = arguments.one("--default-index")
    if default:
        named.append(reader.argument(str(default), default=True))
    for text in arguments.many("--index"):
        named += [reader.argument(word, default=False) for word in str(text).split()]
    extra = [reader.url(str(text)) for text in arguments.many("--extra-index-url") if text]
    given_url = arguments.one("--index-url")
    main = [reader.url(str(given_url), default=True)] if given_url else []
    file_extra = [_from_file(value) for table in tables for value in table.get("extra-index-url", ())]
    file_main = [
        _from_file(table["index-url"], default=True) for table in tables if table.get("index-url") is not None
    ][:1]
    if pip:
        indexes = [*named, *extra, *main, *configured, *file_extra, *file_main]
    else:
        indexes = [*named, *configured, *extra, *file_extra, *(main or file_main)]
    links = [reader.url(str(text), flat=True) for text in arguments.many("--find-links") if text]
    links += [_from_file(value, flat=True) for table in tables for value in table.get("find-links", ())]
    no_index = arguments.flag("--no-index")
    if not no_index:
        no_index = next((bool(table["no-index"]) for table in tables if "no-index" in table), False)
    return IndexLocations(
        indexes=tuple(indexes),
        find_links=tuple(links),
        no_index=no_index,
        of_arguments=tuple(named),
        of_files=places,
    )
