"""Digests as RECORD writes them: sha256, URL-safe base64 without padding.

The small module behind ``hashlib`` is imported directly where it exists: a warm install hashes only a few short scripts.
"""

from __future__ import annotations

from binascii import b2a_base64

EMPTY = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
"""Digest of no content."""

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def record_digest(data: bytes) -> str:
    """Return ``sha256=...`` for some content.

    >>> record_digest(b"") == EMPTY
    True
    """
    try:
        from _sha2 import sha256  # type: ignore[import-not-found,unused-ignore]  # CPython 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256  # type: ignore[import-not-found,unused-ignore]  # CPython 3.11
        except ImportError:
            from hashlib import sha256
    encoded = b2a_base64(sha256(data).digest(), newline=False)
    return "sha256=" + encoded.translate(_URL_SAFE).rstrip(b"=").decode("ascii")
