"""The parts of a URL that a transfer needs, and references resolved against a base (RFC 3986)."""

from __future__ import annotations

from ultraviolet.distributions.urls import percent_decode, split_authority, split_fragment
from ultraviolet.standards.urls import join_url

__all__ = ["Origin", "join_url", "origin_of", "percent_decode", "split_fragment", "target_of"]

Origin = tuple[str, str, int]
"""Scheme, host in lower case, port."""

_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> Origin:
    """Return scheme, host and port of a URL, the port filled in from the scheme."""
    prefix, authority, _ = split_authority(url)
    scheme = prefix[:-3].lower()
    host = authority.rpartition("@")[2].lower()
    port = _PORTS.get(scheme, 0)
    name, separator, number = host.rpartition(":")
    if separator and number.isdigit() and (not name.startswith("[") or name.endswith("]")):
        host, port = name, int(number)
    elif separator and not number and not name.startswith("["):
        host = name
    return scheme, host, port


def target_of(url: str) -> str:
    """Return path and query, as they go into a request line."""
    rest = split_authority(url)[2].partition("#")[0]
    if not rest.startswith("/"):
        rest = "/" + rest
    return rest
