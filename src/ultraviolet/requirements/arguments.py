"""One requirement as pip's command line and requirements files spell it: a name, a URL, a path, each with extras and marker."""

from __future__ import annotations

import msgspec

from ultraviolet.distributions.direct_urls import (
    InvalidDirectUrl,
    UrlContext,
    direct_url_text,
    expand_variables,
    is_known_scheme,
    local_source,
    parse_direct_url,
    remote_source,
)
from ultraviolet.distributions.requirement import Origin, Requirement
from ultraviolet.distributions.source import (
    DirectorySource,
    DirectSource,
    GitSource,
    PathSource,
    RegistrySource,
    UrlSource,
)
from ultraviolet.distributions.urls import InvalidUrl, normalize_url, percent_decode, redact, split_scheme
from ultraviolet.requirements.errors import NotEditable
from ultraviolet.standards.errors import InvalidRequirement
from ultraviolet.standards.markers import TRUE, InvalidMarker, Marker, parse_marker_at
from ultraviolet.standards.names import ExtraName, PackageName
from ultraviolet.standards.requirements import Pep508Requirement, looks_like_path_or_url, parse_requirement

STDIN = "-"
"""The path of a file that is read from there."""
_UNSUPPORTED = "URL requirement must be preceded by a package name."


class PackageChoice(msgspec.Struct, frozen=True):
    """Which packages ``--no-binary`` or ``--only-binary`` means."""

    everything: bool = False
    packages: tuple[PackageName, ...] = ()

    def __or__(self, other: PackageChoice) -> PackageChoice:
        if self.everything or other.everything:
            return PackageChoice(everything=True)
        return PackageChoice(packages=tuple(dict.fromkeys(self.packages + other.packages)))

    def __bool__(self) -> bool:
        return self.everything or bool(self.packages)


class UnnamedRequirement(msgspec.Struct, frozen=True, kw_only=True):
    """A direct reference whose name only its metadata tells."""

    source: DirectSource
    extras: tuple[ExtraName, ...] = ()
    marker: Marker = TRUE
    origin: Origin | None = None

    def __str__(self) -> str:
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        marker = "" if self.marker.is_true else f" ; {self.marker}"
        return redact(direct_url_text(self.source)) + extras + marker


AnyRequirement = Requirement | UnnamedRequirement


class RequirementEntry(msgspec.Struct, frozen=True):
    """A requirement with the digests its distribution must have."""

    requirement: AnyRequirement
    hashes: tuple[str, ...] = ()
    """``algorithm:hex`` as written."""


def parse_argument(
    text: str, urls: UrlContext, *, editable: bool = False, origin: Origin | None = None
) -> AnyRequirement:
    """Read a requirement.

    :param urls: relative paths start from its ``base``.
    :param editable: read a bare name as the directory of that name; :func:`make_editable` does the rest.
    :raises InvalidRequirement: the text is none; the message underlines what is wrong.
    """
    try:
        requirement = parse_requirement(text)
    except InvalidRequirement as error:
        if not error.reason.startswith(_UNSUPPORTED) and not _is_variable_reference(text, urls):
            raise
        return _parse_unnamed(text, urls, origin)
    if editable and requirement.url is None and not requirement.specifiers:
        return _parse_unnamed(text, urls, origin)
    if requirement.url is None:
        return Requirement(
            name=requirement.name,
            source=RegistrySource(requirement.specifiers),
            extras=requirement.extras,
            marker=requirement.marker,
            origin=origin,
        )
    return Requirement(
        name=requirement.name,
        source=_named_source(requirement, text, urls),
        extras=requirement.extras,
        marker=requirement.marker,
        origin=origin,
    )


def _is_variable_reference(text: str, urls: UrlContext) -> bool:
    """Whether a text starts with a variable that holds a path or URL."""
    if not text.lstrip().startswith("${"):
        return False
    return looks_like_path_or_url(expand_variables(text.split(maxsplit=1)[0], urls))


def _named_source(requirement: Pep508Requirement, text: str, urls: UrlContext) -> DirectSource:
    url = requirement.url or ""
    try:
        return parse_direct_url(url, urls)
    except InvalidDirectUrl as error:
        raise InvalidRequirement(error.message, text, text.index(url, text.index("@") + 1), len(url)) from None


def make_editable(requirement: AnyRequirement) -> AnyRequirement:
    """Return the requirement as editable.

    :raises NotEditable: it does not refer to a local directory.
    """
    source = requirement.source
    if isinstance(source, RegistrySource):
        raise NotEditable("Registry requirements cannot be editable")
    if isinstance(source, PathSource):
        raise NotEditable("Local archives cannot be editable")
    if isinstance(source, UrlSource):
        raise NotEditable("Remote archives cannot be editable")
    if isinstance(source, GitSource):
        raise NotEditable("Git sources cannot be editable")
    return msgspec.structs.replace(requirement, source=msgspec.structs.replace(source, editable=True))


