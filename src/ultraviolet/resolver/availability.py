"""Why a package or a version cannot be used, as facts that compare by value and can be told in words."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.standards.markers import Marker, parse_marker
from ultraviolet.standards.names import ExtraName, PackageName
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.standards.tags import Incompatibility

PythonKind = Literal["installed", "target"]


class UnusableFile(msgspec.Struct, frozen=True):
    """Why a file of a version cannot be used, and with it, if no other can, the version."""

    file: Literal["wheel", "source", "none"]
    """What kind of file; ``none`` when the version has none at all."""
    reason: Literal[
        "no-binary",
        "no-build",
        "exclude-newer",
        "yanked",
        "tag",
        "requires-python",
        "missing-platform",
        "not-pep625",
        "unavailable",
    ]
    upload_time: int | None = None
    yanked: str | None = None
    """The reason given for yanking."""
    tag: Incompatibility | None = None
    requires_python: Specifiers | None = None
    python: PythonKind | None = None
    platform: Marker | None = None

    @property
    def noun(self) -> str:
        """The bare statement, without its verb."""
        match self.reason:
            case "no-binary":
                return "no source distribution"
            case "no-build":
                return "no usable wheels"
            case "exclude-newer":
                if self.upload_time is None:
                    return "no publish time"
                return "published after the exclude newer time"
            case "yanked":
                if self.yanked is None:
                    return "yanked"
                return f"yanked (reason: {self.yanked.strip().rstrip('.')})"
            case "tag":
                return _TAG_NOUNS[self.tag or "invalid"]
            case "requires-python":
                return f"Python {_joined(self.requires_python)}"
            case "missing-platform":
                return _platform_noun(self.platform)
            case "not-pep625":
                return "a non-PEP 625-compliant source distribution filename"
            case _:
                return "no available distributions"

    def message(self, *, plural: bool) -> str:
        """The statement as the predicate of a sentence about one or several versions."""
        if self.reason == "yanked" or (self.reason == "exclude-newer" and self.upload_time is not None):
            verb = "were" if plural else "was"
        elif self.reason == "requires-python":
            verb = "require" if plural else "requires"
        else:
            verb = "have" if plural else "has"
        return f"{verb} {self.noun}"


_TAG_NOUNS: dict[Incompatibility, str] = {
    "invalid": "no wheels with valid tags",
    "python": "no wheels with a matching Python implementation tag",
    "abi": "no wheels with a matching Python ABI tag",
    "freethreaded-abi": "no wheels with a free-threading compatible ABI tag",
    "abi-python-version": "no wheels with a matching Python version tag",
    "platform": "no wheels with a matching platform tag",
}

_KNOWN_PLATFORMS = (
    ("Linux", "sys_platform == 'linux'"),
    ("Windows", "sys_platform == 'win32'"),
    ("macOS", "sys_platform == 'darwin'"),
)


def _platform_noun(marker: Marker | None) -> str:
    if marker is None:
        return "no compatible wheels"
    for name, text in _KNOWN_PLATFORMS:
        if marker is parse_marker(text):
            return f"no {name}-compatible wheels"
    text = marker.to_string() or ""
    return f"no `{text}`-compatible wheels" if text else "no compatible wheels"


def _joined(specifiers: Specifiers | None) -> str:
    return "" if specifiers is None else specifiers.text(", ")


class UnsatisfiableRequirement(msgspec.Struct, frozen=True):
    """A requirement whose specifiers admit no version."""

    name: PackageName
    extras: tuple[ExtraName, ...]
    specifiers: Specifiers

    def __str__(self) -> str:
        package = self.name + (f"[{','.join(self.extras)}]" if self.extras else "")
        listed = " and ".join(f"{package}{specifier}" for specifier in self.specifiers)
        if len(self.specifiers) > 1:
            return f"{listed}, which are incompatible"
        return f"{listed}, which does not allow any versions"


class UnavailablePackage(msgspec.Struct, frozen=True):
    """No version of a package is to be had."""

    reason: str
    """As in `Listings.unavailable`."""
    detail: str = ""
    """The error, for metadata that cannot be read; the status, of a server."""

    @property
    def noun(self) -> str:
        """The bare statement, without its verb."""
        match self.reason:
            case "no-index":
                return "not found in the provided package locations"
            case "offline":
                return "not found in the cache"
            case "invalid-metadata" | "inconsistent-metadata":
                return "invalid metadata"
            case "invalid-structure":
                return "an invalid package format"
            case "network":
                return self.detail
            case _:
                return "not found in the package registry"

    def message(self) -> str:
        """The statement as the predicate of a sentence."""
        match self.reason:
            case "invalid-metadata" | "inconsistent-metadata" | "invalid-structure":
                return f"has {self.noun}"
            case "network":
                return f"could not be fetched from the network (`{self.noun}`)"
            case _:
                return f"was {self.noun}"


class UnavailableVersion(msgspec.Struct, frozen=True):
    """A version cannot be used."""

    reason: str
    """``file``, ``dependency``, or as in `MetadataResult.unavailable`."""
    file: UnusableFile | None = None
    requirement: UnsatisfiableRequirement | None = None
    requires_python: Specifiers | None = None
    detail: str = ""
    """The status a server answered with."""

    @property
    def noun(self) -> str:
        """The bare statement, without its verb."""
        if self.file is not None:
            return self.file.noun
        match self.reason:
            case "dependency":
                return str(self.requirement)
            case "inconsistent-metadata":
                return "inconsistent metadata"
            case "invalid-structure":
                return "an invalid package format"
            case "offline":
                return "to be downloaded from a registry"
            case "requires-python":
                return f"Python {_joined(self.requires_python)}"
            case "network":
                return self.detail
            case _:
                return "invalid metadata"

    def message(self, *, plural: bool) -> str:
        """The statement as the predicate of a sentence about one or several versions."""
        if self.file is not None:
            return self.file.message(plural=plural)
        match self.reason:
            case "dependency":
                return f"{'depend' if plural else 'depends'} on {self.noun}"
            case "offline":
                return f"{'need' if plural else 'needs'} {self.noun}"
            case "requires-python":
                return f"{'require' if plural else 'requires'} {self.noun}"
            case "network":
                return f"could not be fetched from the network (`{self.noun}`)"
            case _:
                return f"{'have' if plural else 'has'} {self.noun}"


UnavailableReason = UnavailablePackage | UnavailableVersion
