"""The grammar of ``requirements.txt`` files, as uv reads it.

Reading files and URLs is done by a function that the caller brings, so that this module parses text only. Positions in
messages are counted as uv counts them: lines and columns from 1 in code points, offsets from 0 in bytes.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable
from typing import NoReturn

import msgspec

from ultraviolet.distributions.direct_urls import UrlContext, expand_variables, is_known_scheme
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Origin, Requirement
from ultraviolet.distributions.urls import (
    InvalidUrl,
    normalize_url,
    path_to_url,
    split_scheme,
    url_to_path,
)
from ultraviolet.errors import UltravioletError
from ultraviolet.requirements.arguments import (
    STDIN,
    AnyRequirement,
    PackageChoice,
    RequirementEntry,
    UnnamedRequirement,
    make_editable,
    parse_argument,
    requirement_display,
)
from ultraviolet.requirements.errors import NotEditable, RequirementsFileError
from ultraviolet.requirements.quoting import unquote
from ultraviolet.standards.errors import InvalidName, InvalidRequirement
from ultraviolet.standards.names import parse_package_name

_UNSUPPORTED = (("--prefer-binary", False), ("--pre", True), ("--trusted-host", True), ("--use-feature", False))


class RequirementsFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a file and everything it includes say."""

    requirements: tuple[RequirementEntry, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    editables: tuple[RequirementEntry, ...] = ()
    index_url: IndexLocation | None = None
    extra_index_urls: tuple[IndexLocation, ...] = ()
    find_links: tuple[IndexLocation, ...] = ()
    no_index: bool = False
    require_hashes: bool = False
    no_binary: PackageChoice = PackageChoice()
    only_binary: PackageChoice = PackageChoice()
    warnings: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return msgspec.structs.replace(self, warnings=()) == RequirementsFile()


class FileContext(msgspec.Struct, frozen=True):
    """What files are read with."""

    urls: UrlContext
    """Its ``base`` is the working directory."""
    read: Callable[[str], str]
    """Return the text of a path or URL; raise :class:`UltravioletError`."""
    show: Callable[[str], str]
    """Spell a path for messages."""


def parse_requirements_file(path: str, context: FileContext) -> RequirementsFile:
    """Read a file and everything it includes.

    :raises UltravioletError: a file cannot be read or parsed.
    """
    return _parse(context.read(path), path, context, _Visited(set(), set()))


def parse_requirements_text(text: str, path: str, context: FileContext) -> RequirementsFile:
    """Read the text of a file (``-`` for standard input) and everything it includes.

    :raises UltravioletError: it cannot be parsed, or an included file cannot be read.
    """
    return _parse(text, path, context, _Visited(set(), set()))


class _Visited:
    """Files read so far; ``constraining`` below a constraints file, where everything is a constraint."""

    __slots__ = ("constraining", "constraints", "requirements")

    def __init__(self, requirements: set[str], constraints: set[str], *, constraining: bool = False) -> None:
        self.requirements = requirements
        self.constraints = constraints
        self.constraining = constraining

    def enter(self, path: str, *, constraint: bool) -> bool:
        known = self.constraints if constraint or self.constraining else self.requirements
        key = path if path.startswith(("http://", "https://")) else os.path.normpath(path)
        if key in known:
            return False
        known.add(key)
        return True

    def below_constraints(self) -> _Visited:
        return _Visited(self.requirements, self.constraints, constraining=True)


def _parse(text: str, path: str, context: FileContext, visited: _Visited) -> RequirementsFile:
    return _FileParser(text, path, context, visited).parse()


class _FileParser:
    """One reading of one file."""

    __slots__ = (
        "constraints",
        "context",
        "editables",
        "extra_index_urls",
        "find_links",
        "index_url",
        "no_binary",
        "no_index",
        "only_binary",
        "path",
        "position",
        "require_hashes",
        "requirements",
        "text",
        "visited",
        "warnings",
    )

    def __init__(self, text: str, path: str, context: FileContext, visited: _Visited) -> None:
        self.text = text
        self.path = path
        self.context = context
        self.visited = visited
        self.position = 0
        self.requirements: list[RequirementEntry] = []
        self.constraints: list[Requirement] = []
        self.editables: list[RequirementEntry] = []
        self.index_url: IndexLocation | None = None
        self.extra_index_urls: list[IndexLocation] = []
        self.find_links: list[IndexLocation] = []
        self.no_index = False
        self.require_hashes = False
        self.no_binary = PackageChoice()
        self.only_binary = PackageChoice()
        self.warnings: list[str] = []

    def parse(self) -> RequirementsFile:
        while self.statement():
            pass
        return RequirementsFile(
            requirements=tuple(self.requirements),
            constraints=tuple(self.constraints),
            editables=tuple(self.editables),
            index_url=self.index_url,
            extra_index_urls=tuple(self.extra_index_urls),
            find_links=tuple(self.find_links),
            no_index=self.no_index,
            require_hashes=self.require_hashes,
            no_binary=self.no_binary,
            only_binary=self.only_binary,
            warnings=tuple(self.warnings),
        )

    # The statements

    def statement(self) -> bool:
        self.wrappable_space()
        while self.peek() and self.peek() in "\n\r#":
            self.rest_of_line()
            self.wrappable_space()
        start = self.position
        char = self.peek()
        if not char:
            return False
        if char == "-":
            return self.option(start)
        if (char.isascii() and char.isalnum()) or char in "./$":
            requirement, hashes = self.requirement(editable=False)
            self.requirements.append(RequirementEntry(requirement, hashes))
            return True
        return self.fail(f"Unexpected '{char}', expected '-c', '-e', '-r' or the start of a requirement")

    def option(self, start: int) -> bool:
        if self.eat("-r", "--requirement"):
            self.include(self.value("--requirement"), start)
        elif self.eat("-c", "--constraint"):
            self.constrain(self.value("--constraint"), start)
        elif self.eat("-e", "--editable"):
            self.editable(start)
        elif self.eat("-i", "--index-url"):
            location = self.location(self.value("--index-url"), start, base=None)
            if self.index_url is not None:
                self.fail("Multiple `--index-url` values provided")
            self.index_url = location
        elif self.eat("--extra-index-url"):
            self.extra_index_urls.append(self.location(self.value("--extra-index-url"), start, base=None))
        elif self.eat("--no-index"):
            self.no_index = True
        elif self.eat("--require-hashes"):
            self.require_hashes = True
        elif self.eat("--find-links", "-f"):
            value = self.value("--find-links")
            self.find_links.append(
                msgspec.structs.replace(self.location(value, start, base=os.path.dirname(self.path)), flat=True)
            )
        elif self.eat("--no-binary"):
            self.no_binary |= self.choice(self.value("--no-binary"))
        elif self.eat("--only-binary"):
            self.only_binary |= self.choice(self.value("--only-binary"))
        else:
            self.unsupported()
        return True

    def unsupported(self) -> None:
        for name, on_command_line in _UNSUPPORTED:
            if self.eat(name):
                self.until("\n\r#")
                place = "from stdin" if self.path == STDIN else f"in `{self.context.show(self.path)}`"
                hint = f" (hint: pass `{name}` on the command line instead)" if on_command_line else ""
                self.warnings.append(f"Ignoring unsupported option {place}: `{name}`{hint}")
                return
        self.fail("Unexpected '-', expected '-c', '-e', '-r' or the start of a requirement")

    def include(self, value: str, start: int) -> None:
        path = self.included_path(value, start)
        if not self.visited.enter(path, constraint=False):
            return
        inner = self.included(path, start, self.visited)
        if inner.index_url is not None and self.index_url is not None and inner.index_url != self.index_url:
            self.fail("Nested `requirements` file contains conflicting `--index-url`")
        self.requirements += inner.requirements
        self.constraints += inner.constraints
        self.editables += inner.editables
        self.index_url = self.index_url or inner.index_url
        self.extra_index_urls += inner.extra_index_urls
        self.find_links += inner.find_links
        self.no_index = self.no_index or inner.no_index
        self.require_hashes = self.require_hashes or inner.require_hashes
        self.no_binary |= inner.no_binary
        self.only_binary |= inner.only_binary
        self.warnings += inner.warnings

    def constrain(self, value: str, start: int) -> None:
        path = self.included_path(value, start)
        if not self.visited.enter(path, constraint=True):
            return
        inner = self.included(path, start, self.visited.below_constraints())
        for entry in inner.requirements:
            if isinstance(entry.requirement, UnnamedRequirement):
                raise RequirementsFileError(
                    f"Unnamed requirements are not allowed as constraints in `{self.context.show(self.path)}`"
                )
            self.constraints.append(entry.requirement)
        self.constraints += inner.constraints
        self.warnings += inner.warnings

    def included_path(self, value: str, start: int) -> str:
        value = expand_variables(value, self.context.urls)
        if value.startswith(("http://", "https://")):
            return value
        if value.startswith("file://"):
            try:
                url = normalize_url(value)
            except InvalidUrl as error:
                raise self.url_error("URL", value, start) from UltravioletError(str(error))
            if not url.removeprefix("file://").removeprefix("localhost").startswith("/"):
                raise self.url_error("file URL", value, start)
            return url_to_path(url)
        return os.path.join(os.path.dirname(self.path), value)

    def included(self, path: str, start: int, visited: _Visited) -> RequirementsFile:
        try:
            return _parse(self.context.read(path), path, self.context, visited)
        except UltravioletError as error:
            raise RequirementsFileError(
                f"Error parsing included file in `{self.context.show(self.path)}` at position {self.offset(start)}"
            ) from error

    def editable(self, start: int) -> None:
        if not self.eat("="):
            if not self.peek().isspace():
                self.fail(f"Expected '=' or whitespace, found {_option_text(self.peek())}")
            self.any_space()
        requirement, hashes = self.requirement(editable=True)
        try:
            requirement = make_editable(requirement)
        except NotEditable as error:
            line, _ = self.row_and_column(start)
            raise RequirementsFileError(
                f"Unsupported editable requirement in `{self.context.show(self.path)}` at line {line}: "
                f"`{requirement_display(requirement)}`",
                hints=error.hints,
            ) from UltravioletError(error.message)
        self.editables.append(RequirementEntry(requirement, hashes))

    def location(self, given: str, start: int, *, base: str | None) -> IndexLocation:
        context = self.context.urls
        expanded = expand_variables(given, context)
        path = os.path.join(context.cwd, base or "", expanded)
        if os.path.exists(path):
            return IndexLocation(url=path_to_url(os.path.normpath(path)), given=given)
        try:
            url = normalize_url(expanded)
        except InvalidUrl as error:
            raise self.url_error("URL", given, start) from UltravioletError(str(error))
        scheme = split_scheme(url)
        if scheme is not None and not is_known_scheme(scheme[0]):
            url = expanded
        return IndexLocation(url=url, given=given)

    def choice(self, given: str) -> PackageChoice:
        if given == ":all:":
            return PackageChoice(everything=True)
        if given == ":none:":
            return PackageChoice()
        try:
            return PackageChoice(packages=(parse_package_name(given),))
        except InvalidName as error:
            raise RequirementsFileError(
                f"Invalid specifier for `--no-binary` in `{self.context.show(self.path)}`: {given}"
            ) from error

    # Requirements

    def requirement(self, *, editable: bool) -> tuple[AnyRequirement, tuple[str, ...]]:
        start = self.position
        end, has_hashes = self.requirement_end()
        text = self.text[start:end]
        context = self.context
        if text.endswith((".txt", ".in")) and os.path.isfile(os.path.join(context.urls.base or "", text)):
            raise RequirementsFileError(
                f"Requirement `{text}` in `{context.show(self.path)}` looks like a requirements file but was passed as a "
                f"package name. Did you mean `-r {text}`?"
            )
        origin = None if self.path == STDIN else Origin("file", path=self.path)
        try:
            requirement = parse_argument(text, context.urls, editable=editable, origin=origin)
        except InvalidRequirement as error:
            raise RequirementsFileError(
                f"Couldn't parse requirement in `{context.show(self.path)}` at position {self.offset(start)}"
            ) from error
        return requirement, self.hashes() if has_hashes else ()

    def requirement_end(self) -> tuple[int, bool]:
        """Consume a requirement; return where it ends, and whether hashes follow."""
        text = self.text
        while True:
            end = self.position
            char = self.peek()
            if not char:
                return end, False
            if char == "\n":
                self.position += 1
                return end, False
            if char == "\r":
                self.position += 2 if text.startswith("\r\n", end) else 1
                return end, False
            if self.wrappable_space():
                if text.startswith("--", self.position):
                    return end, True
                if self.peek() == "#":
                    self.until("\r\n")
                    return end, False
                continue
            self.position += 1

    def hashes(self) -> tuple[str, ...]:
        if not self.eat("--hash"):
            start = self.position
            found = self.until_space()
            self.fail(f'Expected `--hash`, found `"{found}"`', start)
        found_hashes = [self.value("--hash", until_space=True)]
        while True:
            self.wrappable_space()
            if not self.eat("--hash"):
                return tuple(found_hashes)
            found_hashes.append(self.value("--hash", until_space=True))

    # Small steps

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def eat(self, *texts: str) -> bool:
        for text in texts:
            if self.text.startswith(text, self.position):
                self.position += len(text)
                return True
        return False

    def until(self, stops: str) -> str:
        start = self.position
        while self.peek() and self.peek() not in stops:
            self.position += 1
        return self.text[start : self.position]

    def until_space(self) -> str:
        start = self.position
        while self.peek() and not self.peek().isspace():
            self.position += 1
        return self.text[start : self.position]

    def any_space(self) -> None:
        while self.peek().isspace():
            self.position += 1

    def wrappable_space(self) -> bool:
        """Skip blanks and escaped line ends; whether there were any."""
        start = self.position
        while self.peek() and self.peek() in " \t":
            self.position += 1
        while self.eat("\\\n", "\\\r\n", "\\\r"):
            while self.peek() and self.peek() in " \t":
                self.position += 1
        return self.position > start

    def rest_of_line(self) -> None:
        """Skip a comment or a line end."""
        char = self.peek()
        self.position += 1
        if char == "#":
            self.until("\r\n")
            return
        if char == "\r":
            self.eat("\n")

    def value(self, option: str, *, until_space: bool = False) -> str:
        if not self.eat("="):
            if not self.peek().isspace():
                self.fail(f"Expected '=' or whitespace, found {_option_text(self.peek())}")
            self.any_space()
        value = (self.until_space() if until_space else self.until("\n\r#")).rstrip()
        if not value:
            self.fail(f"`{option}` must be followed by an argument")
        return value if until_space else unquote(value)

    # Errors

    def fail(self, message: str, position: int | None = None) -> NoReturn:
        line, column = self.row_and_column(self.position if position is None else position)
        raise RequirementsFileError(f"{message} at {self.context.show(self.path)}:{line}:{column}")

    def url_error(self, kind: str, value: str, start: int) -> RequirementsFileError:
        return RequirementsFileError(
            f"Invalid {kind} in `{self.context.show(self.path)}` at position {self.offset(start)}: `{value}`"
        )

    def offset(self, position: int) -> int:
        """Return a position in bytes."""
        return len(self.text[:position].encode())

    def row_and_column(self, position: int) -> tuple[int, int]:
        before = self.text[:position].replace("\r\n", "\n").replace("\r", "\n")
        return before.count("\n") + 1, len(before) - before.rfind("\n")


def _option_text(char: str) -> str:
    if not char:
        return "None"
    escaped = {"'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char, char)
    return f"Some('{escaped}')"
