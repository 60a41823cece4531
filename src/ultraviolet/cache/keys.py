"""Keys of cache entries: short, stable texts made from URLs, paths and indexes."""

from __future__ import annotations

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.urls import canonical_url

try:
    from _blake2 import blake2b as _blake2b
except ImportError:  # pragma: no cover - other implementations of Python
    from hashlib import blake2b as _blake2b


def digest(*parts: str) -> str:
    """Return 16 hexadecimal digits for the parts; parts are told apart.

    >>> digest("ab", "c") == digest("a", "bc")
    False
    """
    engine = _blake2b(digest_size=8)
    for part in parts:
        data = part.encode("utf-8", "surrogateescape")
        engine.update(len(data).to_bytes(4, "little"))
        engine.update(data)
    text: str = engine.hexdigest()
    return text


_LONGEST_NAME = 100


def entry_name(text: str) -> str:
    """Return a text as part of the name of an entry; empty when nothing of it can be.

    >>> entry_name("My.Project"), entry_name("_job"), entry_name("öl")
    ('my-project', '-job', '-l')
    """
    if all(letter in "0123456789abcdef" for letter in text):
        return text[:_LONGEST_NAME]
    found = ""
    for byte in text.encode("utf-8", "surrogateescape")[:_LONGEST_NAME]:
        letter = chr(byte).lower() if byte < 128 and chr(byte).isalnum() else "-"
        if letter != "-" or not found.endswith("-"):
            found += letter
    return found.removesuffix("-")


_INDEX_KEYS: dict[str, str] = {}


def index_key(index: IndexLocation) -> str:
    """Return the directory of an index below a bucket: ``pypi`` or ``index/DIGEST``."""
    key = _INDEX_KEYS.get(index.url)
    if key is None:
        key = "pypi" if index.is_pypi else f"index/{digest(index.identity)}"
        _INDEX_KEYS[index.url] = key
    return key


def url_key(url: str) -> str:
    """Return the directory of an archive that was given by URL; its query and fragment count."""
    return f"url/{digest(canonical_url(url))}"


def path_key(path: str) -> str:
    """Return the directory of an archive or source tree that was given by path."""
    return f"path/{digest(path)}"


def editable_key(path: str) -> str:
    """Return the directory of an editable source tree."""
    return f"editable/{digest(path)}"


def git_key(repository: str, commit: str) -> str:
    """Return the directory of a commit."""
    return f"git/{digest(canonical_url(repository))}/{commit[:16]}"
