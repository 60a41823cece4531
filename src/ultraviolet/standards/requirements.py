"""Requirements: ``name[extra]>=1.0; marker`` and ``name @ url; marker`` (PEP 508).

Nearly all requirements in the wild have one of a few plain forms, which `parse_requirement` cuts apart with string
methods. Everything else, and everything that turns out to be wrong, goes through the full parser, which words its
errors as uv does and underlines the offending part.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ultraviolet.standards.errors import InvalidName, InvalidRequirement, InvalidSpecifier
from ultraviolet.standards.markers import TRUE, InvalidMarker, Marker, parse_marker, parse_marker_at
from ultraviolet.standards.names import ExtraName, PackageName, parse_extra_name, parse_package_name
from ultraviolet.standards.specifiers import ANY, Specifier, Specifiers, parse_specifier, parse_specifiers

_NAME_END: Final = frozenset(" \t[(<>=!~@;,'\"#/\\:")
_NAME_CHARACTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
_OPERATOR_CHARACTERS: Final = frozenset("<=>~!")
_ARCHIVE_ENDINGS: Final = (".whl", ".zip", ".tgz", ".tar", ".tar.gz")
_UNNAMED: Final = "URL requirement must be preceded by a package name. Add the name of the package before the URL "

_MEMO: dict[str, Pep508Requirement] = {}
_LENIENT_MEMO: dict[str, Pep508Requirement] = {}


class Pep508Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement as PEP 508 has it, before anything is known about where it comes from."""

    name: PackageName
    extras: tuple[ExtraName, ...] = ()
    """In the order written, duplicates kept."""
    specifiers: Specifiers = ANY
    """The versions asked for; no condition when there is a URL."""
    url: str | None = None
    """A URL or path as written, not expanded and not checked."""
    marker: Marker = TRUE

    def __str__(self) -> str:
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        target = str(self.specifiers) if self.url is None else f" @ {self.url}"
        marker = self.marker.to_string()
        return f"{self.name}{extras}{target}" + (f" ; {marker}" if marker is not None else "")


def parse_requirement(text: str) -> Pep508Requirement:
    """Parse a requirement.

    Raises `InvalidRequirement`.

    >>> str(parse_requirement("Foo.Bar [b, A] (<2,>=1); os_name=='nt'"))
    "foo-bar[b,a]>=1,<2 ; os_name == 'nt'"
    """
    requirement = _MEMO.get(text)
    if requirement is None:
        requirement = _MEMO[text] = _parse_plain(text) or _Parser(text).requirement()
    return requirement


def parse_lenient_requirement(text: str) -> Pep508Requirement:
    """Parse a requirement as found in published metadata, repairing known mistakes one after the other.

    Raises `InvalidRequirement` for the text as given when no repair helps.

    >>> str(parse_lenient_requirement("torch (>=1.9.*)"))
    'torch>=1.9'
    """
    requirement = _MEMO.get(text) or _LENIENT_MEMO.get(text)
    if requirement is not None:
        return requirement
    try:
        return parse_requirement(text)
    except InvalidRequirement:
        from ultraviolet.standards._lenient import repairs

        for repaired in repairs(text):
            try:
                requirement = parse_requirement(repaired)
            except InvalidRequirement:
                continue
            _LENIENT_MEMO[text] = requirement
            return requirement
        raise


def looks_like_archive(name: str) -> bool:
    """Whether a file name has the extension of a wheel or of an archive, and so is no package name."""
    return name.endswith(_ARCHIVE_ENDINGS) and not name.startswith(".")


def looks_like_path_or_url(text: str) -> bool:
    """Whether text without a package name in front names a file, a folder or a URL, extras at its end aside."""
    if text.endswith("]"):
        opening = text.rfind("[", text.rfind("]", 0, -1) + 1)
        if opening >= 0:
            text = text[:opening]
    if not text:
        return False
    if text[0] in "\\/." or "/" in text or "\\" in text:
        return True
    return _has_scheme(text) or looks_like_archive(text)