def is_editable(requirement: AnyRequirement) -> bool:
    """Whether a requirement is an editable directory."""
    return isinstance(requirement.source, DirectorySource) and requirement.source.editable is True


def requirement_display(requirement: AnyRequirement) -> str:
    """Return a requirement as messages name it: PEP 508, credentials hidden."""
    if isinstance(requirement, UnnamedRequirement):
        return str(requirement)
    extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
    source = requirement.source
    target = str(source.specifiers) if isinstance(source, RegistrySource) else f" @ {redact(direct_url_text(source))}"
    marker = "" if requirement.marker.is_true else f" ; {requirement.marker}"
    return f"{requirement.name}{extras}{target}{marker}"


def _parse_unnamed(text: str, urls: UrlContext, origin: Origin | None) -> UnnamedRequirement:
    start = len(text) - len(text.lstrip())
    end, position = _url_end(text, start)
    url = text[start:end]
    if not url:
        raise InvalidRequirement("Expected URL", text, start, 0)
    source, extras = _unnamed_source(url, text, start, urls)
    position = _skip_space(text, position)
    marker: Marker | None = None
    has_marker = text[position : position + 1] == ";"
    if has_marker:
        try:
            marker = parse_marker_at(text, position + 1)
        except InvalidMarker as error:
            raise InvalidRequirement(error.reason, text, error.start, error.length) from None
    elif position < len(text):
        char = text[position]
        comment = "; comments must be preceded by a leading space" if char == "#" else ""
        raise InvalidRequirement(f"Expected end of input or `;`, found `{char}`{comment}", text, position, 1)
    return UnnamedRequirement(source=source, extras=extras, marker=marker or TRUE, origin=origin)


def _url_end(text: str, start: int) -> tuple[int, int]:
    """Return where the URL ends, and where reading goes on."""
    position = end = start
    depth = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char in "\r\n":
            break
        if char == "[":
            depth += 1
        elif char == "]":
            depth = max(depth - 1, 0)
        following = text[position:]
        if depth == 0 and char.isspace() and following.lstrip()[:1] in {"", ";", "#"}:
            break
        end = position
        if depth == 0 and following[:1] in {";", "#"} and following[1:2].isspace():
            break
    return end, position


def _skip_space(text: str, position: int) -> int:
    while text[position : position + 1].isspace():
        position += 1
    return position


def _unnamed_source(url: str, text: str, start: int, urls: UrlContext) -> tuple[DirectSource, tuple[ExtraName, ...]]:
    given, extras_text = split_extras(url)
    extras: tuple[ExtraName, ...] = ()
    if extras_text:
        prefix = "x"
        try:
            extras = parse_requirement(prefix + extras_text).extras
        except InvalidRequirement as error:
            offset = start + len(given) + error.start - len(prefix)
            raise InvalidRequirement(error.reason, text, offset, error.length) from None
    try:
        return _source_of(given, urls), extras
    except InvalidDirectUrl as error:
        raise InvalidRequirement(error.message, text, start, len(url)) from None


def _source_of(given: str, urls: UrlContext) -> DirectSource:
    expanded = expand_variables(given, urls)
    scheme = split_scheme(expanded)
    if scheme is not None and scheme[0] == "file":
        path = scheme[1]
        path = path.removeprefix("//localhost") if path.startswith("//localhost/") else path.removeprefix("//")
        path, _, fragment = percent_decode(path).partition("#")
        return local_source(path, urls, given=given, fragment=fragment)
    if scheme is not None and is_known_scheme(scheme[0]):
        try:
            normalized = normalize_url(expanded)
        except InvalidUrl as error:
            raise InvalidDirectUrl(str(error)) from None
        return remote_source(normalized, given=given, lfs=urls.lfs)
    path, _, fragment = expanded.partition("#")
    return local_source(path, urls, given=given, fragment=fragment)


def split_extras(text: str) -> tuple[str, str]:
    """Split ``path[extra]`` into the path and the extras with their brackets."""
    if not text.endswith("]"):
        return text, ""
    # The extras are what stands in the last pair of brackets.
    opening = text.rfind("[")
    return (text[:opening], text[opening:]) if opening > 0 else (text, "")


def split_requirements(text: str) -> list[str]:
    """Split requirements at commas, save those in brackets and those between version conditions.

    >>> split_requirements("flask>=2,<3,anyio[a,b]")
    ['flask>=2,<3', 'anyio[a,b]']
    """
    parts: list[str] = []
    depth = start = 0
    for position, char in enumerate(text):
        if char == "[":
            depth += 1
        elif char == "]":
            depth = max(0, depth - 1)
        elif char == "," and not depth and not text[position + 1 :].lstrip().startswith(("!", "=", "<", ">", "~")):
            parts.append(text[start:position].strip())
            start = position + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]
