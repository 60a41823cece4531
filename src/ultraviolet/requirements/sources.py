"""Which kind of source of requirements an argument is."""

from __future__ import annotations

import os.path
from typing import Literal

import msgspec

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.requirements.arguments import STDIN, AnyRequirement, parse_argument
from ultraviolet.requirements.errors import RequirementsError
from ultraviolet.standards.errors import InvalidRequirement

FileKind = Literal[
    "requirements-txt",
    "pyproject",
    "setup-py",
    "setup-cfg",
    "pylock",
    "script",
    "environment-yml",
    "unknown",
]
"""``unknown`` is a script or a requirements file, as its content tells."""


class PackageSource(msgspec.Struct, frozen=True):
    """A requirement given as an argument."""

    requirement: AnyRequirement
    editable: bool = False


class FileSource(msgspec.Struct, frozen=True):
    """A file given as an argument."""

    kind: FileKind
    path: str
    """As given; ``-`` is standard input."""

    @property
    def allows_extras(self) -> bool:
        """Whether extras can be chosen from it."""
        return self.kind in {"pylock", "pyproject", "setup-py", "setup-cfg"}


Source = PackageSource | FileSource


def is_pylock(name: str) -> bool:
    """Whether a file name is one of PEP 751: ``pylock.toml`` or ``pylock.NAME.toml``."""
    if name == "pylock.toml":
        return True
    middle = name.removeprefix("pylock.").removesuffix(".toml")
    return name.startswith("pylock.") and name.endswith(".toml") and bool(middle) and "." not in middle


def source_from_file(path: str, shown: str | None = None) -> FileSource:
    """Return the source for ``-r PATH`` (``--with-requirements``, a file argument of ``pip compile``).

    :param shown: the path as messages name it.
    :raises RequirementsError: the name promises something else.
    """
    name = os.path.basename(path.rstrip("/"))
    exact: dict[str, FileKind] = {
        "pyproject.toml": "pyproject",
        "setup.py": "setup-py",
        "setup.cfg": "setup-cfg",
        "environment.yml": "environment-yml",
    }
    if name in exact:
        return FileSource(exact[name], path)
    if is_pylock(name):
        return FileSource("pylock", path)
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower() if dot and stem else ""
    if extension in {"py", "pyw"}:
        return FileSource("script", path)
    if extension == "toml":
        raise RequirementsError(
            f"`{shown or path}` is not a valid PEP 751 filename: expected `pylock.toml` or `pylock.<name>.toml`, where "
            "`<name>` is non-empty and contains no dots"
        )
    if not extension:
        return FileSource("unknown", path)
    return FileSource("requirements-txt", path)


def source_from_text_file(
    path: str, what: Literal["requirements", "constraints", "overrides"], shown: str | None = None
) -> FileSource:
    """Return the source for an option that takes files in the format of ``requirements.txt`` only.

    :raises RequirementsError: the name promises another format.
    """
    if path == STDIN:
        return FileSource("unknown", path)
    name = os.path.basename(path.rstrip("/"))
    found = None
    if name in {"pyproject.toml", "setup.py", "setup.cfg"}:
        found = f"a `{name}`"
    elif is_pylock(name):
        found = "a `pylock.toml`"
    elif name.lower().endswith(".toml"):
        found = "a TOML"
    if found is not None:
        raise RequirementsError(
            f"The file `{shown or path}` appears to be {found} file, but {what} must be specified in `requirements.txt` "
            "format"
        )
    return FileSource("requirements-txt", path)


def source_from_package(text: str, urls: UrlContext) -> PackageSource:
    """Return the source for a positional requirement.

    :raises RequirementsError: it cannot be parsed; the cause says why.
    """
    return PackageSource(_parse(text, urls, editable=False))


def source_from_editable(text: str, urls: UrlContext) -> PackageSource:
    """Return the source for ``-e TEXT``.

    :raises RequirementsError: it cannot be parsed; the cause says why.
    """
    return PackageSource(_parse(text, urls, editable=True), editable=True)


def _parse(text: str, urls: UrlContext, *, editable: bool) -> AnyRequirement:
    try:
        return parse_argument(text, urls, editable=editable)
    except InvalidRequirement as error:
        raise RequirementsError(f"Failed to parse: `{text}`") from error


def looks_like_file(text: str) -> bool:
    """Whether a positional argument names an existing file that was probably meant with ``-r``."""
    known = {"pyproject.toml", "setup.py", "setup.cfg"}
    return (text.endswith((".txt", ".in")) or text in known or is_pylock(text)) and os.path.isfile(text)