def _has_scheme(text: str) -> bool:
    scheme, colon, _ = text.partition(":")
    if not colon or not scheme or not scheme.isascii() or not scheme[0].isalpha():
        return False
    return scheme.replace("+", "a").replace("-", "a").replace(".", "a").isalnum()


def _parse_plain(text: str) -> Pep508Requirement | None:
    """Read ``name [extras] (specifiers) ; marker``; `None` for everything out of the ordinary, errors included."""
    head, semicolon, tail = text.partition(";")
    head = head.strip()
    end = len(head)
    for index, character in enumerate(head):
        if character in _NAME_END:
            end = index
            break
    rest = head[end:].lstrip()
    extras: tuple[ExtraName, ...] = ()
    try:
        name = parse_package_name(head[:end])
        if rest[:1] == "[":
            inner, bracket, rest = rest[1:].partition("]")
            if not bracket:
                return None
            inner = inner.strip()
            if inner:
                extras = tuple([parse_extra_name(extra.strip()) for extra in inner.split(",")])
            rest = rest.lstrip()
        if not rest:
            if "." in head and looks_like_archive(head[:end]):
                return None
            specifiers = ANY
        elif rest[0] in _OPERATOR_CHARACTERS:
            specifiers = parse_specifiers(rest)
        elif rest[0] == "(" and rest[-1] == ")":
            specifiers = parse_specifiers(rest[1:-1])
            if not specifiers:
                return None
        else:
            return None
        marker = parse_marker(tail) if semicolon else TRUE
    except (InvalidName, InvalidSpecifier, InvalidMarker):
        return None
    return Pep508Requirement(name=name, extras=extras, specifiers=specifiers, marker=marker)


