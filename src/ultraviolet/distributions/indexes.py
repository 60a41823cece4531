"""Where packages are looked for: indexes, flat indexes and find-links locations, as configured."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.distributions.urls import canonical_url, redact, without_credentials

PYPI_URL = "https://pypi.org/simple"
"""The default index."""


class IndexLocation(msgspec.Struct, frozen=True, kw_only=True):
    """One configured index or flat location."""

    url: str
    """Absolute URL as configured (credentials included, so never shown as it is); ``file://`` for a directory."""
    name: str | None = None
    explicit: bool = False
    """Only used by packages whose source names it."""
    default: bool = False
    """Asked last, in the place of PyPI."""
    flat: bool = False
    """A page or directory that lists files of any package (``format = "flat"``, find-links)."""
    given: str | None = None
    """The text as the user wrote it."""
    authenticate: Literal["auto", "always", "never"] = "auto"
    ignore_error_codes: tuple[int, ...] | None = None
    cache_control_api: str | None = None
    cache_control_files: str | None = None
    exclude_newer: int | Literal[False] | None = None
    """Cut-off of this index in milliseconds since the epoch (UTC); False switches the global one off; None inherits."""
    hash_algorithm: str | None = None
    """The only algorithm whose digests a lockfile may record for files of this index."""

    @property
    def display(self) -> str:
        """The URL as it may be shown."""
        return redact(self.url)

    @property
    def public_url(self) -> str:
        """The URL as lockfiles record it: without credentials, the trailing slash kept as configured."""
        return without_credentials(self.url)

    @property
    def identity(self) -> str:
        """Text that is equal for equal resources."""
        return canonical_url(self.url)

    @property
    def is_pypi(self) -> bool:
        """Whether this is the default public index."""
        return self.identity == PYPI_URL


PYPI = IndexLocation(url=PYPI_URL, default=True)


class IndexLocations(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was configured about where to look."""

    indexes: tuple[IndexLocation, ...] = ()
    """Definition order, command line first; the first definition of a name wins."""
    find_links: tuple[IndexLocation, ...] = ()
    no_index: bool = False
    of_arguments: tuple[IndexLocation, ...] = ()
    """Those of the command line again: a source that names an index means these before the project's own."""
    of_files: tuple[tuple[IndexLocation, str], ...] = ()
    """Those of ``uv.toml`` files, with the words for where they stand; sources cannot name them."""

    def default_index(self) -> IndexLocation | None:
        """Return the index that is asked last, or None under ``--no-index``."""
        if self.no_index:
            return None
        return next((index for index in self.indexes if index.default), PYPI)

    def implicit_indexes(self) -> tuple[IndexLocation, ...]:
        """Return the indexes every package is looked up in: in order, each URL once, the default last."""
        if self.no_index:
            return ()
        seen: set[str] = set()
        out: list[IndexLocation] = []
        names: set[str] = set()
        for index in self.indexes:
            if index.name is not None:
                if index.name in names:
                    continue
                names.add(index.name)
            if index.default or index.explicit or index.url in seen:
                continue
            seen.add(index.url)
            out.append(index)
        default = self.default_index()
        if default is not None and not default.explicit and default.url not in seen:
            out.append(default)
        return tuple(out)

    def configured(self, url: str) -> IndexLocation | None:
        """Return the definition of the index or location at a URL, credentials aside."""
        public = without_credentials(url)
        return next((index for index in (*self.indexes, *self.find_links) if index.public_url == public), None)

    def named(self, name: str) -> IndexLocation | None:
        """Return the index of that name."""
        return next((index for index in self.indexes if index.name == name), None)
