"""Normalised package, extra and dependency group names (PEP 503, PEP 508, PEP 685, PEP 735)."""

from __future__ import annotations

from ultraviolet.standards.errors import InvalidName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NewType

    PackageName = NewType("PackageName", str)
    """A normalised project name."""
    ExtraName = NewType("ExtraName", str)
    """A normalised name of an extra."""
    GroupName = NewType("GroupName", str)
    """A normalised name of a dependency group."""
else:  # importing `typing` would cost more than everything here
    PackageName = ExtraName = GroupName = str

_MEMO: dict[str, str] = {}


def normalize_name(text: str) -> str:
    """Lower-case `text` and turn every run of ``-``, ``_`` and ``.`` into one ``-``.

    Raises `InvalidName` unless the text is ASCII letters and digits with that punctuation strictly inside.

    >>> normalize_name("Friendly-._.-Bard")
    'friendly-bard'
    """
    name = _MEMO.get(text)
    if name is None:
        name = _MEMO[text] = _normalize(text)
    return name


def parse_package_name(text: str) -> PackageName:
    """Parse a project name."""
    return PackageName(normalize_name(text))


def parse_extra_name(text: str) -> ExtraName:
    """Parse the name of an extra."""
    return ExtraName(normalize_name(text))


def parse_group_name(text: str) -> GroupName:
    """Parse the name of a dependency group."""
    return GroupName(normalize_name(text))


def dist_info_name(name: str) -> str:
    """Spell a normalised name as file names and ``.dist-info`` folders do, with ``_`` for ``-``."""
    return name.replace("-", "_")


def _normalize(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.lower()
    parts = text.replace("_", "-").replace(".", "-").split("-")
    if not (text.isascii() and parts[0] and parts[-1]):
        raise InvalidName(text)
    kept = [part for part in parts if part]
    if not "".join(kept).isalnum():
        raise InvalidName(text)
    return "-".join(kept).lower()