class _Parser:
    """The grammar of PEP 508 over one text; each method consumes one part and leaves the cursor behind it."""

    __slots__ = ("position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def requirement(self) -> Pep508Requirement:
        self._skip_space()
        name_start = self.position
        name = self._name()
        name_end = self.position
        self._skip_space()
        extras = self._extras()
        self._skip_space()
        specifiers, url = ANY, None
        found = self._peek()
        if found == "@":
            self.position += 1
            url = self._url()
        elif found == "(":
            specifiers = self._specifiers_in_parentheses()
        elif found in _OPERATOR_CHARACTERS:
            specifiers = self._specifiers()
        elif found and found != ";":
            self._check_unnamed("https://...")
            raise self._error(
                f"Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `{found}`", self.position, 1
            )
        elif looks_like_archive(self.text[name_start:name_end]):
            # `requests-2.26.0.tar.gz` is a valid name of a package, but never meant as one.
            raise self._error(f"{_UNNAMED}(e.g., `package_name @ https://...`).", 0, 0)
        self._skip_space()
        marker: Marker | None = None
        if self._peek() == ";":
            try:
                marker = parse_marker_at(self.text, self.position + 1)
            except InvalidMarker as error:
                raise InvalidRequirement(error.reason, self.text, error.start, error.length) from None
        elif self._peek() not in {"", "#"}:
            raise self._error(f"Expected end of input or `;`, found `{self._peek()}`", self.position, 1)
        return Pep508Requirement(
            name=name, extras=extras, specifiers=specifiers, url=url, marker=TRUE if marker is None else marker
        )

    def _name(self) -> PackageName:
        start, text = self.position, self.text
        if start == len(text):
            raise self._error("Empty field is not allowed for PEP508", 0, 1)
        if text[start] not in _NAME_CHARACTERS or text[start] in "._-":
            self._check_unnamed("/path/to/file", start)
            raise self._error(
                f"Expected package name starting with an alphanumeric character, found `{text[start]}`", start, 1
            )
        last = self._word()
        if last in "._-":
            raise self._error(
                f"Package name must end with an alphanumeric character, not `{last}`", self.position - 1, 1
            )
        return parse_package_name(text[start : self.position])

    def _extras(self) -> tuple[ExtraName, ...]:
        opening = self.position
        if self._peek() != "[":
            return ()
        self.position += 1
        self._skip_space()
        extras: list[ExtraName] = []
        while self._peek() != "]":
            found = self._peek()
            if found == "," and not extras:
                raise self._error(
                    "Expected either alphanumerical character (starting the extra name) or `]` "
                    "(ending the extras section), found `,`",
                    self.position,
                    1,
                )
            if found == ",":
                self.position += 1
            elif found and extras:
                raise self._error(
                    f"Expected either `,` (separating extras) or `]` (ending the extras section), found `{found}`",
                    self.position,
                    1,
                )
            self._skip_space()
            extras.append(self._extra(opening))
            self._skip_space()
        self.position += 1
        return tuple(extras)

    def _extra(self, opening: int) -> ExtraName:
        start = self.position
        found = self._peek()
        if not found:
            raise self._error(
                "Missing closing bracket (expected ']', found end of dependency specification)", opening, 1
            )
        if found not in _NAME_CHARACTERS or found in "._-":
            raise self._error(f"Expected an alphanumeric character starting the extra name, found `{found}`", start, 1)
        last = self._word()
        found = self._peek()
        if found and found not in ",]" and not found.isspace():
            raise self._error(
                "Invalid character in extras name, expected an alphanumeric character, `-`, `_`, `.`, `,` or "
                f"`]`, found `{found}`",
                self.position,
                1,
            )
        if last in "._-":
            raise self._error(f"Extra name must end with an alphanumeric character, not `{last}`", self.position - 1, 1)
        return parse_extra_name(self.text[start : self.position])

    def _url(self) -> str:
        """Read up to a line end, or to whitespace around the start of a marker or comment."""
        self._skip_space()
        text, start = self.text, self.position
        end = start
        while self.position < len(text):
            character = text[self.position]
            self.position += 1
            if character in "\r\n":
                break
            following = text[self.position :]
            if character.isspace() and following.lstrip()[:1] in {"", ";", "#"}:
                break
            end = self.position
            if following[:1] in {";", "#"} and following[1:2].isspace():
                break
        if end == start:
            raise self._error("Expected URL", start, 0)
        return text[start:end]

    def _specifiers(self) -> Specifiers:
        """Read comma-separated specifiers up to a marker; a comma may end the list."""
        items: list[Specifier] = []
        start = self.position
        while True:
            found = self._peek()
            if found and found not in ",;":
                self.position += 1
                continue
            part = self.text[start : self.position]
            if found != "," and items and not part.strip():
                return Specifiers(items)
            items.append(self._specifier(part, start))
            if found != ",":
                return Specifiers(items)
            self.position += 1
            start = self.position

    def _specifiers_in_parentheses(self) -> Specifiers:
        items: list[Specifier] = []
        opening = self.position
        self.position += 1
        self._skip_space()
        start = self.position
        while True:
            found = self._peek()
            if not found:
                raise self._error(
                    "Missing closing parenthesis (expected ')', found end of dependency specification)",
                    opening,
                    1,
                )
            self.position += 1
            if found not in ",)":
                continue
            part = self.text[start : self.position - 1]
            if found == ")" and items and not part.strip():
                return Specifiers(items)
            items.append(self._specifier(part, start))
            if found == ")":
                return Specifiers(items)
            start = self.position

    def _specifier(self, part: str, start: int) -> Specifier:
        try:
            return parse_specifier(part)
        except InvalidSpecifier as error:
            raise self._error(error.message, start, len(part)) from None

    def _check_unnamed(self, example: str, start: int = 0) -> None:
        """Raise when the text from `start` up to whitespace looks like a path or URL."""
        end = start
        # From the beginning, whitespace before the text already ends it.
        while end < len(self.text) and not self.text[end].isspace():
            end += 1
        if looks_like_path_or_url(self.text[start:end]):
            raise self._error(f"{_UNNAMED}(e.g., `package_name @ {example}`).", start, end - start)

    def _word(self) -> str:
        """Consume the characters of a name; returns the last."""
        while self._peek() and self._peek() in _NAME_CHARACTERS:
            self.position += 1
        return self.text[self.position - 1]

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self.position += 1

    def _error(self, reason: str, start: int, length: int) -> InvalidRequirement:
        return InvalidRequirement(reason, self.text, start, length)
